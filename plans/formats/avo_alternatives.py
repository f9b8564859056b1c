"""Several shapes of one event as one schema that takes any of them and names the wrong field where all agree."""

from __future__ import annotations

from plans.formats.keywords import rebuilt
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
    dialect = {"$schema": first.get("$schema")}
    if any(not shape.keys() <= _SIMPLE or not isinstance(shape.get("properties"), dict) for shape in shapes):
        return {**dialect, "anyOf": [_without_dialect(shape) for shape in shapes]}
    shared = _shared(shapes)
    needed = [name for name in _needed(first) if all(name in _needed(shape) for shape in shapes)]
    closed = all(shape.get("additionalProperties") is False for shape in shapes)
    names = dict.fromkeys(name for shape in shapes for name in shape["properties"])
    fields = {name: shared.get(name, True) for name in names} if closed else shared
    schema: Schema = {**dialect, "type": "object", "properties": fields, "additionalProperties": not closed}
    if needed:
        schema["required"] = needed
    rests = [_rest(shape, shared, needed, [*names] if closed else []) for shape in shapes]
    return schema if {} in rests else {**schema, "anyOf": rests}


def _shared(shapes: list[Schema]) -> Schema:
    """The fields all shapes have, and have alike; what they are told to mean may differ."""
    plain = [{name: _undescribed(field) for name, field in shape["properties"].items()} for shape in shapes]
    alike = [name for name in plain[0] if all(name in other and other[name] == plain[0][name] for other in plain)]
    return {name: shapes[0]["properties"][name] for name in alike}


def _rest(shape: Schema, shared: Schema, needed: list[Value], names: list[str]) -> Schema:
    """What a shape asks beyond what all ask: its own fields, and where all are closed, none of the others'."""
    own = shape["properties"]
    fields: Schema = {name: field for name, field in own.items() if name not in shared}
    others = [name for name in _needed(shape) if name not in needed]
    rest: Schema = {"required": others} if others else {}
    if not names and shape.get("additionalProperties") is not True:
        rest |= {"additionalProperties": shape["additionalProperties"]} if "additionalProperties" in shape else {}
        fields |= dict.fromkeys(shared, True)
    fields |= {name: False for name in names if name not in own}
    return {**rest, "properties": fields} if fields else rest


def _undescribed(field: Value) -> Value:
    return rebuilt(field, "", lambda inner, _: {key: value for key, value in inner.items() if key != "description"})


def _needed(shape: Schema) -> list[Value]:
    needed = shape.get("required", [])
    return needed if isinstance(needed, list) else []


def _without_dialect(shape: Schema) -> Schema:
    return {key: value for key, value in shape.items() if key != "$schema"}
