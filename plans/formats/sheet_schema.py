"""The rows of a sheet as a JSON Schema, for tools that know no sheets: as close as a schema comes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from plans import paths, tokens
from plans.model import Condition, FieldType, SheetField
from plans.paths import Path
from plans.tokens import Num, Value

MAX_STEPS: Final = 40
"""Fields nested deeper are left out: a schema nests twice for each step, and must itself be read again."""

_BLANK: Final = "\\t-\\r\\u001c-\\u0020\\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000"
_DAY: Final = "\\d{4}-(?:0[13578]-(?:0[1-9]|[12]\\d|3[01])|1[02]-(?:0[1-9]|[12]\\d|3[01])|"
_DAY_ENDS: Final = "(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|[12]\\d))"
_CLOCK: Final = "(?: (?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d)?"
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

_TYPES: Final[dict[FieldType, dict[str, Value]]] = {
    "text": {"type": "string", "pattern": f"[^{_BLANK}]"},
    "date": {"type": "string", "pattern": f"^{_DAY}{_DAY_ENDS}{_CLOCK}$"},
    "integer": {"type": "integer"},
    "float": {"type": "number"},
    "boolean": {"type": "boolean"},
}


def schema_of(fields: Iterable[SheetField]) -> dict[str, Value]:
    """The schema of an event's rows; a condition becomes an `if` of the whole payload where no array is in its way.

    29 February passes in every year; a condition inside arrays and what is nested too deep are left out.
    """
    root: dict[str, Value] = {"$schema": _DIALECT, "type": "object"}
    conditions: list[Value] = []
    for row in fields:
        path = paths.parse(row.path)
        if len(path) > MAX_STEPS:
            continue
        own = row.condition is not None and paths.parse(row.condition.then_field) == path
        _place(root, path, {} if own else _TYPES[row.type], required=row.required and not own)
        if row.condition and sayable(row.condition):
            conditions.append(_condition(row.condition, row.type if own else None))
    return {**root, "allOf": conditions} if conditions else root


def sayable(condition: Condition) -> bool:
    """Whether a schema can say the condition: its fields are in no array, and not too deep."""
    asked, then = paths.parse(condition.if_field), paths.parse(condition.then_field)
    return None not in (*asked, *then) and max(len(asked), len(then)) <= MAX_STEPS


def _place(root: dict[str, Value], path: Path, leaf: dict[str, Value], *, required: bool) -> None:
    """Put a field into a schema, with the objects and arrays it is in; arrays of a sheet hold something."""
    node = root
    for step in path:
        if step is None:
            node.update({"type": "array", "minItems": Num("1")})
            node = node.setdefault("items", {})
        else:
            node["type"] = "object"
            known = node.setdefault("properties", {})
            if required and step not in node.setdefault("required", []):
                node["required"].append(step)
            node = known.setdefault(step, {})
    node.update(leaf)


def _condition(condition: Condition, otherwise: FieldType | None) -> Value:
    asked: dict[str, Value] = {}
    _place(asked, paths.parse(condition.if_field), {"const": tokens.parse(condition.if_value)}, required=True)
    then: dict[str, Value] = {}
    path = paths.parse(condition.then_field)
    _place(then, path, _TYPES[condition.then_type], required=True)
    said = {"if": asked, "then": then}
    if otherwise:
        other: dict[str, Value] = {}
        _place(other, path, _TYPES[otherwise], required=False)
        said["else"] = other
    return said
