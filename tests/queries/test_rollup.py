"""Counts by hour, by status and by minute say the same, and a window takes each of its minutes from one of them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queries.conditions import of_minutes
from queries.coverage import coverage
from queries.filter import Filter
from queries.reader import Look, Reader, Row
from queries.rollup import pieces
from queries.stats import stats
from queries.trend import trend
from tests import recount
from tests.queries.model import EXTRA, START, WRONG_TYPE, Model, event

MINUTE = timedelta(minutes=1)
buckets = st.sampled_from([None, MINUTE, 7 * MINUTE, 60 * MINUTE])
bounds = st.one_of(st.none(), st.integers(0, 1_800).map(lambda minutes: START + minutes * MINUTE))
WINDOWS = [
    ("2026-11-23T15:00:00Z", "2026-11-24T15:00:00Z"),
    ("2026-11-23T15:20:00Z", "2026-11-24T02:41:00Z"),
    ("2026-11-23T16:01:00Z", "2026-11-23T16:59:00Z"),
    ("2026-11-23T16:30:00Z", "2026-11-23T17:30:00Z"),
    ("2026-11-23T16:30:00Z", "2026-11-23T18:30:00Z"),
    ("2026-11-23T18:00:00Z", "2026-11-23T18:00:00Z"),
]
FILTERS: list[dict[str, list[str]]] = [
    {},
    {"status": ["invalid"]},
    {"status": ["!valid"], "event_type": ["!system"]},
    {"event": ["b"]},
    {"app_version": ["!1.1"], "status": ["valid"]},
]


@given(bounds, bounds, buckets, st.sets(st.sampled_from(["a", "status"])))
@settings(max_examples=200)
def test_every_minute_of_a_window_comes_from_one_piece(
    since: datetime | None, until: datetime | None, bucket: timedelta | None, dimensions: set[str]
) -> None:
    if since is not None and until is not None and since > until:
        since, until = until, since
    cut = pieces(since, until, dimensions, bucket)
    for number in range(-60, 2_000, 7):
        at = START + number * MINUTE
        inside = (since is None or since <= at) and (until is None or at < until)
        taken = [p for p in cut if (p.first is None or p.first <= at) and (p.end is None or at < p.end)]
        assert len(taken) == inside
    assert all(not bound.minute for p in cut if p.relation == "by_hour" for bound in (p.first, p.end) if bound)


@pytest.fixture(scope="module")
def spread(scratch: Model) -> Model:
    """Three parts of events over 30 hours, some of them replaced by a later one, and two of the parts merged."""
    kinds: list[dict[str, Any]] = [
        {"event_name": "a"},
        {"event_name": "b", "status": "invalid", "violations": [WRONG_TYPE], "app_version": "1.1"},
        {"event_name": "b", "violations": [EXTRA], "app_version": "1.0"},
        {"event_type": "system", "event_name": None},
        {"event_name": "c", "status": "error", "app": "other"},
    ]
    for part in range(3):
        first = 1 + 40 * part
        new = [event(seq, at=(seq * 947) % 108_000, **kinds[seq % 5]) for seq in range(first, first + 39)]
        for place, older in enumerate(range(first - 40, first - 20, 7) if part else ()):
            new[place] |= {"supersedes": older, "copies": 2}
        scratch.add(*new)
    scratch.merge(0, 1)
    return scratch


@pytest.fixture(scope="module")
def spread_reader(spread: Model) -> Iterator[Reader]:
    reader = Reader(spread.store, threads=1)
    yield reader
    reader.close()


@pytest.mark.parametrize("given_filter", FILTERS, ids=str)
@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_rolled_up_or_by_minute_the_rows_are_the_same(
    spread_reader: Reader, window: tuple[str, str], given_filter: dict[str, list[str]]
) -> None:
    chosen = Filter.parse({"since": [window[0]], "until": [window[1]], **given_filter}, "trend")
    for question, bucket in (("stats", None), ("coverage", None), ("trend", 1_200), ("trend", 7_200)):
        values = {"app": "shop", "bucket": bucket, "since": chosen.since, "until": chosen.until, "as_of": None}
        by_minute = spread_reader.ask(partial(minutes, question, values, chosen))
        assert spread_reader.ask(partial(rolled_up, question, values, chosen)) == by_minute


def minutes(question: str, values: dict[str, Any], chosen: Filter, look: Look) -> list[Row]:
    return sorted(look.rows(question, of_minutes(chosen), **values), key=str)


def rolled_up(question: str, values: dict[str, Any], chosen: Filter, look: Look) -> list[Row]:
    look.narrow_minutes("shop", chosen.since, chosen.until, chosen.dimensions(), values["bucket"])
    return minutes(question, values, chosen, look)


@pytest.mark.parametrize("given_filter", FILTERS, ids=str)
@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_every_answer_over_many_hours_equals_a_recount(
    spread: Model, spread_reader: Reader, window: tuple[str, str], given_filter: dict[str, list[str]]
) -> None:
    chosen = Filter.parse({"since": [window[0]], "until": [window[1]], **given_filter}, "trend")
    counted = stats(spread_reader, "shop", chosen)
    del counted["version"]
    assert counted == recount.stats(spread.visible, "shop", chosen)
    assert coverage(spread_reader, "shop", chosen) == recount.coverage(spread.visible, "shop", chosen, None)
    for bucket in (1_200, 3_600, 7_200):
        expected = recount.trend(spread.visible, "shop", chosen, bucket)
        assert trend(spread_reader, "shop", chosen, bucket) == expected
