"""The `if` of a schema as conditions on cells: values of fields, and whether they are there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from plans.rules import combined, keywords
from plans.rules.checks import Test
from plans.rules.frames import Frame
from plans.rules.keywords import Beyond
from plans.rules.one_value import MAX_DEPTH, OneValue

Asked = tuple[int, Test, bool]
"""A cell, the test it must keep, and whether the condition holds when nothing is there."""


def conditions(
    values: OneValue, frame: Frame, cell: int, schema: Any, *, an_object: bool, depth: int = 0
) -> Iterator[Asked]:
    """What must hold for the value in a cell to be valid by `schema`; Beyond when conditions cannot say it.

    `an_object` says that nothing but objects is affected, so that another value may be taken either way.
    """
    if schema is True:
        return
    if not isinstance(schema, dict):
        raise Beyond("if false")
    said = keywords.promises(schema, values.draft)
    fields = said.keys() & {"properties", "required", "allOf", "not", "$ref"}
    if said and not fields and not (an_object and said.keys() == {"type"}):
        yield cell, values.test(said), True
        return
    if depth > MAX_DEPTH or not said.keys() <= {"properties", "required", "type", "allOf", "not", "$ref"}:
        raise Beyond("if of more than values of fields")
    if "type" in said and not (an_object and "object" in _listed(said["type"])):
        raise Beyond("if of a type with fields")
    needed = _needed(said)
    for key, inner in said.get("properties", {}).items():
        yield from _field(values, frame, frame.cell((*frame.cells[cell], key)), inner, depth)
    for key in needed:
        yield _there(frame, cell, key, an_object=an_object)
    if "not" in said:
        yield _absent(values, frame, cell, said["not"], an_object=an_object)
    also = [*said.get("allOf", ()), *([values.references.at(said["$ref"])] if "$ref" in said else ())]
    for each in also:
        yield from conditions(values, frame, cell, each, an_object=an_object, depth=depth + 1)


def there(frame: Frame, cell: int, key: str) -> Asked:
    """That the object in this cell has a key."""
    return frame.cell((*frame.cells[cell], key)), combined.never(), False


def _field(values: OneValue, frame: Frame, cell: int, schema: Any, depth: int) -> Iterator[Asked]:
    said = keywords.promises(schema, values.draft) if isinstance(schema, dict) else {}
    if said.keys() & {"properties", "required"}:
        yield from conditions(values, frame, cell, schema, an_object=False, depth=depth + 1)
    else:
        test = values.test(schema)
        if test is not combined.never():
            yield cell, test, True


def _there(frame: Frame, cell: int, key: str, *, an_object: bool) -> Asked:
    return there(frame, cell, key) if an_object else (cell, combined.has_key(key), True)


def _absent(values: OneValue, frame: Frame, cell: int, schema: Any, *, an_object: bool) -> Asked:
    """`not` of a single required field: that it is not there."""
    said = keywords.promises(schema, values.draft) if isinstance(schema, dict) else {}
    if not an_object or said.keys() - {"required", "type"} or len(_needed(said)) != 1:
        raise Beyond("if not of more than one field")
    if "object" not in _listed(said.get("type", "object")):
        raise Beyond("if not of a type")
    return frame.cell((*frame.cells[cell], _needed(said)[0])), combined.always(), True


def _needed(said: dict[str, Any]) -> list[str]:
    return said["required"] if isinstance(said.get("required"), list) else []


def _listed(kinds: Any) -> list[str]:
    return kinds if isinstance(kinds, list) else [kinds]
