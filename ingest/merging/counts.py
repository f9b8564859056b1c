"""The counts of neighbouring parts added up, without what hidden rows said last that are gone now."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import polars as pl
import pyarrow.parquet as pq

from data.parts import Part
from data.schema import COUNTS, DIMENSIONS, OTHER, RELATIONS
from ingest.apart import as_counted
from ingest.commit import write_table
from ingest.count import add, count, rows

COUNTED: Final = ["seq", "received_at", "copies", "violations", *DIMENSIONS]
"""What of an event tells how it was counted."""

_CHUNK_ROWS: Final = 65_536
_AT_ONCE: Final = 200_000
"""Rows of counts that are added up at once; more where one minute or block has more."""
_SUMS: Final = ("events", "warned", "replaced")
_NEW: Final = "_new"


def write_counts(neighbours: Sequence[Part], made: Path, dropped: Sequence[pl.DataFrame] | None) -> None:
    """Write the count tables of `neighbours` as those of one part beside the events in `made`, one after another.

    `dropped` are the rows (columns `COUNTED`) that are not among those events, in frames; None when they are too many
    to hold. First and last times and seqs are then those of the rows that are left. Sums stay as they are: part of
    what they count, or take back, lies in other parts.
    """
    folded = _folded(neighbours)
    gone = _counted(dropped, folded) if dropped else {}
    left = _left(made, COUNTS, folded, gone) if gone else {}
    for name in COUNTS:
        table = _added(name, neighbours)
        if dropped is None:
            table = _with_extremes(name, table, _left(made, [name], folded)[name], table)
        elif gone:
            table = _with_extremes(name, table, left.pop(name), gone.pop(name))
        write_table(table, made / f"{name}.parquet", {})


def _added(name: str, neighbours: Sequence[Part]) -> pl.DataFrame:
    """The table of that name, added up in stretches of its first key, by which each file is in order."""
    key = pl.col(RELATIONS[name].names()[0])
    tables = pl.scan_parquet([part.file(name) for part in neighbours])
    keys = tables.select(key).collect().to_series().sort()
    starts = keys.gather_every(_AT_ONCE).unique(maintain_order=True).to_list()
    if len(starts) < 2:
        return add(name, [tables.collect()])
    stretches = [key < starts[1], *(key.is_between(*pair, closed="left") for pair in pairwise(starts[1:]))]
    return pl.concat(add(name, [tables.filter(some).collect()]) for some in (*stretches, key >= starts[-1]))


def _folded(neighbours: Sequence[Part]) -> pl.DataFrame:
    """The table by hour where it counts some values together as others, which then tells which; else without rows."""
    folds = pl.any_horizontal(pl.col(DIMENSIONS) == OTHER).any()
    files = [part.file("by_hour") for part in neighbours]
    folded = pl.scan_parquet(files).select(folds).collect().item()
    return _added("by_hour", neighbours) if folded else pl.read_parquet(files[0], n_rows=0)


def _counted(dropped: Sequence[pl.DataFrame], folded: pl.DataFrame) -> dict[str, pl.DataFrame]:
    return count(rows(as_counted(pl.concat(dropped), folded)))


def _left(
    made: Path, names: Sequence[str], folded: pl.DataFrame, gone: Mapping[str, pl.DataFrame] | None = None
) -> dict[str, pl.DataFrame]:
    """The count tables of the events in `made`, of the groups in `gone` only where these are given."""
    left = {name: RELATIONS[name].to_frame() for name in names}
    with pq.ParquetFile(made / "events.parquet") as file:
        for batch in file.iter_batches(_CHUNK_ROWS, columns=COUNTED, use_threads=False):
            told = count(rows(as_counted(pl.DataFrame(pl.from_arrow(batch)), folded)))
            for name, table in left.items():
                some = told[name].join(gone[name], on=_keys(name), how="semi", nulls_equal=True) if gone else told[name]
                left[name] = add(name, [table, some])
    return left


def _with_extremes(name: str, table: pl.DataFrame, left: pl.DataFrame, changed: pl.DataFrame) -> pl.DataFrame:
    """`table` with the extremes that `left` has for the groups in `changed`, none where it has no such group."""
    keys, extremes = _keys(name), _extremes(name)
    if not extremes:
        return table
    how: Any = {"on": keys, "how": "left", "nulls_equal": True, "maintain_order": "left"}
    told = changed.select(*keys, _changed=True).join(left.select(*keys, *extremes), **how)
    joined = table.join(told, suffix=_NEW, **how)
    newer = [pl.when("_changed").then(f"{each}{_NEW}").otherwise(each).alias(each) for each in extremes]
    return joined.with_columns(newer).select(table.columns)


def _extremes(name: str) -> list[str]:
    return [column for column in RELATIONS[name] if column.startswith(("first_", "latest_", "last_"))]


def _keys(name: str) -> list[str]:
    return [column for column in RELATIONS[name] if column not in (*_extremes(name), *_SUMS)]
