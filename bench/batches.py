"""What is judged: the demo's traffic and made-up plans of any width, as one batch, always the same."""

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from random import Random
from typing import Any, Final

import orjson
import polars as pl

from data.sample.faults import PLAN
from data.sample.generate import lines
from plans.model import Plan
from plans.read import read_plan

EVENTS: Final = 50_000
FAULTY: Final = 0.03
METHODS: Final = ["card", "invoice", "paypal"]
Schemas = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Batch:
    """Events as the writer hands them to the judge, and the JSON Schema of each planned name."""

    events: pl.DataFrame
    schemas: Schemas

    def plan(self) -> Plan:
        """The schemas as a plan."""
        named = [{"name": name, "schema": schema} for name, schema in self.schemas.items()]
        return read_plan(orjson.dumps({"events": named}), app="shop", filename="shop.json")[0]

    def head(self, events: int) -> "Batch":
        """The first so many events."""
        return Batch(self.events.head(events), self.schemas)


def demo() -> Batch:
    """The demo's traffic with its natural faults; its sheet as schemas."""
    said = (event for event in map(orjson.loads, lines(seed=4)) if isinstance(event["payload"], dict))
    events = list(islice(said, EVENTS))
    payloads = [orjson.dumps(event["payload"]).decode() for event in events]
    return Batch(frame([event["event_name"] for event in events], payloads), _schemas_of_the_sheet())


def sheet() -> Plan:
    """The demo's plan as it comes."""
    return read_plan(PLAN.read_bytes(), app="shop", filename=PLAN.name)[0]


def made(fields: int, names: int, *, faulty: float = FAULTY, beyond: bool = False) -> Batch:
    """Events of so many fields and names; a part of them has one field that is null.

    `beyond` gives each schema a promise that only a full evaluation can judge.
    """
    r = Random(f"{fields} {names}")
    schemas = {f"event_{at}": _schema(fields, beyond) for at in range(names)}
    sent = [r.choice(list(schemas)) for _ in range(EVENTS)]
    return Batch(frame(sent, [_payload(r, fields, r.random() < faulty) for _ in sent]), schemas)


def frame(names: list[str], payloads: list[str]) -> pl.DataFrame:
    """A batch of app `shop`."""
    told = {"app": "shop", "event_name": names, "event_type": "track", "payload": payloads}
    return pl.DataFrame(told | {"problem": pl.Series([None] * len(names), dtype=pl.String())})


def _schema(fields: int, beyond: bool) -> dict[str, Any]:
    kinds: list[dict[str, Any]] = [
        {"type": "string", "maxLength": 40},
        {"type": "integer", "minimum": 0},
        {"type": "number"},
        {"type": "boolean"},
        {"enum": METHODS},
    ]
    properties = {f"field_{at}": kinds[at % len(kinds)] for at in range(fields)}
    schema: dict[str, Any] = {"type": "object", "properties": properties, "required": list(properties)}
    if beyond:
        schema["patternProperties"] = {"^x-": {"type": "string"}}
    return schema


def _payload(r: Random, fields: int, faulty: bool) -> str:
    values: list[Callable[[], object]] = [
        lambda: f"user-{r.randrange(10**7)}",
        lambda: r.randrange(10**6),
        lambda: r.randrange(10**5) / 100,
        lambda: r.random() < 0.5,
        lambda: r.choice(METHODS),
    ]
    payload: dict[str, object] = {f"field_{at}": values[at % len(values)]() for at in range(fields)}
    if faulty:
        payload[f"field_{r.randrange(fields)}"] = None
    return json.dumps(payload, separators=(",", ":"))


def _schemas_of_the_sheet() -> Schemas:
    schemas: Schemas = {}
    name = ""
    with PLAN.open(newline="") as file:
        for row in csv.DictReader(file):
            name = row["eventName"] or name
            at = schemas.setdefault(name, {"type": "object", "properties": {}, "required": []})
            *parents, field = row["eventPayload"].split(".")
            for parent in parents:
                at = _below(at, parent)
            at["properties"][field] = _type(row["dataType"])
            if row["required"] == "true":
                at["required"].append(field)
    return schemas


def _below(at: dict[str, Any], parent: str) -> dict[str, Any]:
    """The schema of an object, or of the elements of an array, that is a field of `at`."""
    field = parent.removesuffix("[]")
    inner: dict[str, Any] = {"type": "object", "properties": {}, "required": []}
    outer = {"type": "array", "items": inner} if parent.endswith("[]") else inner
    known = at["properties"].setdefault(field, outer)
    if field not in at["required"]:
        at["required"].append(field)
    found: dict[str, Any] = known["items"] if parent.endswith("[]") else known
    return found


def _type(name: str) -> dict[str, Any]:
    if name == "text":
        return {"type": "string", "minLength": 1, "pattern": r"\S"}
    if name == "date":
        return {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
    return {"type": "number" if name == "float" else name}
