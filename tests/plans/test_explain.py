"""Violations in words."""

import pytest

from plans.explain import sentence
from plans.judging.judge import judge
from plans.model import Plan
from tests.plans.judging import events, schema, sheet

CARD = '"{""if_field"":""by"",""if_value"":1,""then_field"":""a"",""then_type"":""text""}"'


def of(said: str) -> Plan:
    return schema(f'{{"properties":{{"a":{said}}}}}')


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
        (of('{"minimum":5}'), '{"a":1}', "`a` should be >= 5; it was the number 1."),
        (of('{"maxLength":2}'), '{"a":"abc"}', '`a` should have at most 2 characters; it was the text "abc".'),
        (of('{"pattern":"^x"}'), '{"a":"abc"}', '`a` should be text matching ^x; it was the text "abc".'),
        (of('{"format":"email"}'), '{"a":"abc"}', '`a` should be in email format; it was the text "abc".'),
        (of('{"not":{}}'), '{"a":1}', "`a` does not keep what `not` asks; it was the number 1."),
        (schema('{"required":["a"]}'), "{}", "`a` is missing; it should be there."),
        (schema('{"type":"null"}'), "{}", "The payload should be null; it was the object {}."),
    ],
)
def test_a_violation_is_a_plain_sentence(plan: Plan, payload: str, says: str) -> None:
    [found] = judge(events([payload]), lambda _: plan)["violations"].to_list()
    assert sentence(found[0]) == says


def test_events_that_are_not_judged_say_why() -> None:
    plan = sheet("a,text,true")
    [strange] = judge(events(["{}"], name="other"), lambda _: plan)["violations"].to_list()
    assert sentence(strange[0]) == "`other` is not in the plan."
    [unread] = judge(events(["[]"]), lambda _: plan)["violations"].to_list()
    assert sentence(unread[0]) == "The event could not be read: the payload is not an object."
