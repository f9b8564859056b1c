"""The YAML of RudderStack's CLI: version 0.1 and version 1, in a folder or in one file, with cases."""

import textwrap
from collections.abc import Mapping

import pytest
import yaml

from plans.model import PlanError
from tests.plans.formats.importing import at, imported, schema, statuses, violations

V1 = {
    "events.yaml": """
        version: rudder/v1
        kind: events
        metadata: {name: shop}
        spec:
          events:
            - {id: order_completed, name: Order Completed, event_type: track, description: An order was paid}
            - {id: known, event_type: identify}
            - {id: never, name: Never Planned, event_type: track}
    """,
    "properties.yaml": """
        version: rudder/v1
        kind: properties
        metadata: {name: shop}
        spec:
          properties:
            - {id: revenue, name: revenue, type: number, config: {minimum: 0, maximum: 1000.50}}
            - {id: method, name: method, type: string, config: {enum: [card, paypal, invoice, gift]}}
            - {id: last4, name: last4, type: string, config: {pattern: "^[0-9]{4}$", min_length: 4, max_length: 4}}
            - {id: note, name: note, types: [string, "null"]}
            - {id: tags, name: tags, type: array, item_type: string, config: {max_items: 2, unique_items: true}}
            - {id: mixed, name: mixed, type: array, item_types: [string, integer]}
            - {id: lines, name: lines, type: array, item_type: object}
            - {id: address, name: address, type: object}
            - {id: city, name: city, type: string}
            - {id: buyer, name: buyer, type: "#custom-type:buyer"}
            - {id: email, name: email, type: "#custom-type:email"}
            - {id: anything, name: anything}
    """,
    "types.yaml": """
        version: rudder/v1
        kind: custom-types
        metadata: {name: shop}
        spec:
          types:
            - {id: email, name: Email, type: string, config: {format: email, max_length: 40}}
            - id: buyer
              name: Buyer
              type: object
              properties:
                - {property: "#property:email", required: true}
                - {property: "#property:city"}
    """,
    "plan.yaml": """
        version: rudder/v1
        kind: tracking-plan
        metadata: {name: shop}
        spec:
          id: shop
          display_name: Shop
          rules:
            - type: event_rule
              id: order_rule
              event: "#event:order_completed"
              additional_properties: false
              properties:
                - {property: "#property:revenue", required: true}
                - {property: "#property:method", required: true}
                - {property: "#property:tags"}
                - {property: "#property:mixed"}
                - {property: "#property:buyer"}
                - {property: "#property:anything"}
                - property: "#property:lines"
                  properties: [{property: "#property:city", required: true}]
                - property: "#property:address"
                  additional_properties: false
                  properties: [{property: "#property:city"}]
              variants:
                - type: discriminator
                  discriminator: "#property:method"
                  cases:
                    - {display_name: card, match: [card], properties: [{property: "#property:last4", required: true}]}
                    - {display_name: later, match: [paypal, invoice], properties: [{property: "#property:email"}]}
                  default:
                    - {property: "#property:note", required: true}
            - type: event_rule
              id: known_rule
              event: "#event:known"
              additional_properties: true
              identity_section: context.traits
              properties: [{property: "#property:email", required: true}]
    """,
}
V01 = {
    "catalog.yaml": """
        version: rudder/v0.1
        kind: events
        metadata: {name: shop}
        spec: {events: [{id: paid, name: Paid, event_type: track}, {id: seen, name: "", event_type: page}]}
        ---
        version: "rudder/0.1"
        kind: properties
        metadata: {name: common}
        spec:
          properties:
            - {id: price, name: price, type: "integer, string,null", propConfig: {multipleOf: 0.5, minLength: 2}}
            - {id: codes, name: codes, type: array, propConfig: {itemTypes: [string, integer], minItems: 1}}
            - {id: parts, name: parts, type: array, propConfig: {itemTypes: ["#/custom-types/shop/part"]}}
            - {id: name, name: name, type: string}
        ---
        version: rudder/v0.1
        kind: custom-types
        metadata: {name: shop}
        spec:
          types:
            - id: part
              name: Part
              type: object
              properties: [{$ref: "#/properties/common/name", required: true}]
        ---
        version: rudder/v0.1
        kind: tp
        metadata: {name: shop}
        spec:
          id: shop
          rules:
            - type: event_rule
              id: paid_rule
              event: {$ref: "#/events/shop/paid", allow_unplanned: true}
              properties:
                - {$ref: "#/properties/common/price", required: true}
                - {$ref: "#/properties/common/codes"}
                - {$ref: "#/properties/common/parts"}
            - type: event_rule
              id: seen_rule
              event: {$ref: "#/events/shop/seen", allow_unplanned: false}
    """
}


