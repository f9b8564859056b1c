"""Plain JSON Schema: one file for each event, or one file with all of them.

An event is named by its schema's `title`, else by the last step of its `$id`, else by its file; a version at the end of
either is no name. A file or definition that others refer to is a part of theirs and no event of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Final

from plans import oracle
from plans.formats import json_schema_index as exported
from plans.formats.envelope import branches
from plans.formats.events import MAX_SCHEMA_CHARS, named_fields, plan_of, planned_event, report_of
from plans.formats.ledger import Ledger
from plans.formats.library import Library, Target
from plans.formats.nulls import settled
from plans.formats.references import References
from plans.formats.source import Document, Options, Source
from plans.formats.understood import counted
from plans.model import MAX_FIELDS, Plan, PlanError, PlannedEvent, Report
from plans.paths import pointer
from plans.tokens import Value

NAME: Final = "json-schema"

_SAYING: Final = frozenset(
    """
    $ref allOf anyOf oneOf not if properties patternProperties additionalProperties required items enum const
    dependentRequired dependentSchemas dependencies propertyNames minProperties maxProperties unevaluatedProperties
    """.split()  # noqa: SIM905 - a list of quoted words hides the words
)
_MAPS: Final = ("$defs", "definitions")
_NO_NAME: Final = re.compile(r"v?\d+(?:[.-]\d+)*|latest|current", re.IGNORECASE)
_ENDING: Final = re.compile(r"(?:\.schema)?\.(?:json|ya?ml)$", re.IGNORECASE)


@dataclass(frozen=True)
class _Event:
    """An event as it was found: its name, its schema standing alone, and what is written of it where."""

    name: str
    schema: Value
    said: Value
    target: Target


def looks_like(source: Source) -> bool:
    """Whether there is a schema, a list of them by name, or a plan that was exported as schemas."""
    documents = source.documents()
    if exported.found(documents) is not None:
        return True
    return any(_is_schema(document.value) or _map(document.value) for document in documents)


def read(source: Source, *, app: str, options: Options) -> tuple[Plan, Report]:
    """The schemas as a draft whose names are compared exactly; PlanError points at what cannot be read."""
    documents = source.documents()
    index = exported.found(documents)
    if index is not None:
        return exported.read(index, documents, app=app, options=options, format=NAME)
    ledger = Ledger()
    references = References(Library(tuple(_settled(document, options, ledger) for document in documents)))
    found: list[_Event] = []
    events: list[PlannedEvent] = []
    left, fields = MAX_SCHEMA_CHARS, 0
    for event in _events(references, ledger):
        fields += named_fields(event.schema)
        if fields > MAX_FIELDS:
            raise PlanError(f"more than {MAX_FIELDS:,} fields, with all that schemas share", event.target.where)
        said = event.schema.get("description") if isinstance(event.schema, dict) else None
        events.append(planned_event(event.name, event.schema, event.target.where, description=said))
        found.append(replace(event, schema=None))
        left -= len(events[-1].schema or "")
        if left < 0:
            raise PlanError("the schemas and all they refer to are too much", event.target.where)
    if not events:
        raise PlanError("there is no schema of an event", documents[0].name if documents else "")
    _count(found, references, ledger)
    plan = plan_of(app, events, [event.target.where for event in found])
    return plan, report_of(NAME, plan, ledger)


def _settled(document: Document, options: Options, ledger: Ledger) -> Document:
    """The document with its enums settled, before anything is put together: places stay those of the source."""
    value = document.value
    if _map(value) == ("events",):
        listed = value["events"].items()
        inside = {name: settled(inner, _place(document, name), options, ledger) for name, inner in listed}
        return replace(document, value={**value, "events": inside})
    return replace(document, value=settled(value, document.place(), options, ledger))


def _place(document: Document, name: str) -> str:
    return document.place(pointer(["events", name]))


def _count(events: list[_Event], references: References, ledger: Ledger) -> None:
    """Read every promise once, where it is written: in the events, and in the parts that are none of an event's."""
    seen = [event.target for event in events]
    for event in events:
        counted(_in_dialect(event.said, event.target), event.target.where, ledger)
    for part in references.parts.values():
        if not any(part.is_in(other) for other in seen):
            counted(_in_dialect(part.value(), part), part.where, ledger)
            seen.append(part)


