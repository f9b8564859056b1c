"""Sees at a glance that an event of a sheet breaks nothing; whatever it doubts is judged exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

import jsonschema_rs as rs
import orjson

from plans import paths, tokens
from plans.model import FieldType, PlannedEvent, SheetField
from plans.paths import Path

Glance = Callable[[str], bool]

_DAY: Final = "[0-9]{3}[1-9]-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"
_CLOCK: Final = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
_SURELY: Final[dict[FieldType, dict[str, Any]]] = {
    "text": {"type": "string", "pattern": "[!-~]"},
    "integer": {"type": "integer"},
    "float": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "pattern": f"^{_DAY}( {_CLOCK})?$"},
}
_STRICT_FLOAT: Final = {"type": "number", "not": {"type": "integer"}}


class _Doubtful(Exception):
    """The sheet says something that is left to the exact judge."""


def glance(event: PlannedEvent, *, strict_float: bool) -> Glance | None:
    """Whether a payload surely breaks nothing and says no key twice; None for a sheet that cannot be judged so.

    Numbers must be such that a double holds them: whoever asks looks at that first.
    """
    try:
        schema = _schema(event.fields, strict_float)
    except _Doubtful:
        return None
    is_valid = rs.Draft202012Validator(schema).is_valid

    def breaks_nothing(text: str) -> bool:
        try:
            said = orjson.loads(text)
        except orjson.JSONDecodeError:
            return False
        return is_valid(said) and _keys(said) == text.count('":')

    return breaks_nothing


def _keys(value: Any) -> int:
    """How many keys there are, in all objects: fewer than the text has when one is said twice."""
    if type(value) is dict:
        return len(value) + sum(_keys(inner) for inner in value.values() if type(inner) in (dict, list))
    return sum(map(_keys, value)) if type(value) is list else 0


def _schema(fields: Iterable[SheetField], strict_float: bool) -> dict[str, Any]:
    """A JSON Schema for events that break none of the rows, and perhaps not for all of those."""
    surely = _SURELY | ({"float": _STRICT_FLOAT} if strict_float else {})
    root: dict[str, Any] = {}
    rows = list(fields)
    for row in rows:
        path = paths.parse(row.path)
        own = row.condition is not None and paths.parse(row.condition.then_field) == path
        leaf = _place(root, path, row.required and not own)
        if leaf:
            raise _Doubtful
        leaf.update(surely[row.type])
    if "type" not in root:
        raise _Doubtful
    conditions = [_condition(row, root, surely) for row in rows if row.condition]
    return root | ({"allOf": conditions} if conditions else {})


def _place(root: dict[str, Any], path: Path, required: bool) -> dict[str, Any]:
    """The subschema of a field, the objects and arrays on the way to it made what they must be."""
    node = root
    for step in path:
        if node.get("type", "object" if step is not None else "array") != ("object" if step is not None else "array"):
            raise _Doubtful
        if step is None:
            node |= {"type": "array", "minItems": 1}
            node = node.setdefault("items", {})
        else:
            node |= {"type": "object", "additionalProperties": False}
            if required and step not in node.setdefault("required", []):
                node["required"].append(step)
            node = node.setdefault("properties", {}).setdefault(step, {})
    return node


def _condition(row: SheetField, root: dict[str, Any], surely: dict[FieldType, dict[str, Any]]) -> dict[str, Any]:
    """A condition between two fields at the top; others are left to the exact judge."""
    assert row.condition is not None
    asked, then = (paths.parse(field) for field in (row.condition.if_field, row.condition.then_field))
    if len(asked) != 1 or len(then) != 1 or not {asked[0], then[0]} <= root["properties"].keys():
        raise _Doubtful
    value = tokens.parse(row.condition.if_value)
    if type(value) not in (str, bool):
        raise _Doubtful
    return {
        "if": {"required": [asked[0]], "properties": {asked[0]: {"const": value}}},
        "then": {"required": [then[0]], "properties": {then[0]: surely[row.condition.then_type]}},
    }
