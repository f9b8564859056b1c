"""Plain JSON Schema: how events are found and named, what is put together, and what a draft gives no meaning."""

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plans import oracle
from plans.archive import packed
from plans.formats.source import Options
from plans.model import Plan, PlanError, Report
from plans.read import read_plan
from tests.plans import generated
from tests.plans.formats.importing import statuses

MONEY = {"type": "object", "properties": {"amount": {"type": "number"}}, "required": ["amount"]}


def folder(**files: Any) -> bytes:
    """An archive of files; `__` in a name is `/`, and a name without an ending is JSON."""
    named = {name.replace("__", "/"): said for name, said in files.items()}
    texts = {
        name if "." in name or "-" in name else f"{name}.json": said if isinstance(said, str) else json.dumps(said)
        for name, said in named.items()
    }
    return packed({name: text.encode() for name, text in texts.items()})


def read(said: Any, name: str | None = None, **options: bool) -> tuple[Plan, Report]:
    data = said if isinstance(said, bytes) else json.dumps(said).encode()
    plan, report = read_plan(data, app="shop", filename=name, format="json-schema", options=Options(**options))
    assert report.rules == report.kept + len(report.approximated) + len(report.dropped)
    assert report.kept >= 0
    return plan, report


@pytest.mark.parametrize(
    ("said", "file", "name"),
    [
        ({"title": "Order Completed", "$id": "https://a.de/other.json"}, "third.json", "Order Completed"),
        ({"title": " ", "$id": "https://a.de/schemas/order_completed.schema.json#"}, "third.json", "order_completed"),
        ({"$id": "https://a.de/order_completed/1.3.0"}, None, "order_completed"),
        ({"id": "/orders/order_completed/v2", "$schema": generated.DRAFTS[4]}, None, "order_completed"),
        ({}, "order_completed.schema.json", "order_completed"),
        ({"title": ""}, "order completed.yaml", "order completed"),
    ],
)
def test_an_event_is_named_by_title_then_id_then_file(said: dict[str, Any], file: str | None, name: str) -> None:
    data = json.dumps({"type": "object", **said}).encode()
    assert read_plan(data, app="shop", filename=file)[0].names() == [name]


def test_a_file_in_a_folder_of_versions_is_named_by_the_folder() -> None:
    assert read(folder(**{"orders__done__1.3.0.json": {"type": "object"}}))[0].names() == ["done"]


def test_a_schema_that_nothing_names_is_refused() -> None:
    with pytest.raises(PlanError, match="which event is this"):
        read({"type": "object"})


def test_references_to_other_files_are_put_beside_the_schema_and_parts_are_no_events() -> None:
    plan, report = read(
        folder(
            order={"properties": {"price": {"$ref": "parts/common.json#/definitions/money"}}},
            view={"$id": "https://a.de/s/view", "properties": {"p": {"$ref": "/s/parts/common#price"}}},
            parts__common={
                "$id": "https://a.de/s/parts/common",
                "definitions": {"money": {"$ref": "#/definitions/own"}, "own": {**MONEY, "$anchor": "price"}},
            },
        )
    )
    assert plan.names() == ["order", "view"]
    assert [note.where for note in report.notes] == ["parts/common.json"]
    assert statuses(plan, "order", [{"price": {"amount": 1}}, {"price": {}}]) == ["valid", "invalid"]
    assert statuses(plan, "view", [{"p": {"amount": 1}}, {"p": {"amount": "1"}}]) == ["valid", "invalid"]


def test_ids_inside_a_lone_schema_keep_their_meaning() -> None:
    nested = {"$id": "https://a.de/inner", "$defs": {"M": MONEY}, "properties": {"x": {"$ref": "outer#/$defs/M"}}}
    said = {"$id": "https://a.de/outer", "title": "e", "$defs": {"M": {"type": "string"}}, **nested, "allOf": [nested]}
    said |= {"$id": "https://a.de/outer", "$defs": {"M": {"type": "string"}}}
    plan, _ = read(said)
    assert statuses(plan, "e", [{"x": "a"}, {"x": {"amount": 1}}]) == ["valid", "invalid"]


def test_a_schema_may_refer_to_itself_by_its_files_name() -> None:
    tree = {"type": "object", "properties": {"left": {"$ref": "tree.json"}}}
    plan, _ = read(folder(tree=tree, other=MONEY))
    assert statuses(plan, "tree", [{"left": {"left": {}}}, {"left": {"left": 1}}]) == ["valid", "invalid"]