def files(said: Mapping[str, str]) -> dict[str, str]:
    return {name: textwrap.dedent(text) for name, text in said.items()}


def one_file(said: Mapping[str, str]) -> str:
    return "\n---\n".join(files(said).values())


GOOD = {"revenue": 14.99, "method": "card", "last4": "1234"}
VERDICTS = [
    (GOOD, "valid"),
    ({**GOOD, "revenue": 1000.51}, "invalid"),
    ({**GOOD, "method": "cash"}, "invalid"),
    ({**GOOD, "last4": "12a4"}, "invalid"),
    ({"revenue": 1, "method": "card"}, "invalid"),
    ({"revenue": 1, "method": "invoice", "email": "a@b.example"}, "valid"),
    ({"revenue": 1, "method": "invoice", "email": "nobody"}, "invalid"),
    ({"revenue": 1, "method": "paypal", "last4": "1234"}, "invalid"),
    ({"revenue": 1, "method": "gift", "note": None}, "valid"),
    ({"revenue": 1, "method": "gift"}, "invalid"),
    ({"revenue": 1}, "invalid"),
    ({**GOOD, "tags": ["a", "b"], "mixed": ["a", 1], "anything": {"x": [1]}}, "valid"),
    ({**GOOD, "tags": ["a", "a"]}, "invalid"),
    ({**GOOD, "tags": ["a", 1]}, "invalid"),
    ({**GOOD, "mixed": [1.5]}, "invalid"),
    ({**GOOD, "buyer": {"email": "a@b.example", "city": "Bonn", "more": 1}}, "valid"),
    ({**GOOD, "buyer": {"city": "Bonn"}}, "invalid"),
    ({**GOOD, "lines": [{"city": "Bonn", "more": 1}]}, "valid"),
    ({**GOOD, "lines": [{"more": 1}]}, "invalid"),
    ({**GOOD, "address": {"city": "Bonn"}}, "valid"),
    ({**GOOD, "address": {"more": 1}}, "invalid"),
    ({**GOOD, "more": 1}, "invalid"),
]


@pytest.mark.parametrize("shape", ["a folder", "one file"])
def test_a_project_of_version_1_judges_as_its_resolved_plan_would(shape: str) -> None:
    plan, report = imported("rudderstack-yaml", files(V1) if shape == "a folder" else one_file(V1))
    payloads, wanted = zip(*VERDICTS, strict=True)
    assert statuses(plan, "Order Completed", list(payloads)) == list(wanted)
    assert statuses(plan, "identify", [{"email": "a@b.example", "more": 1}, {}]) == ["valid", "invalid"]
    assert plan.format == "assert"
    assert plan.event("Order Completed").description == "An order was paid"
    assert (report["approximated"], report["dropped"]) == ([], [])


