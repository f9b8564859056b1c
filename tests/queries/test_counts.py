"""Totals, trends, coverage and violations equal a recount of the visible events, whatever is asked for."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from data.schema import BLOCK
from plans.model import Plan, PlannedEvent
from plans.versions import put
from queries.apps import apps
from queries.coverage import coverage
from queries.errors import BadRequest
from queries.filter import Filter
from queries.reader import Reader
from queries.stats import stats
from queries.trend import trend
from queries.version import version, versions
from queries.violations import violations
from tests import recount
from tests.queries.model import EXTRA, START, UNPLANNED, WRONG_TYPE, Model, event

NOW = START + timedelta(hours=1)
ODD = ["Robert'); drop table events; --", "naïve 🛒", 'say "hi"', "null\0inside", "%_\\", "", "$event", " "]

FILTERS: list[dict[str, list[str]]] = [
    {},
    {"hours": ["2"]},
    {"since": ["2026-11-23T15:21:30Z"], "until": ["2026-11-23T15:40:10Z"]},
    {"since": ["2026-11-23T15:22:00Z"], "until": ["2026-11-23T15:22:00Z"]},
    {"event": ["page_seen"]},
    {"event": ["page_seen", "bought"]},
    {"event": ["!page_seen"]},
    {"event": [""]},
    {"event": ["!"]},
    {"event_type": ["system"]},
    {"event_type": ["!system"]},
    {"status": ["invalid", "error"]},
    {"status": ["!valid"]},
    {"source": ["web"]},
    {"source": [""]},
    {"app_version": ["1.1"]},
    {"app_version": ["!1.1"], "event": ["bought"]},
    {"platform": ["ios"], "environment": ["!test"]},
    *({"event": [odd]} for odd in ODD),
    *({"source": [f"!{odd}"]} for odd in ODD),
]


@pytest.fixture(scope="module")
def told(scratch: Model) -> Model:
    """Three parts: every status, odd names, two apps, a system event, replaced and nameless ones, and a merge."""
    ios = {"source": "app", "platform": "ios", "environment": "prod"}
    wrong = {"status": "invalid", "violations": [WRONG_TYPE, {**WRONG_TYPE, "field": "items[2].price"}, EXTRA]}
    unplanned = {"status": "unplanned", "violations": [UNPLANNED]}
    unread = {**UNPLANNED, "rule": "unreadable", "severity": "error"}
    scratch.add(
        event(1, at=0),
        event(2, at=30, event_name="bought", app_version="1.0", copies=3, **ios, **wrong),
        event(3, at=70, event_name="bought", app_version="1.1", source="web", violations=[EXTRA]),
        event(4, at=75, event_name=None, status="error", payload=None, violations=[unread]),
        event(5, at=75, app="other", source="web", **wrong),
    )
    scratch.add(
        event(6, at=130, event_name="bought", app_version="1.1", **ios, **wrong),
        event(7, at=140, event_type="system", event_name="ping"),
        *(event(8 + n, at=200 + 60 * n, event_name=odd, source=odd, **unplanned) for n, odd in enumerate(ODD)),
    )
    scratch.add(
        event(20, at=2_000, event_name="bought", app_version="1.0", copies=4, supersedes=2, **ios),
        event(21, at=2_001, event_name="Page Seen", source="web", environment="test"),
        event(22, at=3_000, copies=2, supersedes=1, **wrong),
    )
    scratch.merge(0, 1)
    scratch.add(
        event(23, at=3_001, event_name="gone", source="web", app_version="1.1", supersedes=22, copies=3, **wrong)
    )
    return scratch


@pytest.fixture(scope="module")
def told_reader(told: Model) -> Iterator[Reader]:
    reader = Reader(told.store, threads=1)
    yield reader
    reader.close()


def asked(question: str, given: dict[str, list[str]]) -> Filter:
    return Filter.parse(given, question, now=NOW)


@pytest.mark.parametrize("given", FILTERS, ids=str)
def test_stats_equal_a_recount(told: Model, told_reader: Reader, given: dict[str, list[str]]) -> None:
    chosen = asked("stats", given)
    answer = stats(told_reader, "shop", chosen)
    assert answer.pop("version") == version(told_reader, "shop")
    assert answer == recount.stats(told.visible, "shop", chosen)


@pytest.mark.parametrize("bucket", [60, 300, 3_600, 7 * 60])
@pytest.mark.parametrize("given", FILTERS, ids=str)
def test_a_trend_equals_a_recount(told: Model, told_reader: Reader, given: dict[str, list[str]], bucket: int) -> None:
    chosen = asked("trend", given)
    assert trend(told_reader, "shop", chosen, bucket) == recount.trend(told.visible, "shop", chosen, bucket)


@pytest.mark.parametrize("given", FILTERS, ids=str)
def test_coverage_equals_a_recount(told: Model, told_reader: Reader, given: dict[str, list[str]]) -> None:
    plan = Plan("shop", (PlannedEvent("page_seen"), PlannedEvent("bought"), PlannedEvent("never")), match="loose")
    put(told.store.plans, plan, b"")
    chosen = asked("coverage", given)
    assert coverage(told_reader, "shop", chosen) == recount.coverage(told.visible, "shop", chosen, plan)


@pytest.mark.parametrize("given", FILTERS, ids=str)
def test_violations_equal_a_recount(told: Model, told_reader: Reader, given: dict[str, list[str]]) -> None:
    chosen = asked("violations", given)
    assert violations(told_reader, "shop", chosen) == recount.violations(told.visible, "shop", chosen)


def test_a_loose_plan_means_names_however_they_are_spelt(model: Model, reader: Reader) -> None:
    model.add(event(1, event_name="Page Seen"), event(2, event_name="PAGE_SEEN", violations=[EXTRA]))
    planned = (PlannedEvent("page_seen"),)
    put(model.store.plans, Plan("shop", planned, match="loose"), b"")
    loose = coverage(reader, "shop", asked("coverage", {}))
    assert (loose["captured_events"], loose["fully_valid_events"]) == (["page_seen"], [])
    put(model.store.plans, Plan("shop", planned, match="exact"), b"")
    exact = coverage(reader, "shop", asked("coverage", {}))
    assert exact["missing_events"] == ["page_seen"]
    assert exact["unplanned_events"] == ["PAGE_SEEN", "Page Seen"]


def test_without_a_plan_every_name_is_unplanned(model: Model, reader: Reader) -> None:
    model.add(event(1, event_name="b"), event(2, event_name="a"), event(3, event_name=None, status="error"))
    answer = coverage(reader, "shop", asked("coverage", {}))
    assert (answer["total"], answer["captured"], answer["missing"]) == (0, 0, 0)
    assert answer["unplanned_events"] == ["a", "b"]


def test_a_name_counts_by_its_worst_and_by_its_latest_status(model: Model, reader: Reader) -> None:
    model.add(
        event(1, event_name="mended", status="invalid"),
        event(2, event_name="mended"),
        event(3, event_name="broken", status="error"),
        event(4, event_name="broken", status="invalid"),
        event(5, event_name="planned later", status="unplanned"),
        event(6, event_name="planned later"),
    )
    answer = stats(reader, "shop", asked("stats", {}))
    assert answer["names"] == {"total": 3, "valid": 0, "invalid": 1, "error": 1}
    assert answer["names_latest"] == {"total": 3, "valid": 2, "invalid": 1, "error": 0}


def test_the_latest_status_of_a_name_is_that_of_the_newest_event_left(model: Model, reader: Reader) -> None:
    model.add(event(1, event_name="a"), event(2, event_name="a", status="invalid"))
    model.add(event(3, event_name="b", supersedes=2))
    answer = stats(reader, "shop", asked("stats", {}))
    assert answer["names_latest"] == {"total": 2, "valid": 2, "invalid": 0, "error": 0}


def test_the_newest_event_left_of_a_name_is_found_however_far_back(model: Model, reader: Reader) -> None:
    model.add(
        event(1, event_name="far", status="error"),
        event(BLOCK + 1, event_name="near", status="invalid"),
        event(2 * BLOCK, event_name="other"),
        event(3 * BLOCK, event_name="far"),
        event(3 * BLOCK + 1, event_name="near"),
    )
    model.add(
        event(4 * BLOCK, event_name="other", supersedes=3 * BLOCK),
        event(4 * BLOCK + 1, event_name="other", supersedes=3 * BLOCK + 1),
    )
    answer = stats(reader, "shop", asked("stats", {}))
    assert answer["names_latest"] == {"total": 3, "valid": 1, "invalid": 1, "error": 1}


def test_a_violation_forgets_the_events_that_were_replaced(model: Model, reader: Reader) -> None:
    wrong = {"status": "invalid", "violations": [WRONG_TYPE]}
    model.add(*(event(seq, at=seq, **wrong) for seq in range(1, 6)))
    model.add(event(6, at=90, supersedes=1), event(7, at=91, supersedes=5))
    [row] = violations(reader, "shop", asked("violations", {}))
    assert (row["count"], row["sample_seq"]) == (3, 4)
    assert row["first_seen_at"] == "2026-11-23T15:20:02.000000Z"
    assert row["last_seen_at"] == "2026-11-23T15:20:04.000000Z"


def test_many_doubtful_violations_are_settled_together(model: Model, reader: Reader) -> None:
    wrong = {"status": "invalid", "violations": [WRONG_TYPE]}
    model.add(*(event(n, at=20 * n, event_name=f"e{n // 9}", **wrong) for n in range(1, 100)))
    model.add(*(event(200 + n, at=3_000, supersedes=n) for n in range(1, 100, 3)))
    chosen = asked("violations", {})
    assert violations(reader, "shop", chosen) == recount.violations(model.visible, "shop", chosen)


def test_a_trend_has_a_bucket_for_every_minute_of_the_window(model: Model, reader: Reader) -> None:
    model.add(event(1, at=61))
    buckets = trend(reader, "shop", asked("trend", {"hours": ["2"]}))["buckets"]
    assert len(buckets) == 121
    assert [bucket for bucket in buckets if bucket["valid"]] == [
        {"at": "2026-11-23T15:21:00.000000Z", "valid": 1, "invalid": 0, "unplanned": 0, "error": 0}
    ]


def test_a_trend_does_not_reach_to_an_event_that_was_replaced(model: Model, reader: Reader) -> None:
    model.add(event(1, at=2 * 3_600))
    model.add(event(2, at=30, supersedes=1))
    buckets = trend(reader, "shop", asked("trend", {"since": ["2026-11-23T15:20:00Z"]}))["buckets"]
    assert (len(buckets), sum(bucket["valid"] for bucket in buckets)) == (61, 1)


def test_too_many_buckets_are_refused(reader: Reader) -> None:
    with pytest.raises(BadRequest) as refused:
        trend(reader, "shop", asked("trend", {"hours": ["100"]}), 60)
    assert refused.value.where == "bucket"


def test_apps_are_those_with_events_and_those_with_a_plan(told: Model, told_reader: Reader) -> None:
    put(told.store.plans, Plan("planned", (PlannedEvent("a"),)), b"")
    [other, planned, shop] = apps(told_reader)
    assert (planned["app"], planned["events"], planned["last_received_at"], planned["plan_version"]) == (
        "planned", 0, None, 1,
    )  # fmt: skip
    assert [{**app, "plan_version": None} for app in (other, shop)] == [
        {**app, "plan_version": None} for app in recount.apps(told.visible)
    ]


def test_a_version_moves_with_its_own_app_alone(model: Model, reader: Reader) -> None:
    model.add(event(1), event(2, app="other"))
    before = versions(reader)
    model.add(event(3))
    put(model.store.plans, Plan("other", (PlannedEvent("a"),)), b"")
    model.merge()
    planned = versions(reader)
    assert planned["shop"] != before["shop"]
    assert planned["other"] != before["other"]
    model.add(event(4, app="other", supersedes=2))
    assert versions(reader)["shop"] == planned["shop"] == version(reader, "shop")
    assert versions(reader)["other"] != planned["other"]
