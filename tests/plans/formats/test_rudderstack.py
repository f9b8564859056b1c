"""RudderStack's resolved plans: what its validator makes of them, in both nestings."""

import copy
from typing import Any

import jsonschema_rs as rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plans.formats.rudderstack import with_cases_named
from plans.model import PlanError
from tests.plans.formats.importing import at, imported, schema, statuses, violations

DRAFT = "https://json-schema.org/draft/2019-09/schema"
CASES = [
    {
        "if": {"properties": {"method": {"enum": ["card"]}}, "required": ["method"]},
        "then": {"properties": {"last4": {"type": ["string"]}}, "required": ["last4"]},
    },
    {
        "if": {"properties": {"method": {"not": {"enum": ["card"]}}}, "required": ["method"]},
        "then": {"properties": {"note": {"type": ["string"]}}, "required": []},
    },
]
ORDER: dict[str, Any] = {
    "type": "object",
    "properties": {"revenue": {"type": ["number"]}, "method": {"$ref": "#/$defs/Method"}},
    "required": ["revenue"],
    "unevaluatedProperties": False,
}
METHOD = {"Method": {"type": ["string"], "enum": ["card", "paypal"]}}


def event(payload: Any, *, name: str = "Order Completed", call: str = "track", **more: Any) -> dict[str, Any]:
    section = {"identify": "traits", "group": "traits"}.get(call, "properties")
    rules = {"$schema": DRAFT, "type": "object", "properties": {section: payload}, "$defs": METHOD}
    said = {"name": name, "description": "An order", "eventType": call, "identitySection": section, "rules": rules}
    return {**said, **more}


def resolved(*events: dict[str, Any]) -> dict[str, Any]:
    return {"name": "Shop", "version": 3, "events": list(events)}