def test_schemas_that_refer_to_each_other_in_a_circle_are_judged() -> None:
    tree = {"type": "object", "properties": {"children": {"type": "array", "items": {"$ref": "leaf.json"}}}}
    plan, _ = read(folder(tree=tree, leaf={"anyOf": [{"$ref": "tree.json"}, {"type": "null"}]}))
    good, bad = {"children": [{"children": [None]}]}, {"children": [{"children": [5]}]}
    assert statuses(plan, "tree", [good, bad]) == ["valid", "invalid"]


@pytest.mark.parametrize(
    ("files", "where", "says"),
    [
        ({"a": {"properties": {"x": {"$ref": "gone.json"}}}}, "a.json#/properties/x/$ref", "gone.json"),
        ({"a": {"$ref": "b.json#/nowhere"}, "b": MONEY}, "a.json#/$ref", "b.json"),
        ({"a": {"allOf": [{"$ref": "https://evil.example/x.json#/a"}]}, "b": MONEY}, "a.json#/allOf/0/$ref", "evil"),
        ({"a": {"$ref": "b.json"}, "b": {"items": {"$ref": "c.json"}}}, "b.json#/items/$ref", "c.json"),
        (
            {"a": {"$schema": generated.DRAFTS[7], "$ref": "b.json"}, "b": {"$schema": generated.DRAFTS[4]}},
            "b.json#/$schema",
            "another draft",
        ),
        ({"a": {"type": "object"}, "b": {"title": "a", "type": "object"}}, "b.json#", "twice"),
        ({"a": {"type": "object"}, "b": {"type": "strin"}}, "b.json#/type", "`b` is not valid"),
        ({"a": {"properties": {"x": {"pattern": "("}}}}, "a.json#/properties/x/pattern", "regex"),
    ],
)
def test_what_cannot_be_put_together_is_refused_with_its_place(files: dict[str, Any], where: str, says: str) -> None:
    with pytest.raises(PlanError) as refused:
        read(folder(**files))
    assert says in refused.value.message
    assert refused.value.where == where


@pytest.mark.parametrize("word", ["events", "$defs", "definitions"])
def test_schemas_by_name_are_events(word: str) -> None:
    said = {word: {"A b": {"properties": {"m": {"$ref": f"#/{word}/M"}}}, "M": MONEY, "B": {"type": "object"}}}
    plan, report = read(said)
    assert plan.names() == (["A b", "B", "M"] if word == "events" else ["A b", "B"])
    assert [note.where for note in report.notes] == ([] if word == "events" else [f"/{word}/M"])
    assert statuses(plan, "A b", [{"m": {"amount": 1}}, {"m": {}}]) == ["valid", "invalid"]


def envelope(word: str, *branches: Any, **around: Any) -> dict[str, Any]:
    return {word: list(branches), **around}


def branch(name: str, payload: Any, **more: Any) -> dict[str, Any]:
    return {"properties": {"event": {"const": name}, "properties": payload, **more}, "required": ["event", *more]}


def test_one_choice_of_all_events_is_taken_apart_and_what_is_around_payloads_is_listed() -> None:
    said = envelope(
        "oneOf",
        branch("paid", {"type": "object", "properties": {"price": {"$ref": "#/$defs/M"}}}),
        {"$ref": "#/$defs/Seen"},
        properties={"sent": {"type": "string"}, "properties": {"required": ["session"]}},
        required=["sent"],
        **{"$defs": {"M": MONEY, "Seen": branch("seen", {"type": "object"}, at={"format": "date-time"})}},
    )
    plan, report = read(said)
    assert plan.names() == ["paid", "seen"]
    paid = [{"session": 1, "price": {"amount": 1}}, {"session": 1, "price": {}}, {"price": {"amount": 1}}]
    assert statuses(plan, "paid", paid) == ["valid", "invalid", "invalid"]
    assert statuses(plan, "seen", [{"session": 1}, {}]) == ["valid", "invalid"]
    assert {note.where for note in report.dropped} == {
        *("/properties/sent/type", "/required"),
        *("/$defs/Seen/properties/at/format", "/$defs/Seen/required"),
    }


def test_branches_that_are_payloads_themselves_lose_the_name_of_the_event_only() -> None:
    flat = {"properties": {"event": {"enum": ["paid"]}, "price": {"$ref": "#/definitions/M"}}, "required": ["event"]}
    said = envelope("anyOf", flat, required=["sid", "event"], definitions={"M": MONEY}, title="All")
    plan, report = read({"$schema": generated.DRAFTS[7], **said})
    assert statuses(plan, "paid", [{"sid": 1}, {"sid": 1, "price": {}}, {}]) == ["valid", "invalid", "invalid"]
    assert not report.dropped


def test_a_choice_without_names_is_a_schema_like_any_other() -> None:
    plan, _ = read({"title": "e", "oneOf": [{"required": ["a"]}, {"required": ["b"]}]})
    assert statuses(plan, "e", [{"a": 1}, {"a": 1, "b": 1}]) == ["valid", "invalid"]


