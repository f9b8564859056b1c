"""The demo's shop without its faults: its plan as a sheet and as JSON Schema, and sound events of it."""

from __future__ import annotations

import json
from datetime import date
from itertools import islice
from random import Random
from typing import Any

from data.sample.catalogue import visitor
from data.sample.faults import PLAN
from data.sample.sessions import visit
from plans.model import Plan
from plans.read import read_plan

ENUMS_OF_THE_SHOP = {
    "currency": ("EUR", "USD", "GBP"),
    "category": ("shoes", "jackets", "bags", "home", "outdoor"),
    "payment_method": ("card", "wallet", "invoice"),
    "delivery_method": ("home", "pickup"),
}
EXTRAS = (("ab_test", "b"), ("sdk_version", "4.1"), ("request_id", "9f1c"), ("tags", ["x"]), ("utm_source", "mail"))


def shopping(r: Random) -> tuple[str, dict[str, Any]]:
    """An event of the demo's shop without a fault; some have what nobody planned."""
    events = list(islice(visit(r, visitor(r), date(2026, 11, 23)), 30))
    name, payload = r.choice(events)
    return name, payload | (dict([r.choice(EXTRAS)]) if r.random() < 0.1 else {})


def sheet_plan() -> Plan:
    return read_plan(PLAN.read_bytes(), app="shop", filename=PLAN.name)[0]


def schema_plan() -> Plan:
    """The demo's sheet as JSON Schema: what it cannot say, enums and closed objects, said besides."""
    events = [{"name": event.name, "schema": _schema(event.fields)} for event in sheet_plan().events]
    return read_plan(json.dumps({"events": events}).encode(), app="shop")[0]


def _schema(fields: Any) -> dict[str, Any]:
    root: dict[str, Any] = {"type": "object", "additionalProperties": False}
    kinds = {"text": "string", "date": "string", "float": "number"}
    for row in fields:
        node = root
        for step in row.path.replace("[]", ".[]").split("."):
            if step == "[]":
                node = node.setdefault("items", {})
                continue
            node.setdefault("type", "object")
            if row.required and step not in node.setdefault("required", []):
                node["required"].append(step)
            node = node.setdefault("properties", {}).setdefault(step, {})
            node |= {"type": "array"} if "[]" in row.path and not node.get("type") else {}
        node["type"] = kinds.get(row.type, row.type)
        node |= {"format": "date"} if row.type == "date" else {}
        name = row.path.rpartition(".")[2]
        node |= {"enum": list(ENUMS_OF_THE_SHOP[name])} if name in ENUMS_OF_THE_SHOP else {}
    return root
