"""The native JSON plan: what it keeps, and what is said of one that cannot be taken."""

import json

import msgspec
import pytest

from plans.model import Plan, PlanError
from plans.read import read_plan


def read(text: str) -> Plan:
    return read_plan(text.encode(), app="shop")[0]


def test_a_plan_keeps_its_options_and_its_numbers_as_they_were_written() -> None:
    text = (
        '{"events":[{"name":"e","description":"d","schema":{"multipleOf":0.010,"maximum":1e400}}],'
        '"match":"loose","strict_float":true,"format":"assert"}'
    )
    plan = read(text)
    assert (plan.match, plan.strict_float, plan.format) == ("loose", True, "assert")
    assert plan.events[0].schema == '{"multipleOf":0.010,"maximum":1e400}'
    assert Plan.from_json(plan.to_json()) == plan


def test_names_are_exact_unless_the_plan_says_loose() -> None:
    exact = read('{"events":[{"name":"Order Placed","schema":{}}]}')
    loose = read('{"events":[{"name":"Order Placed","schema":{}}],"match":"loose"}')
    assert (exact.canonical("order_placed"), exact.canonical("Order Placed")) == (None, "Order Placed")
    assert loose.canonical("order_placed") == "Order Placed"
    assert loose.names() == ["Order Placed"]


def test_what_a_plan_says_beside_is_noted_in_the_report() -> None:
    text = '{"version":3,"events":[{"name":"e","schema":{"properties":{"a":{"properties":{"b":{}}}}},"owner":"me"}]}'
    report = read_plan(text.encode(), app="shop", content_type="application/json; charset=utf-8")[1]
    assert [note.where for note in report.notes] == ["/version", "/events/0/owner"]
    assert msgspec.to_builtins(report.as_dict())["fields"] == 2


def event(schema: str) -> str:
    return f'{{"events":[{{"name":"e","schema":{schema}}}]}}'


@pytest.mark.parametrize(
    ("text", "where", "says"),
    [
        ("{", "", "not JSON"),
        ("[]", "", "no known format"),
        ('{"events":{}}', "", "no known format"),
        ('{"events":[],"events":[]}', "", "`events` is there twice"),
        ('{"events":[],"match":"fuzzy"}', "/match", "loose, exact"),
        ('{"events":[],"strict_float":1}', "/strict_float", "true or false"),
        ('{"events":[],"format":true}', "/format", "assert, warn"),
        ('{"events":[5]}', "/events/0", "an event is"),
        ('{"events":[{"schema":{}}]}', "/events/0/name", "needs a name"),
        ('{"events":[{"name":5,"schema":{}}]}', "/events/0/name", "needs a name"),
        ('{"events":[{"name":"e"}]}', "/events/0/schema", "`e` needs a schema"),
        ('{"events":[{"name":"e","schema":{}},{"name":"e","schema":{}}]}', "/events/1/name", "is there twice"),
        (
            '{"events":[{"name":"E 1","schema":{}},{"name":"e_1","schema":{}}],"match":"loose"}',
            "/events/1/name",
            "means the same name as `E 1`",
        ),
        (event('{"type":"strin"}'), "/events/0/schema/type", "`e` is not valid"),
        (event('{"properties":{"a/b":{"minimum":"x"}}}'), "/events/0/schema/properties/a~1b/minimum", "number"),
        (event('{"properties":{"a":{"pattern":"("}}}'), "/events/0/schema/properties/a/pattern", "regex"),
        (event('{"items":{"$ref":"https://other.example/x"}}'), "/events/0/schema/items/$ref", "not in it"),
        (event('{"$ref":"#/$defs/gone"}'), "/events/0/schema/$ref", "not in it"),
        (event('{"items":' * 91 + "{}" + "}" * 91), "/events/0/schema", "nested deeper than 90"),
        (event("[" * 101 + "]" * 101), "", "nested deeper than 100"),
        (event(json.dumps({"properties": {f"f{at}": {} for at in range(10_001)}})), "/events", "10,001 fields"),
        (json.dumps({"events": [{"name": f"e{at}", "schema": {}} for at in range(1_001)]}), "/events", "1,001 events"),
    ],
)
def test_a_wrong_plan_is_refused_with_a_pointer(text: str, where: str, says: str) -> None:
    with pytest.raises(PlanError) as refused:
        read(text)
    assert refused.value.where == where
    assert says in refused.value.message
