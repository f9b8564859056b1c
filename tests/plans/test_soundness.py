"""Events passed over because they plainly break nothing: never one that breaks something, and most that do not."""

import json
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from plans.judging.evaluated import evaluated
from plans.judging.judge import judge
from plans.judging.soundness import look
from plans.judging.typed import typed
from plans.model import Plan
from plans.rules.compiled import compiled
from tests.plans import generated
from tests.plans.judging import events, schema, sheet
from tests.plans.test_both_ways import of_sheet

SEEDS = st.integers(0, 2**64).map(Random)
MANY = settings(max_examples=150, deadline=None)
KEYS = ["a", "b", "é", "a b", "x/y", "~t"]
KINDS = ["string", "integer", "number", "boolean", "null"]
LIMITS = ["0", "1", "-3", "10", "0.3", "1e2", "9007199254740992", "9223372036854775808"]


def typed_schema(r: Random, depth: int = 2) -> str:
    """A schema that says the type of everything, with rules of all kinds beside it."""
    kind = r.choice(KINDS + ["object", "array"] * depth)
    if kind == "object":
        return object_schema(r, depth - 1)
    said = {
        "type": json.dumps(kind if r.random() < 0.7 else [kind, r.choice([each for each in KINDS if each != kind])])
    }
    if kind == "array":
        said |= {"items": typed_schema(r, depth - 1)} | ({"minItems": "1"} if r.random() < 0.3 else {})
    if r.random() < 0.6:
        said |= rule(r, kind)
    return generated.said(said)


def rule(r: Random, kind: str) -> dict[str, str]:
    if kind == "string":
        return r.choice(
            [
                {"minLength": "1"},
                {"maxLength": "3"},
                {"pattern": json.dumps(r.choice([*generated.PATTERNS, r"\S"]))},
                {"format": json.dumps(r.choice(generated.FORMATS))},
                {"enum": json.dumps(r.sample(generated.TEXTS, 3))},
            ]
        )
    if kind in ("integer", "number"):
        words = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]
        return r.choice(
            [
                {word: r.choice(LIMITS) for word in r.sample(words, r.randrange(1, 3))},
                {"multipleOf": r.choice(["1", "2", "0.1"])},
                {"enum": f"[{','.join(r.sample(LIMITS, 3))}]"},
            ]
        )
    return {"description": '"said"'}


def object_schema(r: Random, depth: int) -> str:
    keys = r.sample(KEYS, r.randrange(1, 5))
    fields = generated.said({key: typed_schema(r, depth) for key in keys})
    needed = json.dumps([key for key in keys if r.random() < 0.6])
    return generated.said({"type": '"object"', "properties": fields, "required": needed})


def value(r: Random, said: dict[str, object]) -> str:
    """Text of a value that has one of the types said, now and then another."""
    kinds = said.get("type")
    kind = r.choice(kinds) if isinstance(kinds, list) else kinds
    if kind == "object" and r.random() < 0.97:
        return payload(r, said)
    if kind == "array":
        return f"[{','.join(value(r, said['items']) for _ in range(r.randrange(3)))}]"  # type: ignore[arg-type]
    if r.random() < 0.05:
        return generated.scalar(r)
    if "enum" in said and r.random() < 0.7:
        return json.dumps(r.choice(said["enum"]), ensure_ascii=False)  # type: ignore[arg-type]
    texts = [*generated.TEXTS, 'x":', "x\\u0022:", '" :']
    if kind == "string":
        return json.dumps(r.choice(texts), ensure_ascii=r.random() < 0.3)
    if kind in ("boolean", "null"):
        return "null" if kind == "null" else r.choice(["true", "false"])
    return r.choice([*generated.NUMBERS, *LIMITS])


