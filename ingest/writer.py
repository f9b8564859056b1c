"""The store's only writer: sealed segments in, one committed part after another out."""

import logging
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from data import views
from data.layout import Store
from data.parts import list_live
from data.processes import status
from data.processes.lock import only_one
from data.processes.wake import woken
from data.settings_db import Apps
from ingest.abandoned import seal_abandoned
from ingest.apart import APART, Apart
from ingest.apps.deletion import CannotDelete, order_of, removals
from ingest.apps.removal import Removal
from ingest.apps.retention import LOOK_SECONDS, Retention
from ingest.commit import commit, commit_removal, sweep
from ingest.dedup import keep_newest
from ingest.environment import KNOWN
from ingest.identity import Policies
from ingest.index import DuplicateIndex
from ingest.pace import Batch, Pace
from ingest.quarantine import set_aside
from ingest.read import read_batch
from ingest.recover import catch_up, drop_committed, last_seq, unlink
from ingest.segments import held
from plans.judging.judge import judge
from plans.versions import Shelf
from plans.watch import take_in

log = logging.getLogger(__name__)

_LOOK_SECONDS = 0.05
_ABANDONED_SECONDS = 1.0


def run(
    store: Store,
    plans_folder: Path,
    *,
    stop: threading.Event,
    rows: int = 50_000,
    batch_bytes: int = 64 << 20,
    seconds: float = 1.0,
    identities: int = 4_000_000,
    window_seconds: float = 86_400.0,
    retention_days: float = 0.0,
) -> None:
    """Store what the spool holds until `stop` is set, and then what is sealed by then; delete what has to go.

    A batch ends at `rows` events, `batch_bytes`, or so that it is visible `seconds` after its first event. Duplicates
    are recognised for `window_seconds` or `identities` events. Events of apps that say nothing themselves are kept for
    `retention_days`, 0 for ever. Raises AlreadyRunning when the store has a writer.
    """
    with only_one(store, "write"):
        index = DuplicateIndex(store.dedup, identities=identities, seconds=window_seconds)
        writer = Writer(store, index, retention_days=retention_days)
        pace = Pace(rows, batch_bytes, seconds)
        with woken([store.spool, plans_folder]) as wake:
            while writer.store_due(pace, plans_folder) or not stop.is_set():
                wake(_LOOK_SECONDS)
        writer.close()


class Writer:
    """What the steps of storing share: the store, the duplicate index, the plans, the apps and the next seq."""

    def __init__(
        self,
        store: Store,
        index: DuplicateIndex,
        *,
        retention_days: float = 0.0,
        look_seconds: float = LOOK_SECONDS,
        values_apart: int = APART,
    ) -> None:
        self._store, self._index, self._plans, self._apps = store, index, Shelf(store.plans), Apps(store)
        self._retention = Retention(store, self._apps, retention_days, look_seconds)
        sweep(store, "write")
        dropped = drop_committed(store)
        caught_up = catch_up(store, index, Policies.of(self._apps.all()))
        self._next_seq = last_seq(store) + 1
        self._apart = Apart(values_apart)
        self._apart.recall(list_live(store), datetime.now(UTC).date())
        self._looked_at = 0.0
        views.refresh(store)
        log.info("writer starts next_seq=%d segments_dropped=%d caught_up=%d", self._next_seq, dropped, caught_up)

    def close(self) -> None:
        self._index.close()
        self._apps.close()

    def store_due(self, pace: Pace, plans_folder: Path) -> bool:
        """Store the next batch if it is due; plans saved before that are in force for it. True when there was one."""
        self.expire(datetime.now(UTC).replace(tzinfo=None))
        self._adopt_abandoned()
        batch = pace.next_batch(self._store.spool)
        take_in(plans_folder, self._store.plans)
        if batch is None:
            return False
        began = time.monotonic()
        self.store_batch(batch)
        pace.took(time.monotonic() - began)
        return True

    def store_batch(self, batch: Batch) -> None:
        """Read, judge, keep the newest, commit, remember; then the segments may go. An order is carried out instead.

        A batch that cannot be judged is tried segment by segment, so that one bad segment stops no other.
        """
        if batch.order:
            self._carry_out(batch)
            return
        began = time.monotonic()
        try:
            judged = self._judge(batch)
        except (OSError, MemoryError):
            raise
        except Exception as error:
            log.exception("a batch could not be judged segments=%d", len(batch.segments))
            self._isolate(batch, error)
            return
        if judged.height:
            policies = Policies.of(self._apps.all())
            kept = keep_newest(judged, self._index, self._next_seq, policies, self._apart)
            part = commit(self._store, kept, [path.stem for path in batch.segments])
            self._next_seq = part.last + 1
            self._index.remember(kept.known, part.last)
        unlink(self._store, batch.segments)
        self._tell(judged.height, time.monotonic() - began)

    def expire(self, now: datetime) -> bool:
        """Remove the next stretch of what is kept no longer as of `now` (UTC without a zone); whether there was one."""
        removal = self._retention.due(now)
        if removal:
            self._remove(removal)
        return removal is not None

    def _carry_out(self, batch: Batch) -> None:
        """Delete what the order says, which is a batch by itself; done again after a crash, it finds nothing left."""
        began = time.monotonic()
        try:
            order = order_of(batch.records[0])
            for removal in removals(self._store, self._apps, order, self._next_seq - 1):
                self._remove(removal)
        except CannotDelete as error:
            log.exception("an order to delete could not be carried out")
            set_aside(self._store, batch.segments[0], str(error))
            return
        unlink(self._store, batch.segments)
        self._tell(0, time.monotonic() - began)

    def _remove(self, removal: Removal) -> None:
        """The index forgets first: dying in between, a row may be shown twice, but none taken back twice.

        What was ordered comes again before anything that was accepted after it; what expired is found again.
        """
        for cut in removal.cuts:
            self._index.cut(cut)
        self._index.forget(removal.hides["seq"])
        part = commit_removal(self._store, removal, self._next_seq)
        self._next_seq = part.last + 1
        self._index.remember(pl.DataFrame(schema=KNOWN), part.last)
        log.info("removed seq=%d cuts=%s events=%d", part.last, removal.cuts, removal.hides.height)

    def _judge(self, batch: Batch) -> pl.DataFrame:
        events = read_batch(batch.records)
        return pl.concat([events, judge(events, self._plans.in_force)], how="horizontal")

    def _isolate(self, batch: Batch, error: Exception) -> None:
        if len(batch.segments) == 1:
            set_aside(self._store, batch.segments[0], f"{type(error).__name__}: {error}")
            return
        for path in batch.segments:
            self.store_batch(Batch.of(path))

    def _adopt_abandoned(self) -> None:
        if time.monotonic() - self._looked_at >= _ABANDONED_SECONDS:
            self._looked_at = time.monotonic()
            seal_abandoned(self._store.spool)

    def _tell(self, events: int, seconds: float) -> None:
        log.info("commit seq=%d events=%d seconds=%.3f", self._next_seq - 1, events, seconds)
        waiting = held(self._store.spool)
        stored: dict[str, object] = {"last_seq": self._next_seq - 1, "events": events, "seconds": round(seconds, 4)}
        left = {"segments_waiting": waiting.segments, "bytes_waiting": waiting.bytes}
        status.tell(self._store, "write", stored | left)
