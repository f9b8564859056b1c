"""Several shapes of one event as one schema that takes any of them, and says which field is wrong where it can."""

from __future__ import annotations

from typing import Final

from plans.formats.keywords import rebuilt
from plans.tokens import Value

Schema = dict[str, Value]
_DRAFT_7: Final = "http://json-schema.org/draft-07/schema#"
_NEARLY_7: Final = (_DRAFT_7, "http://json-schema.org/draft-06/schema#", None)
"""Draft 7 knows conditions, and more formats; else it means what draft 6 does."""
_SIMPLE: Final = frozenset(("$schema", "type", "properties", "required", "additionalProperties", "description"))


def any_of(shapes: list[Schema]) -> Schema:
    """A schema that takes what any of `shapes` takes.

    What all of them ask is asked once. A shape that is known by a mark of its own, a field or a pinned value no other
    has, is asked of what has the mark; only shapes without one are left as alternatives.
    """
    first = shapes[0]
    shapes = [shape for at, shape in enumerate(shapes) if shape not in shapes[:at]]
    if len(shapes) == 1:
        return first
    dialect = {"$schema": first.get("$schema")}
    if not all(map(_is_plain, shapes)) or _says_format(shapes) or first.get("$schema") not in _NEARLY_7:
        return {**dialect, "anyOf": [_without_dialect(shape) for shape in shapes]}
    shared = _shared(shapes)
    needed = [name for name in _needed(first) if all(name in _needed(shape) for shape in shapes)]
    schema: Schema = {"$schema": _DRAFT_7, "type": "object", "properties": shared, "additionalProperties": True}
    if needed:
        schema["required"] = needed
    return {**schema, **_told_apart(shapes, [_rest(shape, shared, needed) for shape in shapes])}


def _is_plain(shape: Schema) -> bool:
    return shape.keys() <= _SIMPLE and isinstance(shape.get("properties"), dict)


def _told_apart(shapes: list[Schema], rests: list[Schema]) -> Schema:
    """The conditions that ask each shape of what has its mark, and the others of everything else."""
    marks = [_mark(shape, [other for other in shapes if other is not shape]) for shape in shapes]
    marked = [(mark, rest) for mark, rest in zip(marks, rests, strict=True) if mark]
    left = [rest for mark, rest in zip(marks, rests, strict=True) if not mark]
    if not marked:
        return {"anyOf": left}
    any_mark = _any_mark([mark for mark, _ in marked])
    conditions: list[Value] = [{"if": mark, "then": rest} for mark, rest in marked]
    if left:
        conditions.append({"if": any_mark, "else": left[0] if len(left) == 1 else {"anyOf": left}})
    return {"allOf": conditions} if left else {**any_mark, "allOf": conditions}


def _any_mark(marks: list[Schema]) -> Schema:
    """What has one of the marks; values of one field are asked of that field."""
    if len(marks) == 1:
        return marks[0]
    pinned = [mark.get("properties", {}) for mark in marks]
    (name, *others) = {*pinned[0]}.union(*pinned) or {""}
    if not others and all(name in one for one in pinned):
        return {"properties": {name: {"enum": [one[name]["const"] for one in pinned]}}, "required": [name]}
    return {"anyOf": [*marks]}


def _mark(shape: Schema, others: list[Schema]) -> Schema | None:
    """What every event of a closed shape has and no event of the others: a field, or a value of a field."""
    if not all(other.get("additionalProperties") is False for other in others):
        return None
    for name in _needed(shape):
        holders = [other["properties"][name] for other in others if name in other["properties"]]
        if not holders:
            return {"required": [name]}
        value = shape["properties"].get(name)
        text = value.get("const") if isinstance(value, dict) else None
        if type(text) is str and all(_never(other, text) for other in holders):
            return {"properties": {name: {"const": text}}, "required": [name]}
    return None


def _never(field: Value, text: str) -> bool:
    if not isinstance(field, dict):
        return field is False
    if "const" in field:
        return bool(field["const"] != text)
    return isinstance(field.get("enum"), list) and text not in field["enum"]


def _says_format(schema: Value) -> bool:
    if isinstance(schema, dict):
        return "format" in schema or any(map(_says_format, schema.values()))
    return isinstance(schema, list) and any(map(_says_format, schema))


def _shared(shapes: list[Schema]) -> Schema:
    """The fields all shapes have, and have alike; what they are told to mean may differ."""
    plain = [{name: _undescribed(field) for name, field in shape["properties"].items()} for shape in shapes]
    alike = [name for name in plain[0] if all(name in other and other[name] == plain[0][name] for other in plain)]
    return {name: shapes[0]["properties"][name] for name in alike}


def _rest(shape: Schema, shared: Schema, needed: list[Value]) -> Schema:
    """What a shape asks beyond what all ask; fields it shares are only named, so that it may refuse all others."""
    others = [name for name in _needed(shape) if name not in needed]
    rest: Schema = {"required": others} if others else {}
    rest["properties"] = {name: True if name in shared else field for name, field in shape["properties"].items()}
    if "additionalProperties" in shape:
        rest["additionalProperties"] = shape["additionalProperties"]
    return rest


def _undescribed(field: Value) -> Value:
    return rebuilt(field, "", lambda inner, _: {key: value for key, value in inner.items() if key != "description"})


def _needed(shape: Schema) -> list[Value]:
    needed = shape.get("required", [])
    return needed if isinstance(needed, list) else []


def _without_dialect(shape: Schema) -> Schema:
    return {key: value for key, value in shape.items() if key != "$schema"}
