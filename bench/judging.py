"""The judge, beside a JSON decoder and a JSON Schema validator event by event, with the same plan and verdicts."""

import csv
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Final

import jsonschema_rs
import orjson
import polars as pl

from bench.table import Figure, beside, timed
from data.sample.faults import PLAN
from data.sample.generate import lines
from plans.judging.judge import judge
from plans.read import read_plan

EVENTS: Final = 50_000
TIMES: Final = 5
TYPES: Final[dict[str, dict[str, Any]]] = {
    "text": {"type": "string", "minLength": 1, "pattern": r"\S"},
    "float": {"type": "number"},
}


def judging() -> Iterator[Figure]:
    schemas = _schemas()
    native = orjson.dumps({"events": [{"name": name, "schema": schema} for name, schema in schemas.items()]})
    plan, _ = read_plan(native, app="shop", filename="shop.json")
    events = [event for event in map(orjson.loads, islice(lines(seed=4), EVENTS)) if isinstance(event["payload"], dict)]
    batch = pl.DataFrame(
        {
            "app": "shop",
            "event_name": [event["event_name"] for event in events],
            "event_type": "track",
            "payload": [orjson.dumps(event["payload"]).decode() for event in events],
            "problem": pl.Series([None] * len(events), dtype=pl.String),
        }
    )
    validate = _validator(schemas)
    verdicts = judge(batch, lambda app: plan).with_columns(batch["event_name"])
    found = verdicts.select(pl.col("violations").list.eval(pl.element().struct.field("path")))["violations"]
    planned = verdicts["event_name"].is_in(list(schemas)).to_list()
    ours = [len(each) > 0 for each, known in zip(found.to_list(), planned, strict=True) if known]
    theirs = [len(each) > 0 for each, known in zip(validate(batch), planned, strict=True) if known]
    assert ours == theirs
    took = timed(lambda: judge(batch, lambda app: plan), TIMES)
    peer = timed(lambda: validate(batch), TIMES)
    yield beside(f"judging {len(events):,} events", took, "orjson + jsonschema-rs, all errors", peer)


def _schemas() -> dict[str, dict[str, Any]]:
    """The sheet of the demo as a JSON Schema per event name."""
    schemas: dict[str, dict[str, Any]] = {}
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
    date = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
    return TYPES.get(name) or (date if name == "date" else {"type": name})


def _validator(schemas: dict[str, dict[str, Any]]) -> Callable[[pl.DataFrame], list[list[str]]]:
    validators = {name: jsonschema_rs.validator_for(schema) for name, schema in schemas.items()}

    def validate(batch: pl.DataFrame) -> list[list[str]]:
        found = []
        for name, payload in batch.select("event_name", "payload").iter_rows():
            decoded, validator = orjson.loads(payload), validators.get(name)
            found.append([error.message for error in validator.iter_errors(decoded)] if validator else ["unplanned"])
        return found

    return validate
