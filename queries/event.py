"""One event, whole, with every field of its payload judged again by the plan version it was judged by."""

from typing import Any

from plans.explain import sentence
from plans.judging.table import field_table
from queries.errors import NotFound
from queries.reader import Look, Row, question

_VIOLATION = ("field", "rule", "severity", "expected", "received", "value")


@question
def event(look: Look, app: str, seq: int) -> dict[str, Any]:
    """The row of `events`, with `unread` (the raw text of what could not be read) and `fields`, its field table.

    `payload` and `context` are JSON text. Raises NotFound when the app has no such event, or a newer copy replaced it.
    """
    look.narrow(seq, seq + 1)
    found = look.rows("event", app=app, seq=seq)
    if not found:
        raise NotFound("not_found", f"{app} has no event {seq}; a newer copy may have replaced it", "seq")
    row = explained(found[0])
    return {**row, "fields": _fields(look, app, row)}


def _fields(look: Look, app: str, row: Row) -> list[dict[str, str | None]]:
    """The field table; of a system event, which no plan speaks of, just what it carries."""
    if row["payload"] is None and row["unread"] is not None:
        return []
    plan = look.plans.at(app, row["plan_version"]) if row["plan_version"] is not None else None
    fields = field_table(plan, row["event_name"], row["payload"])
    return (
        [field for field in fields if field["rule"] != "unplanned_event"] if row["event_type"] == "system" else fields
    )


def explained(row: Row) -> Row:
    """The row with its violations as people and programs see them: each with its sentence, without the rule's path."""
    shown = [{**{key: found[key] for key in _VIOLATION}, "message": sentence(found)} for found in row["violations"]]
    return {**row, "violations": shown}
