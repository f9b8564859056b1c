"""Snowplow's event specifications: what a data product asks of events beyond their schemas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from plans.formats.keywords import promises
from plans.formats.ledger import Ledger
from plans.formats.nulls import settled
from plans.formats.source import Document, Options
from plans.formats.understood import counted
from plans.model import PlanError
from plans.tokens import Value

_URI: Final = re.compile(r"iglu:([^/]+/[^/]+)/jsonschema/\d+-\d+-\d+")
DIALECT: Final = "http://json-schema.org/draft-04/schema#"
"""Iglu's schemas are draft 4 with a `self`, whatever their own `$schema` is called."""


@dataclass(frozen=True)
class Spec:
    """What one specification adds: a schema, which may be empty; `where` is the schema's place."""

    name: str
    schema: dict[str, Value]
    where: str


def is_product(value: Value) -> bool:
    """Whether a document is a data product: a list of event specifications."""
    data = value.get("data") if isinstance(value, dict) else None
    return isinstance(data, dict) and "apiVersion" in value and isinstance(data.get("eventSpecifications"), list)


def read(documents: Iterable[Document], options: Options, ledger: Ledger) -> dict[str, list[Spec]]:
    """The specifications of all data products, by the vendor and name of the schema they are about."""
    found: dict[str, list[Spec]] = {}
    for document in documents:
        if is_product(document.value):
            for at, said in enumerate(document.value["data"]["eventSpecifications"]):
                where = document.place(f"/data/eventSpecifications/{at}")
                for key, spec in _spec(said, where, options, ledger):
                    found.setdefault(key, []).append(spec)
    return found


def joined(schema: dict[str, Value] | None, specs: list[Spec], ledger: Ledger) -> tuple[dict[str, Value], str]:
    """The schema with what its specifications add, and the place of the first; of several any one may hold."""
    added = [spec for spec in specs if spec.schema]
    where = specs[0].where if specs else ""
    if schema is None and specs:
        ledger.drop([where], "this schema is not in the source, so its own rules are not judged")
    base = schema or {}
    if len(added) < len(specs):
        said = "another specification of the same schema asks for nothing, and events of the two look alike"
        for spec in added:
            ledger.drop(promises(spec.schema, spec.where), said)
        return base, where
    for spec in added:
        counted({"$schema": DIALECT, **spec.schema}, spec.where, ledger)
    if not added:
        return base, where
    if len(added) == 1:
        return {**base, "allOf": [*base.get("allOf", []), added[0].schema]}, where
    for spec in added:
        said = f"holds for events of `{spec.name:.80}`, which look like those of {len(added) - 1} other specifications"
        ledger.read += 1
        ledger.approximate(spec.where, f"{said}: an event need keep the rules of one of them only")
    return {**base, "allOf": [*base.get("allOf", []), {"anyOf": [spec.schema for spec in added]}]}, where


def _spec(said: Value, where: str, options: Options, ledger: Ledger) -> Iterator[tuple[str, Spec]]:
    event = said.get("event") if isinstance(said, dict) else None
    start = f"{where}/event"
    if isinstance(event, dict) and isinstance(event.get("tracked"), dict):
        event, start = event["tracked"], f"{start}/tracked"
    if not isinstance(event, dict):
        ledger.note(where, "is about no event and is not read")
        return
    source = event.get("source")
    found = _URI.fullmatch(source) if type(source) is str else None
    if found is None:
        raise PlanError("an event has a source: iglu:vendor/name/jsonschema/1-0-0", f"{start}/source")
    schema = event.get("schema", {})
    if not isinstance(schema, dict):
        raise PlanError("a schema is an object here", f"{start}/schema")
    left = {key: value for key, value in schema.items() if key not in ("$schema", "self")}
    _entities(said, where, ledger)
    name = said.get("name")
    settling: dict[str, Value] = settled(left, f"{start}/schema", options, ledger)
    yield found[1], Spec(name if type(name) is str else "", settling, f"{start}/schema")


def _entities(said: dict[str, Value], where: str, ledger: Ledger) -> None:
    entities = said.get("entities")
    for kind, listed in entities.items() if isinstance(entities, dict) else ():
        places = [f"{where}/entities/{kind}/{at}" for at in range(len(listed) if isinstance(listed, list) else 0)]
        ledger.drop(places, "is about entities beside an event, which are not part of its payload")
