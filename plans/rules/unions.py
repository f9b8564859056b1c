"""Everyday unions said in another way that makes better violations: types in a list, and null beside something else."""

from __future__ import annotations

from typing import Any, Final

from plans.rules import keywords
from plans.rules.one_value import OneValue

_NOT_OF_NULL: Final = frozenset(
    """
    minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength pattern format minItems maxItems
    uniqueItems minProperties maxProperties properties required additionalProperties propertyNames dependentRequired
    items
    """.split()  # noqa: SIM905 - a list of quoted words hides the words
)
"""Keywords that null keeps whatever they say."""


def without_union(said: dict[str, Any], values: OneValue) -> dict[str, Any]:
    """The same promises with an `anyOf` (or `oneOf`) of types, or of null and one other type, told by keywords."""
    for keyword in ("anyOf", "oneOf"):
        if keyword in said and not said.keys() & {"type", "unevaluatedProperties"}:
            merged = _merged([_resolved(each, values) for each in said[keyword]], exclusive=keyword == "oneOf")
            if merged and not merged.keys() & said.keys():
                return {**{word: value for word, value in said.items() if word != keyword}, **merged}
    return said


def _resolved(schema: Any, values: OneValue) -> dict[str, Any]:
    said = keywords.promises(schema, values.draft) if isinstance(schema, dict) else {}
    if said.keys() == {"$ref"}:
        inner = values.references.at(said["$ref"])
        return keywords.promises(inner, values.draft) if isinstance(inner, dict) else {}
    return said


def _merged(branches: list[dict[str, Any]], *, exclusive: bool) -> dict[str, Any] | None:
    if not all("type" in branch for branch in branches):
        return None
    kinds = [branch["type"] if isinstance(branch["type"], list) else [branch["type"]] for branch in branches]
    listed = [kind for each in kinds for kind in each]
    if len(set(listed)) < len(listed) or (exclusive and {"integer", "number"} <= set(listed)):
        return None
    rest = [{word: value for word, value in branch.items() if word != "type"} for branch in branches]
    if not any(rest):
        return {"type": listed}
    nulls = [at for at, each in enumerate(kinds) if each == ["null"] and not rest[at]]
    if len(branches) != 2 or len(nulls) != 1 or not rest[1 - nulls[0]].keys() <= _NOT_OF_NULL:
        return None
    return {"type": listed, **rest[1 - nulls[0]]}
