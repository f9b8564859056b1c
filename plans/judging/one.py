"""One event, judged exactly from its text: what small groups, odd payloads and the field table share."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final

from plans import tokens
from plans.judging import by_event, fallback
from plans.model import Plan, Severity, violation
from plans.rules import expected
from plans.rules.frames import Compiled, Found
from plans.tokens import Value

Violation = dict[str, str | None]

MAX_VIOLATIONS: Final = 1_000
"""So many violations of one event are listed; an array of a hundred thousand wrong elements has as many."""


def violations_of(ready: Compiled, plan: Plan, payload: str | None) -> list[Violation]:
    """What one payload breaks of a planned event; an unreadable one breaks just that."""
    try:
        return [by_event.describe(one) for one in broken(ready, plan, document(payload))]
    except ValueError as error:
        return [unreadable(str(error))]


def violations_in(ready: Compiled, fields: Sequence[str], values: Sequence[bytes | None]) -> list[Violation]:
    """What an event breaks that differs from a sound one in these fields alone: each value's text, None for none."""
    try:
        said = {key: tokens.parse(text.decode()) for key, text in zip(fields, values, strict=True) if text is not None}
        return [by_event.describe(one) for one in by_event.evaluate_fields(ready, fields, said)]
    except ValueError as error:
        return [unreadable(str(error))]


def broken(ready: Compiled, plan: Plan, said: dict[str, Value]) -> list[Found]:
    """What a parsed payload breaks, in the plan's order; ValueError when it says a thing twice.

    Of more than `MAX_VIOLATIONS`, the last one says how many are not listed.
    """
    found = by_event.evaluate(ready, said)
    if ready.why and ready.schema:
        found = fallback.evaluate(ready.schema, plan.format, said) + found
    return found if len(found) <= MAX_VIOLATIONS else [*found[:MAX_VIOLATIONS], _unlisted(found[MAX_VIOLATIONS:])]


def _unlisted(rest: list[Found]) -> Found:
    severity: Severity = "error" if any(one.severity == "error" for one in rest) else "warning"
    return Found(sys.maxsize, (), 0, (), "schema", severity, expected.LISTED, True, f"{len(rest):,} more")


def document(payload: str | None) -> dict[str, Value]:
    """The parsed payload, empty when none was sent; ValueError when it is no JSON object."""
    said = tokens.parse(payload) if payload is not None else None
    if said is None:
        return {}
    if not isinstance(said, dict):
        raise ValueError("the payload is not an object")
    return said


def unreadable(problem: str | None) -> Violation:
    """The one violation of an event that could not be read."""
    return violation("", "", "unreadable", "error", "an event", problem, None)


def unplanned(name: str | None) -> Violation:
    """The one violation of an event whose name is not in the plan."""
    return violation("", "", "unplanned_event", "warning", None, name, None)
