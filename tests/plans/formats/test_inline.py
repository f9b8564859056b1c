"""Definitions written out, and shapes put together: the verdict stays the one of what was handed in."""

from typing import Any

import jsonschema_rs as rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plans.formats.avo_alternatives import any_of
from plans.formats.inline import inlined

DRAFTS = ["http://json-schema.org/draft-06/schema#", "https://json-schema.org/draft/2019-09/schema"]
NAMES = st.sampled_from(["a", "b", "c"])
PLAIN = st.sampled_from([{}, {"type": "string"}, {"type": "integer"}, {"const": "x"}, {"enum": ["x", "y"]}, True])
SENT = st.dictionaries(NAMES, st.sampled_from(["x", "y", 1, None, {"a": 1}, {"b": "x"}]), max_size=3)


@st.composite
def objects(draw: st.DrawFn, fields: st.SearchStrategy[Any]) -> dict[str, Any]:
    properties = draw(st.dictionaries(NAMES, fields, max_size=3))
    said: dict[str, Any] = {"type": "object", "properties": properties}
    if draw(st.booleans()):
        said["required"] = sorted(draw(st.sets(NAMES, max_size=2)))
    if draw(st.booleans()):
        said["additionalProperties"] = draw(st.booleans())
    return said


REFERENCES = st.sampled_from([{"$ref": f"#/$defs/{name}"} for name in ("one", "two", "three")])
FIELDS = PLAIN | REFERENCES | REFERENCES.map(lambda said: {**said, "description": "told"})


@given(objects(FIELDS), st.fixed_dictionaries({name: objects(FIELDS) for name in ("one", "two", "three")}), SENT)
@settings(max_examples=150, deadline=None)
def test_a_schema_with_its_definitions_written_out_takes_the_same(
    said: dict[str, Any], definitions: dict[str, Any], sent: dict[str, Any]
) -> None:
    for draft in DRAFTS:
        schema = {"$schema": draft, **said, "$defs": definitions}
        assert rs.is_valid(inlined(schema), sent) == rs.is_valid(schema, sent)


@pytest.mark.parametrize(
    ("schema", "written"),
    [
        ({"properties": {"a": {"$ref": "#/$defs/t"}}, "$defs": {"t": {"type": "null"}}}, True),
        ({"items": {"$ref": "#/definitions/a~1b"}, "definitions": {"a/b": {"type": "null"}}}, True),
        ({"properties": {"a": {"$ref": "#/$defs/t", "minimum": 1}}, "$defs": {"t": {}}}, False),
        ({"properties": {"a": {"$ref": "#/$defs/t"}}, "$defs": {"t": {"items": {"$ref": "#/$defs/t"}}}}, False),
        ({"properties": {"a": {"$ref": "#"}}, "$defs": {"t": {}}}, False),
    ],
)
def test_only_references_that_mean_the_same_written_out_are(schema: dict[str, Any], written: bool) -> None:
    found = inlined(schema)
    assert (found != schema) is written
    assert written is not any(key in found for key in ("$defs", "definitions"))


def test_definitions_that_double_at_each_step_keep_their_references() -> None:
    twice = {f"t{n}": {"properties": {key: {"$ref": f"#/$defs/t{n + 1}"} for key in "ab"}} for n in range(40)}
    schema = {"properties": {"a": {"$ref": "#/$defs/t0"}}, "$defs": {**twice, "t40": {}}}
    assert inlined(schema) == schema


@given(st.lists(objects(PLAIN), min_size=1, max_size=4), SENT)
@settings(max_examples=300, deadline=None)
def test_shapes_put_together_take_what_any_of_them_takes(shapes: list[dict[str, Any]], sent: dict[str, Any]) -> None:
    together = any_of([{"$schema": DRAFTS[0], **shape} for shape in shapes])
    assert rs.is_valid(together, sent) == any(rs.is_valid(shape, sent) for shape in shapes)
