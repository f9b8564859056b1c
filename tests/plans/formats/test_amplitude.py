"""Amplitude's CSV: rows below their event, groups of properties, and what each column promises."""

import csv
import io

import pytest

from plans.model import PlanError
from tests.plans.formats.importing import cell, imported, schema, statuses, violations

COLUMNS = (
    *("Action", "Object Type", "Object Name", "Object Description", "Tags", "Property Type", "Property Group Names"),
    *("Event Property Name", "Property Description", "Property Value Type", "Property Required", "Property Is Array"),
    *("Property Regex", "Enum Values", "Const Value", "Array Min Items", "Array Max Items", "Array Unique Items"),
    *("Number Property Value Min", "Number Property Value Max", "Number Is Integer"),
    *("String Property Value Min Length", "String Property Value Max Length"),
)


def sheet(*rows: dict[str, str], columns: tuple[str, ...] = COLUMNS) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\r\n", extrasaction="raise")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def event(name: str, **more: str) -> dict[str, str]:
    return {"Object Type": "Event", "Object Name": name, **more}


def field(name: str, kind: str, needed: str = "", **more: str) -> dict[str, str]:
    said = {"Property Type": "Event Property", "Event Property Name": name, "Property Value Type": kind}
    return {**said, "Property Required": needed, **{key.replace("_", " "): value for key, value in more.items()}}


ORDER = sheet(
    event("Order Completed", **{"Object Description": "An order, paid", "Tags": "shop,money"}),
    field("revenue", "number", "TRUE", Number_Property_Value_Min="0", Number_Property_Value_Max="1000.50"),
    field("method", "enum", "TRUE", Enum_Values='card, paypal,"gift, voucher"'),
    field("coupon", "string", "", Property_Regex="^[A-Z]+$", String_Property_Value_Min_Length="2"),
    field("quantity", "number", "False", Number_Is_Integer="True"),
    field("currency", "const", "", Const_Value="EUR"),
    field("tags", "string", "", Property_Is_Array="TRUE", Array_Max_Items="2", Array_Unique_Items="TRUE"),
    field("sizes", "enum", "", Property_Is_Array="TRUE", Enum_Values="S,M,L", Array_Min_Items="1"),
    field("paid", "boolean"),
    field("whatever", "any"),
    event("Seen"),
)
GOOD = {"revenue": 14.99, "method": "card"}
VERDICTS = [
    (GOOD, "valid"),
    ({**GOOD, "revenue": 1000.51}, "invalid"),
    ({**GOOD, "revenue": "14.99"}, "invalid"),
    ({**GOOD, "method": "gift, voucher"}, "valid"),
    ({**GOOD, "method": "cash"}, "invalid"),
    ({"revenue": 1}, "invalid"),
    ({**GOOD, "coupon": "SPRING"}, "valid"),
    ({**GOOD, "coupon": "spring"}, "invalid"),
    ({**GOOD, "coupon": "S"}, "invalid"),
    ({**GOOD, "quantity": 2.0}, "valid"),
    ({**GOOD, "quantity": 2.5}, "invalid"),
    ({**GOOD, "currency": "USD"}, "invalid"),
    ({**GOOD, "tags": ["a", "b"], "sizes": ["S", "S"], "paid": True, "whatever": {"x": []}}, "valid"),
    ({**GOOD, "tags": ["a", "a"]}, "invalid"),
    ({**GOOD, "tags": ["a", "b", "c"]}, "invalid"),
    ({**GOOD, "tags": "a"}, "invalid"),
    ({**GOOD, "sizes": []}, "invalid"),
    ({**GOOD, "sizes": ["XL"]}, "invalid"),
    ({**GOOD, "paid": "true"}, "invalid"),
]


def test_every_column_ends_as_the_verdict_it_asks_for() -> None:
    plan, report = imported("amplitude", ORDER)
    payloads, wanted = zip(*VERDICTS, strict=True)
    assert statuses(plan, "Order Completed", list(payloads)) == list(wanted)
    assert statuses(plan, "Seen", [{}, {"x": 1}]) == ["valid", "valid"]
    assert plan.events[0].description == "An order, paid"
    assert (report["approximated"], report["dropped"], report["notes"]) == ([], [], [])
    assert report["kept"] == 20


def test_names_are_exact_and_a_field_nobody_planned_is_a_warning() -> None:
    plan, _ = imported("amplitude", ORDER)
    assert statuses(plan, "order_completed", [GOOD]) == ["unplanned"]
    simple, _ = imported("amplitude", sheet(event("Seen"), field("a", "string")))
    assert violations(simple, "Seen", {"gift": 1}) == [("gift", "unplanned_field", "warning")]


def test_columns_are_known_in_any_order_and_case() -> None:
    turned = tuple(name.upper() for name in reversed(COLUMNS))
    rows = list(csv.DictReader(io.StringIO(ORDER, newline="")))
    text = sheet(*({key.upper(): value for key, value in row.items()} for row in rows), columns=turned)
    first, second = imported("amplitude", ORDER)[0], imported("amplitude", text)[0]
    assert first.meaning() == second.meaning()


def test_the_columns_of_an_export_that_promise_nothing_are_passed_over_and_unknown_ones_said() -> None:
    more = ("Event First Seen", "Event Hidden From Dropdowns", "Colour")
    text = sheet(event("e", Colour="red"), field("a", "string"), columns=(*COLUMNS, *more))
    _, report = imported("amplitude", text)
    assert [note["where"] for note in report["notes"]] == ["line 1, column colour"]


