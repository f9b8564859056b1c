"""The checks of the original as it stated them: key, value, expected and received type, status, for each case."""

from dataclasses import replace

import pytest

from plans.judging.judge import judge
from plans.judging.table import field_table
from tests.plans.judging import events, sheet, verdict, verdicts

CARD = '"{""if_field"":""method"",""if_value"":""card"",""then_field"":""card_name"",""then_type"":""text""}"'
ON_CARD = f"card_name,text,true,{CARD}"
LEAP = "2024-02-29"

CASES = [
    # row of the sheet, payload, key, value, expected type, received type, status, rule
    ("a,text,true", '{"a":"x"}', "a", "x", "text", "string", "valid", None),
    ("a,text,true", '{"a":5}', "a", "5", "text", "integer", "invalid", "wrong_type"),
    ("a,text,true", '{"a":["x"]}', "a", '["x"]', "text", "array", "invalid", "wrong_type"),
    ("a,text,true", '{"a":{}}', "a", "{}", "text", "object", "invalid", "wrong_type"),
    ("a,text,true", '{"a":true}', "a", "true", "text", "boolean", "invalid", "wrong_type"),
    ("a,text,true", '{"a":""}', "a", "", "text", "string", "invalid", "empty"),
    ("a,text,true", '{"a":" \\t\\u00a0"}', "a", " \t\u00a0", "text", "string", "invalid", "empty"),
    ("a,text,true", '{"a":null}', "a", "null", "text", "null", "invalid", "empty"),
    ("a,text,true", '{"a":[ ]}', "a", "[]", "text", "array", "invalid", "empty"),
    ("a,text,true", "{}", "a", None, "text", None, "missing", "missing"),
    ("a,text,", "{}", "a", None, "text", None, "missing", "missing"),
    ("a,text,false", "{}", "a", None, "text", None, "not_applied", None),
    ("a,text,false", '{"a":""}', "a", "", "text", "string", "invalid", "empty"),
    ("a,integer,true", '{"a":5}', "a", "5", "integer", "integer", "valid", None),
    ("a,integer,true", '{"a":1.0}', "a", "1.0", "integer", "number", "valid", None),
    ("a,integer,true", '{"a":1e2}', "a", "1e2", "integer", "number", "valid", None),
    ("a,integer,true", '{"a":9007199254740993}', "a", "9007199254740993", "integer", "integer", "valid", None),
    ("a,integer,true", '{"a":1.5}', "a", "1.5", "integer", "number", "invalid", "wrong_type"),
    ("a,integer,true", '{"a":"2"}', "a", "2", "integer", "string", "invalid", "wrong_type"),
    ("a,integer,true", '{"a":true}', "a", "true", "integer", "boolean", "invalid", "wrong_type"),
    ("a,integer,true", '{"a":""}', "a", "", "integer", "string", "invalid", "empty"),
    ("a,float,true", '{"a":1.5}', "a", "1.5", "float", "number", "valid", None),
    ("a,float,true", '{"a":1}', "a", "1", "float", "integer", "valid", None),
    ("a,float,true", '{"a":"14.99"}', "a", "14.99", "float", "string", "invalid", "wrong_type"),
    ("a,boolean,true", '{"a":false}', "a", "false", "boolean", "boolean", "valid", None),
    ("a,boolean,true", '{"a":"false"}', "a", "false", "boolean", "string", "invalid", "wrong_type"),
    ("a,boolean,true", '{"a":0}', "a", "0", "boolean", "integer", "invalid", "wrong_type"),
    ("a,date,true", '{"a":"2024-02-29"}', "a", "2024-02-29", "date", "string", "valid", None),
    ("a,date,true", f'{{"a":"{LEAP} 23:59:59"}}', "a", f"{LEAP} 23:59:59", "date", "string", "valid", None),
    ("a,date,true", '{"a":"2023-02-29"}', "a", "2023-02-29", "date", "string", "invalid", "wrong_format"),
    ("a,date,true", '{"a":"2024-2-9"}', "a", "2024-2-9", "date", "string", "invalid", "wrong_format"),
    ("a,date,true", f'{{"a":"{LEAP}T10:00:00"}}', "a", f"{LEAP}T10:00:00", "date", "string", "invalid", "wrong_format"),
    ("a,date,true", f'{{"a":"{LEAP} 24:00:00"}}', "a", f"{LEAP} 24:00:00", "date", "string", "invalid", "wrong_format"),
    ("a,date,true", '{"a":"20240229"}', "a", "20240229", "date", "string", "invalid", "wrong_format"),
    ("a,date,true", '{"a":20240229}', "a", "20240229", "date", "integer", "invalid", "wrong_type"),
    ("payload.a,text,true", '{"a":"x"}', "a", "x", "text", "string", "valid", None),
    ("a.b,text,true", '{"a":{"b":"x"}}', "a.b", "x", "text", "string", "valid", None),
    ("a.b,text,true", '{"a":{}}', "a.b", None, "text", None, "missing", "missing"),
    ("a.b,text,true", "{}", "a.b", None, "text", None, "missing", "missing"),
    ("a.b,text,true", '{"a":null}', "a.b", "null", "text", "null", "invalid", "empty"),
    ("a.b,text,true", '{"a":"x"}', "a.b", "x", "object", "string", "invalid", "wrong_type"),
    ("a[].b,float,true", '{"a":[{"b":1}]}', "a[0].b", "1", "float", "integer", "valid", None),
    ("a[].b,float,true", '{"a":[]}', "a[].b", "[]", "float", "array", "invalid", "empty"),
    ("a[].b,float,true", "{}", "a[].b", None, "float", None, "missing", "missing"),
    ("a[].b,float,true", '{"a":{"b":1}}', "a[].b", '{"b":1}', "array", "object", "invalid", "wrong_type"),
    ("a[].b,float,true", '{"a":[1]}', "a[0].b", "1", "object", "integer", "invalid", "wrong_type"),
    ("a[].b,float,false", "{}", "a[].b", None, "float", None, "not_applied", None),
    ("a[],text,true", '{"a":["x"]}', "a[0]", "x", "text", "string", "valid", None),
    ("a[],text,true", '{"a":[null]}', "a[0]", "null", "text", "null", "invalid", "empty"),
    (ON_CARD, '{"method":"cash"}', "card_name", None, "text", None, "not_applied", None),
    (ON_CARD, '{"method":"card"}', "card_name", None, "text", None, "missing", "condition"),
    (ON_CARD, '{"method":"card","card_name":5}', "card_name", "5", "text", "integer", "invalid", "condition"),
    (ON_CARD, '{"method":"card","card_name":" "}', "card_name", " ", "text", "string", "invalid", "condition"),
    (ON_CARD, '{"method":"card","card_name":"Ann"}', "card_name", "Ann", "text", "string", "valid", None),
    (ON_CARD, '{"method":"cash","card_name":5}', "card_name", "5", "text", "integer", "invalid", "wrong_type"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "payload", "key", "value", "expected", "received", "status", "rule"), CASES)
