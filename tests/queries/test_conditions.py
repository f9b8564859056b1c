"""A filter said in SQL keeps what it says: exactly the events that a recount keeps."""

from typing import Any

import pytest

from queries.conditions import MARK, of_counts, of_events, of_minutes, of_violations
from queries.events import events
from queries.filter import Filter
from queries.reader import Reader
from tests import recount
from tests.queries.model import EXTRA, WRONG_TYPE, Model, event

MISSING = WRONG_TYPE | {"field": "price", "path": "price", "rule": "missing"}
LOG = [
    event(1, event_name="a", platform="ios", session="s1", payload='{"price": 2}'),
    event(2, event_name="", platform="", user_id="u1", violations=[WRONG_TYPE], payload='{"city":"K\\u00f6ln"}'),
    event(3, event_name=None, platform=None, violations=[EXTRA], payload='{"city":"Köln", "Price":"2"}'),
    event(4, event_name="b", violations=[WRONG_TYPE, MISSING], payload='{"say": "100% \\"sure\\""}'),
    event(5, event_name="b'\0", violations=[MISSING, EXTRA], session="s1", user_id="u2"),
    event(6, event_name="!b", payload=None, unread='{"price": ', status="error"),
    event(7, app="other", event_name="a", session="s1", payload='{"price": 2}'),
]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"event": ["a", "b"]},
        {"event": ["!a", "!b"]},
        {"event": [""]},
        {"event": ["!"]},
        {"event": ["b'\0"]},
        {"event": ["\\!b"]},
        {"event": ["a", "!a"]},
        {"platform": ["", "ios"]},
        {"platform": ["!ios"]},
        {"field": ["items[].price"]},
        {"field": ["items[1].price"]},
        {"field": ["price", "colour"]},
        {"field": ["!price"]},
        {"rule": ["missing"]},
        {"rule": ["!missing", "!unplanned_field"]},
        {"field": ["items[].price"], "rule": ["missing"]},
        {"field": ["price"], "rule": ["missing", "wrong_type"]},
        {"field": ["!colour"], "rule": ["missing"]},
        {"field": ["price"], "rule": ["missing"], "event": ["b"]},
        {"session": ["s1"]},
        {"session": ["!s1"], "user_id": ["!u1"]},
        {"user_id": ["u1", "u2"]},
        {"event_id": ["id-3", "id-7"]},
        {"q": ["price"]},
        {"q": ["PRICE"]},
        {"q": ["köln"]},
        {"q": ["KÖLN"]},
        {"q": ["100%"]},
        {"q": ["_"]},
        {"q": ['"sure"']},
        {"q": ['"price": ']},
        {"q": ["price"], "status": ["error"]},
    ],
    ids=str,
)
def test_a_filter_keeps_what_it_says(model: Model, reader: Reader, given: dict[str, Any]) -> None:
    model.add(*LOG)
    chosen = Filter.parse(given, "events")
    kept = [row["seq"] for row in events(reader, "shop", chosen)["rows"]]
    assert kept == [each["seq"] for each in reversed(recount.keep(LOG, "shop", chosen))]


@pytest.mark.parametrize(
    ("given", "of_all", "sql"),
    [
        ({}, of_events, "true"),
        ({"event": ["a", "b"]}, of_events, "event_name in ($event_0, $event_1)"),
        ({"event": ["!a"]}, of_events, "(event_name is null or event_name not in ($event_0))"),
        ({"since": ["2026-11-23"], "field": ["a"]}, of_minutes, "minute >= $since"),
        ({"since": ["2026-11-23"], "status": ["valid"], "user_id": ["u"]}, of_counts, "status in ($status_0)"),
        ({"app_version": ["1"], "status": ["valid"]}, of_violations, "app_version in ($app_version_0)"),
        ({"field": ["a"], "rule": ["!missing"]}, of_violations, "path in ($field_0)"),
    ],
)
def test_only_what_is_given_and_can_be_told_there_becomes_a_condition(given: Any, of_all: Any, sql: str) -> None:
    conditions = of_all(Filter.parse(given, "events"))
    assert conditions.sql == sql
    assert conditions.put_into(f"select 1 where {MARK}") == f"select 1 where {sql}"
    assert all(f"${name}" in sql for name in conditions.values)
