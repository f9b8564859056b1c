"""Violations in words."""

import pytest

from plans import tokens
from plans.explain import sentence, told
from plans.judging import fallback
from plans.judging.judge import judge
from plans.model import Plan
from plans.spoken import MOST_OF_A_NAME
from tests.plans.judging import events, schema, sheet

CARD = '"{""if_field"":""by"",""if_value"":1,""then_field"":""a"",""then_type"":""text""}"'


def of(said: str) -> Plan:
    return schema(f'{{"properties":{{"a":{said}}}}}')


def spoken(plan: Plan, payload: str) -> str:
    """The sentence of the one violation."""
    [found] = judge(events([payload]), lambda _: plan)["violations"].to_list()
    [one] = found
    return sentence(one)


@pytest.mark.parametrize(
    ("plan", "payload", "says"),
    [
        (sheet("a,float,true"), '{"a":"14.99"}', '`a` should be a number; it was the text "14.99".'),
        (sheet("a,text,true"), '{"a":null}', "`a` is empty (null); it should be text."),
        (sheet("a,text,true"), '{"a":""}', "`a` is empty (an empty text); it should be text."),
        (sheet("a[],text,true"), '{"a":[]}', "`a[]` is empty (an empty array); it should be text."),
        (sheet("a,boolean,true"), "{}", "`a` is missing; it should be true or false."),
        (sheet("b,text,false"), '{"a":[1]}', "`a` is not in the plan; it was the array [1]."),
        (sheet("a.b,text,true"), '{"a":5}', "`a.b` should be an object; it was the number 5."),
        (sheet(f"a,text,true,{CARD}"), '{"by":1}', "`a` is missing, and the condition on it holds; it should be text."),
        (of('{"enum":["x","y"]}'), '{"a":true}', '`a` should be one of "x", "y"; it was true.'),
        (of('{"enum":["a or text","y"]}'), '{"a":1}', '`a` should be one of "a or text", "y"; it was the number 1.'),
        (of('{"const":null}'), '{"a":1}', "`a` should be null; it was the number 1."),
        (of('{"type":["string","null"]}'), '{"a":1}', "`a` should be text or null; it was the number 1."),
        (of('{"minimum":5}'), '{"a":1}', "`a` should be at least 5; it was the number 1."),
        (of('{"exclusiveMaximum":5}'), '{"a":5}', "`a` should be less than 5; it was the number 5."),
        (of('{"multipleOf":5}'), '{"a":1}', "`a` should be a multiple of 5; it was the number 1."),
        (of('{"maxLength":2}'), '{"a":"abc"}', '`a` should have at most 2 characters; it was the text "abc".'),
        (of('{"minItems":1}'), '{"a":[]}', "`a` should have at least 1 element; it was an empty array."),
        (of('{"minLength":1,"maxLength":1}'), '{"a":""}', "`a` should have exactly 1 character; it was an empty text."),
        (of('{"minItems":2,"maxItems":3}'), '{"a":[]}', "`a` should have 2 to 3 elements; it was an empty array."),
        (of('{"pattern":"^x"}'), '{"a":"abc"}', '`a` should be text matching `^x`; it was the text "abc".'),
        (of('{"format":"email"}'), '{"a":"abc"}', '`a` should be in email format; it was the text "abc".'),
        (schema('{"required":["a"]}'), "{}", "`a` is missing; it should be there."),
        (schema('{"type":"null"}'), "{}", "The payload should be null; it was the object {}."),
        (schema('{"additionalProperties":false}'), '{"a":1}', "`a` is not in the plan; it was the number 1."),
    ],
)
def test_a_violation_is_a_plain_sentence(plan: Plan, payload: str, says: str) -> None:
    assert spoken(plan, payload) == says


@pytest.mark.parametrize(
    ("said", "payload", "says"),
    [
        ('{"not":{"required":["b"]}}', '{"a":{"b":1}}', "should not be what `not` rules out"),
        (
            '{"anyOf":[{"type":"string"},{"required":["b"]}]}',
            '{"a":{}}',
            "fit one of the schemas of `anyOf` (string or `a.b`)",
        ),
        ('{"oneOf":[{"minProperties":0},{"maxProperties":9}]}', '{"a":{}}', "exactly one of the schemas of `oneOf`"),
        ('{"contains":{"type":"string"}}', '{"a":[1]}', "should have the elements that `contains` asks for"),
        ('{"propertyNames":{"maxLength":1}}', '{"a":{"xx":1}}', "`a` should have"),
        ('{"uniqueItems":true}', '{"a":[1,1]}', "`a` should have"),
        ("false", '{"a":1}', "`a` should not be there at all"),
    ],
)
def test_a_promise_of_no_code_of_its_own_names_what_it_asks(said: str, payload: str, says: str) -> None:
    assert says in spoken(of(said), payload)


