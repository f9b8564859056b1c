"""A plan exported as JSON Schemas: an index that names each event's file, and what a schema alone cannot say."""

from __future__ import annotations

from typing import Final

from plans import tokens
from plans.formats import native
from plans.formats.events import plan_of, planned_event, report_of
from plans.formats.ledger import Ledger
from plans.formats.library import Library, Target
from plans.formats.nulls import settled
from plans.formats.references import References
from plans.formats.sheet_rows import EventRows
from plans.formats.sheet_schema import schema_of
from plans.formats.source import Document, Options
from plans.formats.understood import counted
from plans.model import FormatMode, Plan, PlanError, PlannedEvent, Report
from plans.oracle import BadSchema, validator
from plans.tokens import Value

INDEX: Final = "plan.json"


def found(documents: tuple[Document, ...]) -> Document | None:
    """The index among these documents: the only one whose events are references to schemas."""
    indexes = [document for document in documents if _is_index(document.value)]
    return indexes[0] if len(indexes) == 1 else None


def read(
    index: Document, documents: tuple[Document, ...], *, app: str, options: Options, format: str
) -> tuple[Plan, Report]:
    """The plan of an index as a draft; PlanError names a file that is not there or not sound."""
    references, ledger, told = References(Library(documents)), Ledger(), native.settings(index)
    events: list[PlannedEvent] = []
    used = {index.name}
    for at, said in enumerate(index.value["events"]):
        where = index.place(f"/events/{at}")
        target = references.library.target(said["schema"]["$ref"], index)
        if target is None:
            raise PlanError(f"`{said['schema']['$ref']:.200}` is not in what was handed in", f"{where}/schema/$ref")
        used.add(target.document.name)
        events.append(_event(said, where, target, references, told.mode, options, ledger))
    for document in documents:
        if document.name not in used:
            ledger.note(document.name, f"is not named in {index.name} and is not read")
    names = [index.place(f"/events/{at}/name") for at in range(len(events))]
    plan = plan_of(app, events, names, **told._asdict(), where=index.place("/events"))
    return plan, report_of(format, plan, ledger)


def _is_index(value: Value) -> bool:
    events = value.get("events") if isinstance(value, dict) else None
    if not isinstance(events, list) or not events:
        return False
    schemas = [event.get("schema") if isinstance(event, dict) else None for event in events]
    return all(isinstance(each, dict) and list(each) == ["$ref"] and type(each["$ref"]) is str for each in schemas)


def _event(
    said: dict[str, Value],
    where: str,
    target: Target,
    references: References,
    mode: FormatMode | None,
    options: Options,
    ledger: Ledger,
) -> PlannedEvent:
    name, description = said.get("name"), said.get("description")
    if type(name) is not str or not name:
        raise PlanError("an event needs a name", f"{where}/name")
    if "fields" in said:
        heard = Ledger()
        rows = native.rows_of(EventRows(name, description), said["fields"], f"{where}/fields", heard)
        if tokens.dump(target.value()) == tokens.dump(schema_of(rows.fields)):
            ledger.read += heard.read
            return rows
        ledger.note(f"{where}/fields", "the schema has been changed since and judges; the rows beside it are not read")
    alone = _alone(target, references, mode)
    counted(alone, target.where, ledger)
    return planned_event(
        name, settled(alone, target.where, options, ledger), target.where, mode=mode, description=description
    )


def _alone(target: Target, references: References, mode: FormatMode | None) -> Value:
    """The schema as it is written where it is sound by itself, whatever its own references are."""
    try:
        validator.__wrapped__(tokens.dump(target.value()), mode)
    except BadSchema:
        return references.standing_alone(target)
    return target.value()