def payload(r: Random, said: dict[str, object]) -> str:
    """An object with the planned keys, some of them twice, apart from their colons, or unplanned."""
    fields = said["properties"]
    assert isinstance(fields, dict)
    pairs = [(key, value(r, fields[key])) for key in fields if key in said["required"] or r.random() < 0.5]  # type: ignore[operator]
    if pairs and r.random() < 0.05:
        pairs.append(r.choice(pairs))
    if r.random() < 0.03:
        pairs.append(("other", "1"))
    colon = " : " if r.random() < 0.05 else ": " if r.random() < 0.3 else ":"
    return "{" + ", ".join(f"{json.dumps(key)}{colon}{said}" for key, said in pairs) + "}"


def passed_over(plan: Plan, payloads: list[str]) -> list[str]:
    """The payloads that are not judged any further."""
    planned = events(list(payloads)).select("payload", name=pl.lit(0)).with_row_index("row")
    left = look(planned, [typed(plan.event("e"), plan.strict_float, plan.format)]).left
    return [text for row, text in enumerate(payloads) if row not in set(left["row"].to_list())]


@MANY
@given(SEEDS)
def test_what_is_passed_over_by_a_schema_breaks_nothing(r: Random) -> None:
    text = object_schema(r, 2)
    plan, said = schema(text), json.loads(text)
    sent: list[str | None] = [payload(r, said) for _ in range(40)]
    exactly = judge(events(sent), lambda _: plan, columns_from=1_000, glanced=False)
    assert_frame_equal(judge(events(sent), lambda _: plan, columns_from=1_000), exactly)


@MANY
@given(SEEDS)
def test_what_is_passed_over_by_a_sheet_breaks_nothing(r: Random) -> None:
    plan = of_sheet(r)
    fields = plan.event("e").fields
    sent: list[str | None] = [
        generated.fitting(r, fields) if r.random() < 0.8 else generated.payload(r) for _ in range(40)
    ]
    exactly = judge(events(sent), lambda _: plan, columns_from=1_000, glanced=False)
    assert_frame_equal(judge(events(sent), lambda _: plan, columns_from=1_000), exactly)


@MANY
@given(SEEDS)
def test_what_is_passed_over_by_a_full_evaluation_breaks_nothing(r: Random) -> None:
    plan = schema(generated.beyond(r) if r.random() < 0.7 else generated.schema(r))
    sent: list[str | None] = [generated.payload(r) for _ in range(40)]
    exactly = judge(events(sent), lambda _: plan, columns_from=1_000, glanced=False)
    assert_frame_equal(judge(events(sent), lambda _: plan, columns_from=1_000), exactly)


@pytest.mark.parametrize(
    ("text", "sound"),
    [
        ('{"x-a":"b","v":1.5,"w":{"x":["\\":",2]}}', True),
        ('{"x-a":"b","x-a":"c"}', False),
        ('{"x-a" : "b"}', True),
        ('{"x-a" : "b","v":1,"v":1}', False),
        ('{"x-a":"\\u0022:","x-a":"\\":"}', False),
        ('{"x-a":1}', False),
        ('{"v":123456789012345678901}', False),
        ('{"v":1e2}', False),
        ('{"v":1}x', False),
        ("[]", False),
    ],
)
def test_an_event_of_a_schema_beyond_columns_is_passed_over_when_it_is_plainly_valid(text: str, sound: bool) -> None:
    plan = schema('{"patternProperties":{"^x-":{"type":"string"}}}')
    found = evaluated(compiled(plan, "e"), plan.format)
    assert found is not None
    planned = events(["{}", text, "{}"]).select("payload", name=pl.lit(0)).with_row_index("row")
    assert look(planned, [found]).left["row"].to_list() == ([] if sound else [1])


SHEET = sheet("n,integer,true,", "at.x,text,true,", "items[].f,float,true,", "day,date,false,")


