"""A sheet's rules applied the slow way, in nested Python loops: what the product must agree with."""

import csv
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

MISSING = object()
DAY = re.compile(r"\d{4}-\d{2}-\d{2}( \d{2}:\d{2}:\d{2})?")
Broken = tuple[str, str, str]
"""A rule's path, its code and its severity."""


@dataclass(frozen=True)
class Row:
    """One row of a sheet."""

    path: str
    kind: str
    required: bool
    condition: tuple[str, Any, str, str] | None
    keys: tuple[str, ...]


Sheet = dict[str, tuple[Row, ...]]


def read_sheet(path: Path) -> Sheet:
    """The rows of each event of a CSV plan."""
    events: defaultdict[str, list[Row]] = defaultdict(list)
    name = ""
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            name = row["eventName"] or name
            said = json.loads(row["condition"]) if row.get("condition") else None
            condition = said and tuple(said[key] for key in ("if_field", "if_value", "then_field", "then_type"))
            where, required = row["eventPayload"], row["required"] != "false"
            events[name].append(Row(where, row["dataType"], required, condition, tuple(where.split("."))))
    return {name: tuple(rows) for name, rows in events.items()}


def judge(sheet: Sheet, event: dict[str, Any]) -> tuple[str, set[Broken]]:
    """The status of an event as `POST /v1/events` takes it, and what it breaks."""
    if not isinstance(event["payload"], dict):
        return "error", {("", "unreadable", "error")}
    rows = sheet.get(meant(event["event_name"]))
    if rows is None:
        return "unplanned", {("", "unplanned_event", "warning")}
    broken = {found for row in rows for found in _breaks(row, event["payload"])}
    broken |= {(key, "unplanned_field", "warning") for key in _unplanned(rows, event["payload"])}
    invalid = any(severity == "error" for _, _, severity in broken)
    return ("invalid" if invalid else "valid"), broken


def meant(name: str) -> str:
    """The planned name that a sent one means: a sheet looks neither at case nor at spaces."""
    return name.lower().replace(" ", "_")


def _breaks(row: Row, payload: dict[str, Any]) -> Iterator[Broken]:
    for value in _values(payload, row.keys):
        if rule := _breach(row, value):
            yield row.path, rule, "error"
    if row.condition is None:
        return
    if_field, if_value, then_field, then_type = row.condition
    if payload.get(if_field) == if_value:
        then = payload.get(then_field, MISSING)
        if then is MISSING or not _fits(then_type, then):
            yield then_field, "condition", "error"


def _values(value: Any, keys: tuple[str, ...]) -> Iterator[Any]:
    if not keys:
        yield value
        return
    key, below = keys[0].removesuffix("[]"), keys[1:]
    inner = value.get(key, MISSING) if isinstance(value, dict) else MISSING
    for each in inner if keys[0].endswith("[]") and isinstance(inner, list) else [inner]:
        yield from _values(each, below)


def _breach(row: Row, value: Any) -> str | None:
    if value is MISSING:
        return "missing" if row.required else None
    if value is None or value == [] or (isinstance(value, str) and not value.strip()):
        return "empty"
    if _fits(row.kind, value):
        return None
    return "wrong_format" if row.kind == "date" and isinstance(value, str) else "wrong_type"


def _fits(kind: str, value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    match kind:
        case "text":
            return isinstance(value, str) and bool(value.strip())
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return number and value == int(value)
        case "float":
            return number
    return isinstance(value, str) and bool(DAY.fullmatch(value)) and _is_real(value[:10])


def _is_real(day: str) -> bool:
    try:
        return bool(date.fromisoformat(day))
    except ValueError:
        return False


def _unplanned(rows: tuple[Row, ...], payload: dict[str, Any]) -> set[str]:
    planned, tops = _planned(rows)
    found = {key for key in payload if key not in tops}
    for key, value in payload.items():
        if isinstance(value, dict) and key in tops:
            found |= {f"{key}.{inner}" for inner in value if f"{key}.{inner}" not in planned}
    return found


@cache
def _planned(rows: tuple[Row, ...]) -> tuple[set[str], set[str]]:
    """The planned paths, and the keys at their top."""
    return {row.path for row in rows}, {row.keys[0].removesuffix("[]") for row in rows}
