"""A plan that was exported and read back is the same plan; what a format cannot say, its report does."""

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plans import tokens
from plans.archive import packed, unpacked
from plans.export import Exported, ExportFormat, export
from plans.formats.sheet_schema import schema_of
from plans.model import Plan, PlanError
from plans.read import read_plan
from tests.plans import generated
from tests.plans.formats.test_sniffing import OURS
from tests.plans.formats.test_vendors import SOURCES as VENDORS
from tests.plans.judging import sheet, verdict

SOURCES = [*OURS, *VENDORS]
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)


def back(exported: Exported, app: str = "shop") -> Plan:
    return read_plan(exported.data, app=app, filename=exported.filename, content_type=exported.content_type)[0]


def drawn(seed: int, names: list[str]) -> Plan | None:
    """A plan of schemas with these names, or None where a made-up schema is none."""
    r = Random(seed)
    events = [
        {"name": name, "schema": "@", **({"description": r.choice(["", "said", "é\n"])} if r.random() < 0.5 else {})}
        for name in names
    ]
    told = {"match": r.choice(["exact", "loose"]), "strict_float": r.random() < 0.3, "format": r.choice(["warn", None])}
    text = json.dumps({"events": events, **told})
    for _ in names:
        text = text.replace('"@"', generated.schema(r) if r.random() < 0.8 else generated.beyond(r), 1)
    try:
        return read_plan(text.encode(), app="shop")[0]
    except PlanError:
        return None


@given(st.integers(0, 1 << 32), st.lists(NAMES, max_size=5, unique_by=lambda name: name.casefold().replace(" ", "_")))
@settings(max_examples=60, deadline=None)
def test_a_plan_of_schemas_read_back_is_the_same_plan(seed: int, names: list[str]) -> None:
    plan = drawn(seed, names)
    if plan is None:
        return
    assert back(export(plan, "native")).meaning() == plan.meaning()
    if plan.events:
        assert back(export(plan, "json-schema")).meaning() == plan.meaning()


def readable(text: str) -> Plan | None:
    try:
        return read_plan(text.encode(), app="shop", content_type="text/csv")[0]
    except PlanError:
        return None


@given(st.integers(0, 1 << 32))
@settings(max_examples=80, deadline=None)
def test_a_sheet_read_back_is_the_same_sheet_whatever_it_was_exported_to(seed: int) -> None:
    plan = readable(generated.sheet(Random(seed)))
    if plan is None:
        return
    for format in ("sheet", "json-schema", "native"):
        exported = export(plan, format)
        assert back(exported).meaning() == plan.meaning()
        assert not exported.report.dropped


@pytest.mark.parametrize("said", [said for _, said in SOURCES])
def test_a_plan_of_any_format_is_the_same_after_an_export_and_says_in_a_sheet_what_a_sheet_can(said: Any) -> None:
    data = said.encode() if isinstance(said, str) else packed({name: text.encode() for name, text in said.items()})
    plan, _ = read_plan(data, app="shop")
    assert back(export(plan, "native")).meaning() == plan.meaning()
    if plan.events:
        assert back(export(plan, "json-schema")).meaning() == plan.meaning()
        once = back(export(plan, "sheet"))
        assert back(export(once, "sheet")).meaning() == once.meaning()


@pytest.mark.parametrize(
    "field", ["payload.payload.x", '["utm.source"]', '["q\\"k"][].x', '[" a"]', '[""].b', '["payload"].x', "é", "a[][]"]
)
def test_odd_fields_of_a_sheet_come_back_as_they_were(field: str) -> None:
    cell = field.replace('"', '""')
    plan = readable(f'eventName,eventPayload,dataType\n"say ""hi"", you\nthere","{cell}",text\n')
    assert plan is not None
    for format in ("sheet", "json-schema", "native"):
        assert back(export(plan, format)).meaning() == plan.meaning()


SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["id", "items"],
    "properties": {
        "id": {"type": "string", "pattern": "^x", "minLength": 2},
        "day": {"type": "string", "format": "date"},
        "n": {"type": ["integer", "null"]},
        "any": {"type": ["integer", "string"]},
        "address": {"type": "object", "required": ["city"], "properties": {"city": {"type": "string"}}},
        "items": {"type": "array", "minItems": 1, "items": {"type": "object", "properties": {"q": {"type": "number"}}}},
    },
}


