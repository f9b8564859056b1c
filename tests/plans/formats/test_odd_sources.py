"""Whatever is handed in is read, or refused in one error: no shape is too odd, no text too broken."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plans.archive import packed
from plans.export import export
from plans.formats import FORMATS
from plans.formats.source import Options, Source
from plans.model import PlanError
from plans.read import read_plan
from tests.plans.formats import test_iglu, test_json_schema
from tests.plans.formats.test_sniffing import OURS
from tests.plans.judging import sheet

KEYS = [
    *("events", "name", "schema", "fields", "match", "path", "type", "condition", "$ref", "$defs", "$schema", "$id"),
    *("oneOf", "properties", "event", "const", "required", "title", "self", "vendor", "version", "format", "data"),
    *("apiVersion", "eventSpecifications", "source", "meta", "schemaType", "entities", "items", "allOf", "enum", "if"),
]
TEXTS = ["", "x", "object", "#/$defs/x", "#", "a.json", "a.json#x", "1-0-0", "iglu:a/b/jsonschema/1-0-0", "e\u0301"]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(TEXTS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=15,
)
MINE = ("sheet", "native", "iglu", "json-schema")
SAMPLES: list[Any] = [
    {"events": [{"name": "a", "schema": {"type": "object"}}, {"name": "b", "fields": [{"path": "a", "type": "text"}]}]},
    test_iglu.schema("a", **test_iglu.ORDER),
    test_iglu.product(test_iglu.spec("A", required=["a"]), test_iglu.spec("B", items={})),
    {"apiVersion": "v1", "meta": {"schemaType": "event"}, "data": test_iglu.schema("a")},
    {"title": "a", "$schema": "http://json-schema.org/draft-07/schema#", "properties": {"a": {"$ref": "#/$defs/b"}}},
    test_json_schema.envelope(
        "oneOf", test_json_schema.branch("a", {"type": "object"}), {"$ref": "#/$defs/B"}, **{"$defs": {"B": {}}}
    ),
    {"$defs": {"A": {"type": "object"}, "B": {"$ref": "#/$defs/A"}}},
    {"events": {"A": {"type": "object"}, "B": {"$ref": "#/events/A"}}},
]


def tried(source: Source) -> None:
    """Every format looks at the source, and reads it or refuses it."""
    for module in FORMATS.values():
        with suppress(PlanError):
            module.looks_like(source)
    for name in MINE:
        with suppress(PlanError):
            FORMATS[name].read(source, app="shop", options=Options(null_passes_enum=True))


@given(VALUES, VALUES)
@settings(max_examples=150, deadline=None)
def test_no_shape_is_too_odd(one: Any, other: Any) -> None:
    tried(Source({"": json.dumps(one)}))
    tried(Source({"a.json": json.dumps(one), "b.json": json.dumps(other)}))


@given(st.sampled_from(SAMPLES), st.data())
@settings(max_examples=200, deadline=None)
def test_no_plan_is_too_damaged(said: Any, data: st.DataObject) -> None:
    damaged = json.loads(json.dumps(said))
    places = list(_places(damaged))
    around, key = places[data.draw(st.integers(0, len(places) - 1))]
    around[key] = data.draw(VALUES)
    tried(Source({"": json.dumps(damaged)}))
    tried(Source({"a.json": json.dumps(damaged), "schemas/v/n/jsonschema/1-0-0": json.dumps(said)}))


@pytest.mark.parametrize("said", [said for _, said in OURS if isinstance(said, str)])
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_no_text_is_too_broken(said: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(said)))
    put = data.draw(st.sampled_from(["", "\x00", '"', "\n", ",", "{", "]", ": ", "&a *a ", "\t", "\u2028", "\\ud800"]))
    gone = data.draw(st.integers(0, 5))
    with suppress(PlanError):
        read_plan((said[:at] + put + said[at + gone :]).encode(), app="shop")


@given(st.binary(max_size=60), st.integers(0, 400), st.integers(0, 8))
@settings(max_examples=150, deadline=None)
def test_no_archive_is_too_broken(put: bytes, at: int, gone: int) -> None:
    whole = export(sheet("a,text,true"), "json-schema").data
    with suppress(PlanError):
        read_plan(whole[:at] + put + whole[at + gone :], app="shop")
    with suppress(PlanError):
        read_plan(packed({"a.json": put, "b.yaml": put, "c.csv": put}), app="shop")


def _places(value: Any) -> list[tuple[Any, Any]]:
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else []
    return [place for key in keys for place in [(value, key), *_places(value[key])]]