def test_each_field_has_the_row_the_original_showed(
    row: str, payload: str, key: str, value: str, expected: str, received: str, status: str, rule: str | None
) -> None:
    shown = field_table(sheet(row), "e", payload)[0]
    told = [shown[name] for name in ("key", "value", "expected", "received", "status", "rule")]
    assert told == [key, value, expected, received, status, rule]


@pytest.mark.parametrize(("row", "payload", "key", "rule"), [(case[0], case[1], case[2], case[7]) for case in CASES])
def test_the_verdict_of_an_event_is_that_of_its_field(row: str, payload: str, key: str, rule: str | None) -> None:
    asked = sheet(row, "method,text,false")
    assert verdict(asked, payload) == (("invalid", [(key, rule)]) if rule else ("valid", []))


def test_an_unplanned_field_is_a_warning_and_leaves_the_event_valid() -> None:
    plan = sheet("a,text,true", "b.c,text,false", "d[].e,text,false")
    payload = '{"z":1,"a":"x","b":{"y":[2]},"d":[{"e":"x"},{"e":"x","w":null}]}'
    extra = [("z", "unplanned_field"), ("b.y", "unplanned_field"), ("d[1].w", "unplanned_field")]
    assert verdict(plan, payload) == ("valid", extra)
    assert [row["status"] for row in field_table(plan, "e", payload)][-3:] == ["warning"] * 3


