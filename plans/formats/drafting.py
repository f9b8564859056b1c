"""The last step of every import from another tool: schemas by event name become the plan, and the ledger its report."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from plans.formats.events import MAX_SCHEMA_CHARS, field_count, plan_of, planned_event, report_of
from plans.formats.inline import inlined
from plans.formats.ledger import Ledger
from plans.model import MAX_FIELDS, FormatMode, Plan, PlannedEvent, Report
from plans.tokens import Value


@dataclass(frozen=True)
class Draft:
    """An event as a format read it: its name, the schema of its payload, and where that stands."""

    name: str
    schema: dict[str, Value]
    where: str
    description: str | None = None


def finish(
    format: str, app: str, drafts: Iterable[Draft], ledger: Ledger, *, mode: FormatMode | None = None
) -> tuple[Plan, Report]:
    """The plan of these events and the report on them; PlanError for a schema that is none and for a name twice."""
    left = MAX_SCHEMA_CHARS
    wheres: list[str] = []
    events: list[PlannedEvent] = []
    written: list[PlannedEvent] = []
    for draft in drafts:
        wheres.append(draft.where)
        events.append(_event(draft, draft.schema, mode))
        plain = inlined(draft.schema)
        written.append(events[-1] if plain is draft.schema else _event(draft, plain, mode))
        left -= len(events[-1].schema or "")
        if left < 0:
            break
    plan = plan_of(app, written if _fit(written) else events, wheres, mode=mode)
    gone = {note.where for note in ledger.dropped}
    ledger.approximated = [note for note in ledger.approximated if note.where not in gone]
    return plan, report_of(format, plan, ledger)


def _fit(events: list[PlannedEvent]) -> bool:
    characters = sum(len(event.schema or "") for event in events)
    return characters <= MAX_SCHEMA_CHARS and field_count(events) <= MAX_FIELDS


def _event(draft: Draft, schema: dict[str, Value], mode: FormatMode | None) -> PlannedEvent:
    return planned_event(draft.name, schema, draft.where, mode=mode, description=draft.description)
