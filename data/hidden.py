"""Which stored rows must not be shown: duplicates with a newer copy elsewhere, what was deleted, what expired."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import polars as pl

from data.parts import Damaged, Part
from data.schema import CUTS, HIDES

_ALWAYS: Final = datetime(9999, 1, 1)


@dataclass(frozen=True)
class Cut:
    """Everything of `app` up to seq `through` is hidden, or only what was received before `before` where that is given.

    An app's log that was deleted, or the part of it that expired.
    """

    app: str
    through: int
    before: datetime | None = None

    def covers(self, other: "Cut") -> bool:
        """Whether it hides all that `other` hides."""
        later = self.before is None or (other.before is not None and other.before <= self.before)
        return self.app == other.app and other.through <= self.through and later


@dataclass(frozen=True)
class Hidden:
    """The rows with one of `seqs` (Int64, ascending, unique), and those that `cuts` hide.

    Rows that a merge has dropped may be among them.
    """

    seqs: pl.Series
    cuts: tuple[Cut, ...]

    def rows(self) -> pl.Expr:
        """True for a row to hide, by its columns `seq`, `app` and `received_at`. For frames a batch long."""
        return pl.any_horizontal(pl.col("seq").is_in(self.seqs.implode()), cut_rows(self.cuts))

    def visible(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """What is left of `frame` (columns as for `rows`), of any length."""
        shown = frame.join(self.seqs.to_frame().lazy(), on="seq", how="anti") if len(self.seqs) else frame
        return shown.filter(~cut_rows(self.cuts)) if self.cuts else shown

    def between(self, first: int, last: int) -> "Hidden":
        """What it hides of the seqs `first..last`, both included."""
        low, high = self.seqs.search_sorted(first, "left"), self.seqs.search_sorted(last, "right")
        return Hidden(self.seqs[low:high], tuple(cut for cut in self.cuts if cut.through >= first))

    def of(self, app: str) -> "Hidden":
        """What it hides of one app; seqs of others may stay, which no row of the app has."""
        return Hidden(self.seqs, tuple(cut for cut in self.cuts if cut.app == app))

    def any(self) -> bool:
        """Whether it hides anything."""
        return bool(len(self.seqs) or self.cuts)


def hidden(parts: Sequence[Part]) -> Hidden:
    """What `parts` hide, in themselves and in others. Raises OSError, data.parts.Damaged for a file that is none."""
    seqs = _read(parts, "hides", HIDES)["seq"].unique().sort()
    return Hidden(seqs, cuts(parts))


def cuts(parts: Sequence[Part]) -> tuple[Cut, ...]:
    """What `parts` cut off, by app and seq. Raises as `hidden` does."""
    return widest(Cut(*row) for row in _read(parts, "cuts", CUTS).iter_rows())


def widest(all_cuts: Iterable[Cut]) -> tuple[Cut, ...]:
    """`all_cuts` without those that another one covers, by app and seq."""
    kept: list[Cut] = []
    for cut in sorted(set(all_cuts), key=lambda c: (c.app, c.through, c.before or _ALWAYS), reverse=True):
        if not any(other.covers(cut) for other in reversed(kept) if other.app == cut.app):
            kept.append(cut)
    return tuple(reversed(kept))


def cut_table(some: Iterable[Cut]) -> pl.DataFrame:
    """`some` cuts as the rows of a part's `cuts.parquet`."""
    return pl.DataFrame([(cut.app, cut.through, cut.before) for cut in some], schema=CUTS, orient="row")


def cut_rows(some: Iterable[Cut]) -> pl.Expr:
    """True for a row that one of `some` cuts hides. What it costs hardly grows with the number of apps."""
    layers: list[dict[str, Cut]] = []
    for cut in some:
        free = next((layer for layer in layers if cut.app not in layer), None)
        if free is None:
            free = {}
            layers.append(free)
        free[cut.app] = cut
    return pl.any_horizontal(pl.lit(False), *(_in_layer(layer) for layer in layers))


def _in_layer(layer: dict[str, Cut]) -> pl.Expr:
    """True for a row that its app's cut hides, of at most one for each app."""
    app, apps = pl.col("app"), list(layer)
    throughs = [cut.through for cut in layer.values()]
    low = pl.col("seq") <= app.replace_strict(apps, throughs, default=-1, return_dtype=pl.Int64())
    if all(cut.before is None for cut in layer.values()):
        return low
    befores = pl.Series([cut.before or _ALWAYS for cut in layer.values()], dtype=pl.Datetime("us"))
    old = pl.col("received_at") < app.replace_strict(apps, befores, default=_ALWAYS, return_dtype=pl.Datetime("us"))
    return low & old


def _read(parts: Sequence[Part], relation: str, schema: pl.Schema) -> pl.DataFrame:
    files = [file for part in parts if (file := part.file(relation)).exists()]
    try:
        return pl.read_parquet(files) if files else pl.DataFrame(schema=schema)
    except pl.exceptions.PolarsError:
        return pl.concat(map(_read_one, files))


def _read_one(file: Path) -> pl.DataFrame:
    try:
        return pl.read_parquet(file)
    except pl.exceptions.PolarsError as error:
        raise Damaged(f"{file} cannot be read: {(str(error).splitlines() or ['no reason given'])[0]}") from None
