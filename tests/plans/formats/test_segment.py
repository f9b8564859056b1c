"""Segment's plans: the Public API's rules, the Config API's, and typewriter's flat ones."""

from typing import Any

import pytest

from plans.model import PlanError
from tests.plans.formats.importing import at, imported, schema, statuses, violations

DRAFT_7 = "http://json-schema.org/draft-07/schema#"
ORDER: dict[str, Any] = {
    "type": "object",
    "properties": {
        "revenue": {"type": ["number"], "minimum": 0},
        "coupon": {"type": ["string", "null"], "pattern": "^[A-Z0-9]+$"},
        "products": {
            "type": "array",
            "items": {"type": "object", "properties": {"sku": {"type": "string"}}, "required": ["sku"]},
        },
    },
    "required": ["revenue"],
}
GOOD = {"revenue": 14.99, "coupon": None, "products": [{"sku": "A1"}]}
BAD = [
    {},
    {"revenue": "14.99"},
    {"revenue": -1},
    {"revenue": 1, "coupon": "spring"},
    {"revenue": 1, "products": [{"sku": "A"}, {}]},
]


def call(payload: Any, section: Any = "properties", **more: Any) -> dict[str, Any]:
    sections = {"context": {}, "traits": {}, "properties": {}, section: payload}
    return {"$schema": DRAFT_7, "type": "object", "properties": sections, **more}


def rule(kind: str, key: str | None, json_schema: Any, version: int = 1) -> dict[str, Any]:
    return {"type": kind, "key": key, "version": version, "jsonSchema": json_schema}


def public(*rules: dict[str, Any]) -> dict[str, Any]:
    return {"id": "tp_1", "name": "Shop", "type": "LIVE", "rules": list(rules)}


def config(*events: dict[str, Any], **more: Any) -> dict[str, Any]:
    rules = {"events": list(events), "identify_traits": [], "group_traits": [], **more}
    return {"name": "workspaces/w/tracking-plans/rs_1", "display_name": "Shop", "rules": rules}


def flat(payload: dict[str, Any]) -> dict[str, Any]:
    """As typewriter writes it: the payload's own schema, with ids that say where it came from."""
    marked = {
        key: {**value, "id": f"/properties/{key}"} if isinstance(value, dict) else value
        for key, value in payload.get("properties", {}).items()
    }
    return {"$schema": DRAFT_7, "labels": {}, "eventMetadata": {"type": "TRACK"}, **payload, "properties": marked}


