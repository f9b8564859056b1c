"""A sheet as a JSON Schema stricter than it, for the types that pass over what is plainly sound."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from plans import paths
from plans.model import FieldType, SheetField
from plans.paths import Path
from plans.tokens import Num

NOT_BLANK: Final = r"\S"
"""The pattern of texts that are not blank."""
_DAY: Final = "[0-9]{3}[1-9]-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"
_CLOCK: Final = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
_OF_TYPE: Final[dict[FieldType, dict[str, Any]]] = {
    "text": {"type": "string", "pattern": NOT_BLANK},
    "integer": {"type": "integer"},
    "float": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "pattern": f"^{_DAY}( {_CLOCK})?$"},
}


def strict_schema(fields: Iterable[SheetField]) -> dict[str, Any]:
    """A JSON Schema for events that break none of the rows, and perhaps not for all of those.

    ValueError for a sheet with conditions, or with a field that is both a value and what holds others.
    """
    root: dict[str, Any] = {}
    for row in fields:
        leaf = _place(root, paths.parse(row.path), row.required)
        if leaf or row.condition:
            raise ValueError("no schema says this")
        leaf.update(_OF_TYPE[row.type])
    return root


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
