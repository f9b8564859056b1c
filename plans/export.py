"""A plan written for other hands: as a sheet, as JSON Schemas, or natively; read back, it is the same plan."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, replace
from typing import Final, Literal

import msgspec

from plans import archive, tokens
from plans.formats.events import report_of
from plans.formats.json_schema_index import INDEX
from plans.formats.keywords import promises
from plans.formats.ledger import Ledger
from plans.formats.sheet import COLUMNS
from plans.formats.sheet_from_schema import rows_of
from plans.formats.sheet_schema import MAX_STEPS, sayable, schema_of
from plans.model import Condition, Plan, PlannedEvent, Report, SheetField, comparable
from plans.paths import parse
from plans.tokens import Value

ExportFormat = Literal["sheet", "json-schema", "native"]
EXPORTS: Final[dict[str, ExportFormat]] = {
    "csv": "sheet",
    "sheet": "sheet",
    "json-schema": "json-schema",
    "native": "native",
}
"""What may be asked for, and the format that is meant."""

_ODD: Final = re.compile(r"[^A-Za-z0-9_-]+")
_NAME_CHARS: Final = 60


@dataclass(frozen=True)
class Exported:
    """A plan as a file: its bytes, what they are, a name for it, and what it cannot say."""

    data: bytes
    content_type: str
    filename: str
    report: Report


def export(plan: Plan, format: ExportFormat) -> Exported:
    """The plan in this format. Places in the report point into the native plan.

    Natively and as JSON Schema every plan is said whole. A sheet says the rows of a sheet, and of a schema what it can.
    """
    match format:
        case "native":
            return _native(plan)
        case "json-schema":
            return _json_schema(plan)
        case "sheet":
            return _sheet(plan)


def _native(plan: Plan) -> Exported:
    ledger = Ledger()
    for at, event in enumerate(plan.events):
        _count(event, f"/events/{at}", ledger)
    data = msgspec.json.format(msgspec.json.encode(plan.meaning()), indent=2)
    return Exported(data, "application/json", f"{plan.app}.json", report_of("native", plan, ledger))


def _json_schema(plan: Plan) -> Exported:
    """A zip archive: a schema for each event, and an index with what schemas cannot say."""
    ledger = Ledger()
    files: dict[str, bytes] = {}
    listed: list[dict[str, object]] = []
    for at, event in enumerate(plan.events):
        name = f"events/{at + 1:04}-{_ODD.sub('_', event.name)[:_NAME_CHARS]}.json"
        schema = event.schema if event.schema is not None else tokens.dump(schema_of(event.fields))
        files[name] = schema.encode()
        said: dict[str, object] = {"name": event.name, "schema": {"$ref": name}}
        if event.description is not None:
            said["description"] = event.description
        if event.schema is None:
            said["fields"] = event.fields
            _remark_on_rows(event, f"/events/{at}/fields", ledger)
        _count(event, f"/events/{at}", ledger)
        listed.append(said)
    index = {"match": plan.match, "strict_float": plan.strict_float, "format": plan.format, "events": listed}
    files[INDEX] = msgspec.json.format(msgspec.json.encode(index), indent=2)
    report = report_of("json-schema", plan, ledger)
    return Exported(archive.packed(files), "application/zip", f"{plan.app}-schemas.zip", report)


def _remark_on_rows(event: PlannedEvent, where: str, ledger: Ledger) -> None:
    """What the schema of a sheet's rows says only roughly, for those who do not read the rows in the index."""
    for at, row in enumerate(event.fields):
        if len(parse(row.path)) > MAX_STEPS:
            ledger.approximate(f"{where}/{at}/path", "other tools do not see a field nested so deep")
        elif row.type == "date":
            ledger.approximate(f"{where}/{at}/type", "for other tools 29 February is in every year")
        if row.condition and not sayable(row.condition):
            ledger.approximate(f"{where}/{at}/condition", "other tools do not see it inside arrays or so deep")


def _count(event: PlannedEvent, where: str, ledger: Ledger) -> None:
    if event.schema is None:
        ledger.read += sum(1 + row.required + (row.condition is not None) for row in event.fields)
    else:
        ledger.read += sum(1 for _ in promises(tokens.parse(event.schema), f"{where}/schema"))


def _sheet(plan: Plan) -> Exported:
    ledger = Ledger()
    events: list[PlannedEvent] = []
    for at, event in enumerate(plan.events):
        where = f"/events/{at}"
        if event.description is not None:
            ledger.note(f"{where}/description", "a sheet has no descriptions")
        if event.schema is None:
            _count(event, where, ledger)
            events.append(replace(event, description=None))
        else:
            rows = rows_of(tokens.parse(event.schema), f"{where}/schema", ledger)
            events.append(PlannedEvent(event.name, rows))
    said = replace(plan, events=tuple(_sayable_names(events, ledger)), match="loose")
    _remark_on_plan(plan, ledger)
    data = _csv(said).encode()
    return Exported(data, "text/csv; charset=utf-8", f"{plan.app}.csv", report_of("sheet", said, ledger))


def _sayable_names(events: list[PlannedEvent], ledger: Ledger) -> list[PlannedEvent]:
    """The events whose names a sheet keeps apart, and reads as they are written."""
    seen: set[str] = set()
    kept: list[PlannedEvent] = []
    for at, event in enumerate(events):
        key = comparable(event.name, "loose")
        if event.name.strip() != event.name or key in seen:
            ledger.drop(
                [f"/events/{at}/name"], "a sheet cannot tell this name from another, or has no spaces around it"
            )
            continue
        seen.add(key)
        kept.append(event)
    return kept


def _remark_on_plan(plan: Plan, ledger: Ledger) -> None:
    if plan.match == "exact":
        ledger.read += 1
        ledger.approximate("/match", "a sheet compares names without case, and spaces as underscores")
    if plan.strict_float:
        ledger.drop(["/strict_float"], "a sheet takes whole numbers where a fraction is expected")
    if plan.format is not None and any(event.schema is not None for event in plan.events):
        ledger.drop(["/format"], "a sheet has no formats but dates")


def _csv(plan: Plan) -> str:
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(COLUMNS)
    for event in plan.events:
        if not event.fields:
            writer.writerow([event.name, "", "", "", ""])
        for row in event.fields:
            writer.writerow([event.name, *_cells(row)])
    return made.getvalue()


def _cells(row: SheetField) -> list[str]:
    required = "true" if row.required else "false"
    return [row.path, row.type, required, _condition(row.condition) if row.condition else ""]


def _condition(condition: Condition) -> str:
    said: dict[str, Value] = {
        "if_field": condition.if_field,
        "if_value": tokens.parse(condition.if_value),
        "then_field": condition.then_field,
        "then_type": condition.then_type,
    }
    return tokens.dump(said)
