"""Several shapes of one event as one schema that takes any of them and names the wrong field where all agree."""

from __future__ import annotations

from plans.tokens import Value

Schema = dict[str, Value]
_SIMPLE = frozenset(("$schema", "type", "properties", "required", "additionalProperties", "description"))


def any_of(shapes: list[Schema]) -> Schema:
    """A schema that takes what any of `shapes` takes: what all of them ask is asked once, the rest as alternatives.

    Shapes of more than plain fields are only set beside each other.
    """
    first = shapes[0]
    shapes = [shape for at, shape in enumerate(shapes) if shape not in shapes[:at]]
    if len(shapes) == 1:
        return first
    if any(not shape.keys() <= _SIMPLE or not isinstance(shape.get("properties"), dict) for shape in shapes):
        return {"$schema": first.get("$schema"), "anyOf": [_without_dialect(shape) for shape in shapes]}
    shared = {
        name: field
        for name, field in first["properties"].items()
        if all(name in shape["properties"] and shape["properties"][name] == field for shape in shapes)
    }
    needed = [name for name in _needed(first) if all(name in _needed(shape) for shape in shapes)]
    schema: Schema = {"$schema": first.get("$schema"), "type": "object", "properties": shared}
    if needed:
        schema["required"] = needed
    return {**schema, "additionalProperties": True, "anyOf": [_rest(shape, shared, needed) for shape in shapes]}


def _rest(shape: Schema, shared: Schema, needed: list[str]) -> Schema:
    """What a shape asks beyond what all ask; fields it shares are only named, so that it may refuse all others."""
    fields = {name: True if name in shared else field for name, field in shape["properties"].items()}
    others = [name for name in _needed(shape) if name not in needed]
    rest = {**_without_dialect(shape), "properties": fields}
    rest.pop("required", None)
    return {**rest, "required": others} if others else rest


def _needed(shape: Schema) -> list[Value]:
    needed = shape.get("required", [])
    return needed if isinstance(needed, list) else []


def _without_dialect(shape: Schema) -> Schema:
    return {key: value for key, value in shape.items() if key != "$schema"}