SHAPES = {
    "resolved": resolved(event(ORDER)),
    "older": {"name": "Shop", "workspaceId": "w", "creationType": "API", "rules": {"events": [event(ORDER)]}},
    "answer of the API": {"data": [event(ORDER)], "total": 1},
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_judges_the_payload_alike(shape: str) -> None:
    plan, report = imported("rudderstack", SHAPES[shape])
    payloads = [{"revenue": 1, "method": "card"}, {"revenue": "1"}, {}, {"revenue": 1, "method": "cash"}]
    assert statuses(plan, "Order Completed", payloads) == ["valid", "invalid", "invalid", "invalid"]
    assert violations(plan, "Order Completed", {"revenue": 1, "gift": 2}) == [("gift", "unplanned_field", "error")]
    assert plan.events[0].description == "An order"
    assert (report["dropped"], report["approximated"]) == ([], [])


def test_unevaluated_fields_are_told_where_only_cases_name_them() -> None:
    payload = {**ORDER, "allOf": [{"allOf": CASES, "type": "object"}]}
    plan, _ = imported("rudderstack", resolved(event(payload)))
    payloads: list[dict[str, Any]] = [
        {"revenue": 1, "method": "card", "last4": "1234"},
        {"revenue": 1, "method": "card"},
        {"revenue": 1, "method": "paypal", "note": "x"},
        {"revenue": 1, "method": "paypal", "last4": "1234"},
        {"revenue": 1},
    ]
    assert statuses(plan, "Order Completed", payloads) == ["valid", "invalid", "valid", "invalid", "valid"]
    assert violations(plan, "Order Completed", {**payloads[0], "last4": 1}) == [("last4", "wrong_type", "error")]


NAMES = st.sampled_from("abc")
VALUES = st.sampled_from(["x", "y", 1, None])
FIELD: list[Any] = [{}, True, {"type": "string"}, {"enum": ["x"]}]
BRANCHES = st.builds(
    lambda fields, needed: {"properties": fields, "required": needed},
    st.dictionaries(NAMES, st.sampled_from(FIELD), max_size=2),
    st.lists(NAMES, max_size=1),
)
CONDITIONS = st.builds(
    lambda name, value, no: {
        "properties": {name: {"not": {"const": value}} if no else {"const": value}},
        "required": [name],
    },
    *(NAMES, VALUES, st.booleans()),
)
ANY_CASES = st.lists(
    st.builds(
        lambda said, word, branch: {"if": said, word: branch}, CONDITIONS, st.sampled_from(["then", "else"]), BRANCHES
    ),
    min_size=1,
    max_size=3,
)


@given(BRANCHES, ANY_CASES, st.booleans(), st.dictionaries(NAMES, VALUES))
@settings(max_examples=200, deadline=None)
def test_naming_the_fields_of_cases_once_more_changes_no_verdict(
    base: dict[str, Any], cases: list[Any], nested: bool, sent: dict[str, Any]
) -> None:
    all_of = [{"allOf": cases, "type": "object"}] if nested else cases
    said = {"$schema": DRAFT, **base, "allOf": all_of, "unevaluatedProperties": False}
    assert rs.is_valid(with_cases_named(said), sent) == rs.is_valid(said, sent)


def test_plainly_closed_objects_stay_closed_without_unevaluated_fields() -> None:
    inner = {"type": ["object"], "properties": {"a": {}}, "unevaluatedProperties": False}
    payload = {"type": "object", "properties": {"inner": inner, "ref": {**inner, "$ref": "#/$defs/Any"}}}
    said = event({**payload, "unevaluatedProperties": True})
    said["rules"]["$defs"] = {"Any": {"properties": {"b": {}}}}
    plan, _ = imported("rudderstack", resolved(said))
    found = schema(plan, "Order Completed")
    assert found["additionalProperties"] is True
    assert found["properties"]["inner"]["additionalProperties"] is False
    assert found["properties"]["ref"]["unevaluatedProperties"] is False
    payloads = [{"inner": {"a": 1}, "ref": {"a": 1, "b": 2}, "x": 1}, {"inner": {"b": 1}}, {"ref": {"c": 1}}]
    assert statuses(plan, "Order Completed", payloads) == ["valid", "invalid", "invalid"]


def test_a_wrong_format_is_an_error_as_in_their_validator() -> None:
    payload = {"type": "object", "properties": {"at": {"type": ["string"], "format": "date-time"}}}
    plan, _ = imported("rudderstack", resolved(event(payload)))
    assert plan.format == "assert"
    assert statuses(plan, "Order Completed", [{"at": "2026-11-23T15:00:00Z"}, {"at": "soon"}]) == ["valid", "invalid"]


def test_an_older_draft_that_uses_newer_keywords_is_judged_by_the_newer_one() -> None:
    said = event({**ORDER, "allOf": CASES})
    said["rules"]["$schema"] = "http://json-schema.org/draft-07/schema#"
    plan, _ = imported("rudderstack", resolved(said))
    assert schema(plan, "Order Completed")["$schema"] == DRAFT
    assert statuses(plan, "Order Completed", [{"revenue": 1}, {"revenue": 1, "gift": 2}]) == ["valid", "invalid"]
    said["rules"]["$schema"] = "http://json-schema.org/draft-04/schema#"
    said["rules"]["properties"]["properties"] = {"properties": {"n": {"minimum": 0, "exclusiveMinimum": True}}}
    plan, _ = imported("rudderstack", resolved(said))
    assert statuses(plan, "Order Completed", [{"n": 1}, {"n": 0}]) == ["valid", "invalid"]


@pytest.mark.parametrize("section", ["traits", "context.traits", None])
@pytest.mark.parametrize("call", ["identify", "group"])
def test_traits_are_found_in_either_place(call: str, section: str | None) -> None:
    traits = {"type": "object", "properties": {"email": {"type": ["string"]}}, "required": ["email"]}
    said = event(traits, name="", call=call, identitySection=section)
    if section != "traits":
        said["rules"]["properties"] = {"context": {"type": "object", "properties": {"traits": traits}}}
    plan, _ = imported("rudderstack", resolved(said))
    assert statuses(plan, call, [{"email": "a@b.c"}, {}]) == ["valid", "invalid"]


def test_the_older_nesting_keeps_other_calls_beside_its_events() -> None:
    traits = {"type": "object", "properties": {"email": {"type": "string"}}, "required": ["email"]}
    said: dict[str, Any] = copy.deepcopy(SHAPES["older"])
    said["rules"] |= {
        "identify": {"version": "1", "properties": {"traits": traits}},
        "page": {"properties": {"properties": {"required": ["path"]}}},
        "group": {},
        "global": {"properties": {"context": {"required": ["os"]}}},
        "identify_traits": [],
        "colour": "red",
    }
    plan, report = imported("rudderstack", said)
    assert plan.names() == ["Order Completed", "identify", "page"]
    assert statuses(plan, "identify", [{"email": "a@b.c"}, {}]) == ["valid", "invalid"]
    assert [note["where"] for note in report["approximated"]] == ["/rules/page"]
    assert [note["where"] for note in report["dropped"]] == ["/rules/global/properties/context/required"]
    assert [note["where"] for note in report["notes"]] == ["/rules/colour"]


def test_pages_without_a_name_are_known_by_their_call() -> None:
    plan, report = imported("rudderstack", resolved(event(ORDER, name="", call="page"), event(ORDER, call="screen")))
    assert plan.names() == ["Order Completed", "page"]
    assert [note["where"] for note in report["approximated"]] == ["/events/0"]


def test_every_place_of_a_report_is_in_the_source() -> None:
    said = event({"properties": {"a": {"type": ["string", "null"], "enum": ["x"]}}}, call="page", name="")
    said["rules"]["properties"]["context"] = {"required": ["os"]}
    whole = resolved(said, event(ORDER, name="b"))
    for null_passes_enum in (True, False):
        _, report = imported("rudderstack", whole, null_passes_enum=null_passes_enum)
        noted = [*report["approximated"], *report["dropped"], *report["notes"]]
        assert len(noted) == 3
        for note in noted:
            at(note["where"], whole)


@pytest.mark.parametrize(
    ("said", "where", "says"),
    [
        (resolved({"name": "a"}, event(ORDER)), "/events/0", "an event is"),
        (resolved(event(ORDER, name="")), "/events/0", "needs a name"),
        (resolved(event(ORDER), event(ORDER, call="alias")), "/events/1/eventType", "track, identify"),
        (resolved(event(ORDER, identitySection="here")), "/events/0/identitySection", "context.traits"),
        (resolved(event(5)), "/events/0/rules/properties/properties", "a schema is"),
        (resolved(event(ORDER), event(ORDER)), "/events/1", "twice"),
        (
            resolved(event({"properties": {"a": {"$ref": "#/$defs/Gone"}}})),
            "/events/0/rules/properties/properties/properties/a/$ref",
            "leads nowhere",
        ),
        ({"events": 5}, "", "a plan of RudderStack"),
    ],
)
def test_a_broken_plan_is_one_error_that_says_where(said: Any, where: str, says: str) -> None:
    with pytest.raises(PlanError, match=says) as refused:
        imported("rudderstack", said)
    assert refused.value.where.startswith(where)
