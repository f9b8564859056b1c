"""The store that is asked: millions of the demo's events, judged and committed by the writer, merged by the merger."""

import shutil
import time
from datetime import date
from itertools import islice
from typing import Final

from tqdm import tqdm

from bench.traffic import ARTEFACTS
from data import views
from data.layout import Store
from data.sample.faults import PLAN
from data.sample.generate import lines
from ingest.adapters.each import Sender
from ingest.adapters.native import read_native
from ingest.index import DuplicateIndex
from ingest.limits import Limits
from ingest.lines import encode
from ingest.merge import Merger
from ingest.pace import Batch
from ingest.rewrite import Rewriter
from ingest.segments import Record, write_sealed
from ingest.tiers import Limits as MergeLimits
from ingest.writer import Writer
from plans.read import read_plan
from plans.versions import put

PER_RECORD: Final = 5_000
PER_COMMIT: Final = 50_000
SPREAD_US: Final = 24 * 3600 * 1_000_000


SENT: Final = "sent-bytes"
"""The file of a store made here that says how many bytes of NDJSON its events were."""


def stored(events: int) -> Store:
    """A store of `events` events of the app `shop` that came over the 24 hours before it was made; kept for the day."""
    return _made(f"store-{events}-{date.today()}", events, merged=True)


def unmerged(events: int) -> Store:
    """Such a store whose parts lie as the writer left them."""
    return _made(f"unmerged-{events}", events, merged=False)


def _made(name: str, events: int, *, merged: bool) -> Store:
    store = Store(ARTEFACTS / name)
    if not store.views.exists():
        shutil.rmtree(store.root, ignore_errors=True)
        _fill(store.create(), events)
        if merged:
            _merge(store)
        views.write(store)
    return store


def _fill(store: Store, events: int) -> None:
    draft, _ = read_plan(PLAN.read_bytes(), app="shop", filename=PLAN.name)
    put(store.plans, draft, PLAN.read_bytes())
    writer = Writer(store, DuplicateIndex(store.dedup, identities=4_000_000, seconds=86_400))
    store.views.unlink(missing_ok=True)
    source, began_us, sent = lines(seed=3), time.time_ns() // 1000 - SPREAD_US, 0
    with tqdm(total=events, unit=" events", unit_scale=True, desc="filling a store", disable=None) as bar:
        for first in range(0, events, PER_COMMIT):
            starts = range(first, first + PER_COMMIT, PER_RECORD)
            requests = [(list(islice(source, PER_RECORD)), began_us + at * SPREAD_US // events) for at in starts]
            sent += sum(len(line) for some, _ in requests for line in some)
            records = [record(some, received_at_us) for some, received_at_us in requests]
            writer.store_batch(Batch.of(write_sealed(store.spool, records)))
            bar.update(PER_COMMIT)
    writer.close()
    (store.root / SENT).write_text(str(sent))


def _merge(store: Store) -> None:
    merger = Merger(store, MergeLimits(settle_seconds=0), Rewriter(store, memory_mb=512), grace_seconds=0)
    while merger.step():
        pass
    merger.step()


def record(some: list[bytes], received_at_us: int) -> Record:
    """NDJSON lines as one request of the app `shop`, on its way into the spool."""
    read = read_native(b"".join(some), Sender("shop"), Limits())
    return Record(received_at_us, len(read.events), encode(read.events))
