"""A sheet as a JSON Schema stricter than it, for the types that pass over what is plainly sound."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from plans import paths
from plans.model import FieldType, SheetField
from plans.paths import Path
from plans.tokens import Num

NOT_BLANK: Final = r"\S"
"""The pattern of texts that are not blank."""
_DAY: Final = "[1-9][0-9]{3}-((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)"
_CLOCK: Final = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
_OF_TYPE: Final[dict[FieldType, dict[str, Any]]] = {
    "text": {"type": "string", "pattern": NOT_BLANK},
    "integer": {"type": "integer"},
    "float": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "pattern": f"^{_DAY}( {_CLOCK})?$"},
}


@dataclass(frozen=True)
class Strict:
    """A JSON Schema, and the pairs of top-level fields of which one decides what the other must be."""

    schema: dict[str, Any]
    bound: tuple[tuple[str, str], ...]


def strict_schema(fields: Iterable[SheetField]) -> Strict:
    """A JSON Schema for events that break none of the rows, and perhaps not for all of those: what a condition asks for
    is always asked for.

    ValueError for a sheet with a field of two types, or one that is both a value and what holds others.
    """
    root: dict[str, Any] = {}
    types: dict[Path, FieldType] = {}
    bound: list[tuple[str, str]] = []
    for path, kind, required in _asked(fields, bound):
        if types.setdefault(path, kind) != kind:
            raise ValueError("no schema says this")
        leaf = _place(root, path, required)
        if leaf and leaf != _OF_TYPE[kind]:
            raise ValueError("no schema says this")
        leaf.update(_OF_TYPE[kind])
    return Strict(root, tuple(bound))


def _asked(fields: Iterable[SheetField], bound: list[tuple[str, str]]) -> Iterator[tuple[Path, FieldType, bool]]:
    for row in fields:
        yield paths.parse(row.path), row.type, row.required
        if row.condition:
            decides, then = paths.parse(row.condition.if_field), paths.parse(row.condition.then_field)
            yield then, row.condition.then_type, True
            bound.append((str(decides[0]), str(then[0])))


def _place(root: dict[str, Any], path: Path, required: bool) -> dict[str, Any]:
    """The subschema of a field, the objects and arrays on the way to it made what they must be."""
    node = root
    for step in path:
        kind = "array" if step is None else "object"
        if node.setdefault("type", kind) != kind:
            raise ValueError("no schema says this")
        if step is None:
            node["minItems"] = Num("1")
            node = node.setdefault("items", {})
        else:
            if required and step not in node.setdefault("required", []):
                node["required"].append(step)
            node = node.setdefault("properties", {}).setdefault(step, {})
    return node
