"""Amplitude Data's CSV of events and event properties, as its export writes it and its import takes it.

Names are compared exactly; a property the sheet does not list is a warning, as Amplitude only marks it unexpected.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from plans.formats.amplitude_columns import Cells, Property, property_of
from plans.formats.drafting import Draft, finish
from plans.formats.ledger import Ledger
from plans.formats.source import Options, Source
from plans.model import Plan, PlanError, Report
from plans.tokens import Value

NAME: Final = "amplitude"

_NEEDED: Final = ("object type", "object name", "event property name")
_DIALECT: Final = "http://json-schema.org/draft-07/schema#"
_PROMISE_NOTHING: Final = frozenset(
    (
        *("object owner", "object description", "event display name", "event source", "event category"),
        *("event activity", "tags", "property description", "property visibility"),
        *("event first seen", "event last seen", "property first seen", "property last seen"),
    )
)


@dataclass
class _Listed:
    """An event or a group of properties, with the rows below it."""

    name: str
    line: int
    description: str | None = None
    left_out: str = ""
    groups: list[tuple[str, int]] = field(default_factory=list)
    properties: dict[str, Property] = field(default_factory=dict)


def looks_like(source: Source) -> bool:
    """Whether the only file is CSV whose first line has Amplitude's columns."""
    text = source.sheet_text()
    first = text.strip().splitlines()[0] if text and text.strip() else ""
    columns = {cell.strip().lower() for cell in first.replace('"', "").split(",")}
    return columns >= {*_NEEDED}


def read(source: Source, *, app: str, options: Options) -> tuple[Plan, Report]:
    """The events of the sheet as a draft, and what became of each cell; PlanError names the line and the column."""
    text = source.sheet_text()
    if text is None:
        raise PlanError("a plan of Amplitude is one CSV file")
    ledger = Ledger()
    events, groups = _listed(_rows(text, ledger), ledger)
    drafts = [_draft(event, groups, ledger) for event in events.values() if not event.left_out]
    return finish(NAME, app, drafts, ledger)


def _rows(text: str, ledger: Ledger) -> Iterator[Cells]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] = []
    line = 1
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                pass
            elif not header:
                header = _header(cells, ledger)
            else:
                _refuse_beyond(cells, header, line)
                yield Cells(line, dict(zip(header, (cell.strip() for cell in cells), strict=False)))
            line = reader.line_num + 1
    except csv.Error as error:
        raise PlanError(f"not CSV: {error}; a cell with commas or quotes goes in quotes", f"line {line}") from None


def _header(cells: list[str], ledger: Ledger) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    missing = [name for name in _NEEDED if name not in names]
    if missing:
        raise PlanError(f"no column {', '.join(missing)}", "line 1")
    twice = next((name for name in names if name and names.count(name) > 1), None)
    if twice:
        raise PlanError("the column is there twice", f"line 1, column {twice}")
    for name in names:
        hidden = name.startswith("event hidden from")
        if name and name not in Cells.KNOWN and name not in _PROMISE_NOTHING and not hidden:
            ledger.note(f"line 1, column {name}", "is not read")
    return names


def _refuse_beyond(cells: list[str], header: list[str], line: int) -> None:
    if any(cell.strip() for cell in cells[len(header) :]):
        raise PlanError(f"{len(cells)} cells under {len(header)} columns; quote a cell with a comma", f"line {line}")


def _listed(rows: Iterator[Cells], ledger: Ledger) -> tuple[dict[str, _Listed], dict[str, _Listed]]:
    """Events and groups by name; a row without an object's name belongs to the last one named."""
    events: dict[str, _Listed] = {}
    groups: dict[str, _Listed] = {}
    current: _Listed | None = None
    for row in rows:
        if row["object name"]:
            current = _object(row, events, groups, current, ledger)
        if current is None:
            raise PlanError("the first row names no event", row.place("object name"))
        if current.left_out and current.line != row.line:
            ledger.drop([f"line {row.line}"], f"is below `{current.name}`, which is left out ({current.left_out})")
        elif not current.left_out:
            _add(row, current, ledger)
    return events, groups


def _object(
    row: Cells, events: dict[str, _Listed], groups: dict[str, _Listed], current: _Listed | None, ledger: Ledger
) -> _Listed:
    kind, name = row["object type"].lower(), row["object name"]
    if kind not in ("event", "property group", ""):
        said = f"`{row['object type']}` is not a type; types are Event and Property Group"
        raise PlanError(said, row.place("object type"))
    if not kind and current is not None and current.name == name:
        return current
    known = groups if kind == "property group" else events
    if name in known and (row["event property name"] or row["property group names"]):
        return known[name]
    if name in known:
        raise PlanError(f"`{name}` is there twice", row.place("object name"))
    listed = known[name] = _Listed(name, row.line, row["object description"] or None, _left_out(row))
    if listed.left_out:
        ledger.drop([row.place("action")], f"`{name}` is marked {row['action']}")
    return listed


def _left_out(row: Cells) -> str:
    action = row["action"].lower()
    if action not in ("", "ignore", "remove"):
        raise PlanError(f"`{row['action']}` is not an action; actions are Ignore, Remove and none", row.place("action"))
    return row["action"]


def _add(row: Cells, into: _Listed, ledger: Ledger) -> None:
    """What a row says of its object: a property, or the groups it has."""
    for name in row["property group names"].split(","):
        if name.strip() and row["property type"].lower() != "event property":
            into.groups.append((name.strip(), row.line))
    name = row["event property name"]
    if not name:
        if row.promises and not row["object name"]:
            raise PlanError("a row of a property needs its name", row.place("event property name"))
        return
    if row["property type"].lower() not in ("", "event property", "property group property", "event property group"):
        said = f"`{name}` is a {row['property type'].lower()}, which is no part of the payload"
        ledger.drop([row.place("property type")], said)
    elif into.line != row.line and _left_out(row):
        ledger.drop([row.place("action")], f"`{name}` of `{into.name}` is marked {row['action']}")
    elif name in into.properties:
        raise PlanError(f"`{name}` of `{into.name}` is there twice", row.place("event property name"))
    else:
        into.properties[name] = property_of(row, ledger)


def _draft(event: _Listed, groups: dict[str, _Listed], ledger: Ledger) -> Draft:
    properties: dict[str, Property] = {}
    for name, line in event.groups:
        if name not in groups:
            raise PlanError(f"there is no property group `{name}`", f"line {line}, column property group names")
        properties |= groups[name].properties
        if groups[name].left_out:
            ledger.drop([f"line {line}, column property group names"], f"the group `{name}` is left out")
    properties |= event.properties
    schema: dict[str, Value] = {
        "$schema": _DIALECT,
        "type": "object",
        "properties": {name: one.schema for name, one in properties.items()},
    }
    needed = [name for name, one in properties.items() if one.required]
    if needed:
        schema["required"] = needed
    return Draft(event.name, schema, f"line {event.line}", event.description)
