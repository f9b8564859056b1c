"""Every plan is recognised as what it is, among all formats; what is none says which were tried."""

import json
from contextlib import suppress
from typing import Any

import pytest

from plans.archive import packed
from plans.export import export
from plans.formats import FORMATS
from plans.formats.source import Source
from plans.model import PlanError
from plans.read import read_plan
from tests.plans.formats import test_iglu, test_json_schema
from tests.plans.formats.test_vendors import SOURCES as VENDORS
from tests.plans.judging import sheet

NATIVE = {"events": [{"name": "a", "schema": {"type": "object"}}], "match": "loose"}
FILES = dict[str, str]


def texts(archive: dict[str, Any]) -> FILES:
    return {name: said if isinstance(said, str) else json.dumps(said) for name, said in archive.items()}


OURS: list[tuple[str, Any]] = [
    ("sheet", "eventName,eventPayload,dataType\na,b,text\n"),
    ("sheet", "\ufeff\r\nEventName;eventPayload;dataType;required;condition\r\na;b;text;;\r\n"),
    ("sheet", "eventName\teventPayload\tdataType\na\tb\ttext\n"),
    ("sheet", '"eventName","eventPayload","dataType"\n"a: b","c","text"\n'),
    ("native", json.dumps(NATIVE)),
    ("native", '{"events":[]}'),
    ("native", "# a plan\nevents:\n- name: a\n  schema: {type: object}\n"),
    ("native", export(sheet("a,text,true"), "native").data.decode()),
    ("iglu", json.dumps(test_iglu.schema("a", **test_iglu.ORDER))),
    ("iglu", texts(test_iglu.registry(test_iglu.schema("a"), test_iglu.schema("a", "1-0-1")))),
    ("iglu", test_iglu.WRAPPED),
    ("iglu", texts({"p.json": test_iglu.product(test_iglu.spec("A", required=["a"]))})),
    ("json-schema", json.dumps({"title": "a", "type": "object"})),
    ("json-schema", json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "https://a.de/x"})),
    ("json-schema", "title: a\nproperties:\n  rules: {type: array}\n  events: {type: array}\n"),
    ("json-schema", texts({"a.json": {"type": "object"}, "b.yaml": "type: object\n"})),
    ("json-schema", json.dumps({"events": {"a": {"type": "object"}}})),
    ("json-schema", json.dumps({"$defs": {"a": {"type": "object"}}})),
    (
        "json-schema",
        json.dumps(test_json_schema.envelope("oneOf", test_json_schema.branch("a", {"type": "object"}))),
    ),
]


@pytest.mark.parametrize(("format", "said"), [*OURS, *VENDORS])
def test_a_plan_is_recognised_as_its_own_format_and_as_no_other(format: str, said: Any) -> None:
    files = {"": said.removeprefix("\ufeff")} if isinstance(said, str) else said
    source = Source(dict(sorted(files.items())))
    found = [name for name, module in FORMATS.items() if module.looks_like(source)]
    assert found[0] == format
    assert {*found} <= {format, "json-schema"}  # any JSON object is nearly a schema, so that is asked last
    data = said.encode() if isinstance(said, str) else packed({name: text.encode() for name, text in said.items()})
    assert read_plan(data, app="shop")[1].format == format


def test_an_exported_archive_is_recognised() -> None:
    assert read_plan(export(sheet("a,text,true"), "json-schema").data, app="shop")[1].format == "json-schema"


@pytest.mark.parametrize(
    ("said", "where", "says"),
    [
        (b"hello, world\nthis is a letter", "", "tried were sheet,"),
        (b"[]", "", "json-schema"),
        (b'{"hello": "world"}', "", "no known format"),
        (b"5", "", "no known format"),
        (b'"x"', "", "no known format"),
        (b"---\n- 1\n", "", "no known format"),
        (b"", "", "empty"),
        (b" \n\t", "", "empty"),
        (b"\xff\xfee\x00v\x00", "line 1", "UTF-16"),
        (b"eventName,eventPayload,dataType\na,\xe9,text\n", "line 2", "not UTF-8"),
        (b"\x89PNG\r\n\x1a\n\x00", "line 1", "not UTF-8"),
        (b'{"events": [}', "", "not JSON"),
        (b"a: [", "line 2", "not YAML"),
        (b"<plan/>", "", "no known format"),
        (b"[" * 5_000_000, "", "nested deeper"),
        (b'{"a":' * 200_000, "", "nested deeper"),
        (b"a: " * 500_000, "line 1", "not YAML"),
        (b",\n" * 2_000_000, "", "no known format"),
        (b"eventName,eventPayload,dataType\n" + b"a,b\x00,text\n" * 3, "line 3", "twice"),
    ],
    ids=range(19),
)
def test_what_is_no_plan_is_refused_in_one_error(said: bytes, where: str, says: str) -> None:
    with pytest.raises(PlanError) as refused:
        read_plan(said, app="shop")
    assert says in refused.value.message
    assert refused.value.where.startswith(where)


def test_a_format_nobody_knows_is_refused_with_those_there_are() -> None:
    with pytest.raises(PlanError, match="`excel` is not a format; there are sheet, amplitude, native"):
        read_plan(b"{}", app="shop", format="excel")


@pytest.mark.parametrize("format", FORMATS)
def test_a_named_format_refuses_what_is_not_its_own_in_one_error(format: str) -> None:
    for said in (b"[]", b"x,y\n1,2\n", b"5", b"{}", b'{"events":5,"rules":5,"data":5}', packed({"a.json": b"[]"})):
        with suppress(PlanError):
            read_plan(said, app="shop", format=format)
