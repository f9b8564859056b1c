"""The log: any page of it, every row once and in order, with exact totals, and single events."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from data.schema import BLOCK
from plans.judging.one import unplanned, unreadable
from plans.model import Plan, PlannedEvent
from plans.versions import put
from queries.errors import NotFound
from queries.event import event as one_event
from queries.events import events
from queries.filter import Filter
from queries.page import Page
from queries.reader import Reader
from queries.seek import COUNTED_AT_ONCE, MAX_BLOCKS
from tests import recount
from tests.queries.conftest import UNHURRIED_MS
from tests.queries.model import START, WRONG_TYPE, Model, event

EVERYTHING = Filter()
FILTERS: list[dict[str, list[str]]] = [
    {},
    {"event": ["rare"]},
    {"status": ["!valid"]},
    {"event": ["absent"]},
    {"event": ["x' or 1=1 --"]},
    {"since": ["2026-11-23T15:20:10.5Z"], "until": ["2026-11-23T15:20:52Z"]},
    {"since": ["2026-11-23T15:20:30Z"], "status": ["invalid"]},
    {"until": ["2026-11-23T15:20:30Z"]},
    {"since": ["2026-11-24"]},
]
PAGES = [
    Page(limit=1),
    Page(limit=7),
    Page(limit=1_000),
    Page(limit=5, offset=0),
    Page(limit=5, offset=28),
    Page(limit=5, offset=58),
    Page(limit=5, offset=60),
    Page(limit=5, offset=10**12),
    Page(limit=5, cursor=2 * BLOCK),
    Page(limit=5, cursor=2 * BLOCK + 1),
    Page(limit=5, cursor=0),
    Page(limit=5, cursor=3 * BLOCK, before=BLOCK + 3),
    Page(limit=5, offset=6, before=2 * BLOCK + 4),
    Page(limit=5, before=2**63 - 1),
    Page(limit=5, before=0),
]


@pytest.fixture(scope="module")
def log(scratch: Model) -> Model:
    """60 events of two apps in six parts around the edges of three blocks; some replaced, some parts merged."""
    for part in range(6):
        first = BLOCK * (part // 2 + 1) - 5 + 10 * (part % 2)
        wrong = {"status": "invalid", "violations": [WRONG_TYPE]}
        new = [event(first + n, at=10 * part + n, **(wrong if n % 3 else {})) for n in range(10)]
        new[4]["app"] = "other"
        new[7]["event_name"] = "rare"
        if part in (3, 5):
            new[2]["supersedes"] = BLOCK - 3
            new[8]["supersedes"] = new[0]["seq"] - 3
        scratch.add(*new)
        if part == 4:
            scratch.merge(0, 1)
    return scratch


@pytest.fixture(scope="module")
def log_reader(log: Model) -> Iterator[Reader]:
    reader = Reader(log.store, threads=1, scan_ms=UNHURRIED_MS)
    yield reader
    reader.close()


def answer(reader: Reader, chosen: Filter, page: Page) -> dict[str, Any]:
    found = events(reader, "shop", chosen, page)
    del found["version"]
    return found


@pytest.mark.parametrize("page", PAGES, ids=str)
@pytest.mark.parametrize("given", FILTERS, ids=str)
def test_any_page_equals_a_recount(log: Model, log_reader: Reader, given: dict[str, list[str]], page: Page) -> None:
    chosen = Filter.parse(given, "events")
    assert answer(log_reader, chosen, page) == recount.events(log.visible, "shop", chosen, page)


@pytest.mark.parametrize("given", FILTERS, ids=str)
def test_walking_by_offset_and_by_cursor_gives_every_row_once(
    log: Model, log_reader: Reader, given: dict[str, list[str]]
) -> None:
    chosen = Filter.parse(given, "events")
    expected = sorted((e["seq"] for e in recount.keep(log.visible, "shop", chosen)), reverse=True)
    by_offset = [
        row["seq"]
        for offset in range(0, len(expected) + 7, 7)
        for row in answer(log_reader, chosen, Page(limit=7, offset=offset))["rows"]
    ]
    assert by_offset == expected
    assert walk(log_reader, chosen, limit=7) == expected


def walk(reader: Reader, chosen: Filter, limit: int) -> list[int]:
    found = answer(reader, chosen, Page(limit=limit))
    seqs = [row["seq"] for row in found["rows"]]
    while found["next"] is not None:
        found = answer(reader, chosen, Page(limit=limit, cursor=found["next"]))
        seqs += [row["seq"] for row in found["rows"]]
    return seqs


def test_a_pinned_top_keeps_positions_while_events_arrive(model: Model, reader: Reader) -> None:
    model.add(*(event(seq) for seq in range(1, 21)))
    pinned = events(reader, "shop", EVERYTHING, Page(limit=5, offset=10, before=21))
    model.add(*(event(seq) for seq in range(21, 31)))
    later = events(reader, "shop", EVERYTHING, Page(limit=5, offset=10, before=21))
    assert [row["seq"] for row in later["rows"]] == [row["seq"] for row in pinned["rows"]] == [10, 9, 8, 7, 6]
    assert later["total"] == 20


def test_a_page_scattered_over_too_many_blocks_says_how_far_it_looked(model: Model, reader: Reader) -> None:
    blocks = 3 * MAX_BLOCKS
    model.add(*(event(block * BLOCK + 1) for block in range(blocks)))
    found = events(reader, "shop", EVERYTHING, Page(limit=100))
    assert (len(found["rows"]), found["total"]) == (MAX_BLOCKS, blocks)
    assert (found["complete"], found["searched_to"]) == (False, found["next"])
    assert walk(reader, EVERYTHING, limit=100) == [block * BLOCK + 1 for block in reversed(range(blocks))]


def test_a_total_that_takes_too_long_to_count_is_null(model: Model, hurried: Reader) -> None:
    """Every block has events before, within and after the window, as when old events arrive again and again."""
    blocks = COUNTED_AT_ONCE + 4
    model.add(*(event(block * BLOCK + 1 + n, at=100 * n) for block in range(blocks) for n in range(3)))
    window = Filter(since=START + timedelta(seconds=50), until=START + timedelta(seconds=150))
    found = events(hurried, "shop", window, Page(limit=5))
    assert found["total"] is None
    assert [row["seq"] for row in found["rows"]] == [block * BLOCK + 2 for block in range(blocks - 1, blocks - 6, -1)]
    far = events(hurried, "shop", window, Page(limit=5, offset=COUNTED_AT_ONCE + 1))
    assert (far["rows"], far["complete"], far["searched_to"]) == ([], False, 4 * BLOCK)


def test_text_of_the_sender_comes_out_as_it_went_in(model: Model, reader: Reader) -> None:
    payload = '{"n": 9007199254740993, "s": "é\\u0000\\ud83d\\ude00", "d": 1.0, "d2": 1e400}'
    model.add(event(1, payload=payload, context='{ "os" : "x" }', event_name="nul\0inside", user_id="'\"\\"))
    [row] = events(reader, "shop", EVERYTHING)["rows"]
    assert (row["payload"], row["context"]) == (payload, '{ "os" : "x" }')
    assert (row["event_name"], row["user_id"]) == ("nul\0inside", "'\"\\")


def test_a_brief_page_has_the_same_rows_without_their_texts(model: Model, reader: Reader) -> None:
    for seq in (1, 2):
        model.add(event(seq, payload='{"a": 1}', context='{"b": 2}'))
    rows = events(reader, "shop", EVERYTHING)["rows"]
    brief = events(reader, "shop", EVERYTHING, Page(brief=True))["rows"]
    assert brief == [{name: row[name] for name in row if name not in ("payload", "context")} for row in rows]


def test_times_are_shown_to_the_microsecond(model: Model, reader: Reader) -> None:
    model.add(event(1, received_at=datetime(2026, 11, 23, 15, 20, 1, 123_456), occurred_at=datetime(1969, 7, 20)))
    [row] = events(reader, "shop", EVERYTHING)["rows"]
    assert row["received_at"] == "2026-11-23T15:20:01.123456Z"
    assert row["occurred_at"] == "1969-07-20T00:00:00.000000Z"


def test_an_event_is_shown_whole_with_its_field_table(model: Model, reader: Reader) -> None:
    schema = '{"type":"object","properties":{"price":{"type":"integer"}},"required":["price"]}'
    plan = put(model.store.plans, Plan("shop", (PlannedEvent("bought", schema=schema),)), b"")
    stored = event(7, event_name="bought", payload='{"price":"2"}', plan_version=plan.version, unread="raw")
    model.add(stored)
    found = one_event(reader, "shop", 7)
    [price] = found.pop("fields")
    assert (price["key"], price["status"], price["rule"]) == ("price", "invalid", "wrong_type")
    assert found == {**recount.shown_row(stored), "unread": "raw"}


@pytest.mark.parametrize(
    ("stored", "statuses"),
    [
        (event(1, payload='{"a":1}', status="unplanned", violations=[unplanned("e")]), ["warning", "not_applied"]),
        (event(1, payload='{"a":1}', event_type="system"), ["not_applied"]),
        (
            event(1, payload=None, event_name=None, status="error", unread="{", violations=[unreadable("no JSON")]),
            ["invalid"],
        ),
        (event(1, payload='{"a":1}', status="error", violations=[unreadable("no time")]), ["invalid", "not_applied"]),
        (event(1, payload=None, status="unplanned", violations=[unplanned("e")]), ["warning"]),
    ],
    ids=["unplanned", "system", "unread", "with an unreadable time", "without a payload"],
)
def test_an_event_that_no_plan_speaks_of_has_a_field_table_too(
    model: Model, reader: Reader, stored: recount.Event, statuses: list[str]
) -> None:
    model.add(stored)
    assert [field["status"] for field in one_event(reader, "shop", 1)["fields"]] == statuses


@pytest.mark.parametrize("seq", [0, 1, 3, 9, 2**63 - 1])
def test_an_event_that_is_replaced_or_of_another_app_or_not_there_is_not_found(
    model: Model, reader: Reader, seq: int
) -> None:
    model.add(event(1), event(3, app="other"))
    model.add(event(4, supersedes=1))
    with pytest.raises(NotFound):
        one_event(reader, "shop", seq)
