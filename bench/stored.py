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


def stored(events: int) -> Store:
    """A store of `events` events of the app `shop` that came over the 24 hours before it was made; kept for the day."""
    store = Store(ARTEFACTS / f"store-{events}-{date.today()}")
    if not store.views.exists():
        shutil.rmtree(store.root, ignore_errors=True)
        _fill(store.create(), events)
    return store


def _fill(store: Store, events: int) -> None:
    draft, _ = read_plan(PLAN.read_bytes(), app="shop", filename=PLAN.name)
    put(store.plans, draft, PLAN.read_bytes())
    writer = Writer(store, DuplicateIndex(store.dedup, identities=4_000_000, seconds=86_400))
    store.views.unlink(missing_ok=True)
    source, began_us = lines(seed=3), time.time_ns() // 1000 - SPREAD_US
    with tqdm(total=events, unit=" events", unit_scale=True, desc="filling a store", disable=None) as bar:
        for first in range(0, events, PER_COMMIT):
            records = [
                _record(list(islice(source, PER_RECORD)), began_us + at * SPREAD_US // events)
                for at in range(first, first + PER_COMMIT, PER_RECORD)
            ]
            writer.store_batch(Batch.of(write_sealed(store.spool, records)))
            bar.update(PER_COMMIT)
    writer.close()
    merger = Merger(store, MergeLimits(settle_seconds=0), Rewriter(store, memory_mb=512), grace_seconds=0)
    while merger.step():
        pass
    merger.step()
    views.write(store)


def _record(some: list[bytes], received_at_us: int) -> Record:
    read = read_native(b"".join(some), Sender("shop"), Limits())
    return Record(received_at_us, len(read.events), encode(read.events))
