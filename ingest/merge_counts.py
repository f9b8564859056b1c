"""The counts of neighbouring parts added up, without what hidden rows said last that are gone now."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import polars as pl
import pyarrow.parquet as pq

from data.parts import Part
from data.schema import COUNTS, DIMENSIONS
from ingest.apart import as_counted
from ingest.count import add, count, rows

_COUNTED: Final = ["seq", "received_at", "copies", "violations", *DIMENSIONS]
_CHUNK_ROWS: Final = 65_536


def added(neighbours: Sequence[Part]) -> dict[str, pl.DataFrame]:
    """The count tables of `neighbours` as those of one part."""
    return {name: add(name, [pl.read_parquet(part.file(name)) for part in neighbours]) for name in COUNTS}


def recounted_extremes(counts: Mapping[str, pl.DataFrame], events: Path) -> dict[str, pl.DataFrame]:
    """`counts` with first and last times and seqs of the rows in `events`, a file: those of dropped rows must go.

    Sums stay as they are; part of what they count, or take back, lies in other parts.
    """
    left = {name: table.clear() for name, table in counts.items()}
    with pq.ParquetFile(events) as file:
        for batch in file.iter_batches(_CHUNK_ROWS, columns=_COUNTED, use_threads=False):
            told = count(rows(as_counted(pl.DataFrame(pl.from_arrow(batch)), counts["by_hour"])))
            left = {name: add(name, [table, told[name]]) for name, table in left.items()}
    return {name: _with_extremes(table, left[name]) for name, table in counts.items()}


def _with_extremes(table: pl.DataFrame, left: pl.DataFrame) -> pl.DataFrame:
    extremes = [name for name in table.columns if name.startswith(("first_", "latest_", "last_"))]
    keys = [name for name in table.columns if name not in (*extremes, "events", "warned", "replaced")]
    joined = table.drop(extremes).join(
        left.select(*keys, *extremes), on=keys, how="left", nulls_equal=True, maintain_order="left"
    )
    return joined.select(table.columns)
