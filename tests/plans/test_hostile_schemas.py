"""A schema made to keep the judge busy is refused at import or costs little; an event made so is an `error` row."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from plans.judging.judge import judge
from plans.model import PlanError
from plans.rules.compiled import compiled
from tests.plans.judging import events, schema, verdict

SLOW = "^(?:(?=a)a|a)+c"
ENDLESS = "a" * 40 + "b"
SECONDS = 20


def doubling(levels: int, twice: Callable[[dict[str, str]], dict[str, Any]]) -> str:
    """Definitions each of which refers to the next one twice."""
    defined: dict[str, Any] = {f"d{at}": twice({"$ref": f"#/$defs/d{at + 1}"}) for at in range(levels)}
    return json.dumps({"$defs": {**defined, f"d{levels}": {"type": "string"}}, "properties": {"v": defined["d0"]}})


@pytest.mark.parametrize(
    "twice",
    [
        lambda ref: {"allOf": [ref, ref]},
        lambda ref: {"anyOf": [ref, ref]},
        lambda ref: {"properties": {"a": ref, "b": ref}},
        lambda ref: {"if": ref, "then": ref},
        lambda ref: {"items": {"oneOf": [ref, {"not": ref}]}},
    ],
)
def test_references_that_double_at_each_step_are_refused(twice: Callable[[dict[str, str]], dict[str, Any]]) -> None:
    with pytest.raises(PlanError) as refused:
        schema(doubling(40, twice))
    assert "written out, its references make more than" in refused.value.message
    assert verdict(schema(doubling(5, twice)), '{"v":{}}')[0] in ("valid", "invalid")


def test_references_that_lead_on_for_ever_are_refused_too() -> None:
    with pytest.raises(PlanError, match="lead more than 250 levels"):
        schema(doubling(5_000, lambda ref: {"not": ref}))


def test_a_schema_that_goes_round_two_ways_looks_at_no_event_for_ever() -> None:
    branch = {"properties": {"in": {"$ref": "#/$defs/n"}}}
    plan = schema(json.dumps({"$defs": {"n": {"anyOf": [branch, branch], "type": "object"}}, "$ref": "#/$defs/n"}))
    assert verdict(plan, '{"in":' * 8 + "1" + "}" * 8)[0] == "invalid"
    assert verdict(plan, '{"in":' * 8 + "{}" + "}" * 8)[0] == "valid"
    began = time.process_time()
    deep = {"1": "invalid", "{}": "valid"}
    told = judge(events([*('{"in":' * 150 + leaf + "}" * 150 for leaf in deep)] * 50), lambda _: plan, glanced=False)
    assert told["status"].to_list() == [*deep.values()] * 50
    assert told["violations"][0][0]["expected"] == "what its schema asks, too deep down to say where"
    assert time.process_time() - began < SECONDS


def test_a_tree_may_be_as_deep_as_events_may() -> None:
    node = {"properties": {"left": {"$ref": "#"}, "right": {"$ref": "#"}, "leaf": {"type": "integer"}}}
    plan = schema(json.dumps(node))
    assert verdict(plan, '{"left":' * 150 + '{"leaf":"x"}' + "}" * 150)[0] == "invalid"


@pytest.mark.parametrize(
    "said",
    [
        {"properties": {"v": {"pattern": SLOW}}},
        {"properties": {"v": {"not": {"pattern": SLOW}}}},
        {"properties": {"v": {"anyOf": [{"pattern": SLOW}, {"type": "null"}]}}},
        {"properties": {"v": {"pattern": SLOW}}, "patternProperties": {"^z": False}},
    ],
)
def test_a_pattern_that_turns_back_for_ever_leaves_just_its_event_unjudged(said: dict[str, Any]) -> None:
    plan = schema(json.dumps(said))
    began = time.process_time()
    for columns_from in (0, 1_000_000):
        sent: list[str | None] = [f'{{"v":"{ENDLESS}"}}', '{"v":5}'] * 50
        told = judge(events(sent), lambda _: plan, columns_from=columns_from)
        assert told["status"].to_list()[::2] == ["error"] * 50
        assert "error" not in told["status"].to_list()[1::2]
        assert (
            told["violations"][0][0]["received"] == "matching a pattern with a text of the event takes too many steps"
        )
    assert time.process_time() - began < SECONDS


def test_a_pattern_that_repeats_too_much_is_refused_with_a_pointer() -> None:
    with pytest.raises(PlanError) as refused:
        schema('{"properties":{"v":{"pattern":"((x{0,99}y?){0,99}){9}$"}}}')
    assert refused.value.where == "/events/0/schema/properties/v/pattern"
    assert "repeats too much" in refused.value.message


def test_a_heavy_pattern_takes_no_text_too_long_for_it() -> None:
    plan = schema('{"properties":{"v":{"pattern":"(a{0,40}b?){0,40}$"}}}')
    assert verdict(plan, '{"v":"abab"}')[0] == "valid"
    assert verdict(plan, f'{{"v":"{"ab" * 100_000}"}}')[0] == "error"


def test_a_megabyte_of_text_under_patterns_costs_bounded_time() -> None:
    said = {"v": {"pattern": "^(a|b|ab)*c$"}, "w": {"pattern": "^(?=.*c)(?!.*d).*$"}, "x": {"maxLength": 10}}
    plan, text = schema(json.dumps({"properties": said})), "ab" * 500_000
    began = time.process_time()
    assert verdict(plan, f'{{"v":"{text}","w":"{text}","x":"{text}"}}')[0] == "invalid"
    assert time.process_time() - began < SECONDS


def test_an_enum_of_megabytes_is_looked_up() -> None:
    plan = schema(json.dumps({"properties": {"v": {"enum": [f"value-{at:08}" for at in range(200_000)]}}}))
    began = time.process_time()
    told = judge(events(['{"v":"value-00000007"}', '{"v":"x"}'] * 500), lambda _: plan, glanced=False)
    assert told["status"].to_list() == ["valid", "invalid"] * 500
    assert time.process_time() - began < SECONDS


@pytest.mark.parametrize("limit", ["9223372036854775807", "100000000000000000000000", "4294967297"])
def test_a_count_nothing_reaches_is_a_count(limit: str) -> None:
    plan = schema(
        f'{{"properties":{{"v":{{"minItems":{limit}}},"w":{{"maxLength":{limit},"maxProperties":{limit}}}}}}}'
    )
    assert verdict(plan, '{"v":[1],"w":"x"}') == ("invalid", [("v", "out_of_range")])
    assert verdict(plan, '{"v":"x","w":{}}') == ("valid", [])


def test_ten_thousand_fields_cost_an_event_what_it_has_of_them() -> None:
    plan = schema(json.dumps({"properties": {f"f{at}": {"type": "string"} for at in range(10_000)}}))
    began = time.process_time()
    told = judge(events(['{"f9999":"x"}', '{"f0":1,"f9999":2}'] * 5_000), lambda _: plan, columns_from=1_000_000)
    assert told["status"].to_list() == ["valid", "invalid"] * 5_000
    assert time.process_time() - began < SECONDS


def test_a_thousand_conditions_are_asked_only_where_something_is_broken() -> None:
    whens = [{"properties": {"k": {"const": f"x{at}"}}, "required": ["k"]} for at in range(1_000)]
    said = [{"if": when, "then": {"required": [f"r{at}"]}} for at, when in enumerate(whens)]
    plan = schema(json.dumps({"allOf": said}))
    assert compiled(plan, "e").why is None
    assert verdict(plan, '{"k":"x999"}') == ("invalid", [("r999", "missing")])