@pytest.mark.parametrize(
    ("text", "sound"),
    [
        ('{"n":1,"at":{"x":"y"},"items":[{"f":1.5}]}', True),
        ('{"n": 1, "at": {"x": "é y"}, "items": [{"f": 2}, {"f": 3.25}], "day": "2026-02-28"}', True),
        ('{"n" : 1,"at":{"x":"y"},"items":[{"f":1.5}]}', False),
        ('{"n":1,"at":{"x":"12:30"},"items":[{"f":1.5}]}', True),
        ('{"n":1,"at":{"x":"\\":"},"items":[{"f":1.5}]}', False),
        ('{"n":1,"at":{"x":""},"items":[{"f":1.5}]}', False),
        ('{"n":1,"at":{"x":"\\t"},"items":[{"f":1.5}]}', False),
        ('{"n":1,"at":{"x":" "},"items":[{"f":1.5}]}', False),
        ('{"n":1,"at":{"x":"\u00a0"},"items":[{"f":1.5}]}', False),
        ('{"n":1,"at":{"x":"y","z":1},"items":[{"f":1.5}]}', False),
        ('{"n":1,"n":1,"at":{"x":"y"},"items":[{"f":1.5}]}', False),
        ('{"n":1,"at":{"x":"y","x":"y"},"items":[{"f":1.5}]}', False),
        ('{"n":1,"at":{"x":"y"},"items":[]}', False),
        ('{"n":1.0,"at":{"x":"y"},"items":[{"f":1.5}]}', False),
        ('{"n":1,"at":{"x":"y"},"items":[{"f":1.5}],"day":"2026-02-30"}', False),
        ('{"n":1,"at":{"x":"y"}}', False),
        (' {"n":1,"at":{"x":"y"},"items":[{"f":1.5}]}', True),
        ('{"n":1,"at":{"x":"y"},"items":[{"f":1.5}]}{}', False),
        ("[1]", False),
        ("{", False),
        ("", False),
    ],
)
def test_only_what_plainly_breaks_nothing_is_passed_over(text: str, sound: bool) -> None:
    sure = '{"n":7,"at":{"x":"y"},"items":[{"f":1.5}]}'
    assert passed_over(SHEET, [sure, text, sure]) == ([sure, text, sure] if sound else [sure, sure])


@pytest.mark.parametrize(
    ("rule", "sent", "sound"),
    [
        ('"type":"number","minimum":0', ["0", "1", "0.5"], True),
        ('"type":"number","minimum":0', ["0.0", "-0.0", "-1", "-1e-400"], False),
        ('"type":"integer","maximum":5', ["5", "-7", "-36893488147419103232"], True),
        ('"type":"integer","maximum":5', ["6", "5.0", "36893488147419103232"], False),
        ('"type":["string","null"],"maxLength":2', ['"ab"', "null", '"é😀"'], True),
        ('"type":"string","pattern":"^[a-z]+$"', ['"abc"'], True),
        ('"type":"string","pattern":"^[a-z]+$"', ['"abc\\n"', '"A"', '""'], False),
        ('"enum":["a",1,null]', ['"a"', "1", "null"], True),
        ('"enum":["a",1,null]', ["1.0", '"1"', "true"], False),
        ('"type":"string","format":"date-time"', ['"2026-11-23T10:00:00Z"'], True),
        ('"type":"string","format":"date-time"', ['"2026-11-23"'], False),
    ],
)
def test_a_value_is_passed_over_where_no_double_and_no_regex_is_in_doubt(
    rule: str, sent: list[str], sound: bool
) -> None:
    plan = schema(f'{{"type":"object","properties":{{"v":{{{rule}}}}},"required":["v"]}}')
    payloads = [f'{{"v":{value}}}' for value in sent]
    kind = typed(plan.event("e"), plan.strict_float, plan.format)
    assert kind is not None
    for text in payloads:
        assert bool(passed_over(plan, [text])) is sound, text


@pytest.mark.parametrize(
    "said",
    [
        '"oneOf":[{"type":"string"}]',
        '"type":"object"',
        '"type":"array"',
        '"minimum":1',
        '"type":"string","pattern":"(?=a)a"',
        '"type":"string","format":"no-such-format"',
        '"type":"number","minimum":0.1',
        '"type":"array","items":{"type":"string"},"uniqueItems":true',
    ],
)
def test_a_promise_no_type_can_say_leaves_its_events_to_the_judge(said: str) -> None:
    plan = schema(f'{{"type":"object","properties":{{"v":{{{said}}}}}}}')
    assert typed(plan.event("e"), plan.strict_float, plan.format) is None
