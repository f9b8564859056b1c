"""The promises of a sheet's rows, in the keywords a JSON Schema would use where it has them."""

from __future__ import annotations

from typing import Final

from plans import paths, tokens
from plans.model import PlannedEvent, SheetField
from plans.paths import Path
from plans.promises import Budget, Promises, canonical

_KINDS: Final = {"text": "string", "date": "string", "integer": "integer", "float": "number", "boolean": "boolean"}


def promises_of_sheet(event: PlannedEvent, strict_float: bool, budget: Budget) -> Promises:
    """What a sheet's event promises: each field of its type, not empty, there when it is expected."""
    found = Promises(budget)
    for row in event.fields:
        path, condition = paths.parse(row.path), row.condition
        own = condition is not None and paths.parse(condition.then_field) == path
        _containers(found, path)
        found.add(path, "planned", True, True, "warning")
        if row.required and not own:
            found.add(path, "required", True, True)
        if not own:
            _typed(found, path, row, strict_float)
        if condition:
            then = paths.parse(condition.then_field)
            asked = condition.if_field, canonical(tokens.parse(condition.if_value)), condition.then_type
            said = {"if_field": condition.if_field, "if_value": tokens.parse(condition.if_value)}
            beside = (row.type, row.required) if own else None  # what is asked where the condition does not hold
            found.add(then, "condition", (asked, beside), said | {"then_type": condition.then_type})
    return found


def _typed(found: Promises, path: Path, row: SheetField, strict_float: bool) -> None:
    kind = _KINDS[row.type]
    found.add(path, "type", frozenset({kind}), [kind])
    found.add(path, "empty", True, True)
    if row.type == "date":
        found.add(path, "format", ("date of a sheet", True), "date (YYYY-MM-DD, with or without HH:MM:SS)")
    if row.type == "float" and strict_float:
        found.add(path, "strict_float", True, True)


def _containers(found: Promises, path: Path) -> None:
    """What is on the way to a field must be an object or an array, and an array not empty."""
    for length in range(1, len(path)):
        kind = "array" if path[length] is None else "object"
        found.add(path[:length], "type", frozenset({kind}), [kind])
        if kind == "array":
            found.add(path[:length], "empty", True, True)
        if path[length - 1] is not None:
            found.add(path[:length], "planned", True, True, "warning")
