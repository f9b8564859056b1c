"""Brings events into a real store without HTTP: sealed segments, the real writer, the real merger."""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
import polars as pl

from data import Store, live
from data.parts import list_live
from ingest.apps.deletion import Order
from ingest.index import DuplicateIndex
from ingest.lines import NULL, Spooled, encode, text
from ingest.pace import Batch
from ingest.rewrite import Rewriter
from ingest.segments import Record, write_sealed
from ingest.writer import Writer

START_US = 1_795_446_000_000_000


def spooled(app: str = "shop", payload: Any = None, context: Any = None, **fields: Any) -> Spooled:
    """A good event with `payload` (JSON text as bytes, or anything JSON can say) and the given envelope fields."""
    return Spooled(app=app, payload=_raw({} if payload is None else payload), context=_raw(context), **fields)


def seal(store: Store, events: Sequence[Spooled], received_at_us: int = START_US) -> Batch:
    """One request's events as a sealed segment, ready to be stored."""
    return Batch.of(write_sealed(store.spool, [Record(received_at_us, len(events), encode(events))]))


def ordered(store: Store, order: Order) -> Batch:
    """An order to delete, ready to be carried out."""
    return Batch.of(write_sealed(store.spool, [Record(START_US, 0, order.encode())]))


def delete(store: Store, app: str, user_id: str | None = None, **more: Any) -> None:
    """Carry out an order to delete, by a writer that starts and stops for it."""
    with writing(store) as writer:
        writer.store_batch(ordered(store, Order(app, user_id, **more)))


@contextmanager
def writing(store: Store, **window: Any) -> Iterator[Writer]:
    """A writer that has just started; closed at the end, so that the next one starts from what is on disk."""
    writer = Writer(store, DuplicateIndex(store.dedup, **window))
    try:
        yield writer
    finally:
        writer.close()


def put(store: Store, *events: Spooled, received_at_us: int = START_US) -> None:
    """Store the events as one part, by a writer that starts and stops for it."""
    with writing(store) as writer:
        writer.store_batch(seal(store, events, received_at_us))


def merge_all(store: Store) -> None:
    """Merge all live parts of the store into one, leaving the replaced ones on disk as a running merger does."""
    parts = list_live(store)
    Rewriter(store, memory_mb=512).rewrite(parts, parts)


def visible(store: Store) -> pl.DataFrame:
    """The visible events in seq order."""
    return live(store).sort("seq").collect()


def now_us() -> int:
    return time.time_ns() // 1_000


def _raw(value: Any) -> msgspec.Raw:
    if value is None:
        return NULL
    return text(value if isinstance(value, bytes) else json.dumps(value).encode())