def test_a_schema_as_a_sheet_keeps_what_a_sheet_can_say_and_lists_the_rest() -> None:
    native = json.dumps({"events": [{"name": "order", "schema": SCHEMA, "description": "d"}]})
    plan = read_plan(native.encode(), app="shop")[0]
    exported = export(plan, "sheet")
    assert exported.data.decode().splitlines() == [
        "eventName,eventPayload,dataType,required,condition",
        "order,id,text,true,",
        "order,day,date,false,",
        "order,n,integer,false,",
        "order,address.city,text,false,",
        "order,items[].q,float,false,",
    ]
    said = exported.report.as_dict()
    at = "/events/0/schema"
    assert {note["where"].removeprefix(at) for note in said["dropped"]} == {
        *("/properties/id/pattern", "/properties/id/minLength", "/properties/any/type", "/properties/items/minItems")
    }
    assert {note["where"].removeprefix(at) for note in said["approximated"]} == {
        *("/additionalProperties", "/properties/id/type", "/properties/day/type", "/properties/day/format"),
        *("/properties/n/type", "/properties/address/required", "/properties/address/properties/city/type"),
        *("/properties/items/type", "/match"),
    }
    assert said["rules"] == said["kept"] + len(said["approximated"]) + len(said["dropped"])
    again = back(exported)
    assert back(export(again, "sheet")).meaning() == again.meaning()


@given(st.integers(0, 1 << 32))
@settings(max_examples=60, deadline=None)
def test_whatever_a_sheet_says_of_a_schema_comes_back_and_every_promise_is_accounted_for(seed: int) -> None:
    plan = drawn(seed, ["e", "f"])
    if plan is None:
        return
    exported = export(plan, "sheet")
    assert exported.report.kept >= 0
    once = back(exported)
    assert back(export(once, "sheet")).meaning() == once.meaning()


@pytest.mark.parametrize(
    ("rows", "payload"),
    [
        (["a,text,true"], '{"a":"\\u00a0"}'),
        (["a,text,true"], "{}"),
        (["a,text,false"], "{}"),
        (["a,date,true"], '{"a":"2024-04-31"}'),
        (["a,date,true"], '{"a":"2024-12-31 23:59:59"}'),
        (["a[].b,integer,true"], '{"a":[]}'),
        (["a[].b,integer,true"], '{"a":[{"b":1.0},{}]}'),
        (["a.b,boolean,true"], '{"a":null}'),
        (
            ['b,text,false,"{""if_field"":""a"",""if_value"":1,""then_field"":""b"",""then_type"":""integer""}"'],
            '{"a":1}',
        ),
        (
            ['b,text,false,"{""if_field"":""a"",""if_value"":1,""then_field"":""b"",""then_type"":""integer""}"'],
            '{"a":1,"b":2}',
        ),
        (
            ['b,text,false,"{""if_field"":""a"",""if_value"":1,""then_field"":""b"",""then_type"":""integer""}"'],
            '{"a":2,"b":2}',
        ),
    ],
)
def test_the_schema_made_of_a_sheet_finds_the_same_events_sound(rows: list[str], payload: str) -> None:
    plan = sheet(*rows)
    text = json.dumps({"events": [{"name": "e", "schema": "@"}]})
    as_schema = read_plan(text.replace('"@"', tokens.dump(schema_of(plan.events[0].fields))).encode(), app="shop")[0]
    assert verdict(as_schema, payload)[0] == verdict(plan, payload)[0]


def test_what_is_nested_as_deep_as_may_be_comes_back() -> None:
    deep = ".".join(["a"] * 100)
    condition = '{"if_field":"@","if_value":1,"then_field":"@","then_type":"date"}'.replace("@", deep)
    cell = condition.replace('"', '""')
    rows = readable(f'eventName,eventPayload,dataType,required,condition\ne,{deep},text,,"{cell}"\n')
    schema = '{"items":' * 89 + "{}" + "}" * 89
    plan = read_plan(schema.encode(), app="shop", filename="e.json")[0]
    for each in (rows, plan):
        assert each is not None
        for format in ("native", "json-schema"):
            assert back(export(each, format)).meaning() == each.meaning()


def test_a_schema_edited_after_the_export_of_a_sheet_judges_instead_of_the_rows() -> None:
    exported = export(sheet("a,text,true"), "json-schema")
    files = unpacked(exported.data)
    name = next(name for name in files if name.startswith("events/"))
    plan, report = read_plan(packed({**files, name: b'{"type":"object"}'}), app="shop")
    assert plan.events[0].schema == '{"type":"object"}'
    assert [note.where for note in report.notes] == ["plan.json#/events/0/fields"]


@pytest.mark.parametrize("format", ["sheet", "json-schema", "native"])
def test_the_same_plan_is_exported_as_the_same_bytes(format: ExportFormat) -> None:
    assert export(sheet("a,text,true"), format).data == export(sheet("a,text,true"), format).data
