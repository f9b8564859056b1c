"""Writes neighbouring parts as one: visible rows only, by app once large, counts added up, footers carried over."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import duckdb
import polars as pl

from data import views
from data.durable import fsync_path
from data.hidden import Cut, Hidden, cut_table, hidden
from data.layout import Store
from data.parts import Part, part_at
from data.schema import BLOCK, COUNTS
from ingest.commit import SEGMENTS, publish, segments_of, temporary, write_table
from ingest.count import add, count, rows
from ingest.segments import sealed

_BY_APP_ROWS: Final = BLOCK
"""From here on rows lie in (app, seq) order, so that one app of many reads only its own row groups."""


class Rewriter:
    """A DuckDB of its own, bounded in memory and threads; what does not fit is sorted on disk beside the parts."""

    def __init__(self, store: Store, *, memory_mb: int, threads: int) -> None:
        self._store = store
        spill = store.root / "merge.spill"
        shutil.rmtree(spill, ignore_errors=True)  # what a merger left that was killed while it sorted on disk
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": f"{memory_mb}MB",
            "threads": threads,
            "temp_directory": str(spill),
            "preserve_insertion_order": True,
        }
        self._duckdb = duckdb.connect(config=settings)
        self._duckdb.execute("set enable_progress_bar = false")

    def rewrite(self, neighbours: Sequence[Part], shown: Sequence[Part]) -> Part:
        """One part in place of `neighbours`, which are among `shown` (all live parts); visible when this returns."""
        first, last = neighbours[0].first, neighbours[-1].last
        generation = 0 if len(neighbours) > 1 else neighbours[0].generation + 1
        made = temporary(self._store, "merge")
        before = self._copy_events(neighbours, hidden(shown), made / "events.parquet")
        counts = {name: add(name, [pl.read_parquet(part.file(name)) for part in neighbours]) for name in COUNTS}
        if before:
            counts = _recounted_extremes(counts, made / "events.parquet")
        for name, table in counts.items():
            write_table(table, made / f"{name}.parquet", {})
        outside = hidden(neighbours)
        seqs = outside.seqs.filter((outside.seqs < first) | (outside.seqs > last))
        if len(seqs):
            write_table(seqs.to_frame(), made / "hides.parquet", {})
        if cuts := [cut for cut in outside.cuts if _reaches_beyond(cut, neighbours, shown)]:
            write_table(cut_table(cuts), made / "cuts.parquet", {})
        return publish(self._store, made, part_at(self._store, neighbours[0].day, first, last, generation))

    def _copy_events(self, neighbours: Sequence[Part], hides: Hidden, target: Path) -> bool:
        """Copy the visible rows to `target`; True when rows were left out."""
        near = hides.between(neighbours[0].first, neighbours[-1].last)
        order = "app, seq" if neighbours[-1].last - neighbours[0].first >= _BY_APP_ROWS else "seq"
        source = views.source([part.file("events") for part in neighbours])
        footer = views.quoted(json.dumps(self._segments(neighbours)))
        self._duckdb.register("hidden", near.seqs.to_frame())
        self._duckdb.register("cuts", cut_table(near.cuts))
        self._duckdb.execute(
            f"copy (select * from {source} as events"
            f" where seq not in (select seq from hidden) and {views.uncut(near.cuts)} order by {order})"
            f" to {views.quoted(str(target.absolute()))} (format parquet, compression zstd, compression_level 1,"
            f" row_group_size {BLOCK}, kv_metadata {{{SEGMENTS}: {footer}}})"
        )
        self._duckdb.unregister("hidden")
        self._duckdb.unregister("cuts")
        return near.any()

    def _segments(self, neighbours: Sequence[Part]) -> list[str]:
        """Segments of `neighbours` that are still in the spool, of which a writer that died may not know."""
        fsync_path(self._store.spool)
        waiting = {path.stem for path in sealed(self._store.spool)}
        return [name for part in neighbours for name in segments_of(part) if name in waiting]


def _reaches_beyond(cut: Cut, neighbours: Sequence[Part], shown: Sequence[Part]) -> bool:
    """Whether a row that the cut hides may lie in a live part that is none of `neighbours`."""
    return any(part.first <= cut.through for part in shown if part not in neighbours)


def _recounted_extremes(counts: dict[str, pl.DataFrame], events: Path) -> dict[str, pl.DataFrame]:
    """`counts` with first and last times and seqs of the rows that are left: those of dropped rows must not stay.

    Sums stay as they are; part of what they count, or take back, lies in other parts.
    """
    needed = ["seq", "received_at", "copies", "app", "event_name", "event_type", "status", "violations"]
    needed += ["source", "app_version", "platform", "environment"]
    left = count(rows(pl.read_parquet(events, columns=needed)))
    return {name: _with_extremes(table, left[name]) for name, table in counts.items()}


def _with_extremes(table: pl.DataFrame, left: pl.DataFrame) -> pl.DataFrame:
    extremes = [name for name in table.columns if name.startswith(("first_", "latest_", "last_"))]
    keys = [name for name in table.columns if name not in (*extremes, "events", "warned", "replaced")]
    joined = table.drop(extremes).join(
        left.select(*keys, *extremes), on=keys, how="left", nulls_equal=True, maintain_order="left"
    )
    return joined.select(table.columns)
