"""The way the product before this one checked an event: every rule of the sheet, field by field, a row for each."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from bench.batches import Batch
from bench.peers import Counts, Peer
from plans.model import Plan, SheetField

Row = tuple[str, str, str, str, str, str, str]
"""Time, event, key, value, expected type, received type, status."""
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}( \d{2}:\d{2}:\d{2})?")
_INVALID = {
    "Invalid/Wrong datatype/value",
    "Payload value is Empty",
    "Payload not present in the log",
    "condition not met",
}


def original(plan: Plan) -> Peer:
    """1 for each event with a row that makes it invalid, by the sheet of `plan`."""
    rules = [(event.name, field) for event in plan.events for field in event.fields]

    def judge(batch: Batch) -> Counts:
        found: Counts = []
        for name, payload in batch.events.select("event_name", "payload").iter_rows():
            rows = list(_rows(rules, name, json.loads(payload)))
            strange = rows[0][6].startswith("Extra event")
            found.append(None if strange else int(any(row[6] in _INVALID for row in rows)))
        return found

    return judge


def _rows(rules: list[tuple[str, SheetField]], name: str, payload: dict[str, Any]) -> Iterator[Row]:
    now = datetime.now().isoformat()
    asked = [field for event, field in rules if _same(event, name)]
    if not asked:
        yield now, name, "", "", "", "", "Extra event (not in sheet)"
        return
    flat = dict(_flat("", payload))
    met: set[str] = set()
    for field in asked:
        values = [(key, value) for key, value in flat.items() if re.sub(r"\[\d+\]", "[]", key) == field.path]
        if not values and field.required:
            yield now, name, field.path, "", field.type, "", "Payload not present in the log"
        for key, value in values:
            met.add(key)
            yield now, name, key, str(value), field.type, type(value).__name__, _status(value, field.type)
        if field.condition and flat.get(field.condition.if_field) == json.loads(field.condition.if_value):
            then = flat.get(field.condition.then_field)
            if _status(then, field.condition.then_type) != "Valid":
                yield now, name, field.condition.then_field, str(then), "", "", "condition not met"
    for key, value in flat.items():
        if key not in met:
            yield now, name, key, str(value), "", type(value).__name__, "Extra key present in the log"


def _same(one: str, other: str) -> bool:
    return one.strip().lower().replace(" ", "_") == other.strip().lower().replace(" ", "_")


def _flat(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(f"{path}.{key}" if path else key, inner)
    elif isinstance(value, list) and value:
        for at, inner in enumerate(value):
            yield from _flat(f"{path}[{at}]", inner)
    else:
        yield path, value


def _status(value: Any, kind: str) -> str:
    if value is None or value == [] or (isinstance(value, str) and not value.strip()):
        return "Payload value is Empty"
    return "Valid" if _fits(value, kind) else "Invalid/Wrong datatype/value"


def _fits(value: Any, kind: str) -> bool:
    if kind == "boolean":
        return isinstance(value, bool)
    if kind == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "float":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind == "date":
        return isinstance(value, str) and bool(_DATE.fullmatch(value))
    return isinstance(value, str)
