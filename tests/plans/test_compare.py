"""Two plans compared: what is told is so, by the verdicts of jsonschema-rs and of the judge."""

import json
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plans import tokens
from plans.compare import CHANGES, compare
from plans.judging.fallback import plain
from plans.judging.one import document, violations_of
from plans.model import Plan, PlanError, PlannedEvent
from plans.oracle import validator
from plans.read import read_plan
from plans.rules.compiled import compiled
from tests.plans import generated
from tests.plans.judging import schema, sheet

Told = dict[str, list[tuple[str, str, str | None, str | None]]]
SEEDS = st.integers(0, 2**64).map(Random)
A_DATE = "date (YYYY-MM-DD, with or without HH:MM:SS)"
DEFS = '{"$ref":"#/$defs/x","$defs":{"x":%s}}'


def told(old: Plan, new: Plan) -> Told:
    """Field, keyword, was and is of each rule, by change; empty changes left out, planned fields too."""
    rules = compare(old, new)["rules"]
    kept = {how: [each for each in entries if each["keyword"] != "planned"] for how, entries in rules.items()}
    return {
        how: [(each["field"], each["keyword"], each["was"], each["is"]) for each in entries]
        for how, entries in kept.items()
        if entries
    }


def of(field: str) -> Plan:
    """A plan whose payloads have a field `x` of this schema."""
    return schema(f'{{"properties":{{"x":{field}}}}}')


@pytest.mark.parametrize(
    ("old", "new", "keyword"),
    [
        ('{"type":["string","null"]}', '{"type":"string"}', "type"),
        ('{"type":"number"}', '{"type":"integer"}', "type"),
        ('{"enum":["a","b",1]}', '{"enum":["b",1.0]}', "enum"),
        ('{"enum":["a","b"]}', '{"const":"a"}', "enum"),
        ('{"minimum":1}', '{"minimum":1.5}', "minimum"),
        ('{"minimum":1}', '{"exclusiveMinimum":1}', "minimum"),
        ('{"maximum":1e2}', '{"maximum":99}', "maximum"),
        ('{"multipleOf":0.1}', '{"multipleOf":0.3}', "multipleOf"),
        ('{"minLength":1}', '{"minLength":2}', "minLength"),
        ('{"maxItems":3}', '{"maxItems":2}', "maxItems"),
        ('{"anyOf":[{"type":"string"},{"type":"null"}]}', '{"anyOf":[{"type":"null"}]}', "anyOf"),
        ('{"properties":{"a":{},"b":{}},"additionalProperties":false}', None, "additionalProperties"),
        ('{"dependentRequired":{"a":["b"]}}', '{"dependentRequired":{"a":["c","b"]}}', "dependentRequired"),
        (DEFS % '{"minimum":1}', '{"minimum":2}', "minimum"),
        ('{"allOf":[{"minimum":1}],"minimum":0}', '{"allOf":[{"minimum":1},{"minimum":3}]}', "minimum"),
    ],
)
def test_a_rule_that_asks_more_is_tightened_and_the_other_way_round_loosened(
    old: str, new: str | None, keyword: str
) -> None:
    if new is None:
        older, newer = of(old), of('{"properties":{"a":{}},"additionalProperties":false}')
    elif "$ref" in old:
        older, newer = schema(old), schema(new)
    else:
        older, newer = of(old), of(new)
    (entry,) = told(older, newer)["tightened"]
    assert entry[1] == keyword
    (back,) = told(newer, older)["loosened"]
    assert (back[0], back[1], back[3], back[2]) == entry


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('{"type":"string"}', '{"type":"integer"}'),
        ('{"pattern":"^a"}', '{"pattern":"^b"}'),
        ('{"enum":["a","b"]}', '{"enum":["b","c"]}'),
        ('{"multipleOf":2}', '{"multipleOf":3}'),
        ('{"not":{"type":"null"}}', '{"not":{"type":"string"}}'),
        ('{"if":{"const":1},"then":{"minimum":0}}', '{"if":{"const":1},"then":{"minimum":1}}'),
    ],
)
def test_a_rule_that_asks_something_else_is_changed(old: str, new: str) -> None:
    assert list(told(of(old), of(new))) == ["changed"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('{"type":["string","null"]}', '{"type":["null","string"]}'),
        ('{"type":["number","integer"]}', '{"type":"number"}'),
        ('{"enum":[1,"a"]}', '{"enum":["a",1.0]}'),
        ('{"minimum":100}', '{"minimum":1e2}'),
        ('{"allOf":[{"minimum":1},{"minimum":0}]}', '{"minimum":1}'),
        (
            '{"properties":{"a":{}},"additionalProperties":false}',
            '{"properties":{"a":{}},"unevaluatedProperties":false}',
        ),
        ('{"description":"one","type":"string"}', '{"title":"two","type":"string"}'),
    ],
)
def test_what_means_the_same_is_no_change(old: str, new: str) -> None:
    assert told(of(old), of(new)) == told(of(new), of(old)) == {}


