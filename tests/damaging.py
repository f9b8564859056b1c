"""A store with some of everything in it, and ways to damage it as disks, people and other stores do."""

import shutil
from pathlib import Path

import polars as pl

from data import digests
from data.layout import Store
from data.parts import Part, list_live
from data.store_id import store_id
from ingest.check import Findings, check
from ingest.rewrite import Rewriter
from plans.read import read_plan
from plans.versions import put as put_plan
from tests.storing import START_US, put, seal, spooled

SHEET = b"eventName,eventPayload,dataType\nsold,price,float\n"
MINUTE_US = 60_000_000


def fill(store: Store) -> Store:
    """A merged part and two fresh ones, the last replacing a row of the first; a plan; a segment that waits."""
    put_plan(store.plans, read_plan(SHEET, app="shop", content_type="text/csv")[0], SHEET)
    for minute in range(4):
        events = [spooled(event_id=f"{minute}-{n}", event_name="sold", payload={"price": n}) for n in range(3)]
        put(store, *events, received_at_us=START_US + minute * MINUTE_US)
    parts = list_live(store)
    merged = Rewriter(store).rewrite(parts[:2], parts)
    for part in parts[:2]:
        shutil.rmtree(part.folder)
    put(store, spooled(event_id="0-0", event_name="sold", payload={"price": "dear"}))
    seal(store, [spooled(event_id="waiting", event_name="sold")])
    assert list_live(store)[0] == merged
    return store


def flip(file: Path, at: int, bit: int = 0) -> None:
    """Flip one bit, in place."""
    with file.open("r+b") as opened:
        opened.seek(at)
        byte = opened.read(1)[0]
        opened.seek(at)
        opened.write(bytes([byte ^ (1 << bit)]))


def rewrite(store: Store, part: Part, relation: str, table: pl.DataFrame) -> None:
    """What a writer with a fault would have stored: another table, with the digest of it."""
    table.write_parquet(part.file(relation))
    digests.write(part.folder, store_id(store.root), part)


def said(found: Findings) -> str:
    return "\n".join(map(str, found.problems))


def problems(store: Store) -> str:
    """All that is wrong with a store, a line each."""
    return said(check(store))
