"""Makes a store whole again when the writer starts: what is committed leaves the spool, the index catches up."""

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import polars as pl

from data.durable import fsync_path
from data.hidden import Hidden, hidden
from data.layout import Store
from data.parts import Damaged, Part, list_all, list_live
from data.schema import BLOCK, DIMENSIONS
from ingest.apart import as_counted_in
from ingest.commit import segments_of
from ingest.dedup import known
from ingest.environment import KNOWN
from ingest.identity import AUTO, Policies, identify
from ingest.index import DuplicateIndex
from ingest.quarantine import set_aside
from ingest.segments import damaged, sealed

log = logging.getLogger(__name__)

UNREADABLE: Final = (Damaged, FileNotFoundError, pl.exceptions.PolarsError)
"""What reading a part raises that is damaged; other failures are the disk's, and the writer had better end."""

_REMEMBERED: Final = (
    "seq",
    *DIMENSIONS,
    *("event_id", "received_at", "occurred_at", "violations", "session", "user_id", "payload", "unread", "copies"),
)


def last_seq(store: Store) -> int:
    """The newest seq ever given; 0 in an empty store."""
    return max((part.last for part in list_all(store)), default=0)


def drop_committed(store: Store) -> int:
    """Remove the segments whose events are in a part already; returns how many."""
    waiting = {path.stem: path for path in sealed(store.spool)}
    if not waiting:
        return 0
    stored = {name for part in list_live(store) for name in _segments(part)}
    twice = [waiting[name] for name in stored & waiting.keys()]
    unlink(store, twice)
    return len(twice)


def _segments(part: Part) -> list[str]:
    try:
        return segments_of(part)
    except UNREADABLE as error:  # its events come again, and replace what the index knows of them
        log.error("a part cannot be read part=%s reason=%s", part.folder, error)
        return []


def unlink(store: Store, segments: list[Path]) -> None:
    """Remove segments, durably: a part may forget their names only once they cannot come back.

    What of one is no whole record was not stored: that segment is set aside instead.
    """
    for path in segments:
        with suppress(FileNotFoundError):
            if torn := damaged(path):
                pieces = ", ".join(f"{first}..{following - 1}" for first, following in torn)
                set_aside(store, path, f"bytes {pieces} are no whole record; the others are stored")
            else:
                path.unlink()
    if segments:
        fsync_path(store.spool)


def catch_up(store: Store, index: DuplicateIndex, policies: Policies = AUTO) -> int:
    """Bring the index to the newest part; one that is ahead of the parts is made anew. Returns the events read.

    What is hidden is left out: a newer copy comes later, and a retry of what was deleted or expired is a new event.
    """
    newest = last_seq(store)
    if index.mark > newest:
        log.warning("duplicate index made anew: it was ahead of the parts mark=%d newest=%d", index.mark, newest)
        index.clear()
    read = 0
    hides = _hidden(list_live(store))
    for part in _unseen(store, index):
        near = hides.between(part.first, part.last)
        with _left_out_when_damaged(part):
            for events in _chunks(part, policies):
                read += events.height
                new = (pl.col("seq") > index.mark) & ~pl.col("app").is_in(policies.off) & ~near.rows()
                told = events.filter(new).unique("identity", keep="last", maintain_order=True)
                index.remember(known(as_counted_in([part], told)), index.mark)
        index.remember(pl.DataFrame(schema=KNOWN), part.last)
    if read:
        log.info("duplicate index caught up events=%d", read)
    return read


def _hidden(parts: Sequence[Part]) -> Hidden:
    """What `parts` hide, but for those of which that cannot be read."""
    readable = []
    for part in parts:
        with _left_out_when_damaged(part):
            hidden([part])
            readable.append(part)
    return hidden(readable)


@contextmanager
def _left_out_when_damaged(part: Part) -> Iterator[None]:
    try:
        yield
    except UNREADABLE as error:
        if not part.folder.exists():  # merged meanwhile, and not damaged
            raise
        log.error("a part cannot be read, retries of its events are new events part=%s reason=%s", part.folder, error)


def _unseen(store: Store, index: DuplicateIndex) -> list[Part]:
    """Parts the index has not seen, oldest first, no more of them than its window holds."""
    most, seconds = index.window
    found: list[Part] = []
    for part in reversed(list_live(store)):
        old = time.time() - part.folder.stat().st_mtime > seconds
        if part.last <= index.mark or old or sum(p.last - p.first + 1 for p in found) >= most:
            break
        found.append(part)
    return found[::-1]


def _chunks(part: Part, policies: Policies) -> Iterator[pl.DataFrame]:
    file = pl.scan_parquet(part.file("events")).select(_REMEMBERED)
    rows = int(file.select(pl.len()).collect().item())
    for start in range(0, max(rows, 1), BLOCK):
        events = file.slice(start, BLOCK).collect()
        yield events.with_columns(identity=identify(events, policies))