def test_null_is_added_to_enums_that_forget_it_when_asked_for() -> None:
    said = {"title": "e", "properties": {"m": {"type": ["string", "null"], "enum": ["a"]}}}
    strict, told = read(said)
    assert statuses(strict, "e", [{"m": None}]) == ["invalid"]
    assert [note.where for note in told.notes] == ["/properties/m/enum"]
    lenient, told = read(said, null_passes_enum=True)
    assert statuses(lenient, "e", [{"m": None}, {"m": "b"}]) == ["valid", "invalid"]
    assert [note.where for note in told.approximated] == ["/properties/m/enum"]


KEYWORDS: list[tuple[str, Any, Any]] = [
    ("const", 1, {"x": 2}),
    ("contains", False, {"x": [1]}),
    ("propertyNames", False, {"x": {"a": 1}}),
    ("dependentRequired", {"a": ["b"]}, {"x": {"a": 1}}),
    ("dependentSchemas", {"a": False}, {"x": {"a": 1}}),
    ("unevaluatedProperties", False, {"x": {"a": 1}}),
    ("unevaluatedItems", False, {"x": [1]}),
    ("prefixItems", [False], {"x": [1]}),
    ("multipleOf", 2, {"x": 3}),
    ("minProperties", 2, {"x": {"a": 1}}),
    ("dependencies", {"a": ["b"]}, {"x": {"a": 1}}),
    *((f"format:{name}", name, {"x": "(\x00%zz{["}) for name in ("uuid", "duration", "iri", "uri-template", "money")),
]


@pytest.mark.parametrize("draft", generated.DRAFTS)
@pytest.mark.parametrize(("keyword", "said", "payload"), KEYWORDS, ids=[keyword for keyword, _, _ in KEYWORDS])
def test_a_keyword_is_dropped_by_name_where_its_draft_gives_it_no_meaning(
    draft: int, keyword: str, said: Any, payload: Any
) -> None:
    word = keyword.partition(":")[0]
    schema = {"$schema": generated.DRAFTS[draft], "title": "e", "properties": {"x": {word: said}}}
    _, report = read(schema)
    judges = not oracle.validator(json.dumps(schema), "assert").is_valid(payload)
    assert [note.where.split("/")[3] for note in report.dropped] == ([] if judges else [word])


def test_what_stands_beside_a_reference_is_dropped_in_the_drafts_where_it_replaces_all() -> None:
    said = {"title": "e", "definitions": {"M": MONEY}, "properties": {"x": {"$ref": "#/definitions/M", "minimum": 1}}}
    _, old = read({"$schema": generated.DRAFTS[7], **said})
    _, new = read({"$schema": generated.DRAFTS[2019], **said})
    assert [note.where for note in old.dropped] == ["/properties/x/minimum"]
    assert not new.dropped


def test_a_word_that_is_no_keyword_is_noted_once_with_how_often_it_is_there() -> None:
    _, report = read({"title": "e", "properties": {name: {"minimun": 1, "x-own": 2} for name in "abc"}})
    assert [(note.where, "2 more places" in note.message) for note in report.notes] == [("/properties/a", True)]


@given(st.integers(0, 1 << 32))
@settings(max_examples=60, deadline=None)
def test_every_promise_is_accounted_for_and_every_place_is_in_the_source(seed: int) -> None:
    text = generated.schema(Random(seed))
    try:
        _, report = read_plan(text.encode(), app="shop", filename="e.json", format="json-schema")
    except PlanError:
        return
    assert report.kept >= 0
    for note in (*report.dropped, *report.approximated):
        value = json.loads(text)
        for step in note.where.removeprefix("e.json#").split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            value = value[int(key)] if isinstance(value, list) else value[key]


@pytest.mark.parametrize(
    ("part", "says"),
    [
        ({"properties": {f"f{at}": {"type": "string"} for at in range(9_000)}}, "more than 10,000 fields"),
        ({"description": "x" * 4_000_000}, "too much"),
    ],
)
def test_many_events_that_share_one_large_part_are_refused_before_they_fill_the_memory(part: Any, says: str) -> None:
    files = {f"e{at}": {"$ref": "part.json"} for at in range(100)}
    with pytest.raises(PlanError, match=says):
        read(folder(part=part, **files))


def test_files_that_are_no_schemas_are_noted() -> None:
    said = {"name": "x", "version": "1", "type": "module"}
    plan, report = read(folder(order=MONEY, package=said, **{"README.md": "hello", "x__.git__HEAD.txt": "ref"}))
    assert plan.names() == ["order"]
    assert [note.where for note in report.notes] == ["package.json#", "README.md"]
