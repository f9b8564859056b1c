"""Whatever a payload or a plan holds, its event gets a verdict, in bounded time."""

import time

import pytest

from plans.explain import sentence
from plans.judging.judge import judge
from plans.judging.one import MAX_VIOLATIONS
from plans.judging.table import field_table
from tests.plans.judging import events, schema, sheet, verdict, verdicts

DEEP = 1_000_000


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "{",
        '{"a":"x"',
        '{"a":"x",}',
        '{"a":NaN}',
        '{"a":-Infinity}',
        '{"a":01}',
        '{"a":"\\ud800"}',
        '{"a":"\\udc00\\ud800"}',
        '{"a":"\t"}',
        "{'a':1}",
        '{"a":1} x',
        "\ufeff{}",
        "[]",
        '"x"',
        "5",
        "{}{}",
        '{"a":' + "[" * DEEP + "]" * DEEP + "}",
        '{"a":' * DEEP + "1" + "}" * DEEP,
        '{"a":"x","a":"x"}',
        '{"b":{"c":1,"c":2}}',
        '{"d":[{"e":1},{"e":1,"e":1}]}',
    ],
)
def test_what_cannot_be_read_is_an_error_and_its_neighbours_are_judged(payload: str) -> None:
    plan = sheet("a,text,false", "b.c,integer,false", "d[].e,integer,false")
    told = verdicts(plan, ['{"a":"x"}', payload, '{"a":5}'])
    assert told == [("valid", []), ("error", [("", "unreadable")]), ("invalid", [("a", "wrong_type")])]


@pytest.mark.parametrize("payload", [None, "null", " {} ", "\n{\t}\r"])
def test_no_payload_is_an_empty_one(payload: str | None) -> None:
    assert verdict(sheet("a,text,true"), payload) == ("invalid", [("a", "missing")])


def test_a_key_twice_where_the_plan_does_not_look_is_kept() -> None:
    told = judge(events(['{"z":{"k":1,"k":2}}']), lambda _: sheet("a,text,false"))["violations"][0]
    assert [(one["field"], one["value"]) for one in told] == [("z", '{"k":1,"k":2}')]


@pytest.mark.parametrize(
    "value",
    [
        "1e999999999999999999999",
        "-1e-999999999999999999999",
        "9" * 100_000,
        "0." + "1" * 100_000,
        "1" + "0" * 5_000 + ".5",
    ],
)
def test_an_enormous_number_is_judged_in_no_time(value: str) -> None:
    plan = schema('{"properties":{"a":{"type":"integer","minimum":3,"multipleOf":7}}}')
    began = time.process_time()
    assert verdict(plan, f'{{"a":{value}}}')[0] == "invalid"
    assert time.process_time() - began < 2


def test_a_catastrophic_pattern_and_text_take_bounded_time() -> None:
    plan = schema('{"properties":{"a":{"pattern":"^(a+)+$"},"b":{"pattern":"^(?=a)(a+)+\\\\1$"}}}')
    text = "a" * 5_000 + "b"
    began = time.process_time()
    assert verdict(plan, f'{{"a":"{text}","b":"{text}"}}')[0] == "invalid"
    assert time.process_time() - began < 5


def test_references_that_go_round_end() -> None:
    plan = schema(
        '{"$defs":{"n":{"properties":{"in":{"$ref":"#/$defs/n"},"v":{"type":"integer"}}}},"$ref":"#/$defs/n"}'
    )
    payload = '{"in":' * 150 + '{"v":"x"}' + "}" * 150
    status, found = verdict(plan, payload)
    assert (status, [rule for _, rule in found]) == ("invalid", ["wrong_type"])


def test_a_plan_of_ten_thousand_fields_costs_bounded_time() -> None:
    plan = sheet(*(f"f{at},text,false" for at in range(10_000)))
    began = time.process_time()
    told = judge(events(['{"f9999":"x"}', '{"f0":1,"f9999":2}'] * 500), lambda _: plan)
    assert told["status"].to_list() == ["valid", "invalid"] * 500
    assert time.process_time() - began < 20


def test_many_events_of_many_fields_are_judged_in_slices() -> None:
    plan = sheet(*(f"f{at},text,false" for at in range(1_000)))
    told = verdicts(plan, ['{"f999":"x"}', '{"f0":1,"f999":2}'] * 2_250)
    assert told == [("valid", []), ("invalid", [("f0", "wrong_type"), ("f999", "wrong_type")])] * 2_250


def test_a_long_value_is_bounded_to_200_characters() -> None:
    told = judge(
        events([f'{{"a":"{"é" * 201}"}}', f'{{"a":["{"x" * 1_000}"]}}']), lambda _: schema('{"maxProperties":0}')
    )
    other = judge(events([f'{{"a":"{"é" * 201}"}}']), lambda _: sheet("a,integer,true"), columns_from=0)
    values = [one["value"] for found in [*other["violations"]] for one in found]
    assert [len(value) for value in values] == [200]
    assert told["status"].to_list() == ["invalid", "invalid"]
    assert all(len(one["value"]) <= 200 for found in told["violations"] for one in found)


@pytest.mark.parametrize("bad", ['"x"', "{}"])
def test_an_event_of_too_many_violations_lists_the_first_ones_and_counts_the_rest(bad: str) -> None:
    plan = sheet("items[].price,float,true")
    sent = f'{{"items":[{",".join([bad] * 5_000)}]}}'
    for columns_from in (0, 1_000_000):
        told = judge(events([sent, '{"items":[]}']), lambda _: plan, columns_from=columns_from, glanced=False)
        found = told["violations"].to_list()
        assert [len(each) for each in found] == [MAX_VIOLATIONS + 1, 1]
        assert found[0][0]["field"].startswith("items[0]")
        assert sentence(found[0][-1]) == "It breaks 4,000 more, which are not listed."
    assert len(field_table(plan, "e", sent)) == MAX_VIOLATIONS + 1
