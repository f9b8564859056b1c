"""What goes from a store in one commit: rows cut off or hidden, and what was counted for them taken back."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from data.hidden import Cut
from data.parts import Part
from data.schema import COUNTS, DIMENSIONS, HIDES
from ingest.apart import as_counted_in
from ingest.count import add, count, rows, taken_back

ROWS: Final = 100_000
"""Events whose counts one commit takes back row by row, so that no commit keeps others waiting for long."""

COLUMNS: Final = ("seq", "received_at", "copies", "violations", *DIMENSIONS)
"""What of an event tells how it was counted."""


@dataclass(frozen=True)
class Removal:
    """`counts` are count tables by relation, to be added to those of the store; `hides` has a column `seq`."""

    counts: dict[str, pl.LazyFrame]
    hides: pl.DataFrame
    cuts: tuple[Cut, ...] = ()


def whole_log(parts: Sequence[Part], cut: Cut) -> Removal | None:
    """All events of the cut's app, however many they are; None when nothing of it is visible in the live `parts`.

    Counts are linear: those of the app, negated, take back what is left of it.
    """
    if not visible_events(parts, cut.app):
        return None
    counts = {relation: taken_back(_counted(parts, relation, cut.app)) for relation in COUNTS}
    return Removal(counts, HIDES.to_frame(), (cut,))


def visible_events(parts: Sequence[Part], app: str) -> int:
    """How many events of the app are visible in the live `parts`, by their counts."""
    return int(_counted(parts, "by_status", app).select(pl.sum("events")).collect().item()) if parts else 0


def _counted(parts: Sequence[Part], relation: str, app: str) -> pl.LazyFrame:
    return pl.scan_parquet([part.file(relation) for part in parts]).filter(pl.col("app") == app)


def some_rows(gone: Sequence[pl.DataFrame], parts: Sequence[Part], *, cuts: tuple[Cut, ...] = ()) -> Removal:
    """These visible events of `parts` (frames with `COLUMNS`, one at least): cut off by `cuts`, else hidden each."""
    tables: dict[str, pl.DataFrame] = {}
    for events in gone:
        for relation, table in count(rows(as_counted_in(parts, events), sign=-1)).items():
            tables[relation] = add(relation, [tables[relation], table]) if relation in tables else table
    seqs = pl.concat([events.select("seq") for events in gone]) if not cuts else HIDES.to_frame()
    return Removal({relation: table.lazy() for relation, table in tables.items()}, seqs.sort("seq"), cuts)


def stretches(batches: Iterable[pl.DataFrame], most: int = ROWS) -> Iterator[list[pl.DataFrame]]:
    """The batches in groups of at most `most` rows, or of one batch."""
    group: list[pl.DataFrame] = []
    for batch in batches:
        if group and sum(each.height for each in group) + batch.height > most:
            yield group
            group = []
        group.append(batch)
    if group:
        yield group
