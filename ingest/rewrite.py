"""Writes neighbouring parts as one: visible rows only, by app once large, counts added up, footers carried over."""

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pyarrow as pa

from data import views
from data.durable import fsync_path
from data.hidden import Hidden, cut_table, hidden
from data.layout import Store
from data.parts import Part, part_at
from data.schema import BLOCK
from ingest.commit import SEGMENTS, segments_of, show, temporary, write_table
from ingest.merging.counts import write_counts
from ingest.merging.file import EventsFile
from ingest.merging.hides import still_hidden
from ingest.merging.slices import Slices
from ingest.segments import sealed


class Rewriter:
    """Rewrites parts of one store; what is held of their events at once is a quarter of `memory_mb` at most."""

    def __init__(self, store: Store, *, memory_mb: int = 512) -> None:
        self._store = store
        self._held_bytes = (memory_mb << 20) // 8

    def rewrite(self, neighbours: Sequence[Part], shown: Sequence[Part]) -> Part:
        """One part in place of `neighbours`, which are among `shown` (all live parts); visible when this returns.

        Raises as `replace` does, and OSError when all of it is visible but for `views.sql`.
        """
        part = self.replace(neighbours, shown, hidden(shown))
        views.write(self._store)
        return part

    def replace(self, neighbours: Sequence[Part], shown: Sequence[Part], hides: Hidden) -> Part:
        """Like `rewrite` but for `views.sql`; `hides` is what the `shown` parts hide.

        Raises OSError, pyarrow.ArrowException or PolarsError, and then nothing is visible.
        """
        first, last = neighbours[0].first, neighbours[-1].last
        generation = 0 if len(neighbours) > 1 else neighbours[0].generation + 1
        part = part_at(self._store, neighbours[0].day, first, last, generation)
        with self._made(part) as made:
            self._write(neighbours, shown, hides, made)
        pa.default_memory_pool().release_unused()
        return part

    def hide_only(self, part: Part, seqs: pl.Series) -> Part:
        """The next generation of `part`, with the same files, which of other parts' rows hides `seqs` only.

        `views.sql` is not written. Raises OSError, as where the disk takes no hard links; then nothing is visible.
        """
        anew = part_at(self._store, part.day, part.first, part.last, part.generation + 1)
        with self._made(anew) as made:
            for file in part.folder.glob("*.parquet"):
                if file != part.file("hides"):
                    os.link(file, made / file.name)
            if len(seqs):
                write_table(seqs.to_frame(), made / "hides.parquet", {})
        return anew

    @contextmanager
    def _made(self, part: Part) -> Iterator[Path]:
        """A folder to be filled, which is `part` afterwards."""
        made = temporary(self._store, "merge")
        try:
            yield made
            show(self._store, made, part)
        finally:
            shutil.rmtree(made, ignore_errors=True)

    def _write(self, neighbours: Sequence[Part], shown: Sequence[Part], hides: Hidden, made: Path) -> None:
        dropped = self._write_events(neighbours, hides, made / "events.parquet")
        write_counts(neighbours, made, dropped)
        seqs, cuts = still_hidden(neighbours, shown)
        if len(seqs):
            write_table(seqs.to_frame(), made / "hides.parquet", {})
        if cuts:
            write_table(cut_table(cuts), made / "cuts.parquet", {})

    def _write_events(self, neighbours: Sequence[Part], hides: Hidden, target: Path) -> list[pl.DataFrame] | None:
        """Write the visible events to `target`; what `write_counts` must know of the hidden ones that are left out."""
        near = hides.between(neighbours[0].first, neighbours[-1].last)
        footer = {SEGMENTS: json.dumps(self._segments(neighbours))}
        with Slices([part.file("events") for part in neighbours], near) as events:
            by_app = events.rows > BLOCK  # from here on one app of many has row groups of its own
            batches = events.by_app(self._held_bytes // 2) if by_app else events.by_seq()
            with EventsFile(target, most_rows=events.rows, group_bytes=self._held_bytes, footer=footer) as file:
                for batch in batches:
                    file.add(batch)
            return events.dropped

    def _segments(self, neighbours: Sequence[Part]) -> list[str]:
        """Segments of `neighbours` that are still in the spool, of which a writer that died may not know."""
        fsync_path(self._store.spool)
        waiting = {path.stem for path in sealed(self._store.spool)}
        # A backup that is being made may have a segment that is stored by now: its copy must know it for stored too.
        waiting |= {path.stem for held in self._store.pins.glob(f"*/{self._store.spool.name}") for path in sealed(held)}
        return [name for part in neighbours for name in segments_of(part) if name in waiting] if waiting else []
