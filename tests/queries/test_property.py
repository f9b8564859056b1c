"""Whatever is sent, repeated and merged, in whatever order: every answer equals a recount, and walks miss nothing."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from data.layout import Store
from data.parts import list_live
from data.schema import BLOCK
from plans.model import Plan, PlannedEvent
from plans.versions import put
from queries.coverage import coverage
from queries.events import events
from queries.filter import DIMENSIONS, Filter
from queries.page import Page
from queries.reader import Reader
from queries.stats import stats
from queries.trend import trend
from queries.violations import violations
from tests import recount
from tests.queries.conftest import UNHURRIED_MS
from tests.queries.model import EXTRA, START, WRONG_TYPE, Model, event

PLAN = Plan("shop", (PlannedEvent("a"), PlannedEvent("b"), PlannedEvent("c")), match="loose")

one_event = st.fixed_dictionaries(
    {
        "app": st.sampled_from(["shop", "shop", "shop", "other"]),
        "event_name": st.sampled_from(["a", "A", "b", None, "x'\0"]),
        "event_type": st.sampled_from(["track", "track", "system"]),
        "status": st.sampled_from(["valid", "invalid", "unplanned", "error"]),
        "violations": st.sampled_from([[], [], [WRONG_TYPE], [EXTRA], [WRONG_TYPE, EXTRA, WRONG_TYPE]]),
        "app_version": st.sampled_from([None, "1.0", "1.1"]),
        "source": st.sampled_from([None, "web"]),
        "session": st.sampled_from([None, "s1", "s2"]),
        "user_id": st.sampled_from([None, "", "u1"]),
        "payload": st.sampled_from(["{}", '{"City":"K\\u00f6ln"}', '{"city": "Köln"}', None]),
        "unread": st.sampled_from([None, None, "{city"]),
        "copies": st.integers(1, 3),
        "at": st.integers(0, 40).map(lambda tenths: tenths * 4.1),
    }
)
a_part = st.lists(st.tuples(one_event, st.sampled_from([1, 1, 1, 2, BLOCK // 2]), st.integers(0, 12)), max_size=8)
a_merge = st.tuples(st.integers(0, 5), st.integers(0, 5))
a_removal = st.integers(-2, 12)
some_steps = st.lists(st.one_of(a_part, a_part, a_merge, a_removal), min_size=1, max_size=8)
a_filter = st.fixed_dictionaries(
    {},
    optional={
        "event": st.sampled_from([["a"], ["!a"], ["a", "A", ""], ["x'\0"]]),
        "status": st.sampled_from([["valid"], ["!valid"], ["invalid", "error"]]),
        "app_version": st.sampled_from([["1.1"], ["!1.1"], [""]]),
        "source": st.sampled_from([["web"], ["!"]]),
        "field": st.sampled_from([["items[].price"], ["colour", "items[].price"], ["!colour"]]),
        "rule": st.sampled_from([["wrong_type"], ["unplanned_field", "missing"], ["!wrong_type"]]),
        "session": st.sampled_from([["s1"], ["!s1"], ["s1", ""]]),
        "user_id": st.sampled_from([["u1"], [""], ["!"]]),
        "event_id": st.sampled_from([[f"id-{BLOCK + 1}", f"id-{BLOCK - 3}"], [f"!id-{BLOCK}"], ["id-0"]]),
        "q": st.sampled_from([["KÖLN"], ["city"], ["x"]]),
        "since": st.sampled_from([["2026-11-23T15:21:00Z"], ["2026-11-23T15:21:20.5Z"]]),
        "until": st.sampled_from([["2026-11-23T15:22:00Z"], ["2026-11-23T15:22:31.123456Z"]]),
    },
)


@contextmanager
def asked(scan_ms: int = UNHURRIED_MS) -> Iterator[tuple[Model, Reader]]:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder)).create()
        put(store.plans, PLAN, b"")
        reader = Reader(store, threads=1, scan_ms=scan_ms)
        yield Model(store), reader
        reader.close()


def play(model: Model, step: Any, *, replace: bool = True) -> None:
    """A step is a part to add, its events telling how far on their seq is and whom they replace; or places to merge; or
    the place of an event to delete, -1 for the whole log, -2 for its older events, which expire."""
    if isinstance(step, int):
        if replace:
            remove(model, step)
        return
    if isinstance(step, tuple):
        places = len(list_live(model.store)) - 1
        first, last = sorted(min(place, places) for place in step)
        if first < last:
            model.merge(first, last)
        return
    last = model.last or BLOCK - 4
    taken: set[int] = set()
    new = []
    for fields, further, whom in step:
        last += further
        older = [e["seq"] for e in model.visible if e["app"] == fields["app"] and e["seq"] not in taken]
        replaced = older[whom] if replace and whom < len(older) // 2 else None
        taken.add(replaced or 0)
        new.append(event(last, supersedes=replaced, **fields))
    if new:
        model.add(*new)


def remove(model: Model, place: int) -> None:
    theirs = [e for e in model.visible if e["app"] == "shop"]
    if place == -2:
        model.expire("shop", START + timedelta(seconds=70))
    elif place == -1:
        model.clear("shop")
    elif place < len(theirs):
        model.delete(theirs[place])


@settings(max_examples=45)
@given(some_steps, st.lists(a_filter, min_size=1, max_size=3), st.integers(1, 9), st.integers(0, 20))
def test_every_answer_equals_a_recount(
    steps: list[Any], filters: list[dict[str, list[str]]], limit: int, offset: int
) -> None:
    with asked() as (model, reader):
        for step in steps:
            play(model, step)
            stats(reader, "shop", Filter())
        for given_filter in filters:
            compare(model, reader, given_filter, limit, offset)


def compare(model: Model, reader: Reader, given_filter: dict[str, list[str]], limit: int, offset: int) -> None:
    counted = {name: values for name, values in given_filter.items() if name in ("since", "until", *DIMENSIONS)}
    chosen = Filter.parse({"since": ["2026-11-23T15:20:00Z"], **counted}, "trend", now=START)
    answer = stats(reader, "shop", chosen)
    del answer["version"]
    assert answer == recount.stats(model.visible, "shop", chosen)
    assert trend(reader, "shop", chosen, 120) == recount.trend(model.visible, "shop", chosen, 120)
    assert coverage(reader, "shop", chosen) == recount.coverage(model.visible, "shop", chosen, PLAN)
    assert violations(reader, "shop", chosen) == recount.violations(model.visible, "shop", chosen)
    exact = Filter.parse(given_filter, "events")
    top = model.visible[-1]["seq"] if model.visible else 1
    for page in (Page(limit, offset=offset), Page(limit, cursor=top - offset), Page(limit, before=top, offset=offset)):
        found = events(reader, "shop", exact, page)
        del found["version"]
        assert found == recount.events(model.visible, "shop", exact, page)


@settings(max_examples=50)
@given(some_steps, some_steps, a_filter, st.integers(1, 4), st.sampled_from([0, UNHURRIED_MS]))
def test_a_walk_by_cursor_gives_what_is_visible_throughout_once_and_in_order(
    before: list[Any], meanwhile: list[Any], given_filter: dict[str, list[str]], limit: int, scan_ms: int
) -> None:
    """However little is found in one answer: without any time for it, a scan goes on from where it stopped."""
    chosen = Filter.parse(given_filter, "events")
    with asked(scan_ms) as (model, reader):
        for step in before:
            play(model, step)
        throughout = {e["seq"] for e in recount.keep(model.visible, "shop", chosen)}
        answer = events(reader, "shop", chosen, Page(limit))
        walked = [row["seq"] for row in answer["rows"]]
        while answer["next"] is not None:
            if meanwhile:
                play(model, meanwhile.pop())
            answer = events(reader, "shop", chosen, Page(limit, cursor=answer["next"]))
            walked += [row["seq"] for row in answer["rows"]]
        throughout &= {e["seq"] for e in model.visible}
    assert walked == sorted(set(walked), reverse=True)
    assert throughout <= set(walked)


@settings(max_examples=40)
@given(some_steps, some_steps, a_filter, st.integers(1, 4))
def test_a_walk_by_offset_below_a_pinned_top_gives_every_row_once_and_in_order(
    before: list[Any], meanwhile: list[Any], given_filter: dict[str, list[str]], limit: int
) -> None:
    chosen = Filter.parse(given_filter, "events")
    with asked() as (model, reader):
        for step in before:
            play(model, step)
        expected = sorted((e["seq"] for e in recount.keep(model.visible, "shop", chosen)), reverse=True)
        top = max((e["seq"] for e in model.visible), default=0) + 1
        walked: list[int] = []
        for offset in range(0, len(expected) + limit, limit):
            answer = events(reader, "shop", chosen, Page(limit, offset=offset, before=top))
            assert answer["total"] == len(expected)
            walked += [row["seq"] for row in answer["rows"]]
            if meanwhile:
                play(model, meanwhile.pop(), replace=False)
    assert walked == expected
