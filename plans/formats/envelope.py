"""One schema for all events: a choice of branches, each of which names its event by a constant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from plans import tokens
from plans.formats.keywords import promises, promising
from plans.formats.ledger import Ledger
from plans.formats.library import Target
from plans.formats.references import References
from plans.formats.source import Document
from plans.formats.understood import counted
from plans.model import PlanError
from plans.tokens import Value

_CHOICES: Final = ("oneOf", "anyOf")
_NAMED_BY: Final = ("event", "event_name", "eventName", "name", "type")
_SECTIONS: Final = ("properties", "payload", "data")
_DEFINITIONS: Final = ("$defs", "definitions")
_STAYS: Final = frozenset((*_CHOICES, "$id", "id", "title", "description"))
_AROUND: Final = "is about what is around the payload, which is not judged"


@dataclass(frozen=True)
class Branch:
    """One event of such a choice: its name, its payload's schema, and what is written of that at `target`."""

    name: str
    schema: Value
    said: Value
    target: Target


def branches(references: References, document: Document, ledger: Ledger) -> list[Branch] | None:
    """The events of such a choice, all but their payloads' promises read into the ledger; None when it is none."""
    said = document.value
    word = next((word for word in _CHOICES if isinstance(said.get(word), list) and said[word]), None)
    if word is None:
        return None
    targets = [_followed(references, Target(document, (word, str(at)))) for at in range(len(said[word]))]
    key = next((key for key in _NAMED_BY if all(_constant(target, key) for target in targets)), None)
    if key is None:
        return None
    sections = {_section(target.value()) for target in targets}
    if len(sections) > 1:
        raise PlanError(
            "some branches hold the payload in a field of its own, others are it", document.place(f"/{word}")
        )
    (section,) = sections
    if section is None:
        return list(_flat(references, document, targets, key, ledger))
    return list(_inside(references, document, targets, key, section, ledger))


def _inside(
    references: References, document: Document, targets: list[Target], key: str, section: str, ledger: Ledger
) -> Iterator[Branch]:
    """Payloads that are a field of their branch; what the branches and the root say of other fields is dropped."""
    root = Target(document)
    common = Target(document, ("properties", section))
    shared = _object(_object(document.value.get("properties"))).get(section)
    _drop_around(root, key, section, ledger)
    if shared is not None:
        counted(_in_dialect(shared, document), common.where, ledger)
    for target in targets:
        _drop_around(target, key, section, ledger)
        payload = Target(target.document, (*target.keys, "properties", section))
        schema = references.standing_alone(payload)
        if shared is not None:
            schema = _both(schema, references.standing_alone(common))
        yield Branch(_constant(target, key), _in_dialect(schema, document), payload.value(), payload)


def _flat(
    references: References, document: Document, targets: list[Target], key: str, ledger: Ledger
) -> Iterator[Branch]:
    """Payloads that are their branch, but for the field that names the event."""
    around = {name: value for name, value in document.value.items() if name not in _STAYS}
    common = _unnamed({name: value for name, value in around.items() if name not in _DEFINITIONS}, key)
    counted(common, document.place(), ledger)
    definitions = {name: around[name] for name in _DEFINITIONS if name in around and '"$ref"' in tokens.dump(common)}
    for target in targets:
        schema = _unnamed(references.standing_alone(target), key)
        if promising(common):
            schema = _both(schema, {**common, **definitions})
        yield Branch(_constant(target, key), _in_dialect(schema, document), _unnamed(target.value(), key), target)


def _drop_around(target: Target, key: str, section: str, ledger: Ledger) -> None:
    said = {name: value for name, value in target.value().items() if name not in (*_CHOICES, *_DEFINITIONS, "type")}
    fields = _object(said.get("properties"))
    said["properties"] = {name: value for name, value in fields.items() if name not in (key, section)}
    if isinstance(said.get("required"), list):
        said["required"] = [name for name in said["required"] if name not in (key, section)]
    ledger.drop(promises(said, target.where), _AROUND)


def _both(schema: Value, common: dict[str, Value]) -> dict[str, Value]:
    """A schema that asks for both, with the definitions of both."""
    own = schema if isinstance(schema, dict) else {"allOf": [schema]}
    definitions = {
        word: {**_object(common.get(word)), **_object(own.get(word))}
        for word in _DEFINITIONS
        if word in common or word in own
    }
    said = {word: value for word, value in common.items() if word not in _DEFINITIONS and word != "$schema"}
    if "$ref" in own:
        own = {"allOf": [{word: value for word, value in own.items() if word not in _DEFINITIONS}]}
    return {**own, **definitions, "allOf": [*own.get("allOf", []), said]}


def _in_dialect(schema: Value, document: Document) -> Value:
    """The schema with the `$schema` of its document."""
    said = document.value.get("$schema")
    return {"$schema": said, **schema} if type(said) is str and isinstance(schema, dict) else schema


def _followed(references: References, target: Target) -> Target:
    """Where a branch leads that is nothing but a reference."""
    for _ in range(10):
        value = target.value()
        reference = value.get("$ref") if isinstance(value, dict) else None
        found = references.library.target(reference, target.document) if type(reference) is str else None
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


def _section(schema: Value) -> str | None:
    """The field of a branch that is the payload; None when the branch itself is the payload."""
    fields = schema["properties"]
    for name in _SECTIONS:
        inner = fields.get(name)
        if isinstance(inner, dict) and (inner.get("type") == "object" or inner.keys() & {"properties", "$ref"}):
            return name
    return None


def _unnamed(schema: Value, key: str) -> Value:
    """The schema without the field that names the event."""
    left = dict(schema)
    if isinstance(left.get("properties"), dict):
        left["properties"] = {name: value for name, value in left["properties"].items() if name != key}
    if isinstance(left.get("required"), list):
        left["required"] = [name for name in left["required"] if name != key]
        if not left["required"]:
            del left["required"]
    return left


def _object(value: Value) -> dict[str, Value]:
    return value if isinstance(value, dict) else {}
