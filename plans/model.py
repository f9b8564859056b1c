"""The plan: which events an app should send, what each must carry, and how names are compared."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

import msgspec

Match = Literal["loose", "exact"]
FormatMode = Literal["assert", "warn"]
FieldType = Literal["text", "integer", "float", "date", "boolean"]
Severity = Literal["error", "warning"]
Rule = Literal[
    "missing",
    "empty",
    "wrong_type",
    "not_allowed",
    "wrong_format",
    "out_of_range",
    "unplanned_field",
    "unplanned_event",
    "condition",
    "schema",
    "unreadable",
]

MAX_PLAN_BYTES = 5_000_000
MAX_EVENTS = 1_000
MAX_FIELDS = 10_000
MAX_NESTING = 100

_APP = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def shown_time(at: datetime) -> str:
    """A UTC time as every answer shows it: `2026-11-23T15:20:01.123456Z`."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class PlanError(ValueError):
    """A plan that cannot be taken: what is wrong, and where in its source."""

    def __init__(self, message: str, where: str = "") -> None:
        super().__init__(f"{where}: {message}" if where else message)
        self.message = message
        self.where = where


@dataclass(frozen=True)
class Note:
    """Something a person should know about an import; `where` points into the source."""

    where: str
    message: str


@dataclass(frozen=True)
class Report:
    """What an import read: counts, and a note on every promise not kept exactly and on all that was not read.

    `rules` are the promises read, one for each keyword or cell that promises something; `kept` are those kept exactly.
    """

    format: str
    events: int
    fields: int
    notes: tuple[Note, ...] = ()
    rules: int = 0
    approximated: tuple[Note, ...] = ()
    dropped: tuple[Note, ...] = ()

    @property
    def kept(self) -> int:
        """How many of the rules are kept exactly."""
        return self.rules - len(self.approximated) - len(self.dropped)

    def as_dict(self) -> dict[str, Any]:
        """The report as plain values for JSON."""
        return {
            "format": self.format,
            "events": self.events,
            "fields": self.fields,
            "rules": self.rules,
            "kept": self.kept,
            "notes": _listed(self.notes),
            "approximated": _listed(self.approximated),
            "dropped": _listed(self.dropped),
        }


def _listed(notes: tuple[Note, ...]) -> list[dict[str, str]]:
    return [{"where": note.where, "message": note.message} for note in notes]


@dataclass(frozen=True)
class Condition:
    """When `if_field` equals `if_value` (JSON text), `then_field` must be there with `then_type`."""

    if_field: str
    if_value: str
    then_field: str
    then_type: FieldType


@dataclass(frozen=True)
class SheetField:
    """One row of a sheet: a field of an event, its type, and whether it is expected."""

    path: str
    type: FieldType
    required: bool = True
    condition: Condition | None = None


@dataclass(frozen=True)
class PlannedEvent:
    """One event name with its promises: the rows of a sheet, or a JSON Schema (text, numbers as written)."""

    name: str
    fields: tuple[SheetField, ...] = ()
    schema: str | None = None
    description: str | None = None


@dataclass(frozen=True)
class Plan:
    """An app's tracking plan; version 0 is a draft that is not in force anywhere."""

    app: str
    events: tuple[PlannedEvent, ...]
    match: Match = "exact"
    strict_float: bool = False
    format: FormatMode | None = None
    version: int = 0
    created_at: datetime | None = field(default=None, compare=False)

    def names(self) -> list[str]:
        """The planned event names, sorted."""
        return sorted(event.name for event in self.events)

    def canonical(self, event_name: str) -> str | None:
        """The planned name that `event_name` means, or None when it is unplanned."""
        return self._by_key.get(comparable(event_name, self.match))

    def event(self, name: str) -> PlannedEvent:
        """The planned event of this exact name; KeyError when there is none."""
        return self._by_name[name]

    @cached_property
    def _by_key(self) -> dict[str, str]:
        return {comparable(event.name, self.match): event.name for event in self.events}

    @cached_property
    def _by_name(self) -> dict[str, PlannedEvent]:
        return {event.name: event for event in self.events}

    def meaning(self) -> dict[str, Any]:
        """What the plan says, without its number and its age; equal meanings judge alike."""
        events = [_event_dict(event) for event in self.events]
        return {"match": self.match, "strict_float": self.strict_float, "format": self.format, "events": events}

    def as_dict(self) -> dict[str, Any]:
        """The plan as JSON values; schemas are `msgspec.Raw`, so encode with msgspec to keep their numbers."""
        created = shown_time(self.created_at) if self.created_at else None
        return {"app": self.app, "version": self.version, "created_at": created, **self.meaning()}

    def to_json(self) -> bytes:
        """The plan as JSON text; `from_json` reads it back to an equal plan."""
        return msgspec.json.encode(self.as_dict())

    @staticmethod
    def from_json(text: bytes) -> Plan:
        """The plan in `text`, which may carry more beside it; msgspec.DecodeError when it is none."""
        stored = msgspec.json.decode(text, type=_StoredPlan)
        return Plan(
            app=stored.app,
            events=tuple(_event_of(event) for event in stored.events),
            match=stored.match,
            strict_float=stored.strict_float,
            format=stored.format,
            version=stored.version,
            created_at=stored.created_at,
        )


class _StoredEvent(msgspec.Struct):
    name: str
    fields: tuple[SheetField, ...] = ()
    schema: msgspec.Raw = msgspec.Raw()
    description: str | None = None


class _StoredPlan(msgspec.Struct):
    app: str
    version: int
    created_at: datetime | None
    match: Match
    strict_float: bool
    format: FormatMode | None
    events: tuple[_StoredEvent, ...]


def comparable(event_name: str, match: Match) -> str:
    """`event_name` as names are compared: as it is, or without case and with spaces as underscores."""
    return event_name if match == "exact" else event_name.casefold().replace(" ", "_")


def check_app(app: str) -> str:
    """`app` when it is a possible app id, else PlanError: ids become file names."""
    if not _APP.fullmatch(app):
        raise PlanError(f"{app!r} is not an app id: letters, digits, '.', '_' and '-', at most 64", "app")
    return app


def violation(
    field: str, path: str, rule: Rule, severity: Severity, expected: str | None, received: str | None, value: str | None
) -> dict[str, str | None]:
    """One broken promise in the shape every output of this package gives it."""
    return {
        "field": field,
        "path": path,
        "rule": rule,
        "severity": severity,
        "expected": expected,
        "received": received,
        "value": value,
    }


def _event_dict(event: PlannedEvent) -> dict[str, Any]:
    said: dict[str, Any] = {"name": event.name}
    if event.description is not None:
        said["description"] = event.description
    if event.schema is not None:
        said["schema"] = msgspec.Raw(event.schema.encode())
    else:
        said["fields"] = event.fields
    return said


def _event_of(stored: _StoredEvent) -> PlannedEvent:
    schema = bytes(stored.schema).decode() or None
    return PlannedEvent(stored.name, stored.fields, schema, stored.description)
