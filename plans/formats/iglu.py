"""Snowplow's self-describing schemas, as an Iglu registry's folder holds them or Snowplow's CLI writes them as YAML.

Of the versions of a schema the newest judges. Events are named by their schema, as they arrive; by vendor and name
where two vendors use one name. What event specifications add to a schema is judged with it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from plans.formats import iglu_specs
from plans.formats.events import plan_of, planned_event, report_of
from plans.formats.ledger import Ledger
from plans.formats.nulls import settled
from plans.formats.source import Document, Options, Source
from plans.formats.understood import counted
from plans.model import Plan, PlanError, PlannedEvent, Report
from plans.tokens import Value

NAME: Final = "iglu"

_PATH: Final = re.compile(r"(?:^|/)([^/]+)/([^/]+)/jsonschema/(\d+-\d+-\d+)(?:\.json)?$")
_VERSION: Final = re.compile(r"(\d{1,9})-(\d{1,9})-(\d{1,9})")


@dataclass(frozen=True)
class _Version:
    """One version of a schema: whose, which, and what it says; `where` is the place of the schema."""

    vendor: str
    name: str
    number: tuple[int, int, int]
    schema: dict[str, Value]
    where: str

    @property
    def key(self) -> str:
        return f"{self.vendor}/{self.name}"

    @property
    def said(self) -> str:
        return "-".join(map(str, self.number))


def looks_like(source: Source) -> bool:
    """Whether a document describes itself as Iglu's do, is wrapped as Snowplow's CLI does, or specifies events."""
    return any(
        _self(document.value) is not None or _is_wrapped(document.value) or iglu_specs.is_product(document.value)
        for document in source.documents()
    )


def read(source: Source, *, app: str, options: Options) -> tuple[Plan, Report]:
    """The newest versions as a draft whose names are compared exactly; PlanError points at what cannot be read."""
    ledger = Ledger()
    documents = source.documents()
    newest = _newest(_versions(documents, ledger), ledger)
    specs = iglu_specs.read(documents, options, ledger)
    names = _names([*newest, *(key for key in specs if key not in newest)])
    events: list[PlannedEvent] = []
    wheres: list[str] = []
    for key, name in names.items():
        version = newest.get(key)
        if version is not None:
            counted(version.schema, version.where, ledger)
            version = replace(version, schema=settled(version.schema, version.where, options, ledger))
        schema, where = iglu_specs.joined(version.schema if version else None, specs.get(key, []), ledger)
        wheres.append(version.where if version else where)
        said = version.schema.get("description") if version else None
        events.append(planned_event(name, {"$schema": iglu_specs.DIALECT, **schema}, wheres[-1], description=said))
        if name == key:
            ledger.note(wheres[-1], f"two vendors have a schema of this name; events of this one are called {key}")
    if not events:
        raise PlanError("there is no schema of an event", documents[0].name if documents else "")
    plan = plan_of(app, events, wheres)
    return plan, report_of(NAME, plan, ledger)


def _versions(documents: Iterable[Document], ledger: Ledger) -> Iterator[_Version]:
    for document in documents:
        schema, start, kind = document.value, "", "event"
        if _is_wrapped(schema):
            meta = schema.get("meta")
            kind = str(meta.get("schemaType", "event")) if isinstance(meta, dict) else "event"
            schema, start = schema["data"], "/data"
        where = document.place(start)
        if iglu_specs.is_product(document.value):
            continue
        identity = _identity(schema, document, where)
        if identity is None:
            ledger.note(where, "describes no schema and is not read")
        elif kind == "entity":
            ledger.drop([where], "is about entities beside an event, which are not part of its payload")
        else:
            vendor, name, version = identity
            left = {key: value for key, value in schema.items() if key not in ("$schema", "self")}
            yield _Version(vendor, name, version, {"$schema": iglu_specs.DIALECT, **left}, where)


def _identity(schema: Value, document: Document, where: str) -> tuple[str, str, tuple[int, int, int]] | None:
    """Vendor, name and version: as the schema says, else as its path does; None for what is no schema at all."""
    path = _PATH.search(document.name)
    said = _self(schema)
    if said is None:
        if path is None or not isinstance(schema, dict):
            return None
        said = {"vendor": path[1], "name": path[2], "format": "jsonschema", "version": path[3]}
    if said.get("format", "jsonschema") != "jsonschema":
        raise PlanError("a schema of another format than jsonschema", f"{where}/self/format")
    vendor, name, version = (said.get(key) for key in ("vendor", "name", "version"))
    found = _VERSION.fullmatch(version) if type(version) is str else None
    if type(vendor) is not str or type(name) is not str or not vendor or not name or found is None:
        raise PlanError('a schema describes itself: {"vendor": …, "name": …, "version": "1-0-0"}', f"{where}/self")
    if path and (path[1], path[2], path[3]) != (vendor, name, version):
        raise PlanError(f"the schema says it is {vendor}/{name} {version}, and its path says otherwise", where)
    return vendor, name, (int(found[1]), int(found[2]), int(found[3]))


def _newest(versions: Iterable[_Version], ledger: Ledger) -> dict[str, _Version]:
    """The newest version of each schema, by vendor and name; the older ones are said to be passed over."""
    by_key: dict[str, list[_Version]] = {}
    for version in versions:
        by_key.setdefault(version.key, []).append(version)
    for found in by_key.values():
        found.sort(key=lambda version: version.number)
        for older, next_one in itertools.pairwise(found):
            if older.number == next_one.number:
                raise PlanError(f"{older.key} {older.said} is there twice", next_one.where)
            ledger.drop(
                [older.where.removesuffix("#")],
                f"{older.said} does not judge: {found[-1].said} is the newest of {older.key}",
            )
    return {key: found[-1] for key, found in by_key.items()}


def _names(keys: Iterable[str]) -> dict[str, str]:
    """The event name of each schema: its own name, with its vendor where another has the same."""
    listed = list(keys)
    names = [key.partition("/")[2] for key in listed]
    return {key: name if names.count(name) == 1 else key for key, name in zip(listed, names, strict=True)}


def _self(value: Value) -> dict[str, Value] | None:
    said = value.get("self") if isinstance(value, dict) else None
    return said if isinstance(said, dict) and {"vendor", "name"} <= said.keys() else None


def _is_wrapped(value: Value) -> bool:
    return isinstance(value, dict) and "apiVersion" in value and _self(value.get("data")) is not None