def test_rules_are_added_and_removed_by_field_and_keyword() -> None:
    old = schema('{"properties":{"a":{"type":"string"},"o":{"properties":{"l":{"items":{"minimum":1}}}}}}')
    new = schema('{"properties":{"a":{"type":"string","pattern":"^x"},"o":{"properties":{"l":{}}}},"required":["a"]}')
    assert told(old, new) == {
        "added": [("a", "pattern", None, "^x"), ("a", "required", None, "true")],
        "removed": [("o.l[]", "minimum", ">= 1", None)],
    }


def test_events_are_added_and_removed() -> None:
    old, new = ({"events": [{"name": name, "schema": {}} for name in names]} for names in ("ab", "bc"))
    answer = compare(native(old), native(new))
    assert (answer["events"], answer["equal"]) == ({"added": ["c"], "removed": ["a"]}, False)


def native(said: dict[str, Any]) -> Plan:
    return read_plan(json.dumps(said).encode(), app="shop")[0]


def test_loose_names_are_matched_as_the_plan_means_them() -> None:
    old = native({"events": [{"name": "Order Placed", "schema": {}}], "match": "loose"})
    new = native({"events": [{"name": "order_placed", "schema": {"minProperties": 1}}]})
    answer = compare(old, new)
    assert answer["events"] == {"added": [], "removed": []}
    assert [each["setting"] for each in answer["settings"]] == ["match"]
    assert [each["event"] for each in answer["rules"]["added"]] == ["order_placed"]


def test_a_sheet_and_a_schema_are_compared_rule_by_rule() -> None:
    old = sheet("price,integer,true", "tags[],text,false", "at,date,false")
    new = schema(
        '{"properties":{"price":{"type":"number"},"tags":{"type":"array","items":{"type":"string"}},"at":{}},'
        '"required":["price"]}'
    )
    assert told(old, new) == {
        "removed": [
            *[
                ("at", keyword, was, None)
                for keyword, was in [("empty", "true"), ("format", A_DATE), ("type", "string")]
            ],
            ("price", "empty", "true", None),
            ("tags", "empty", "true", None),
            ("tags[]", "empty", "true", None),
        ],
        "loosened": [("price", "type", "integer", "number")],
    }


def test_a_condition_of_a_sheet_is_a_rule() -> None:
    row = '"{""if_field"":""method"",""if_value"":""card"",""then_field"":""last4"",""then_type"":""text""}"'
    old, new = sheet("method,text,true,"), sheet(f"method,text,true,{row}")
    (entry,) = compare(old, new)["rules"]["added"]
    assert entry["message"] == '`last4` of `e` now has to be text where `method` is "card"'


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("{}", '{"minimum":0}', "`x` of `e` now has to be >= 0"),
        ('{"type":"string"}', "{}", "`x` of `e` no longer has to be text"),
        (
            '{"minLength":1}',
            '{"minLength":2}',
            "have at least 2 characters; before, it had to have at least 1 characters",
        ),
        ('{"enum":["a","b"]}', '{"enum":["a"]}', '`x` of `e` now has to be "a"; before, it had to be one of "a", "b"'),
    ],
)
def test_each_change_is_said_in_plain_words(old: str, new: str, message: str) -> None:
    (entry,) = [each for entries in compare(of(old), of(new))["rules"].values() for each in entries]
    assert message in entry["message"]


def test_the_draft_decides_what_a_keyword_means() -> None:
    four = '"$schema":"http://json-schema.org/draft-04/schema#"'
    assert told(schema(f'{{{four},"const":1}}'), schema('{"const":1}'))["added"][0][1] == "enum"
    older = schema(f'{{{four},"minimum":1,"exclusiveMinimum":true}}')
    assert told(older, schema('{"exclusiveMinimum":1}')) == {}
    integers = schema(f'{{{four},"properties":{{"a":{{"type":"integer"}}}}}}')
    assert list(told(integers, schema('{"properties":{"a":{"type":"integer"}}}'))) == ["loosened"]


def test_a_format_that_becomes_an_error_is_tightened() -> None:
    old, new = of('{"format":"uuid"}'), schema('{"properties":{"x":{"format":"uuid"}}}', format='"assert"')
    answer = compare(old, new)
    (entry,) = answer["rules"]["tightened"]
    assert "that is an error now" in entry["message"]
    assert [each["setting"] for each in answer["settings"]] == ["format"]


def test_references_that_never_end_are_one_rule() -> None:
    tree = '{"$ref":"#/$defs/t","$defs":{"t":{"properties":{"left":{"$ref":"#/$defs/t"},"n":{"type":"%s"}}}}}'
    assert told(schema(tree % "integer"), schema(tree % "integer")) == {}
    assert "changed" in told(schema(tree % "integer"), schema(tree % "string"))