SHAPES = {
    "public": public(rule("TRACK", "Order Completed", call(ORDER, required=["properties"]))),
    "rules alone": [rule("TRACK", "Order Completed", call(ORDER))],
    "answer of the API": {"data": {"rules": [rule("TRACK", "Order Completed", call(ORDER))], "pagination": {}}},
    "config": config({"name": "Order Completed", "version": 1, "rules": call(ORDER, required=["properties"])}),
    "typewriter's own": {"events": [{"name": "Order Completed", "rules": call(ORDER)}], "name": "Shop"},
    "flat": public(rule("TRACK", "Order Completed", flat(ORDER))),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_judges_the_payload_alike(shape: str) -> None:
    plan, _ = imported("segment", SHAPES[shape])
    assert plan.names() == ["Order Completed"]
    assert statuses(plan, "Order Completed", [GOOD, *BAD]) == ["valid", *["invalid"] * len(BAD)]
    assert violations(plan, "Order Completed", BAD[4]) == [("products[1].sku", "missing", "error")]


def test_names_are_exact_and_a_field_nobody_planned_is_a_warning() -> None:
    plan, _ = imported("segment", SHAPES["public"])
    assert statuses(plan, "order completed", [GOOD]) == ["unplanned"]
    assert violations(plan, "Order Completed", {**GOOD, "gift": True}) == [("gift", "unplanned_field", "warning")]


def test_names_that_differ_in_case_only_are_two_events() -> None:
    said = public(rule("TRACK", "Seen", call(ORDER)), rule("TRACK", "seen", call({})))
    plan, _ = imported("segment", said)
    assert (statuses(plan, "Seen", [{}]), statuses(plan, "seen", [{}])) == (["invalid"], ["valid"])


def test_a_pattern_is_looked_for_anywhere_in_the_text() -> None:
    wanted = {"type": "object", "properties": {"who": {"type": "string", "pattern": "Lawyer|Evil"}}}
    plan, _ = imported("segment", public(rule("TRACK", "Seen", call(wanted))))
    assert statuses(plan, "Seen", [{"who": "an Evil twin"}, {"who": "nobody"}]) == ["valid", "invalid"]


def test_other_calls_judge_their_traits_under_their_own_name() -> None:
    traits = {"type": "object", "properties": {"email": {"type": "string"}}, "required": ["email"]}
    new = public(rule("IDENTIFY", None, call(traits, "traits")), rule("GROUP", None, call(traits, "traits")))
    old = config({"name": "Seen", "rules": call({})}, identify=call(traits, "traits"), group=call(traits, "traits"))
    for said in (new, old):
        plan, _ = imported("segment", said)
        for name in ("identify", "group"):
            assert statuses(plan, name, [{"email": "a@b.c"}, {"email": 1}, {}]) == ["valid", "invalid", "invalid"]


def test_pages_and_screens_go_by_their_key_else_by_their_call() -> None:
    plan, report = imported("segment", public(rule("PAGE", None, call(ORDER)), rule("SCREEN", "Basket", call(ORDER))))
    assert plan.names() == ["Basket", "page"]
    assert [note["where"] for note in report["approximated"]] == ["/rules/0/type"]
    assert statuses(plan, "Basket", [GOOD, {}]) == ["valid", "invalid"]


def test_a_rule_for_all_calls_is_kept_for_their_payload_and_dropped_for_the_rest() -> None:
    common = {
        "type": "object",
        "properties": {
            "context": {"type": "object", "required": ["device"], "properties": {"device": {"type": "object"}}},
            "properties": {"type": "object", "required": ["unit"], "properties": {"unit": {"type": "string"}}},
            "traits": {"type": "object", "required": ["email"]},
        },
        "required": ["context", "userId"],
    }
    said = public(
        rule("COMMON", None, common), rule("TRACK", "Seen", call({"type": "object"})), rule("IDENTIFY", None, call({}))
    )
    plan, report = imported("segment", said)
    assert violations(plan, "Seen", {}) == [("unit", "missing", "error")]
    assert violations(plan, "identify", {}) == [("email", "missing", "error")]
    start = "/rules/0/jsonSchema"
    assert [note["where"] for note in report["dropped"]] == [
        f"{start}/properties/context/type",
        f"{start}/properties/context/required",
        f"{start}/properties/context/properties/device/type",
        f"{start}/required/0",
        f"{start}/required/1",
    ]


def test_what_all_calls_must_keep_is_dropped_when_no_planned_call_has_it() -> None:
    common = {"type": "object", "properties": {"traits": {"type": "object", "required": ["email"]}}}
    _, report = imported("segment", public(rule("COMMON", None, common), rule("TRACK", "Seen", call({}))))
    assert {note["where"] for note in report["dropped"]} == {"/rules/0/jsonSchema/properties/traits"}


def test_conditions_around_the_payload_hold_inside_it() -> None:
    paid = {"properties": {"properties": {"properties": {"method": {"const": "card"}}, "required": ["method"]}}}
    then = {"properties": {"properties": {"required": ["last4"]}}, "required": ["properties"]}
    said = public(rule("TRACK", "Paid", call({"type": "object"}, **{"if": paid, "then": then})))
    plan, report = imported("segment", said)
    payloads = [{"method": "card", "last4": "1234"}, {"method": "card"}, {"method": "cash"}, {}]
    assert statuses(plan, "Paid", payloads) == ["valid", "invalid", "valid", "valid"]
    assert report["dropped"] == []


def test_a_condition_on_the_context_is_dropped_with_its_place() -> None:
    mobile = {"properties": {"context": {"properties": {"os": {"const": "iOS"}}}}}
    then = {"properties": {"properties": {"required": ["build"], "properties": {"build": {"type": "integer"}}}}}
    plan, report = imported("segment", public(rule("TRACK", "Seen", call({}, **{"if": mobile, "then": then}))))
    start = "/rules/0/jsonSchema/then/properties/properties"
    assert [note["where"] for note in report["dropped"]] == [
        f"{start}/required",
        f"{start}/properties/build/type",
    ]
    assert statuses(plan, "Seen", [{}]) == ["valid"]


def test_the_oldest_version_of_a_rule_judges_and_the_others_are_listed() -> None:
    newer = {**ORDER, "required": ["revenue", "coupon"]}
    said = public(rule("TRACK", "Order Completed", call(newer), 2), rule("TRACK", "Order Completed", call(ORDER), 1))
    plan, report = imported("segment", said)
    assert statuses(plan, "Order Completed", [{"revenue": 1}]) == ["valid"]
    assert [note["where"] for note in report["dropped"]] == ["/rules/0"]


def test_a_field_named_properties_is_a_field_in_a_flat_file() -> None:
    odd = {"type": "object", "properties": {"properties": {"type": "object", "required": ["x"]}}}
    plan, _ = imported("segment", public(rule("TRACK", "Odd", flat(odd)), rule("TRACK", "Plain", flat(ORDER))))
    assert statuses(plan, "Odd", [{"properties": {"x": 1}}, {"properties": {}}]) == ["valid", "invalid"]


def test_a_rule_that_asks_more_of_the_call_than_its_usual_parts_is_still_about_the_call() -> None:
    said = {"type": "object", "properties": {"userId": {"type": "string"}, "properties": ORDER}, "required": ["userId"]}
    plan, report = imported("segment", public(rule("TRACK", "Seen", said)))
    assert statuses(plan, "Seen", [GOOD, {}]) == ["valid", "invalid"]
    assert len(report["dropped"]) == 2


def test_a_flat_field_named_like_a_part_of_the_call_stays_a_field() -> None:
    said = {"type": "object", "properties": {"context": {"type": "string"}}, "required": ["context"]}
    plan, _ = imported("segment", public(rule("TRACK", "Shared", flat(said))))
    assert statuses(plan, "Shared", [{"context": "menu"}, {}]) == ["valid", "invalid"]


def test_hostile_names_and_old_drafts_are_taken() -> None:
    name = "42_--terrible==\\\"event'++name~!3"
    old = {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object",
        "properties": {
            "context": {"id": "/properties/context"},
            "traits": {"id": "/properties/traits"},
            "properties": {
                "id": "/properties/properties",
                "type": "object",
                "properties": {
                    "n": {"id": "/properties/properties/properties/n", "minimum": 0, "exclusiveMinimum": True}
                },
            },
        },
    }
    plan, _ = imported("segment", config({"name": name, "rules": old}))
    assert statuses(plan, name, [{"n": 1}, {"n": 0}]) == ["valid", "invalid"]


def test_references_into_the_payload_and_its_definitions_still_lead_there() -> None:
    payload = {
        "type": "object",
        "properties": {
            "a": {"type": "integer"},
            "b": {"$ref": "#/properties/properties/properties/a"},
            "c": {"$ref": "#/definitions/code"},
        },
    }
    said = call(payload, definitions={"code": {"pattern": "^[A-Z]$"}})
    plan, _ = imported("segment", public(rule("TRACK", "Seen", said)))
    assert statuses(plan, "Seen", [{"b": 1, "c": "A"}, {"b": "1"}, {"c": "aa"}]) == ["valid", "invalid", "invalid"]


def test_every_place_of_a_report_is_in_the_source() -> None:
    said = public(
        rule(
            "COMMON", None, {"type": "object", "required": ["context"], "properties": {"context": {"minProperties": 1}}}
        ),
        rule(
            "TRACK",
            "a/b~c",
            call({"properties": {"x/y": {"type": ["string", "null"], "enum": ["a"]}}}, required=["properties"]),
        ),
        rule("TRACK", "a/b~c", call({}), 2),
        rule("PAGE", None, call({}, additionalProperties=False)),
    )
    for null_passes_enum in (True, False):
        _, report = imported("segment", said, null_passes_enum=null_passes_enum)
        noted = [*report["approximated"], *report["dropped"], *report["notes"]]
        assert len(noted) == 7
        for note in noted:
            at(note["where"], said)


def test_null_passes_an_enum_that_forgets_it_only_when_asked_to() -> None:
    forgetful = {"type": "object", "properties": {"target": {"type": ["string", "null"], "enum": ["item", "more"]}}}
    said = public(rule("TRACK", "Seen", call(forgetful)))
    where = "/rules/0/jsonSchema/properties/properties/properties/target/enum"
    strict, told = imported("segment", said)
    assert statuses(strict, "Seen", [{"target": None}, {"target": "item"}]) == ["invalid", "valid"]
    assert [note["where"] for note in told["notes"]] == [where]
    lenient, told = imported("segment", said, null_passes_enum=True)
    assert statuses(lenient, "Seen", [{"target": None}, {"target": "other"}]) == ["valid", "invalid"]
    assert [note["where"] for note in told["approximated"]] == [where]


def test_numbers_and_descriptions_stay_as_they_were_written() -> None:
    text = (
        '{"rules":[{"type":"TRACK","key":"e","version":1,"jsonSchema":{"description":"Seen","properties":'
        '{"context":{},"properties":{"properties":{"n":{"maximum":1e400,"multipleOf":0.010}}}}}}]}'
    )
    plan, _ = imported("segment", text)
    assert '"n":{"maximum":1e400,"multipleOf":0.010}' in (plan.events[0].schema or "")
    assert plan.events[0].description == "Seen"
    assert schema(plan, "e")["$schema"] == DRAFT_7


@pytest.mark.parametrize(
    ("said", "where", "says"),
    [
        (public({"type": "TRACK", "key": "a"}, rule("TRACK", "b", call({}))), "/rules/0", "needs a jsonSchema"),
        (public({"type": "ALIAS", "key": "a", "jsonSchema": {}}, rule("TRACK", "b", {})), "/rules/0/type", "TRACK"),
        (public(rule("TRACK", None, call({}))), "/rules/0", "needs a name"),
        (public(rule("TRACK", "a", [])), "/rules/0/jsonSchema", "an object"),
        (public(rule("TRACK", "a", call({})), rule("TRACK", "a", call({}))), "/rules/1", "twice"),
        (public(rule("TRACK", "a", call({}, required=5))), "/rules/0/jsonSchema/required", "a list"),
        (
            public(rule("TRACK", "a", call({"properties": {"x": {"type": "text"}}}))),
            "/rules/0/jsonSchema/properties/properties/properties/x/type",
            "the schema of `a` is not valid",
        ),
        (
            public(rule("TRACK", "a", call({"properties": {"x": {"pattern": "("}}}))),
            "/rules/0/jsonSchema/properties/properties/properties/x/pattern",
            "the schema of `a` is not valid",
        ),
        (
            public(rule("TRACK", "a", call({"properties": {"x": {"$ref": "https://elsewhere.example/x.json"}}}))),
            "/rules/0/jsonSchema/properties/properties/properties/x/$ref",
            "a reference that is not in it",
        ),
        (
            public(rule("TRACK", "a", call({"properties": {"x": {"$ref": "#/properties/context"}}}))),
            "/rules/0/jsonSchema/properties/properties/properties/x/$ref",
            "leads out of the payload",
        ),
        ({"rules": 5}, "", "no rules of Segment"),
    ],
)
def test_a_broken_plan_is_one_error_that_says_where(said: Any, where: str, says: str) -> None:
    with pytest.raises(PlanError, match=says) as refused:
        imported("segment", said)
    assert refused.value.where == where