RESOLVED = {
    "type": "object",
    "properties": {
        "revenue": {"type": ["number"], "minimum": 0, "maximum": 1000.50},
        "method": {"type": ["string"], "enum": ["card", "paypal", "invoice", "gift"]},
        "tags": {"type": ["array"], "items": {"type": ["string"]}, "maxItems": 2, "uniqueItems": True},
        "mixed": {"type": ["array"], "items": {"type": ["string", "integer"]}},
        "buyer": {"$ref": "#/$defs/Buyer"},
        "anything": {},
        "lines": {
            "type": ["array"],
            "items": {"type": ["object"], "properties": {"city": {"type": ["string"]}}, "required": ["city"]},
        },
        "address": {"type": ["object"], "properties": {"city": {"type": ["string"]}}, "additionalProperties": False},
    },
    "required": ["revenue", "method"],
    "allOf": [
        {
            "allOf": [
                {
                    "if": {"properties": {"method": {"enum": ["card"]}}, "required": ["method"]},
                    "then": {
                        "properties": {"last4": {"type": ["string"], "pattern": "^[0-9]{4}$"}},
                        "required": ["last4"],
                    },
                },
                {
                    "if": {"properties": {"method": {"enum": ["paypal", "invoice"]}}, "required": ["method"]},
                    "then": {"properties": {"email": {"$ref": "#/$defs/Email"}}, "required": []},
                },
                {
                    "if": {
                        "properties": {"method": {"not": {"enum": ["card", "paypal", "invoice"]}}},
                        "required": ["method"],
                    },
                    "then": {"properties": {"note": {"type": ["string", "null"]}}, "required": ["note"]},
                },
            ],
            "type": "object",
        }
    ],
    "unevaluatedProperties": False,
}
TYPES = {
    "Email": {"type": ["string"], "format": "email", "maxLength": 40},
    "Buyer": {
        "type": ["object"],
        "properties": {"email": {"$ref": "#/$defs/Email"}, "city": {"type": ["string"]}},
        "required": ["email"],
    },
}


def test_the_plan_their_api_makes_of_the_project_gives_the_same_verdicts() -> None:
    rules = {"type": "object", "properties": {"properties": RESOLVED}, "$defs": TYPES}
    said = {"name": "Order Completed", "eventType": "track", "identitySection": "properties", "rules": rules}
    resolved, _ = imported("rudderstack", {"name": "Shop", "version": 1, "events": [said]})
    project, _ = imported("rudderstack-yaml", files(V1))
    for payload, wanted in VERDICTS:
        assert statuses(resolved, "Order Completed", [payload]) == [wanted]
        found = [violations(plan, "Order Completed", payload) for plan in (resolved, project)]
        assert found[0] == found[1]


def test_each_promise_of_the_files_is_read_once() -> None:
    _, report = imported("rudderstack-yaml", files(V1))
    types, items, constraints, references = 9, 3, 8, 2
    of_types, required, closed = 2 + 2, 7, 2
    assert report["kept"] == types + items + constraints + references + of_types + required + closed


def test_a_rule_says_which_case_asked_for_the_field() -> None:
    plan, _ = imported("rudderstack-yaml", files(V1))
    assert violations(plan, "Order Completed", {"revenue": 1, "method": "card"}) == [("last4", "missing", "error")]
    assert violations(plan, "Order Completed", {**GOOD, "more": 1}) == [("more", "unplanned_field", "error")]
    assert violations(plan, "Order Completed", {**GOOD, "last4": "12a4"}) == [("last4", "wrong_format", "error")]


def test_a_project_of_version_0_1_in_one_file_with_paths_as_references() -> None:
    plan, report = imported("rudderstack-yaml", one_file(V01))
    payloads = [
        {"price": None, "codes": ["a", 1], "parts": [{"name": "x"}], "more": 1},
        {"price": "ab"},
        {"price": 2},
        {"price": "a"},
        {"price": 1.5},
        {"price": 1, "codes": []},
        {"price": 1, "codes": [True]},
        {"price": 1, "parts": [{}]},
        {},
    ]
    assert statuses(plan, "Paid", payloads) == ["valid"] * 3 + ["invalid"] * 6
    assert statuses(plan, "page", [{}, {"more": 1}]) == ["valid", "invalid"]
    assert [note["where"] for note in report["approximated"]] == ["/spec/events/1"]


def test_cases_without_a_closed_object_stay_plain_conditions() -> None:
    said = files(V1)
    said["plan.yaml"] = said["plan.yaml"].replace("additional_properties: false", "additional_properties: true", 1)
    plan, _ = imported("rudderstack-yaml", said)
    found = schema(plan, "Order Completed")
    assert found["additionalProperties"] is True
    assert "unevaluatedProperties" not in found
    assert [*found["allOf"][2]] == ["if", "else"]
    assert statuses(plan, "Order Completed", [{**GOOD, "more": 1}, {"revenue": 1, "method": "card"}]) == [
        "valid",
        "invalid",
    ]


