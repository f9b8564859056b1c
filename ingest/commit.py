"""Makes a part: events or a removal of some, the counts, what is hidden; written beside the parts, renamed at once."""

import json
import shutil
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import polars as pl

from data import digests, views
from data.durable import TEMPORARY, publish_folder
from data.hidden import cut_table
from data.layout import Store
from data.parts import Part, part_at
from data.schema import BLOCK, EVENTS, OPTIONAL
from data.store_id import store_id
from ingest.apps.removal import Removal
from ingest.count import count
from ingest.dedup import Kept

SEGMENTS: Final = "segments"
"""Key in the footer of `events.parquet`: a JSON list of the segments whose events are in the part."""


def commit(store: Store, kept: Kept, segments: Sequence[str]) -> Part:
    """Store `kept` (at least one event) as one part; returns it once it is visible and would survive a power cut.

    Raises OSError, and then nothing is visible.
    """
    first, last = int(kept.events["seq"][0]), int(kept.events["seq"][-1])
    tables = {"events": kept.events, **count(kept.told), "hides": kept.hides}
    return _store(store, temporary(store, "write"), tables, first, last, segments)


def commit_removal(store: Store, removal: Removal, seq: int) -> Part:
    """Store `removal` as a part without events, which takes `seq`; returns and raises like `commit`."""
    made = temporary(store, "write")
    for relation, counts in removal.counts.items():
        sink_table(counts, made / f"{relation}.parquet")
    tables = {"events": EVENTS.to_frame(), "hides": removal.hides, "cuts": cut_table(removal.cuts)}
    return _store(store, made, tables, seq, seq, [])


def _store(
    store: Store, made: Path, tables: Mapping[str, pl.DataFrame], first: int, last: int, segments: Sequence[str]
) -> Part:
    """Write `tables` beside what is in the folder `made` already, and publish that as a part."""
    day = datetime.now(UTC).date()
    footers = {"events": {SEGMENTS: json.dumps(list(segments))}}
    for relation, table in tables.items():
        if table.height or relation not in OPTIONAL:
            write_table(table, made / f"{relation}.parquet", footers.get(relation, {}))
    part = part_at(store, day, first, last)
    show(store, made, part)
    views.refresh(store)  # what is damaged elsewhere does not undo a commit
    return part


def publish(store: Store, made: Path, part: Part) -> Part:
    """Rename the folder `made` to `part`'s, which makes it visible, and write `views.sql` anew."""
    show(store, made, part)
    views.write(store)
    return part


def show(store: Store, made: Path, part: Part) -> None:
    """Rename the folder `made` to `part`'s, with the digests of its files in it."""
    digests.write(made, store_id(store.root), part)
    publish_folder(made, part.folder)


def temporary(store: Store, process: str) -> Path:
    """A new folder for a part that `process` is making; nothing reads it."""
    made = store.parts / f"{process}.{uuid.uuid4().hex}{TEMPORARY}"
    made.mkdir()
    return made


def write_table(table: pl.DataFrame, path: Path, footer: dict[str, str]) -> None:
    table.write_parquet(path, compression="zstd", compression_level=1, row_group_size=BLOCK, metadata=footer)


def sink_table(table: pl.LazyFrame, path: Path) -> None:
    """Write what may be larger than memory."""
    table.sink_parquet(path, compression="zstd", compression_level=1, row_group_size=BLOCK)


def segments_of(part: Part) -> list[str]:
    """The segments whose events are in `part`."""
    return list(json.loads(pl.read_parquet_metadata(part.file("events")).get(SEGMENTS, "[]")))


def sweep(store: Store, process: str) -> None:
    """Remove what `process` left half made when it died."""
    for left in store.parts.glob(f"{process}.*{TEMPORARY}"):
        shutil.rmtree(left, ignore_errors=True)
