"""The plan as a sheet: CSV with the columns eventName, eventPayload, dataType, required, condition."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Final

from plans import tokens
from plans.formats.events import plan_of, report_of
from plans.formats.ledger import Ledger
from plans.formats.sheet_rows import EventRows, condition_of, field_text, field_type
from plans.formats.source import Options, Source
from plans.model import Plan, PlanError, Report, SheetField, comparable

NAME: Final = "sheet"
NEEDED: Final = ("eventName", "eventPayload", "dataType")
COLUMNS: Final = (*NEEDED, "required", "condition")

_REQUIRED = {
    **dict.fromkeys(("", "true", "yes", "y", "1"), True),
    **dict.fromkeys(("false", "no", "n", "0"), False),
}
_FIELD = "eventPayload"
_PROMISING = frozenset(
    """
    pattern expected_pattern regex format enum values allowed_values const min max minimum maximum min_length max_length
    minlength maxlength min_items max_items unique range
    """.split()  # noqa: SIM905 - a list of quoted words hides the words
)
"""Columns of other people's sheets whose cells promise something that a sheet cannot."""

Row = dict[str, str]


def looks_like(source: Source) -> bool:
    """Whether the only file is CSV and its first line has one of a sheet's columns."""
    text = source.sheet_text()
    first = next((line for line in (text or "").splitlines() if line.strip()), "")
    cells = {cell.strip().strip('"').strip().lower() for cell in first.lstrip("\ufeff").split(_delimiter(first))}
    return bool(cells & {name.lower() for name in NEEDED})


def read(source: Source, *, app: str, options: Options) -> tuple[Plan, Report]:
    """The sheet as a draft with loose names; PlanError names the line and the column."""
    if len(source.files) != 1:
        raise PlanError("a sheet is one CSV file")
    ledger = Ledger()
    rows = _rows(source.text())
    _, header = next(rows, (1, []))
    columns = _columns(header, ledger)
    events: dict[str, EventRows] = {}
    wheres: list[str] = []
    current: EventRows | None = None
    for line, cells in rows:
        if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
            raise _wrong(f"{len(cells)} cells under {len(header)} columns; quote a cell with a comma", line)
        row = {name: cells[at].strip() if at < len(cells) else "" for name, at in columns.items()}
        if row["eventName"]:
            current = events.setdefault(comparable(row["eventName"], "loose"), EventRows(row["eventName"]))
            wheres += [_at(line, "eventName")] * (len(events) - len(wheres))
        if current is None:
            raise _wrong("the first row has no event name", line, "eventName")
        _add(current, row, line, ledger)
    if not events:
        raise PlanError("the sheet has a header and no rows", "line 2")
    plan = plan_of(app, [rows.event() for rows in events.values()], wheres, match="loose")
    return plan, report_of(NAME, plan, ledger)


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that say something, each with the line it starts on; the first is the header."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(first), strict=True)
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


def _delimiter(first_line: str) -> str:
    return next((mark for mark in (",", ";", "\t") if mark in first_line), ",")


def _columns(header: list[str], ledger: Ledger) -> dict[str, int]:
    """The cell each column is in; columns of others whose cells promise something have their own names."""
    names = {name.lower(): name for name in COLUMNS}
    columns: dict[str, int] = {}
    for at, cell in enumerate(header):
        said = cell.strip()
        name = names.get(said.lower(), said)
        if name in columns:
            raise _wrong("the column is there twice", 1, name)
        if said.lower() in names or said.lower().replace(" ", "_") in _PROMISING:
            columns[name] = at
        elif said:
            ledger.note("line 1", f"column `{said:.80}` is not read")
    missing = [name for name in NEEDED if name not in columns]
    if missing:
        raise _wrong(f"no column {', '.join(missing)}; a sheet has {', '.join(COLUMNS)}", 1)
    return {**dict.fromkeys(COLUMNS, len(header)), **columns}


def _add(event: EventRows, row: Row, line: int, ledger: Ledger) -> None:
    beyond = [name for name in row if name not in COLUMNS and row[name]]
    ledger.drop([_at(line, name) for name in beyond], "a sheet cannot promise this; write the plan as JSON Schema")
    if not row[_FIELD]:
        if any(row[name] for name in COLUMNS[2:]):
            raise _wrong("a type without a field", line, _FIELD)
        return
    if row["required"].lower() not in _REQUIRED:
        raise _wrong(f"`{row['required']:.80}` is neither true nor false", line, "required")
    path = field_text(row[_FIELD], _at(line, _FIELD))
    required = _REQUIRED[row["required"].lower()]
    condition = condition_of(_json(row["condition"], line), _at(line, "condition")) if row["condition"] else None
    kind = field_type(row["dataType"], _at(line, "dataType"))
    event.add(SheetField(path, kind, required, condition), _at(line, _FIELD))
    ledger.read += 1 + required + (condition is not None)


def _json(text: str, line: int) -> tokens.Value:
    try:
        return tokens.parse(text)
    except ValueError as error:
        raise _wrong(f"not JSON: {error}", line, "condition") from None


def _at(line: int, column: str) -> str:
    return f"line {line}, column {column}"


def _wrong(message: str, line: int, column: str | None = None) -> PlanError:
    return PlanError(message, _at(line, column) if column else f"line {line}")
