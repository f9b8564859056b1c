"""Which fields `unevaluatedProperties: false` lets pass, where that is the same for every event."""

from __future__ import annotations

from typing import Any, Final

from plans.rules import keywords
from plans.rules.keywords import Beyond
from plans.rules.one_value import OneValue

_SPREADING: Final = frozenset(
    ("additionalProperties", "unevaluatedProperties", "$ref", "allOf", "anyOf", "oneOf", "dependencies")
)
"""Keywords of a branch that may let pass more than its own fields."""


def evaluated_keys(said: dict[str, Any], values: OneValue) -> set[str]:
    """The keys that `unevaluatedProperties: false` lets pass; Beyond when that depends on the event."""
    if said["unevaluatedProperties"] is not False or "dependencies" in said:
        raise Beyond("unevaluatedProperties with a schema")
    keys = set(said.get("properties", {}))
    branches = [*said.get("allOf", ())] + ([values.references.at(said["$ref"])] if "$ref" in said else [])
    sometimes = [said[word] for word in ("if", "then", "else", "not") if word in said]
    sometimes += [*said.get("anyOf", ()), *said.get("oneOf", ())]
    for each in branches:
        inner = keywords.promises(each, values.draft) if isinstance(each, dict) else {}
        if inner.keys() & _SPREADING:
            raise Beyond("unevaluatedProperties of a combination")
        keys |= set(inner.get("properties", {}))
        sometimes += [inner[word] for word in ("if", "then", "else", "not") if word in inner]
    for each in sometimes:
        if isinstance(each, dict) and not (each.keys() <= {"properties", "required", "type"}):
            raise Beyond("unevaluatedProperties of a combination")
        if isinstance(each, dict) and not keys.issuperset(each.get("properties", {})):
            raise Beyond("unevaluatedProperties under if")
    return keys
