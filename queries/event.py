"""One event, whole, with every field of its payload judged again by the plan version it was judged by."""

from typing import Any

from plans.explain import told
from plans.judging.table import field_table, unjudged
from plans.model import Plan
from queries.errors import NotFound
from queries.reader import Look, Row, question

_VIOLATION = ("field", "path", "rule", "severity", "expected", "received", "value", "message", "hint")


@question
def event(look: Look, app: str, seq: int) -> dict[str, Any]:
    """The row of `events`, with `unread` (the raw text of what could not be read) and `fields`, its field table.

    `payload` and `context` are JSON text. Raises NotFound when the app has no such event, or a newer copy replaced it.
    """
    look.narrow(app, (seq, seq + 1))
    found = look.rows("event", app=app, seq=seq)
    if not found:
        raise NotFound("not_found", f"{app} has no event {seq}; a newer copy may have replaced it", "seq")
    [row] = found
    return {**explained(look, app, row), "fields": _fields(_plan(look, app, row), row)}


def _fields(plan: Plan | None, row: Row) -> list[dict[str, Any]]:
    """The field table; of an event that could not be read, a system event, or one without a plan, what is stored."""
    if plan is None:
        return unjudged(row["violations"], row["event_name"], row["payload"])
    return field_table(plan, row["event_name"], row["payload"])


def explained(look: Look, app: str, row: Row) -> Row:
    """The row with its violations as people and programs see them: with a sentence and a hint.

    Both are made by the plan version the event was judged by. `path` is what the filter `field` asks for.
    """
    if not row["violations"]:
        return row
    spoken = told(row["violations"], _plan(look, app, row), row["event_name"])
    return {**row, "violations": [{key: found[key] for key in _VIOLATION} for found in spoken]}


def _plan(look: Look, app: str, row: Row) -> Plan | None:
    return look.plans.at(app, row["plan_version"]) if row["plan_version"] is not None else None
