"""The field table of one event: every planned field, whatever became of it."""

import pytest

from plans.judging.judge import judge
from plans.judging.table import field_table
from tests.plans.judging import events, schema, sheet

CARD = '"{""if_field"":""by"",""if_value"":""card"",""then_field"":""name"",""then_type"":""text""}"'


def told(row: dict[str, str | None], *names: str) -> list[str | None]:
    return [row[name] for name in names]


def test_a_row_has_all_its_cells() -> None:
    assert field_table(sheet("a,integer,true"), "e", '{"a":"2"}') == [
        {
            "key": "a",
            "value": "2",
            "expected": "integer",
            "received": "string",
            "status": "invalid",
            "rule": "wrong_type",
            "severity": "error",
            "message": '`a` should be a whole number; it was the text "2" — a number sent as text.',
            "hint": "a number sent as text",
        }
    ]


def test_what_was_not_judged_says_why() -> None:
    plan = sheet(f"name,text,true,{CARD}", "b,text,false", f"by,text,false,{CARD}")
    rows = field_table(plan, "e", '{"name":"x"}')
    assert [told(row, "key", "status", "message") for row in rows] == [
        ["name", "valid", None],
        ["b", "not_applied", "It was not sent, and need not be."],
        ["by", "not_applied", "It was not sent, and need not be."],
        ["name", "not_applied", 'Asked for only when `by` is "card".'],
    ]


def test_a_field_that_breaks_two_rules_has_two_rows() -> None:
    plan = schema('{"properties":{"a":{"enum":["x"],"maxLength":1},"b":{"type":"string"}}}')
    rows = field_table(plan, "e", '{"b":"y","a":"zz"}')
    assert [told(row, "key", "rule") for row in rows] == [["a", "not_allowed"], ["a", "out_of_range"], ["b", None]]


def test_a_schema_for_full_evaluation_lists_its_fields_and_then_the_rest() -> None:
    plan = schema(
        '{"properties":{"a":{"type":"string"},"b":{"$ref":"#/$defs/n"}},"$defs":{"n":{"minimum":1}},"not":{}}'
    )
    rows = field_table(plan, "e", '{"b":0,"a":"x"}')
    assert [told(row, "key", "status", "rule") for row in rows] == [
        ["a", "valid", None],
        ["b", "invalid", "out_of_range"],
        ["", "invalid", "schema"],
    ]


@pytest.mark.parametrize("plan", [None, sheet("a,text,true")])
def test_the_fields_of_an_unplanned_event_are_shown_unjudged(plan: None) -> None:
    rows = field_table(plan, "other", '{"x":[1],"y.z":null}')
    assert [told(row, "key", "value", "status") for row in rows] == [
        ["", None, "warning"],
        ["x", "[1]", "not_applied"],
        ['["y.z"]', "null", "not_applied"],
    ]


def test_an_unreadable_event_has_one_row_saying_so() -> None:
    [row] = field_table(sheet("a,text,true"), "e", "{")
    assert told(row, "key", "status", "rule") == ["", "invalid", "unreadable"]


def test_every_violation_of_the_verdict_is_in_the_table_word_for_word() -> None:
    plan = sheet("a,text,true", "l[].q,integer,true", "d,date,false")
    payload = '{"l":[{"q":1},{"q":"2","r":0}],"d":"x"}'
    [found] = judge(events([payload]), lambda _: plan)["violations"].to_list()
    rows = [row for row in field_table(plan, "e", payload) if row["rule"]]
    for one, row in zip(found, rows, strict=True):
        assert told(row, "key", "rule", "severity", "expected", "received", "value") == [
            one[name] for name in ("field", "rule", "severity", "expected", "received", "value")
        ]
