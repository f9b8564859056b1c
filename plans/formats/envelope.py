"""One schema for all events: a choice of branches, each of which names its event by a constant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from plans import tokens
from plans.formats.keywords import promising
from plans.formats.ledger import Ledger
from plans.formats.payload import Cut, beside, payload_of, place
from plans.formats.references import Library, Target
from plans.formats.source import Document
from plans.model import PlanError
from plans.tokens import Value

_CHOICES: Final = ("oneOf", "anyOf")
_NAMED_BY: Final = ("event", "event_name", "eventName", "name", "type")
_SECTIONS: Final = ("properties", "payload", "data")
_STAYS: Final = frozenset((*_CHOICES, "$schema", "$id", "id", "title", "description"))

Found = Iterator[tuple[str, Value, str]]


def branches(library: Library, document: Document, ledger: Ledger) -> Found | None:
    """Name, payload's schema and place of each event in such a choice; None when the document is none."""
    said = document.value
    word = next((word for word in _CHOICES if isinstance(said.get(word), list) and said[word]), None)
    if word is None:
        return None
    targets = [_followed(library, Target(document, (word, str(at)))) for at in range(len(said[word]))]
    key = next((key for key in _NAMED_BY if all(_constant(target, key) for target in targets)), None)
    return None if key is None else _found(library, document, targets, key, ledger)


def _found(library: Library, document: Document, targets: list[Target], key: str, ledger: Ledger) -> Found:
    said = document.value
    around = {name: value for name, value in said.items() if name not in _STAYS}
    dialect = {"$schema": said["$schema"]} if "$schema" in said else {}
    for target in targets:
        alone = library.standing_alone(target)
        cut = Cut(_section(alone), artefacts=frozenset((key,)))
        schema = _cut(alone, target.where, key, cut, ledger)
        common = _cut(around, document.place(), key, cut, ledger if target is targets[0] else Ledger())
        shared = {word: common.pop(word) for word in ("$defs", "definitions") if word in common}
        if promising(common):
            schema = beside(schema, common)
            for word, parts in shared.items() if '"$ref"' in tokens.dump(common) else ():
                schema[word] = {**parts, **schema.get(word, {})}
        yield _constant(target, key), {**dialect, **schema}, place(target.where, cut)


def _cut(schema: Value, where: str, key: str, cut: Cut, ledger: Ledger) -> dict[str, Value]:
    """The payload's schema; what is kept of it is counted by whoever reads it, what is dropped is said here."""
    cutting = Ledger()
    payload = payload_of(_unnamed(schema, key, cut), where, cut, cutting)
    ledger.read += len(cutting.dropped)
    ledger.dropped += cutting.dropped
    return payload


def _followed(library: Library, target: Target) -> Target:
    """Where a branch leads that is nothing but a reference."""
    for _ in range(10):
        value = target.value()
        reference = value.get("$ref") if isinstance(value, dict) else None
        found = library.target(reference, target.document) if type(reference) is str else None
        if found is None:
            return target
        target = found
    raise PlanError("references that lead on and on", target.where)


def _constant(target: Target, key: str) -> str:
    """The one name a branch allows under `key`, or nothing."""
    value = target.value()
    fields = value.get("properties") if isinstance(value, dict) else None
    said = fields.get(key) if isinstance(fields, dict) else None
    if not isinstance(said, dict):
        return ""
    values = [said["const"]] if "const" in said else said.get("enum")
    return values[0] if isinstance(values, list) and len(values) == 1 and type(values[0]) is str else ""


def _section(schema: Value) -> tuple[str, ...]:
    """Where in a branch the payload's own schema is; nowhere when the branch itself is the payload."""
    fields = schema["properties"]
    for name in _SECTIONS:
        inner = fields.get(name)
        if isinstance(inner, dict) and (
            inner.get("type") == "object" or inner.keys() & {"properties", "$ref", "allOf"}
        ):
            return (name,)
    return ()


def _unnamed(schema: Value, key: str, cut: Cut) -> Value:
    """The schema without what names the event, where that would be asked of the payload."""
    if cut.section or not isinstance(schema, dict):
        return schema
    left = dict(schema)
    if isinstance(left.get("properties"), dict):
        left["properties"] = {name: value for name, value in left["properties"].items() if name != key}
    if isinstance(left.get("required"), list):
        left["required"] = [name for name in left["required"] if name != key]
        if not left["required"]:
            del left["required"]
    return left