def test_a_custom_type_has_cases_of_its_own_wherever_it_is_used() -> None:
    said = files(V1)
    said["types.yaml"] += textwrap.indent(
        textwrap.dedent("""
            - id: size
              name: Size
              type: object
              properties: [{property: "#property:revenue", required: true}]
              variants:
                - type: discriminator
                  discriminator: "#property:revenue"
                  cases: [{match: [1, 2.50], properties: [{property: "#property:city", required: true}]}]
                  default: [{property: "#property:note", required: true}]
        """),
        "    ",
    )
    said["properties.yaml"] += "    - {id: size, name: size, type: array, item_type: '#custom-type:size'}\n"
    said["plan.yaml"] = said["plan.yaml"].replace("#property:anything", "#property:size")
    plan, _ = imported("rudderstack-yaml", said)
    sizes = [{"revenue": 1, "city": "a"}, {"revenue": 2.5}, {"revenue": 3, "note": "a"}, {"revenue": 3}]
    payloads = [{**GOOD, "size": [size]} for size in sizes]
    assert statuses(plan, "Order Completed", payloads) == ["valid", "invalid", "valid", "invalid"]
    assert violations(plan, "Order Completed", payloads[1]) == [("size[0].city", "missing", "error")]


@pytest.mark.parametrize("rule", ["order_rule", "*"])
def test_a_rule_another_plan_includes_is_one_rule(rule: str) -> None:
    said = files(V1)
    said["more.yaml"] = textwrap.dedent(f"""
        version: rudder/v0.1
        kind: tp
        metadata: {{name: more}}
        spec: {{id: more, rules: [{{type: event_rule, id: all, includes: {{$ref: "#/tp/shop/event_rule/{rule}"}}}}]}}
    """)
    plan, report = imported("rudderstack-yaml", said)
    alone, of_one = imported("rudderstack-yaml", files(V1))
    assert sorted(plan.names()) == alone.names()
    assert report["rules"] == of_one["rules"]
    del said["plan.yaml"]
    with pytest.raises(PlanError, match="a reference is expected") as refused:
        imported("rudderstack-yaml", said)
    assert refused.value.where == "more.yaml#/spec/rules/0/includes"


def test_traits_of_a_track_call_are_dropped_because_they_are_not_its_payload() -> None:
    said = files(V1)
    said["plan.yaml"] = said["plan.yaml"].replace(
        "additional_properties: false", "additional_properties: false\n      identity_section: context.traits", 1
    )
    plan, report = imported("rudderstack-yaml", said)
    assert statuses(plan, "Order Completed", [{}]) == ["valid"]
    assert [note["where"] for note in report["dropped"]] == ["plan.yaml#/spec/rules/0"]


def test_a_key_nobody_reads_is_said_wherever_it_stands() -> None:
    said = files(V1)
    said["plan.yaml"] = (
        said["plan.yaml"]
        .replace("id: order_rule", "id: order_rule\n      colour: 1")
        .replace("{display_name: card", "{shape: 2, display_name: card")
        .replace(
            '{property: "#property:tags"}', '{property: "#property:tags", pattern: x, additional_properties: false}'
        )
    )
    said["properties.yaml"] = said["properties.yaml"].replace("{id: tags", "{minimum: 0, id: tags")
    said["types.yaml"] = said["types.yaml"].replace("{id: email", "{owner: me, id: email")
    said["events.yaml"] = said["events.yaml"].replace("{id: known", "{owner: me, id: known")
    _, report = imported("rudderstack-yaml", said)
    assert {note["where"] for note in report["notes"]} >= {
        "events.yaml#/spec/events/1/owner",
        "plan.yaml#/spec/rules/0/colour",
        "plan.yaml#/spec/rules/0/properties/2/pattern",
        "plan.yaml#/spec/rules/0/variants/0/cases/0/shape",
        "properties.yaml#/spec/properties/4/minimum",
        "types.yaml#/spec/types/0/owner",
    }
    assert [note["where"] for note in report["dropped"]] == ["plan.yaml#/spec/rules/0/properties/2"]