def test_array_elements_are_reported_one_by_one_in_order() -> None:
    plan = sheet("items[].name,text,true", "items[].price,float,true")
    payload = '{"items":[{"name":"x","price":"1"},{"price":2},{"name":"y"}]}'
    assert verdict(plan, payload) == (
        "invalid",
        [("items[1].name", "missing"), ("items[0].price", "wrong_type"), ("items[2].price", "missing")],
    )
    told = [(row["key"], row["status"]) for row in field_table(plan, "e", payload)]
    assert told == [
        ("items[0].name", "valid"),
        ("items[1].name", "missing"),
        ("items[2].name", "valid"),
        ("items[0].price", "invalid"),
        ("items[1].price", "valid"),
        ("items[2].price", "missing"),
    ]


def test_a_condition_on_another_field_is_a_rule_of_that_field() -> None:
    plan = sheet(f"method,text,true,{CARD}")
    assert verdicts(plan, ['{"method":"card"}', '{"method":"cash"}', '{"method":"card","card_name":"A"}']) == [
        ("invalid", [("card_name", "condition")]),
        ("valid", []),
        ("valid", []),
    ]
    assert [row["status"] for row in field_table(plan, "e", '{"method":"cash"}')] == ["valid", "not_applied"]


def test_a_condition_inside_an_array_is_asked_of_each_element() -> None:
    condition = CARD.replace("method", "pay[].by").replace("card_name", "pay[].name")
    plan = sheet(f"pay[].name,text,true,{condition}", "pay[].by,text,true")
    payload = '{"pay":[{"by":"card"},{"by":"cash"},{"by":"card","name":"A"}]}'
    assert verdict(plan, payload) == ("invalid", [("pay[0].name", "condition")])


def test_a_strict_float_needs_a_fraction() -> None:
    plan = replace(sheet("a,float,true"), strict_float=True)
    told = verdicts(plan, ['{"a":1}', '{"a":1.0}', '{"a":1e2}'])
    assert [status for status, _ in told] == ["invalid", "valid", "valid"]


def test_names_are_compared_without_case_and_with_spaces_as_underscores() -> None:
    plan = sheet("a,text,true")
    assert [plan.canonical(name) for name in ("e", "E", "f")] == ["e", "e", None]
    spaced = replace(plan, events=(replace(plan.events[0], name="Order Placed"),))
    assert spaced.canonical("order_PLACED") == "Order Placed"
    assert replace(spaced, match="exact").canonical("order_PLACED") is None


def test_system_unplanned_and_unread_events_are_not_judged() -> None:
    plan = sheet("a,text,true")
    asked = events(["{}", "{}"], kind="system")
    assert judge(asked, lambda _: plan).to_dicts() == [{"status": "valid", "violations": [], "plan_version": None}] * 2
    unplanned = judge(events(["{}"], name="other"), lambda _: plan).to_dicts()[0]
    assert (unplanned["status"], unplanned["violations"][0]["received"]) == ("unplanned", "other")
    assert judge(events(["{}"]), lambda _: None)["status"].to_list() == ["unplanned"]
    assert judge(events(["{}"], name=None), lambda _: plan)["status"].to_list() == ["unplanned"]
    unread = events([None]).with_columns(problem=events(["no closing brace"])["payload"])
    told = judge(unread, lambda _: plan).to_dicts()[0]
    assert (told["status"], told["violations"][0]["received"]) == ("error", "no closing brace")