@pytest.mark.parametrize("leaf", ['"minimum": 1', '"title": "1"'])
def test_schemas_that_unfold_without_end_are_one_rule_each(leaf: str) -> None:
    levels = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 10} for n in range(8)}
    text = json.dumps({"$ref": "#/$defs/d0", "$defs": {**levels, "d8": "LEAF"}}).replace('"LEAF"', f"{{{leaf}}}")
    old, new = (
        Plan("shop", tuple(PlannedEvent(f"e{n:02}", schema=each) for n in range(40)))
        for each in (text, text.replace("1", "2"))
    )
    assert [entry[1] for entry in told(old, new)["changed"]] == ["schema"] * 40
    assert compare(old, old)["equal"]


def grown(r: Random) -> str:
    return generated.schema(r) if r.random() < 0.6 else generated.beyond(r)


def mutated(r: Random, text: str) -> str:
    """A schema with a few changes: a number moved, a keyword dropped, one of another schema put in, anywhere."""
    said = tokens.parse(text)
    for _ in range(r.choice([1, 1, 2, 4])):
        nodes = list(_objects(said))
        node, other = r.choice(nodes), r.choice(list(_objects(tokens.parse(grown(r)))))
        keys = [key for key in node if key != "$schema"]
        if keys and r.random() < 0.6:
            key = r.choice(keys)
            if isinstance(node[key], tokens.Num) and r.random() < 0.7:
                node[key] = tokens.Num(r.choice(["0", "1", "2", "3", "100"]))
            else:
                del node[key]
        elif other:
            key = r.choice(list(other))
            node.setdefault(key, other[key])
    return tokens.dump(said)


def _objects(value: Any) -> Any:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if isinstance(value, dict):
        yield value
    for each in inner:
        yield from _objects(each)


def both(r: Random) -> tuple[Plan, Plan]:
    """A schema plan, and one like it; both valid."""
    while True:
        text = grown(r)
        try:
            return schema(text), schema(mutated(r, text))
        except (PlanError, ValueError):
            continue


def errors(answer: dict[str, Any]) -> dict[str, int]:
    return {how: sum(each["severity"] == "error" for each in answer["rules"][how]) for how in CHANGES}


@settings(max_examples=120)
@given(SEEDS)
def test_a_tightened_schema_takes_nothing_it_refused_before(r: Random) -> None:
    old, new = both(r)
    counted = errors(compare(old, new))
    if counted["removed"] or counted["loosened"] or counted["changed"]:
        return
    before, after = (validator(plan.event("e").schema or "", None) for plan in (old, new))
    for _ in range(60):
        payload = plain(document(_readable(r)))
        was, now = before.is_valid(payload), after.is_valid(payload)
        assert was or not now
        assert was == now or any(counted.values())


def _readable(r: Random) -> str:
    while True:
        payload = generated.payload(r)
        try:
            document(payload)
        except ValueError:
            continue
        return payload


@settings(max_examples=40)
@given(SEEDS)
def test_equal_plans_have_no_changes_and_swapping_swaps_them(r: Random) -> None:
    old, new = both(r)
    event = old.event("e")
    spaced = replace(old, events=(replace(event, schema=f" {event.schema}"),))
    assert compare(old, old)["equal"]
    assert compare(old, spaced)["equal"]
    there, back = compare(old, new)["rules"], compare(new, old)["rules"]
    for how, swapped in (("added", "removed"), ("tightened", "loosened"), ("changed", "changed")):
        assert keys(there[how]) == keys(back[swapped])
        assert keys(there[swapped]) == keys(back[how])


def keys(entries: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    return [
        (each["event"], each["field"], each["keyword"], each["was"] or "", each["is"] or "")[:3] for each in entries
    ]


@settings(max_examples=40)
@given(SEEDS)
def test_a_tightened_sheet_takes_nothing_it_refused_before(r: Random) -> None:
    old, new = some_sheet(r), some_sheet(r)
    if r.random() < 0.7:
        new = near(r, old)
    assert compare(old, old)["equal"]
    counted = errors(compare(old, new))
    if counted["removed"] or counted["loosened"] or counted["changed"]:
        return
    for _ in range(60):
        payload = generated.fitting(r, new.event("e").fields) if r.random() < 0.7 else generated.payload(r)
        was, now = (_broken(plan, payload) for plan in (old, new))
        assert now or not was


def _broken(plan: Plan, payload: str) -> bool:
    return any(each["severity"] == "error" for each in violations_of(compiled(plan, "e"), plan, payload))


def some_sheet(r: Random) -> Plan:
    while True:
        try:
            return read_plan(generated.sheet(r).encode(), app="shop", content_type="text/csv")[0]
        except PlanError:
            continue


def near(r: Random, plan: Plan) -> Plan:
    """The same sheet with a row more, a row less, or a field required."""
    event = plan.event("e")
    rows = list(event.fields)
    if r.random() < 0.5 and len(rows) > 1:
        rows.pop(r.randrange(len(rows)))
    rows = [replace(row, required=row.required or r.random() < 0.3) for row in rows]
    return replace(plan, events=(replace(event, fields=tuple(rows)),))
