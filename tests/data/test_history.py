"""An app's history: every visible event once, oldest first, whatever is committed and merged meanwhile."""

import re
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from data.history import Range, batches, count, newest
from data.layout import Store
from data.parts import Damaged, list_live
from data.schema import EVENTS
from ingest.merge import Merger
from ingest.rewrite import Rewriter
from ingest.tiers import Limits
from tests.storing import START_US, merge_all, put, spooled, visible

START = datetime(1970, 1, 1) + timedelta(microseconds=START_US)
COLUMNS = ("seq", "event_name", "payload")


def filled(store: Store, parts: int = 4, each: int = 6) -> None:
    """Parts a minute apart of two apps; each part repeats an event of the one before it."""
    for part in range(parts):
        events = [
            spooled(
                app=("shop", "web")[n % 3 == 0], event_id=f"{part * (each - 1) + n}", event_name="e", payload={"n": n}
            )
            for n in range(each)
        ]
        put(store, *events, received_at_us=START_US + part * 60_000_000)


def expected(store: Store, app: str = "shop") -> pl.DataFrame:
    return visible(store).filter(pl.col("app") == app).select(COLUMNS)


def hasty(store: Store) -> Merger:
    """A merger that deletes what it replaced at its next step."""
    return Merger(store, Limits(), Rewriter(store, memory_mb=512), grace_seconds=0.0)


@pytest.mark.parametrize("merged", [False, True])
@pytest.mark.parametrize("rows", [1, 7, 50_000])
def test_every_visible_event_of_an_app_comes_once_oldest_first(store: Store, rows: int, merged: bool) -> None:
    filled(store)
    if merged:
        merge_all(store)
    found = list(batches(store, "shop", columns=COLUMNS, rows=rows))
    assert all(0 < batch.height <= rows for batch in found)
    assert_frame_equal(pl.concat(found), expected(store))
    assert count(store, "shop") == expected(store).height


def test_an_empty_store_and_an_unknown_app_have_no_batches(store: Store) -> None:
    assert list(batches(store, "shop", columns=COLUMNS)) == []
    put(store, spooled(app="web"))
    assert list(batches(store, "shop", columns=COLUMNS)) == []
    assert count(store, "shop") == 0


@pytest.mark.parametrize(
    "asked",
    [
        {"since": START + timedelta(minutes=1)},
        {"until": START + timedelta(minutes=2)},
        {"since": START + timedelta(minutes=1), "until": START + timedelta(minutes=3)},
        {"first_seq": 7, "last_seq": 12},
        {"first_seq": 100},
        {"since": START + timedelta(days=1)},
    ],
)
@pytest.mark.parametrize("merged", [False, True])
def test_a_range_is_kept(store: Store, asked: dict[str, Any], merged: bool) -> None:
    filled(store)
    if merged:
        merge_all(store)
    shown = visible(store).filter(pl.col("app") == "shop")
    shown = shown.filter(
        pl.col("received_at") >= asked.get("since", datetime.min),
        pl.col("received_at") < asked.get("until", datetime.max),
        pl.col("seq") >= asked.get("first_seq", 0),
        pl.col("seq") <= asked.get("last_seq", 1 << 40),
    )
    found = [pl.DataFrame(schema=shown.select(COLUMNS).schema), *batches(store, "shop", columns=COLUMNS, **asked)]
    assert_frame_equal(pl.concat(found), shown.select(COLUMNS))
    assert count(store, "shop", **asked) == shown.height


def test_a_reader_sees_its_first_moment_while_parts_are_committed_and_merged(store: Store) -> None:
    filled(store, parts=6)
    before = expected(store)
    walk = batches(store, "shop", columns=COLUMNS, rows=3)
    found = [next(walk)]
    put(store, spooled(app="shop", event_id="2"), spooled(app="shop", event_id="new"))
    merge_all(store)
    merger = hasty(store)
    merger.step()
    merger.step()
    assert len(list_live(store)) == 1
    found += walk
    assert_frame_equal(pl.concat(found), before)
    assert expected(store).height != before.height


def test_a_part_that_is_deleted_while_it_is_pinned_is_looked_for_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(store)
    before, listed = expected(store), list_live(store)
    merge_all(store)
    merger = hasty(store)
    merger.step()
    merger.step()
    answers = [listed]
    monkeypatch.setattr("data.pins.list_live", lambda at: answers.pop() if answers else list_live(at))
    assert_frame_equal(pl.concat(batches(store, "shop", columns=COLUMNS)), before)
    assert answers == []


def test_pins_go_when_the_reader_is_done_or_gives_up_or_dies(store: Store) -> None:
    filled(store)
    list(batches(store, "shop", columns=COLUMNS))
    walk = batches(store, "shop", columns=COLUMNS, rows=1)
    next(walk)
    assert len(list(store.pins.iterdir())) == 1
    left = store.pins / "left-by-a-reader-that-died"
    left.mkdir()
    (left / "held").touch()
    assert count(store, "shop") == expected(store).height
    assert len(list(store.pins.iterdir())) == 1
    walk.close()  # type: ignore[attr-defined]
    assert list(store.pins.iterdir()) == []


@pytest.mark.parametrize("texts", [1, 100])
def test_long_events_come_in_small_batches(store: Store, texts: int) -> None:
    payloads = [{"text": f"{n % texts}" * 10_000} for n in range(100)]
    put(store, *(spooled(app="shop", event_id=str(n), payload=payload) for n, payload in enumerate(payloads)))
    found = list(batches(store, "shop", columns=COLUMNS, batch_bytes=200_000))
    assert max(batch.estimated_size() for batch in found) < 400_000
    assert_frame_equal(pl.concat(found), expected(store))


def test_a_part_that_is_damaged_is_named(store: Store) -> None:
    filled(store)
    file = list_live(store)[2].file("events")
    file.write_bytes(file.read_bytes()[:-20])
    for ask in (lambda: list(batches(store, "shop", columns=COLUMNS)), lambda: count(store, "shop")):
        with pytest.raises(Damaged, match=re.escape(f"{file} cannot be read: ")):
            ask()
    assert list(store.pins.iterdir()) == []


@pytest.mark.parametrize("events", [0, 1, 5, 12, 16, 1_000])
def test_the_newest_events_are_found_by_their_first_seq(store: Store, events: int) -> None:
    filled(store)
    shown = expected(store)
    first = newest(store, "shop", events, Range())
    found = [shown.clear(), *batches(store, "shop", columns=COLUMNS, first_seq=first)]
    assert_frame_equal(pl.concat(found), shown.tail(events))


def test_all_columns_have_the_types_of_the_contract(store: Store) -> None:
    filled(store)
    merge_all(store)
    (found,) = batches(store, "shop", columns=EVENTS.names())
    assert found.schema == EVENTS
