"""One event, judged exactly from its text: what small groups, odd payloads and the field table share."""

from __future__ import annotations

from plans import tokens
from plans.judging import by_event, fallback
from plans.model import Plan, violation
from plans.rules.frames import Compiled, Found
from plans.tokens import Value

Violation = dict[str, str | None]


def violations_of(ready: Compiled, plan: Plan, payload: str | None) -> list[Violation]:
    """What one payload breaks of a planned event; an unreadable one breaks just that."""
    try:
        return [by_event.describe(one) for one in broken(ready, plan, document(payload))]
    except ValueError as error:
        return [unreadable(str(error))]


def broken(ready: Compiled, plan: Plan, said: dict[str, Value]) -> list[Found]:
    """What a parsed payload breaks, in the plan's order; ValueError when it says a thing twice."""
    found = by_event.evaluate(ready, said)
    if ready.why and ready.schema:
        return fallback.evaluate(ready.schema, plan.format, said) + found
    return found


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