def _in_dialect(said: Value, target: Target) -> Value:
    dialect = oracle.dialect(target.document.value)
    return {"$schema": dialect, **said} if dialect and isinstance(said, dict) else said


def _events(references: References, ledger: Ledger) -> Iterable[_Event]:
    documents = references.library.documents
    parts = {name for document in documents for name in _elsewhere(references, document)}
    whole = {document.name for document in documents} - parts
    for document in documents:
        if whole and document.name in parts:
            ledger.note(document.name, "is referred to by others: a part of theirs, no event of its own")
        elif names := _map(document.value):
            yield from _of_map(references, document, names, ledger)
        elif isinstance(document.value, dict) and (_is_schema(document.value) or len(documents) == 1):
            yield from _of_file(references, document, ledger)
        else:
            ledger.note(document.place(), "is no JSON Schema and is not read")


def _elsewhere(references: References, document: Document) -> Iterable[str]:
    return (found.document.name for _, found in references.library.referred(document) if found.document is not document)


def _of_file(references: References, document: Document, ledger: Ledger) -> Iterable[_Event]:
    envelope = branches(references, document, ledger)
    if envelope is not None:
        yield from (_Event(each.name, each.schema, each.said, each.target) for each in envelope)
    else:
        target = Target(document)
        yield _Event(_name(document), references.standing_alone(target), document.value, target)


def _of_map(references: References, document: Document, keys: tuple[str, ...], ledger: Ledger) -> Iterable[_Event]:
    """The events of a document that lists schemas by name."""
    (word,) = keys
    inside = {
        found.keys[:2]
        for keys, found in references.library.referred(document)
        if found.document is document and found.keys[:2] != keys[:2]
    }
    for name in document.value[word]:
        target = Target(document, (word, name))
        if word in _MAPS and target.keys in inside:
            ledger.note(target.where, "is referred to by others: a part of theirs, no event of its own")
        else:
            yield _Event(name, references.standing_alone(target), target.value(), target)


def _is_schema(value: Value) -> bool:
    """Whether a document is meant as a schema, a wrong one too; what only has a `type` may describe a package."""
    if not isinstance(value, dict):
        return False
    dialect = value.get("$schema")
    typed = "type" in value and not value.keys() >= {"name", "version"}
    return typed or bool(value.keys() & _SAYING) or (type(dialect) is str and "json-schema.org" in dialect)


def _map(value: Value) -> tuple[str, ...]:
    """The key under which a document lists schemas by name, if that is what it does; nothing else."""
    if not isinstance(value, dict):
        return ()
    if isinstance(value.get("events"), dict) and value["events"] and all(map(_is_plain, value["events"].values())):
        return () if value.keys() & _SAYING else ("events",)
    listed = [word for word in _MAPS if isinstance(value.get(word), dict) and value[word]]
    kind = value.get("type")
    return (listed[0],) if len(listed) == 1 and not value.keys() & _SAYING and kind in (None, "object") else ()


def _is_plain(value: Value) -> bool:
    return isinstance(value, bool) or (isinstance(value, dict) and (not value or _is_schema(value)))


def _name(document: Document) -> str:
    """What a document's event is called; PlanError when nothing says."""
    title = document.value.get("title")
    if type(title) is str and title.strip():
        return title.strip()
    own = next((document.value[key] for key in ("$id", "id") if type(document.value.get(key)) is str), "")
    for said in (own.partition("#")[0], document.name):
        steps = [_ENDING.sub("", step) for step in PurePosixPath(said).parts if step not in ("/", "http:", "https:")]
        named = [step for step in steps if not _NO_NAME.fullmatch(step)]
        if named:
            return named[-1]
    raise PlanError("which event is this? A schema without a file is named by its `title` or `$id`", document.place())
