"""Goes through the live parts, newest first, and says of each what is wrong and what it adds to the counts of all."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import polars as pl
import pyarrow as pa

from data.hidden import Cut, Hidden, cuts, widest
from data.layout import Store
from data.parts import Part, list_live
from data.schema import COUNTS, OPTIONAL, RELATIONS
from data.store_id import DIGESTS
from ingest.checking.files import Files, elsewhere, look_at, unreadable
from ingest.checking.findings import Problem
from ingest.checking.rows import Rows, look_through
from ingest.checking.tally import Tally, counted_less, stored_more

Progress = Callable[[int, int], None]
MOST_ROWS: Final = 2_000_000
"""Rows of a count table that are read at once."""
UNREADABLE: Final = (OSError, pa.ArrowException, pl.exceptions.PolarsError)


@dataclass
class Examined:
    """One live part: its files, its rows, the seqs it shows that a newer row replaced, and the relations that alone do
    not count its rows.
    """

    part: Part
    files: Files
    rows: Rows = field(default_factory=Rows)
    back: pl.Series = field(default_factory=lambda: pl.Series("seq", [], pl.Int64))
    off: set[str] = field(default_factory=set)

    @property
    def readable(self) -> bool:
        """Whether its rows are known, and what it hides."""
        return not self.files.elsewhere and all(map(self.files.sound, ("events", *OPTIONAL)))


class Examination:
    """All live parts of `shown`, which holds those of the store `store` of one moment.

    Counts that cannot be read are told, and nothing more is said of that relation; `anew`, they count as nothing, so
    that the tally says what is to be counted again.
    """

    def __init__(self, store: Store, shown: Store, store_id: str, tally: Tally, *, anew: bool = False) -> None:
        self._store, self._shown, self._id, self._anew = store, shown, store_id, anew
        self.parts = list_live(shown)
        self.tally = tally
        self.hides = Hidden(pl.Series("seq", [], pl.Int64), ())
        self.events = 0
        self.versions: set[tuple[str, int]] = set()

    @property
    def last_seq(self) -> int:
        return self.parts[-1].last if self.parts else 0

    def each(self, progress: Progress) -> Iterator[Examined]:
        """Every part, newest first; `progress` hears how many bytes are read, of how many. Raises OSError."""
        sizes = {part: sum(file.stat().st_size for file in part.folder.iterdir()) for part in self.parts}
        self.hides = _hidden([part for part in self.parts if not elsewhere(part, self._id)])
        replaced, done = pl.Series("seq", [], pl.Int64), 0
        for part in reversed(self.parts):
            found = Examined(part, look_at(part, self._id))
            if not found.files.elsewhere:
                self._read(found)
                replaced = pl.concat([replaced.filter(replaced <= part.last), found.rows.superseded]).unique()
                found.back = found.rows.shown.filter(found.rows.shown.is_in(replaced.implode()))
                self._add(found)
            done += sizes[part]
            progress(done, sum(sizes.values()))
            yield found

    def problems(self, found: Examined) -> Iterator[Problem]:
        """What is wrong with one part."""
        folder, files = self.named(found.part), found.files
        if files.elsewhere:
            yield Problem(str(folder), files.elsewhere, "sets it aside")
            return
        for name, what in sorted(files.bad.items()):
            yield Problem(str(folder / name), what, _remedy(name))
        if files.bare:
            yield Problem(str(folder / DIGESTS), files.bare, "" if files.bad else "writes it from what is read")
        for what in found.rows.wrong:
            yield Problem(str(folder / "events.parquet"), what)
        if found.back.len():
            what = f"{found.back.len()} replaced events are visible, seq {found.back[0]} among them"
            yield Problem(str(folder / "events.parquet"), what, "hides them")

    def named(self, part: Part) -> Path:
        """Where a part lies in the store itself."""
        return self._store.root / part.folder.relative_to(self._shown.root)

    def _read(self, found: Examined) -> None:
        if not found.files.sound("events"):
            return
        try:
            found.rows = look_through(found.part, self.hides, found.files.sound)
        except UNREADABLE as error:
            found.files.bad["events.parquet"] = unreadable(error)
            return
        self.events += found.rows.events
        self.versions |= found.rows.versions

    def _add(self, found: Examined) -> None:
        """Add what the part counts to what all count, as far as it is known."""
        for relation in COUNTS:
            if found.files.sound(relation):
                try:
                    self._add_counts(found, relation)
                    continue
                except UNREADABLE as error:
                    found.files.bad[f"{relation}.parquet"] = unreadable(error)
            if self._anew:
                self._add_counted(found, relation)
            else:
                self.tally.skip(relation)

    def _add_counts(self, found: Examined, relation: str) -> None:
        tables = stored_counts(found.part, relation)
        if not found.readable:
            for table in tables:
                self.tally.leave_out(relation, table)
            return
        less = _counted(found, relation)
        for table in tables:
            if self.tally.add(relation, stored_more(relation, table), less):
                found.off.add(relation)
            less = less.clear()

    def _add_counted(self, found: Examined, relation: str) -> None:
        if found.readable and self.tally.add(relation, _counted(found, relation)):
            found.off.add(relation)


def stored_counts(part: Part, relation: str) -> Iterator[pl.DataFrame]:
    """The count table of a part, once at least; in pieces where it is long. Raises one of `UNREADABLE`."""
    file = pl.scan_parquet(part.file(relation))
    rows = int(file.select(pl.len()).collect().item())
    for start in range(0, max(rows, 1), MOST_ROWS):
        yield file.slice(start, MOST_ROWS).collect()


def _counted(found: Examined, relation: str) -> pl.DataFrame:
    return counted_less(relation, found.rows.counts.get(relation, pl.DataFrame(schema=RELATIONS[relation])))


def _hidden(parts: Sequence[Part]) -> Hidden:
    """What `parts` hide, as far as it can be read."""
    seqs = [pl.Series("seq", [], pl.Int64)]
    found: list[Cut] = []
    for part in parts:
        with suppress(*UNREADABLE):
            found += cuts([part])
        with suppress(*UNREADABLE):
            seqs += [pl.read_parquet(file)["seq"] for file in [part.file("hides")] if file.exists()]
    return Hidden(pl.concat(seqs).unique().sort(), widest(found))


def _remedy(name: str) -> str:
    relation = name.removesuffix(".parquet")
    if relation == "events":
        return "sets the part aside and keeps the row groups that are whole"
    if relation == "hides":
        return "hides what newer copies replaced; what was deleted may show again"
    if relation in COUNTS:
        return "counts again"
    return "" if relation == "cuts" else "sets it aside"
