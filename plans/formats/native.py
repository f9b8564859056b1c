"""The native plan: JSON that gives each event name a JSON Schema of its payload, or the rows of a sheet."""

from __future__ import annotations

from typing import Any, Final, NamedTuple, get_args

from plans import tokens
from plans.formats.events import plan_of, planned_event, report_of
from plans.formats.ledger import Ledger
from plans.formats.nulls import settled
from plans.formats.sheet_rows import EventRows, condition_of, field_text, field_type
from plans.formats.source import Document, Options, Source
from plans.formats.understood import counted
from plans.model import FormatMode, Match, Plan, PlanError, PlannedEvent, Report, SheetField
from plans.tokens import Value

NAME: Final = "native"

_SHAPE = 'a plan is {"events": [{"name": …, "schema": …}]}'
_PLAN_KEYS = frozenset(("events", "match", "strict_float", "format"))
_EVENT_KEYS = frozenset(("name", "schema", "fields", "description"))
_ROW_KEYS = frozenset(("path", "type", "required", "condition"))


class Settings(NamedTuple):
    """How a plan compares names, takes formats and counts fractions."""

    match: Match
    mode: FormatMode | None
    strict_float: bool


def looks_like(source: Source) -> bool:
    """Whether the only document lists events, and none of them as other tools do."""
    document = source.lone()
    said = document.value if document else None
    if not isinstance(said, dict) or not isinstance(said.get("events"), list):
        return False
    events = [event for event in said["events"] if isinstance(event, dict)]
    return not any("rules" in event for event in events) and "eventSpecifications" not in said


def read(source: Source, *, app: str, options: Options) -> tuple[Plan, Report]:
    """The native plan as a draft; PlanError names the event and the pointer into the source."""
    document = source.lone()
    if document is None:
        raise PlanError(f"{_SHAPE}: one JSON document")
    said, at = document.value, document.place
    if not isinstance(said, dict) or not isinstance(said.get("events"), list):
        raise PlanError(_SHAPE, document.name)
    told = settings(document)
    ledger = Ledger()
    _unread(said, _PLAN_KEYS, at(), ledger)
    wheres = [at(f"/events/{number}") for number in range(len(said["events"]))]
    pairs = zip(said["events"], wheres, strict=True)
    events = [_event(event, where, told.mode, options, ledger) for event, where in pairs]
    names = [f"{where}/name" for where in wheres]
    plan = plan_of(app, events, names, **told._asdict(), where=at("/events"))
    return plan, report_of(NAME, plan, ledger)


def settings(document: Document) -> Settings:
    """What a plan says of all its events; PlanError for a word that is none of the choices."""
    match: Match = _choice(document, "match", get_args(Match)) or "exact"
    mode: FormatMode | None = _choice(document, "format", get_args(FormatMode))
    strict_float = document.value.get("strict_float", False)
    if not isinstance(strict_float, bool):
        raise PlanError("true or false is expected", document.place("/strict_float"))
    return Settings(match, mode, strict_float)


def _choice(document: Document, key: str, choices: tuple[str, ...]) -> Any:
    value = document.value.get(key)
    if value is not None and value not in choices:
        raise PlanError(f"one of {', '.join(choices)} is expected", document.place(f"/{key}"))
    return value


def _unread(said: dict[str, Value], known: frozenset[str], where: str, ledger: Ledger) -> None:
    for key in said:
        if key not in known:
            ledger.note(f"{where}/{key}", "is not read")


def _event(said: Value, where: str, mode: FormatMode | None, options: Options, ledger: Ledger) -> PlannedEvent:
    if not isinstance(said, dict):
        raise PlanError('an event is {"name": …, "schema": …}', where)
    name, description = said.get("name"), said.get("description")
    if type(name) is not str or not name:
        raise PlanError("an event needs a name", f"{where}/name")
    if description is not None and type(description) is not str:
        raise PlanError(f"the description of `{name:.200}` is not text", f"{where}/description")
    _unread(said, _EVENT_KEYS, where, ledger)
    if "fields" in said:
        if "schema" in said:
            raise PlanError(f"`{name:.200}` has both a schema and fields; one of them can judge", f"{where}/fields")
        return rows_of(EventRows(name, description), said["fields"], f"{where}/fields", ledger)
    counted(said.get("schema"), f"{where}/schema", ledger)
    schema = settled(said.get("schema"), f"{where}/schema", options, ledger)
    return planned_event(name, schema, f"{where}/schema", mode=mode, description=description)


def rows_of(event: EventRows, said: Value, where: str, ledger: Ledger) -> PlannedEvent:
    """The event with the rows a plan lists as `fields`; PlanError points at the one that is wrong."""
    if not isinstance(said, list):
        raise PlanError('fields are a list of {"path": …, "type": …}', where)
    for at, row in enumerate(said):
        here = f"{where}/{at}"
        if not isinstance(row, dict) or type(row.get("path")) is not str or type(row.get("type")) is not str:
            raise PlanError('a field is {"path": …, "type": …}', here)
        required = row.get("required", True)
        if not isinstance(required, bool):
            raise PlanError("true or false is expected", f"{here}/required")
        _unread(row, _ROW_KEYS, here, ledger)
        condition = condition_of(_compared(row["condition"]), f"{here}/condition") if row.get("condition") else None
        kind = field_type(row["type"], f"{here}/type")
        event.add(SheetField(field_text(row["path"], f"{here}/path"), kind, required, condition), here)
        ledger.read += 1 + required + (condition is not None)
    return event.event()


def _compared(condition: Value) -> Value:
    """The condition with the value it compares with, which a stored plan has as JSON text."""
    value = condition.get("if_value") if isinstance(condition, dict) else None
    if type(value) is not str:
        return condition
    try:
        return {**condition, "if_value": tokens.parse(value)}
    except ValueError:
        return condition
