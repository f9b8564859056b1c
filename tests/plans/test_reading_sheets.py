"""What a sheet may look like, and what is said of one that cannot be read."""

import pytest

from plans.model import Condition, PlanError, SheetField
from plans.read import read_plan

HEADER = "eventName,eventPayload,dataType,required,condition\n"


def fields(text: str | bytes) -> tuple[SheetField, ...]:
    data = text.encode() if isinstance(text, str) else text
    return read_plan(data, app="shop", filename="shop.csv")[0].events[0].fields


def test_an_event_name_is_carried_down() -> None:
    plan, report = read_plan((HEADER + "a,x,text\n,y,integer\nb,x,date\n,,\na,z,text").encode(), app="shop")
    assert [(event.name, [field.path for field in event.fields]) for event in plan.events] == [
        ("a", ["x", "y", "z"]),
        ("b", ["x"]),
    ]
    assert (report.format, report.events, report.fields) == ("sheet", 2, 4)


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + HEADER + "e,x,text",
        (HEADER + "e,x,text\n").replace("\n", "\r\n"),
        "EVENTNAME, eventpayload ,DataType\ne, payload.x , TEXT ",
        'dataType,note,"eventName",eventPayload\nstring,"a, b\nc",e,"x"',
        "eventName;eventPayload;dataType\ne;x;string",
        HEADER + "e,,,,\n,x,text,YES,",
    ],
)
def test_a_sheet_may_come_from_any_spreadsheet(text: str) -> None:
    assert fields(text) == (SheetField("x", "text", True),)


def test_a_condition_keeps_the_value_it_compares_with() -> None:
    condition = '{"if_field":"a","if_value":1.50,"then_field":"payload.b","then_type":"Int"}'.replace('"', '""')
    read = fields(f'{HEADER}e,b,integer,false,"{condition}"')
    assert read == (SheetField("b", "integer", False, Condition("a", "1.50", "b", "integer")),)


@pytest.mark.parametrize(
    ("text", "where", "says"),
    [
        ("eventName,eventPayload\ne,x", "line 1", "no column dataType"),
        ("eventName,eventPayload,dataType,datatype\n", "line 1, column dataType", "twice"),
        (HEADER, "line 2", "no rows"),
        (HEADER + ",x,text", "line 2, column eventName", "no event name"),
        (HEADER + "e,x,text\n,y,txt", "line 3, column dataType", "`txt` is not a type"),
        (HEADER + "e,x,", "line 2, column dataType", "no type"),
        (HEADER + "e,,text", "line 2, column eventPayload", "without a field"),
        (HEADER + "e,x,text\n\n,x,text", "line 4, column eventPayload", "`x` of `e` is there twice"),
        (HEADER + "e,x,text\n,x.y,text", "line 3, column eventPayload", "both as one value"),
        (HEADER + "e,x[].y,text\n,x,text", "line 3, column eventPayload", "both as one value"),
        (HEADER + "e,x..y,text", "line 2, column eventPayload", "is not a field"),
        (HEADER + "e,items[0].x,text", "line 2, column eventPayload", "is not a field"),
        (HEADER + f"e,{'a.' * 100}a,text", "line 2, column eventPayload", "nested 101 deep"),
        (HEADER + "e,x,text,maybe", "line 2, column required", "neither true nor false"),
        (HEADER + "e,x,text,,{", "line 2, column condition", "not JSON"),
        (HEADER + "e,x,text,,[]", "line 2, column condition", "a condition is a JSON object"),
        (HEADER + 'e,x,text,,{"if_field":"a","if_value":1}', "line 2", "goes in quotes"),
        (HEADER + 'e,x,text\n,"y,text', "line 3", "not CSV"),
    ],
)
def test_a_wrong_sheet_is_refused_with_its_line_and_column(text: str, where: str, says: str) -> None:
    with pytest.raises(PlanError) as refused:
        fields(text)
    assert refused.value.where == where
    assert says in refused.value.message


def test_a_sheets_report_counts_its_promises_and_drops_those_of_other_peoples_columns_by_cell() -> None:
    header = "eventName,eventPayload,dataType,required,expected_pattern,owner,min\n"
    text = f"{header}e,x,text,true,^a,me,\n,y,integer,false,,,3\n"
    said = read_plan(text.encode(), app="shop")[1].as_dict()
    assert (said["rules"], said["kept"]) == (5, 3)
    assert [note["where"] for note in said["dropped"]] == ["line 2, column expected_pattern", "line 3, column min"]
    assert [note["message"] for note in said["notes"]] == ["column `owner` is not read"]


def test_text_that_is_not_utf_8_is_refused_with_its_line() -> None:
    with pytest.raises(PlanError, match="line 3: the plan is not UTF-8"):
        fields(HEADER.encode() + b"e,x,text\ne,\xff,text")


@pytest.mark.parametrize(("rows", "says"), [(1_001, "1,001 events"), (0, "10,001 fields")])
def test_a_plan_beyond_the_limits_is_refused(rows: int, says: str) -> None:
    text = "".join(f"e{at},x,text\n" for at in range(rows)) or "".join(f"e,x{at},text\n" for at in range(10_001))
    with pytest.raises(PlanError, match=says):
        fields(HEADER + text)


def test_a_plan_of_too_many_bytes_is_refused_unread() -> None:
    with pytest.raises(PlanError, match="5,000,001 bytes"):
        fields(b"," * 5_000_001)


@pytest.mark.parametrize("app", ["../../etc", "", ".x", "a/b", "a" * 65, "a\n"])
def test_an_impossible_app_is_refused_before_anything_is_read(app: str) -> None:
    with pytest.raises(PlanError, match="is not an app id"):
        read_plan(b"", app=app)