def test_every_place_of_a_report_is_in_the_source() -> None:
    said = files(V1)
    said["properties.yaml"] += "    - {id: odd, name: odd, types: [string, 'null'], config: {enum: [a], colour: red}}\n"
    said["properties.yaml"] += "    - {id: twice, name: twice, type: '#custom-type:email', config: {min_length: 2}}\n"
    said["plan.yaml"] = said["plan.yaml"].replace(
        '- {property: "#property:tags"}', '- {property: "#property:odd"}\n        - {property: "#property:twice"}'
    )
    said["other.yaml"] = "version: rudder/v1\nkind: categories\nspec: {}\n"
    for null_passes_enum in (True, False):
        plan, report = imported("rudderstack-yaml", said, null_passes_enum=null_passes_enum)
        noted = [*report["approximated"], *report["dropped"], *report["notes"]]
        assert {note["where"] for note in noted} == {
            "events.yaml#/spec/events/2",
            "other.yaml#",
            "properties.yaml#/spec/properties/12/config/colour",
            "properties.yaml#/spec/properties/12/config/enum",
            "properties.yaml#/spec/properties/13/config/min_length",
        }
        for note in noted:
            name, _, _ = note["where"].partition("#")
            at(note["where"], yaml.safe_load(said[name]))
        assert statuses(plan, "Order Completed", [{**GOOD, "odd": None}]) == [
            "valid" if null_passes_enum else "invalid"
        ]


@pytest.mark.parametrize(
    ("name", "old", "new", "where", "says"),
    [
        ("plan.yaml", "#event:order_completed", "#event:gone", "plan.yaml#/spec/rules/0/event", "no event `gone`"),
        (
            "plan.yaml",
            "#property:revenue",
            "#/properties/shop/gone",
            "plan.yaml#/spec/rules/0/properties/0/property",
            "gone",
        ),
        ("plan.yaml", "#property:revenue", "revenue", "plan.yaml#/spec/rules/0/properties/0/property", "a reference"),
        ("plan.yaml", "type: discriminator", "type: other", "plan.yaml#/spec/rules/0/variants/0", "discriminator"),
        ("plan.yaml", "match: [card]", "match: card", "plan.yaml#/spec/rules/0/variants/0/cases/0", "a list of values"),
        (
            "plan.yaml",
            "required: true}",
            "required: 1}",
            "plan.yaml#/spec/rules/0/properties/0/required",
            "true or false",
        ),
        ("plan.yaml", '"#property:tags"', '"#property:method"', "plan.yaml#/spec/rules/0/properties/2", "twice"),
        ("plan.yaml", "kind: tracking-plan", "kind: events", "plan.yaml", "no tracking plan"),
        (
            "properties.yaml",
            "type: number",
            "type: money",
            "properties.yaml#/spec/properties/0/type",
            "`money` is not a type",
        ),
        (
            "properties.yaml",
            "maximum: 1000.50",
            "maximum: lots",
            "properties.yaml#/spec/properties/0/config/maximum",
            "lots",
        ),
        ("properties.yaml", '"^[0-9]{4}$"', '"("', "properties.yaml#/spec/properties/2/config/pattern", "regex"),
        (
            "properties.yaml",
            "min_length: 4",
            "min_length: -1",
            "properties.yaml#/spec/properties/2/config/min_length",
            "whole",
        ),
        (
            "properties.yaml",
            "#custom-type:email",
            "#custom-type:gone",
            "properties.yaml#/spec/properties/10/type",
            "gone",
        ),
        ("properties.yaml", "name: revenue", "name: ''", "properties.yaml#/spec/properties/0", "needs a name"),
        ("events.yaml", "event_type: identify", "event_type: alias", "events.yaml#/spec/events/1/event_type", "track"),
        ("events.yaml", "name: Order Completed, ", "", "events.yaml#/spec/events/0", "needs a name"),
        ("types.yaml", "spec:", "specs:", "types.yaml", "a spec is expected"),
    ],
)
def test_a_broken_project_is_one_error_that_says_where(name: str, old: str, new: str, where: str, says: str) -> None:
    said = files(V1)
    assert old in said[name]
    said[name] = said[name].replace(old, new, 1)
    with pytest.raises(PlanError, match=says) as refused:
        imported("rudderstack-yaml", said)
    assert refused.value.where.startswith(where) or refused.value.where == ""