def test_rows_may_repeat_the_name_of_their_event() -> None:
    said = {"Object Name": "e", "Object Type": "Event"}
    text = sheet({**field("a", "string", "True"), **said}, {**field("b", "number"), **said})
    plan, _ = imported("amplitude", text)
    assert statuses(plan, "e", [{"a": "x", "b": 1}, {"b": 1}]) == ["valid", "invalid"]


def test_an_event_has_the_properties_of_its_groups_and_its_own_before_them() -> None:
    group = {"Object Type": "Property Group", "Object Name": "money"}
    text = sheet(
        event("paid", **{"Property Group Names": "money"}),
        field("amount", "integer", "TRUE"),
        event("refunded"),
        {"Property Type": "Event Property Group", "Property Group Names": "money"},
        group,
        field("amount", "number", "TRUE"),
        field("currency", "string", "TRUE"),
    )
    plan, _ = imported("amplitude", text)
    assert plan.names() == ["paid", "refunded"]
    payloads = [{"amount": 1.5, "currency": "EUR"}, {"amount": 1, "currency": "EUR"}, {"amount": 1}]
    assert statuses(plan, "paid", payloads) == ["invalid", "valid", "invalid"]
    assert statuses(plan, "refunded", payloads) == ["valid", "valid", "invalid"]


def test_what_is_marked_ignore_or_remove_is_left_out_and_said() -> None:
    text = sheet(
        event("kept"),
        field("a", "string", "TRUE"),
        {**field("b", "string", "TRUE"), "Action": "Ignore"},
        event("gone", Action="Remove"),
        field("c", "string"),
    )
    plan, report = imported("amplitude", text)
    assert plan.names() == ["kept"]
    assert statuses(plan, "kept", [{"a": "x"}]) == ["valid"]
    assert [note["where"] for note in report["dropped"]] == ["line 4, column action", "line 5, column action", "line 6"]
    for note in report["dropped"]:
        assert cell(note["where"], text) in ("Ignore", "Remove") or note["where"] == "line 6"


def test_values_that_look_like_numbers_pass_either_way_and_are_said() -> None:
    text = sheet(
        event("e"), field("stars", "enum", "", Enum_Values="1,2"), field("on", "const", "", Const_Value="true")
    )
    plan, report = imported("amplitude", text)
    payloads = [{"stars": 1, "on": True}, {"stars": "2", "on": "true"}, {"stars": 3}, {"on": False}]
    assert statuses(plan, "e", payloads) == ["valid", "valid", "invalid", "invalid"]
    places = [note["where"] for note in report["approximated"]]
    assert places == ["line 3, column enum values", "line 4, column const value"]
    assert [cell(where, text) for where in places] == ["1,2", "true"]


def test_a_column_that_says_nothing_of_such_a_property_is_dropped() -> None:
    text = sheet(event("e"), field("a", "boolean", "", Property_Regex="x", Array_Max_Items="2"))
    plan, report = imported("amplitude", text)
    assert schema(plan, "e")["properties"]["a"] == {"type": "boolean"}
    places = [note["where"] for note in report["dropped"]]
    assert [cell(where, text) for where in places] == ["x", "2"]


@pytest.mark.parametrize(
    ("rows", "where", "says"),
    [
        ([field("a", "string")], "line 2, column object name", "names no event"),
        ([event("e"), field("a", "money")], "line 3, column property value type", "`money` is not a type"),
        ([event("e"), field("a", "string", "maybe")], "line 3, column property required", "neither true nor false"),
        ([event("e"), field("a", "string"), field("a", "string")], "line 4, column event property name", "twice"),
        ([event("e"), event("f"), event("e")], "line 4, column object name", "twice"),
        ([event("e"), field("", "string")], "line 3, column event property name", "needs its name"),
        ([event("e"), field("a", "enum")], "line 3, column enum values", "missing"),
        ([event("e"), field("a", "string", "", Property_Regex="(")], "line 3, column property regex", "regex"),
        (
            [event("e"), field("a", "number", "", Number_Property_Value_Min="low")],
            "line 3, column number property value min",
            "`low` is not a number",
        ),
        (
            [event("e"), field("a", "string", "", String_Property_Value_Max_Length="1.5")],
            "line 3, column string property value max length",
            "whole number",
        ),
        ([{"Object Type": "User", "Object Name": "u"}], "line 2, column object type", "`User` is not a type"),
        ([event("e", Action="Drop")], "line 2, column action", "`Drop` is not an action"),
        ([event("e", **{"Property Group Names": "gone"})], "line 2, column property group names", "no property group"),
    ],
)
def test_a_broken_sheet_is_one_error_that_says_where(rows: list[dict[str, str]], where: str, says: str) -> None:
    with pytest.raises(PlanError, match=says) as refused:
        imported("amplitude", sheet(*rows))
    assert refused.value.where == where


def test_a_sheet_that_is_no_csv_or_lacks_a_column_says_so() -> None:
    for text, says in (
        ("Object Type,Object Name\r\nEvent,e\r\n", "no column event property name"),
        (f'{",".join(COLUMNS)}\r\nx,"y\r\n', "not CSV"),
        (f"{','.join(COLUMNS)},Tags\r\n", "twice"),
        ("Object Type,Object Name,Event Property Name\r\nEvent,e,,x\r\n", "4 cells under 3 columns"),
    ):
        with pytest.raises(PlanError, match=says):
            imported("amplitude", text)