@pytest.mark.parametrize(
    ("said", "value", "expected"),
    [
        ('{"anyOf":[{"type":"string"},{"type":"null"}]}', "1", "what `anyOf` asks: string or null"),
        ('{"oneOf":[{"minimum":0},{"minimum":1}]}', "1", "what `oneOf` asks: just one of its 2, not several"),
        (
            '{"anyOf":[{"required":["b"]},{"maxProperties":0}]}',
            '{"x":1}',
            "what `anyOf` asks: `a.b` or at most 0 fields",
        ),
        ('{"not":{}}', "1", "what `not` asks"),
    ],
)
def test_what_jsonschema_rs_says_more_is_told(said: str, value: str, expected: str) -> None:
    [found] = fallback.evaluate(of(said).event("e").schema or "", None, {"a": tokens.parse(value)})
    assert found.expected == expected


@pytest.mark.parametrize(
    ("expected", "says"),
    [
        ("elements that all differ", "`a` should have elements that all differ; it was the array [1,1]."),
        ("no value", "`a` should not be there at all; it was the array [1,1]."),
        ("field names: string", "`a` should have field names of this kind only: string; it was the array [1,1]."),
        ("what `soon` asks", "`a` should keep what `soon` asks; it was the array [1,1]."),
    ],
)
def test_whatever_a_schema_expects_is_a_sentence(expected: str, says: str) -> None:
    one = {"field": "a", "rule": "schema", "expected": expected, "received": "array", "value": "[1,1]"}
    assert sentence(one) == says


def test_an_alternative_of_many_wishes_stays_a_sentence() -> None:
    wishes = ",".join(f'{{"required":["{"x" * 100}{at}"]}}' for at in range(50))
    assert len(spoken(of(f'{{"anyOf":[{wishes}]}}'), '{"a":{}}')) < 700


def test_events_that_are_not_judged_say_why() -> None:
    plan = sheet("a,text,true")
    [strange] = judge(events(["{}"], name="other"), lambda _: plan)["violations"].to_list()
    assert sentence(strange[0]) == "`other` is not in the plan."
    [unread] = judge(events(["[]"]), lambda _: plan)["violations"].to_list()
    assert sentence(unread[0]) == "The event could not be read: the payload is not an object."


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (r'"say \"hi\""', r'the text "say \"hi\""'),
        (r'"two\nlines\ttab\u0000"', r'the text "two\nlines\ttab\u0000"'),
        (r'"back\\n"', r'the text "back\\n"'),
        ('"\u202egnp.exe\u2066"', r'the text "\u202egnp.exe\u2066"'),
        ('"\u05e9\u05dc\u05d5\u05dd"', 'the text "\u2068\u05e9\u05dc\u05d5\u05dd\u2069"'),
        ('"\u00a05"', r'the text "\u00a05"'),
        ('"\U0001f468\u200d\U0001f469 \u00e9"', 'the text "\U0001f468\u200d\U0001f469 \u00e9"'),
        ('"`code`"', 'the text "`code`"'),
    ],
)
def test_a_hostile_value_reads_well(value: str, says: str) -> None:
    assert spoken(sheet("a,integer,true"), f'{{"a":{value}}}') == f"`a` should be a whole number; it was {says}."


def test_megabytes_make_no_long_sentence() -> None:
    long = "x" * 3_000_000
    assert len(spoken(sheet("a,integer,true"), f'{{"a":"{long}"}}')) < 300
    assert len(spoken(sheet("a,text,false"), f'{{"{long}":1}}')) < MOST_OF_A_NAME + 100
    [strange] = judge(events(["{}"], name=long), lambda _: sheet("a,text,true"))["violations"].to_list()
    assert len(sentence(strange[0])) < MOST_OF_A_NAME + 100


def test_a_name_never_ends_its_quotation() -> None:
    assert spoken(sheet("a,text,false"), '{"`x` is fine":1}').count("`") == 2


def test_a_message_is_the_sentence_with_its_hint() -> None:
    plan = sheet("price,float,true")
    [found] = judge(events(['{"price":"14.99"}']), lambda _: plan)["violations"].to_list()
    [one] = told(found, plan, "e")
    assert one["hint"] == "a number sent as text"
    assert one["message"] == '`price` should be a number; it was the text "14.99" — a number sent as text.'
    assert told([{**found[0], "value": "dear"}], plan, "e")[0]["hint"] is None
