"""The field table of one event: every planned field, whatever became of it."""

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plans import explain, paths
from plans.judging import one
from plans.judging.judge import judge
from plans.judging.table import MOST_FIELDS, field_table, unjudged
from plans.model import Plan
from plans.rules.compiled import compiled
from tests.plans import generated
from tests.plans.judging import events, schema, sheet
from tests.plans.test_both_ways import of_schema, of_sheet, payloads

CARD = '"{""if_field"":""by"",""if_value"":""card"",""then_field"":""name"",""then_type"":""text""}"'


def told(row: dict[str, Any], *names: str) -> list[Any]:
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
        '{"properties":{"a":{"type":"string"},"b":{"$ref":"#/$defs/n"}},"$defs":{"n":{"minimum":1}},'
        '"patternProperties":{"^z":{}},"not":{}}'
    )
    rows = field_table(plan, "e", '{"b":0,"a":"x"}')
    assert [told(row, "key", "status", "rule") for row in rows] == [
        ["a", "valid", None],
        ["b", "invalid", "out_of_range"],
        ["", "invalid", "schema"],
    ]


@pytest.mark.parametrize(
    "rows",
    [
        field_table(sheet("a,text,true"), "other", '{"x":[1],"y.z":null}'),
        unjudged([one.unplanned("other")], "other", '{"x":[1],"y.z":null}'),
    ],
)
def test_the_fields_of_an_unplanned_event_are_shown_unjudged(rows: list[dict[str, Any]]) -> None:
    assert [told(row, "key", "value", "status", "message") for row in rows] == [
        ["", None, "warning", "`other` is not in the plan."],
        ["x", "[1]", "not_applied", "It was sent, but nothing is asked of it."],
        ['["y.z"]', "null", "not_applied", "It was sent, but nothing is asked of it."],
    ]


def test_an_unreadable_event_has_one_row_saying_so() -> None:
    [row] = field_table(sheet("a,text,true"), "e", "{")
    assert told(row, "key", "status", "rule") == ["", "invalid", "unreadable"]


def plan_and_payloads(r: Random) -> tuple[Plan, list[str]]:
    """A plan made up at random, of either kind, and payloads that break it."""
    if r.random() < 0.4:
        plan = of_sheet(r)
        return plan, [generated.fitting(r, plan.event("e").fields) for _ in range(10)] + payloads(r)[:10]
    plan = of_schema(generated.schema(r) if r.random() < 0.6 else generated.beyond(r))
    return plan, payloads(r)[:20]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**64).map(Random), st.booleans())
def test_the_table_of_an_event_breaks_what_its_verdict_says_word_for_word(r: Random, as_columns: bool) -> None:
    plan, sent = plan_and_payloads(r)
    verdicts = judge(events(list(sent)), lambda _: plan, columns_from=0 if as_columns else 1_000_000)
    for payload, violations in zip(sent, verdicts["violations"].to_list(), strict=True):
        broken = [row for row in field_table(plan, "e", payload) if row["rule"]]
        spoken = explain.told(violations, plan, "e")
        told_of = [tuple(one["field" if name == "key" else name] for name in CELLS) for one in spoken]
        assert sorted((tuple(row[name] for name in CELLS) for row in broken), key=repr) == sorted(told_of, key=repr)


CELLS = ("key", "rule", "severity", "expected", "received", "value", "message", "hint")


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**64).map(Random))
def test_every_field_of_the_plan_has_its_row(r: Random) -> None:
    plan, sent = plan_and_payloads(r)
    planned = {paths.render(line.path) for line in compiled(plan, "e").root.planned}
    for payload in sent:
        rows = field_table(plan, "e", payload)
        if [row["rule"] for row in rows] != ["unreadable"]:
            assert planned <= {row["key"] for row in rows}
            assert all(row["message"] for row in rows if row["status"] != "valid")


def test_elements_of_arrays_have_rows_of_their_own_in_order() -> None:
    rows = field_table(sheet("l[].q,integer,true", "l[].r,text,false"), "e", '{"l":[{"q":1},{"q":"2","r":"x"}]}')
    assert [told(row, "key", "status") for row in rows] == [
        ["l[0].q", "valid"],
        ["l[1].q", "invalid"],
        ["l[0].r", "not_applied"],
        ["l[1].r", "valid"],
    ]


@pytest.mark.parametrize(
    ("asked", "payload", "says"),
    [
        (
            '{"properties":{"by":{"const":"card"}},"required":["by"]}',
            "{}",
            'Asked for only when `by` is "card".',
        ),
        (
            '{"properties":{"by":{"not":{"const":"a"}}},"required":["by"]}',
            '{"by":"a"}',
            'Asked for only when `by` is not "a".',
        ),
        ('{"not":{"required":["by"]}}', '{"by":1}', "Asked for only when it is not so that `by` is there."),
        ('{"properties":{"by":{"minimum":3}}}', '{"by":1}', "Asked for only when the `if` of its schema holds."),
        ('{"properties":{"by":{"enum":["a",2]}}}', '{"by":1}', 'Asked for only when `by` is "a" or 2 or is not there.'),
    ],
)
def test_a_condition_of_a_schema_that_did_not_hold_is_told(asked: str, payload: str, says: str) -> None:
    plan = schema(f'{{"if":{asked},"then":{{"required":["name"]}}}}')
    [row] = [row for row in field_table(plan, "e", payload) if row["key"] == "name"]
    assert told(row, "status", "message") == ["not_applied", says]


def test_the_other_branch_of_a_condition_is_told_too() -> None:
    plan = schema('{"if":{"properties":{"by":{"const":1}}},"then":{},"else":{"required":["x"]}}')
    [row] = [row for row in field_table(plan, "e", '{"by":1}') if row["key"] == "x"]
    assert told(row, "status", "message") == [
        "not_applied",
        "Asked for only when it is not so that `by` is 1 or is not there.",
    ]


def test_a_condition_only_a_full_evaluation_can_judge_is_told_too() -> None:
    plan = schema('{"not":{"required":["z"]},"dependentSchemas":{"by":{"properties":{"a":{"type":"string"},"b":{}}}}}')
    rows = field_table(plan, "e", '{"a":"x"}')
    assert [told(row, "key", "expected", "status", "message") for row in rows] == [
        ["a", "string", "valid", None],
        ["b", "any value", "not_applied", "Asked for only when `by` is there."],
    ]


def test_an_array_of_many_elements_makes_a_bounded_table_with_all_that_is_broken() -> None:
    elements = ["1"] * (2 * MOST_FIELDS) + ['"x"']
    rows = field_table(sheet("l[],integer,true"), "e", f'{{"l":[{",".join(elements)}]}}')
    assert len(rows) == MOST_FIELDS + 2
    assert [row["key"] for row in rows if row["rule"]] == [f"l[{2 * MOST_FIELDS}]"]
    assert told(rows[-1], "key", "status") == ["", "not_applied"]
