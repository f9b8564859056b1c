"""How broken rules went over time equals a recount of the events, through duplicates, merges and deletions."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest

from queries import violation_trends as trends
from queries.filter import Filter
from queries.reader import Reader
from queries.violation_trends import violation_trends
from tests import recount
from tests.queries.model import EXTRA, START, UNPLANNED, WRONG_TYPE, Model, event

WINDOW = {"since": ["2026-11-23T15:17:00Z"], "until": ["2026-11-23T18:02:00Z"]}
ORIGIN = datetime(2000, 1, 3)


def filled(model: Model) -> None:
    """Three parts: rules broken in several versions, replaced and merged, some of it deleted."""
    kinds: list[dict[str, Any]] = [
        {"event_name": "bought", "violations": [WRONG_TYPE, EXTRA], "app_version": "1.1"},
        {"event_name": "bought", "violations": [WRONG_TYPE], "app_version": None},
        {"event_name": "strange", "status": "unplanned", "violations": [UNPLANNED]},
        {"event_name": "bought"},
        {"event_name": "bought", "app": "other", "violations": [EXTRA]},
    ]
    for part in range(3):
        first = 1 + 30 * part
        new = [event(seq, at=(seq * 331) % 9_000, **kinds[seq % 5]) for seq in range(first, first + 30)]
        for place, older in enumerate(range(first - 30, first - 20, 3) if part else ()):
            new[place] |= {"supersedes": older, "copies": 2}
        model.add(*new)
    model.merge(0, 1)
    model.delete(*model.visible[3:9])


def expected(model: Model, chosen: Filter, bucket: int) -> list[dict[str, Any]]:
    assert chosen.since is not None
    kept = recount.keep(model.visible, "shop", chosen)
    first = ORIGIN + (chosen.since - ORIGIN) // timedelta(seconds=bucket) * timedelta(seconds=bucket)
    found = []
    for row in recount.violations(model.visible, "shop", chosen):
        key = (row["event_name"], row["field"], row["rule"], row["severity"])
        having = [one for one in kept if key in _kinds(one)]
        places = Counter((one["received_at"] - first) // timedelta(seconds=bucket) for one in having)
        of = sum(one["event_name"] == row["event_name"] for one in kept)
        versions = Counter(one["app_version"] or "" for one in having)
        told = {name: row[name] for name in ("event_name", "field", "rule", "severity", "count")}
        found.append(told | {"of": of, "trend": dict(places), "versions": dict(versions)})
    return found


def _kinds(one: dict[str, Any]) -> set[tuple[Any, ...]]:
    return {(one["event_name"], v["path"], v["rule"], v["severity"]) for v in one["violations"]}


@pytest.mark.parametrize("more", [{}, {"event": ["bought"]}, {"app_version": ["!1.1"]}], ids=str)
@pytest.mark.parametrize("bucket", [60, 900, 7_200])
def test_trends_and_versions_equal_a_recount(
    model: Model, reader: Reader, bucket: int, more: dict[str, list[str]]
) -> None:
    filled(model)
    chosen = Filter.parse(WINDOW | more, "violations")
    told = violation_trends(reader, "shop", chosen, bucket)
    shown = [
        kind
        | {
            "trend": {place: count for place, count in enumerate(kind["trend"]) if count},
            "versions": {each["app_version"]: each["count"] for each in kind["versions"]},
        }
        for kind in told["kinds"]
    ]
    assert shown == expected(model, chosen, bucket)
    assert {len(kind["trend"]) for kind in told["kinds"]} == {len(told["buckets"])}


def test_a_window_up_to_now_has_the_minute_that_is_running(model: Model, reader: Reader) -> None:
    model.add(event(1, at=70, violations=[WRONG_TYPE]))
    chosen = Filter.parse({"hours": ["1"]}, "violations", now=START + timedelta(seconds=90))
    told = violation_trends(reader, "shop", chosen, 60)
    assert told["kinds"][0]["trend"] == [0] * 60 + [1]
    assert told["buckets"][-1] == "2026-11-23T15:21:00Z"


def test_of_very_many_broken_rules_the_most_frequent_are_told(
    model: Model, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trends, "MOST_KINDS", 1)
    model.add(event(1, violations=[WRONG_TYPE]), event(2, violations=[WRONG_TYPE, EXTRA]))
    told = violation_trends(reader, "shop", Filter.parse(WINDOW, "violations"), 60)
    assert [kind["field"] for kind in told["kinds"]] == ["items[].price"]
    assert told["more"] == 1
