"""The plan as a sheet: CSV with the columns eventName, eventPayload, dataType, required, condition."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from plans import paths, tokens
from plans.model import (
    MAX_EVENTS,
    MAX_FIELDS,
    MAX_NESTING,
    Condition,
    FieldType,
    Note,
    Plan,
    PlanError,
    PlannedEvent,
    Report,
    SheetField,
    comparable,
)

NEEDED = ("eventName", "eventPayload", "dataType")
COLUMNS = (*NEEDED, "required", "condition")

_TYPES: dict[str, FieldType] = {
    **dict.fromkeys(("text", "string", "str", "varchar"), "text"),
    **dict.fromkeys(("integer", "int", "long", "bigint"), "integer"),
    **dict.fromkeys(("float", "double", "decimal", "number", "numeric"), "float"),
    **dict.fromkeys(("date", "datetime"), "date"),
    **dict.fromkeys(("boolean", "bool"), "boolean"),
}
_REQUIRED = {
    **dict.fromkeys(("", "true", "yes", "y", "1"), True),
    **dict.fromkeys(("false", "no", "n", "0"), False),
}
_FIELD = "eventPayload"
_CONDITION_KEYS = ("if_field", "if_value", "then_field", "then_type")


@dataclass
class _Draft:
    name: str
    fields: dict[paths.Path, SheetField] = field(default_factory=dict)
    around: set[paths.Path] = field(default_factory=set)


def read(text: str, *, app: str) -> tuple[Plan, Report]:
    """The sheet in `text` as a draft with loose names; PlanError names the line and the column."""
    rows = _rows(text)
    _, header = next(rows)
    columns, notes = _columns(header)
    drafts: dict[str, _Draft] = {}
    current: _Draft | None = None
    for line, cells in rows:
        row = {name: cells[at].strip() if at < len(cells) else "" for name, at in columns.items()}
        if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
            raise _wrong(f"{len(cells)} cells under {len(header)} columns; quote a cell with a comma", line)
        if row["eventName"]:
            key = comparable(row["eventName"], "loose")
            current = drafts.setdefault(key, _Draft(row["eventName"]))
        if current is None:
            raise _wrong("the first row has no event name", line, "eventName")
        _add(current, row, line)
    return _finish(app, drafts, notes)


def _finish(app: str, drafts: dict[str, _Draft], notes: tuple[Note, ...]) -> tuple[Plan, Report]:
    count = sum(len(draft.fields) for draft in drafts.values())
    if not drafts:
        raise PlanError("the sheet has a header and no rows", "line 2")
    if len(drafts) > MAX_EVENTS or count > MAX_FIELDS:
        raise PlanError(
            f"{len(drafts):,} events with {count:,} fields; at most {MAX_EVENTS:,} and {MAX_FIELDS:,} are taken"
        )
    events = tuple(PlannedEvent(draft.name, tuple(draft.fields.values())) for draft in drafts.values())
    return Plan(app, events, match="loose"), Report("sheet", len(events), count, notes)


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that say something, each with the line it starts on; the first is the header."""
    first = text.lstrip("\r\n").splitlines()[0]
    delimiter = ";" if ";" in first and "," not in first else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise _wrong(
            f"not CSV: {error}; a cell with commas or quotes goes in quotes, its own ones doubled", line
        ) from None


def _columns(header: list[str]) -> tuple[dict[str, int], tuple[Note, ...]]:
    names = {name.lower(): name for name in COLUMNS}
    columns: dict[str, int] = {}
    notes: list[Note] = []
    for at, cell in enumerate(header):
        name = names.get(cell.strip().lower())
        if name is None:
            if cell.strip():
                notes.append(Note("line 1", f"column `{cell.strip()}` is not read"))
        elif name in columns:
            raise _wrong("the column is there twice", 1, name)
        else:
            columns[name] = at
    missing = [name for name in NEEDED if name not in columns]
    if missing:
        raise _wrong(f"no column {', '.join(missing)}; a sheet has {', '.join(COLUMNS)}", 1)
    return {name: columns.get(name, len(header)) for name in COLUMNS}, tuple(notes)


def _add(draft: _Draft, row: dict[str, str], line: int) -> None:
    if not row["eventPayload"]:
        if any(row[name] for name in COLUMNS[2:]):
            raise _wrong("a type without a field", line, _FIELD)
        return
    path = _path(row["eventPayload"], line, _FIELD)
    text = paths.render(path)
    if path in draft.fields:
        raise _wrong(f"`{text}` of `{draft.name}` is there twice", line, _FIELD)
    outer = [path[:length] for length in range(1, len(path))]
    if path in draft.around or any(inside in draft.fields for inside in outer):
        raise _wrong(f"`{text}` of `{draft.name}` is planned both as one value and as what holds others", line, _FIELD)
    draft.around.update(outer)
    if row["required"].lower() not in _REQUIRED:
        raise _wrong(f"`{row['required']}` is neither true nor false", line, "required")
    draft.fields[path] = SheetField(
        path=text,
        type=_type(row["dataType"], line, "dataType"),
        required=_REQUIRED[row["required"].lower()],
        condition=_condition(row["condition"], line) if row["condition"] else None,
    )


def _path(text: str, line: int, column: str) -> paths.Path:
    try:
        path = paths.parse(text)
    except ValueError as error:
        raise _wrong(str(error), line, column) from None
    if len(path) > MAX_NESTING:
        raise _wrong(f"nested {len(path)} deep; at most {MAX_NESTING}", line, column)
    return path


def _type(text: str, line: int, column: str) -> FieldType:
    known = _TYPES.get(text.lower())
    if known is None:
        said = f"`{text}` is not a type" if text else "no type"
        raise _wrong(f"{said}; types are text, integer, float, date and boolean", line, column)
    return known


def _condition(text: str, line: int) -> Condition:
    try:
        said: Any = tokens.parse(text)
    except ValueError as error:
        raise _wrong(f"not JSON: {error}", line, "condition") from None
    if not isinstance(said, dict) or sorted(said) != sorted(_CONDITION_KEYS):
        raise _wrong(f"a condition is a JSON object with {', '.join(_CONDITION_KEYS)}", line, "condition")
    if any(type(said[key]) is not str for key in ("if_field", "then_field", "then_type")):
        raise _wrong("if_field, then_field and then_type are texts", line, "condition")
    if isinstance(said["if_value"], dict | list):
        raise _wrong("if_value is one value, not an object or array", line, "condition")
    condition = Condition(
        if_field=paths.render(_path(said["if_field"], line, "condition")),
        if_value=tokens.dump(said["if_value"]),
        then_field=paths.render(_path(said["then_field"], line, "condition")),
        then_type=_type(said["then_type"], line, "condition"),
    )
    _same_elements(condition, line)
    return condition


def _same_elements(condition: Condition, line: int) -> None:
    """`if_field` must be found once for each `then_field`: beside it or further out."""
    asked, then = paths.parse(condition.if_field), paths.parse(condition.then_field)
    arrays = [at + 1 for at, step in enumerate(asked) if step is None]
    if arrays and asked[: arrays[-1]] != then[: arrays[-1]]:
        raise _wrong(f"`{condition.if_field}` is in other elements than `{condition.then_field}`", line, "condition")


def _wrong(message: str, line: int, column: str | None = None) -> PlanError:
    return PlanError(message, f"line {line}, column {column}" if column else f"line {line}")
