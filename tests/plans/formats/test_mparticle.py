"""mParticle's data plans: custom attributes of custom events and screen views."""

from typing import Any

import pytest

from plans.model import PlanError
from tests.plans.formats.importing import at, imported, statuses, violations

ATTRIBUTES = {
    "type": "object",
    "properties": {"price": {"type": "number", "minimum": 0}, "view": {"type": "string", "enum": ["list", "grid"]}},
    "required": ["price"],
    "additionalProperties": False,
}


def point(name: str, attributes: Any = None, kind: str = "custom_event", **criteria: Any) -> dict[str, Any]:
    key = "screen_name" if kind == "screen_view" else "event_name"
    data = {
        "type": "object",
        "properties": {key: {"const": name}, **({"custom_attributes": attributes} if attributes is not None else {})},
        "required": [key],
        "additionalProperties": False,
    }
    definition = {"properties": {"data": data}}
    return {
        "description": "So",
        "match": {"type": kind, "criteria": {key: name, **criteria}},
        "validator": {"type": "json_schema", "definition": definition},
    }


def plan_of(*points: Any, version: int = 1) -> dict[str, Any]:
    return {"version": version, "data_plan_id": "shop", "version_document": {"data_points": list(points)}}


def test_attributes_are_judged_and_everything_around_them_is_dropped() -> None:
    said = plan_of(point("Item Seen", ATTRIBUTES, custom_event_type="search"), point("Home", ATTRIBUTES, "screen_view"))
    plan, report = imported("mparticle", said)
    for name in ("Item Seen", "Home"):
        assert statuses(plan, name, [{"price": 1, "view": "grid"}, {}, {"price": -1}]) == [
            "valid",
            "invalid",
            "invalid",
        ]
        assert violations(plan, name, {"price": 1, "x": 1}) == [("x", "unplanned_field", "error")]
    assert plan.events[0].description == "So"
    noted = [*report["approximated"], *report["dropped"]]
    assert len(report["dropped"]) == 7
    for note in noted:
        at(note["where"], said)


def test_an_event_that_may_have_no_attributes_refuses_them() -> None:
    plan, _ = imported("mparticle", plan_of(point("Seen")))
    assert statuses(plan, "Seen", [{}, {"a": 1}]) == ["valid", "invalid"]


def test_points_without_a_name_of_their_own_are_dropped_with_their_place() -> None:
    session = {"match": {"type": "session_start", "criteria": {}}, "validator": None}
    plan, report = imported("mparticle", plan_of(session, point("Seen", ATTRIBUTES), point("Seen", {}, "screen_view")))
    assert plan.names() == ["Seen"]
    assert {"/version_document/data_points/0/match/type", "/version_document/data_points/2"} <= {
        note["where"] for note in report["dropped"]
    }


def test_the_newest_version_of_a_plan_is_read() -> None:
    said = {"data_plan_id": "shop", "data_plan_versions": [plan_of(point("New"), version=2), plan_of(point("Old"))]}
    plan, report = imported("mparticle", said)
    assert plan.names() == ["New"]
    assert "/data_plan_versions/1/version_document/data_points" in [note["where"] for note in report["dropped"]]


@pytest.mark.parametrize(
    ("said", "where", "says"),
    [
        (plan_of(5), "/version_document/data_points/0", "a data point has"),
        (plan_of({"match": {"type": "custom_event"}}), "/version_document/data_points/0/match", "event_name"),
        (
            plan_of({**point("a"), "validator": {"type": "other"}}),
            "/version_document/data_points/0/validator",
            "a validator is",
        ),
        ({"version_document": {}}, "", "a data plan is"),
    ],
)
def test_a_broken_plan_is_one_error_that_says_where(said: Any, where: str, says: str) -> None:
    with pytest.raises(PlanError, match=says) as refused:
        imported("mparticle", said)
    assert refused.value.where == where
