"""What a user would pick instead, at full strength: validators made once, every event decoded, all its errors found."""

import json
from collections.abc import Callable
from typing import Any

import jsonschema
import jsonschema_rs
import orjson

from bench.batches import Batch, Schemas

Counts = list[int | None]
"""How many errors each event has; None where its name is not planned."""
Peer = Callable[[Batch], Counts]


def rust(schemas: Schemas) -> Peer:
    """orjson and jsonschema-rs."""
    validators = {name: jsonschema_rs.validator_for(schema) for name, schema in schemas.items()}

    def judge(batch: Batch) -> Counts:
        found: Counts = []
        for name, payload in batch.events.select("event_name", "payload").iter_rows():
            decoded, validator = orjson.loads(payload), validators.get(name)
            found.append(len([error.message for error in validator.iter_errors(decoded)]) if validator else None)
        return found

    return judge


def python(schemas: Schemas) -> Peer:
    """json and jsonschema."""
    validators = {name: jsonschema.Draft202012Validator(schema) for name, schema in schemas.items()}

    def judge(batch: Batch) -> Counts:
        found: Counts = []
        for name, payload in batch.events.select("event_name", "payload").iter_rows():
            decoded: Any = json.loads(payload)
            validator = validators.get(name)
            found.append(len([error.message for error in validator.iter_errors(decoded)]) if validator else None)
        return found

    return judge
