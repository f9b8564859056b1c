"""A batch of events in, a status and violations for each out: the same verdict whichever way it is found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import polars as pl

from plans import by_event, fallback, tokens
from plans.compiled import compiled
from plans.model import Plan, violation
from plans.tokens import Value

Violation = dict[str, str | None]

VIOLATION: Final = pl.Struct(
    {name: pl.String() for name in ("field", "path", "rule", "severity", "expected", "received", "value")}
)
VERDICT: Final = pl.Schema({"status": pl.String(), "violations": pl.List(VIOLATION), "plan_version": pl.Int64()})


def judge(events: pl.DataFrame, plan_of: Callable[[str], Plan | None]) -> pl.DataFrame:
    """`status`, `violations` and `plan_version` for each row of `events`, in its order.

    `events` has app, event_name, event_type, payload (JSON text or null) and problem (why it could not be read, or
    null). Whatever a payload holds, its row gets a verdict; nothing is raised for an event.
    """
    columns = [events[name].to_list() for name in ("app", "event_name", "event_type", "payload", "problem")]
    rows = [_row(plan_of(app), *rest) for app, *rest in zip(*columns, strict=True)]
    return pl.DataFrame(rows, schema=VERDICT, orient="row")


def _row(
    plan: Plan | None, name: str | None, kind: str | None, payload: str | None, problem: str | None
) -> tuple[str, list[Violation], int | None]:
    if problem is not None:
        return "error", [unreadable(problem)], None
    if kind == "system":
        return "valid", [], None
    canonical = plan.canonical(name) if plan and name is not None else None
    if plan is None or canonical is None:
        return "unplanned", [unplanned(name)], plan.version if plan else None
    try:
        found = violations_of(plan, canonical, payload)
    except ValueError as error:
        return "error", [unreadable(str(error))], plan.version
    broken = any(one["severity"] == "error" for one in found)
    return "invalid" if broken else "valid", found, plan.version


def violations_of(plan: Plan, name: str, payload: str | None) -> list[Violation]:
    """What one payload breaks of a planned event; ValueError when it cannot be read."""
    said = document(payload)
    ready = compiled(plan, name)
    found = by_event.evaluate(ready, said)
    if ready.why and ready.schema:
        found = fallback.evaluate(ready.schema, plan.format, said) + found
    return [by_event.describe(one) for one in found]


def document(payload: str | None) -> dict[str, Value]:
    """The parsed payload, empty when none was sent; ValueError when it is no JSON object."""
    said = tokens.parse(payload) if payload is not None else None
    if said is None:
        return {}
    if not isinstance(said, dict):
        raise ValueError("the payload is not an object")
    return said


def unreadable(problem: str) -> Violation:
    """The one violation of an event that could not be read."""
    return dict(violation("", "", "unreadable", "error", "an event", problem, None))


def unplanned(name: Any) -> Violation:
    """The one violation of an event whose name is not in the plan."""
    return dict(violation("", "", "unplanned_event", "warning", None, name, None))
