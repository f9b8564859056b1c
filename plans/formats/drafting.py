"""The last step of every import from another tool: schemas by event name become the plan, and the ledger its report."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from plans.formats.events import field_count, plan_of, planned_event, report_of
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
    listed = list(drafts)
    events = [_event(draft, draft.schema, mode) for draft in listed]
    written = [_event(draft, inlined(draft.schema), mode) for draft in listed]
    chosen = written if field_count(written) <= MAX_FIELDS else events
    plan = plan_of(app, chosen, [draft.where for draft in listed], mode=mode)
    gone = {note.where for note in ledger.dropped}
    ledger.approximated = [note for note in ledger.approximated if note.where not in gone]
    return plan, report_of(format, plan, ledger)


def _event(draft: Draft, schema: dict[str, Value], mode: FormatMode | None) -> PlannedEvent:
    return planned_event(draft.name, schema, draft.where, mode=mode, description=draft.description)
