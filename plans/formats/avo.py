"""Avo's tracking plans, as its export and its webhook write them in JSON Schema.

Events go by the names they are sent under. An event with variants is valid when it fits the event itself or any of its
variants, as Avo's Inspector judges it; unplanned fields are errors, for Avo's schemas refuse them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from plans.formats.avo_alternatives import any_of
from plans.formats.avo_names import ARTEFACTS, LABELS, Names
from plans.formats.drafting import Draft, finish
from plans.formats.keywords import rebuilt
from plans.formats.ledger import Ledger
from plans.formats.nulls import settled
from plans.formats.payload import Cut, dialect_of, payload_of, place
from plans.formats.source import Document, Options, Source
from plans.model import Plan, PlanError, Report
from plans.tokens import Value

NAME: Final = "avo"

_DIALECT: Final = "http://json-schema.org/draft-06/schema#"
_WORDS: Final = {"int": "integer", "long": "integer", "float": "number", "double": "number", "bool": "boolean"}
_CUT: Final = Cut(("properties",), artefacts=ARTEFACTS, labels=LABELS - ARTEFACTS)


@dataclass(frozen=True)
class _Shape:
    """One shape of an event: the event itself or a variant of it."""

    schema: dict[str, Value]
    where: str
    description: str | None


def looks_like(source: Source) -> bool:
    """Whether the only document lists events with Avo's name mappings or variants."""
    document = source.lone()
    value = document.value if document else None
    events = value.get("events") if isinstance(value, dict) else None
    return isinstance(events, list) and any(map(_is_event, events))


def read(source: Source, *, app: str, options: Options) -> tuple[Plan, Report]:
    """The plan as a draft, and what became of each promise; PlanError points at what cannot be read."""
    document = source.lone()
    value = document.value if document else None
    if document is None or not isinstance(value, dict) or not isinstance(value.get("events"), list):
        raise PlanError('a plan of Avo is {"events": [{"name": …, "rules": …}]}')
    ledger = Ledger()
    shapes: dict[str, list[_Shape]] = {}
    for at, said in enumerate(value["events"]):
        where = document.place(f"/events/{at}")
        if not isinstance(said, dict) or not isinstance(said.get("rules"), dict):
            raise PlanError('an event is {"name": …, "rules": …}', where)
        for name, shape in _shapes(said, where, document, options, ledger):
            shapes.setdefault(name, []).append(shape)
    drafts = [_draft(name, found) for name, found in shapes.items()]
    return finish(NAME, app, drafts, ledger)


def _is_event(value: Value) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("rules"), dict):
        return False
    return value.get("eventType") in ("event", "variant") or bool(value["rules"].keys() & ARTEFACTS)


def _shapes(
    said: dict[str, Value], where: str, document: Document, options: Options, ledger: Ledger
) -> list[tuple[str, _Shape]]:
    own = said.get("name")
    if type(own) is not str or not own:
        raise PlanError("an event needs a name", where)
    _only_some_sources(said, document.value, where, ledger)
    names = Names(_destinations(said, document.value), ledger)
    rules, rules_where = rebuilt(said["rules"], "", _in_json_words), f"{where}/rules"
    sent = names.sent(own, {key: rules[key] for key in rules.keys() & ARTEFACTS}, rules_where)
    dialect = dialect_of(rules, rules_where, _DIALECT)
    schema = payload_of(settled(rules, rules_where, options, ledger), rules_where, _CUT, ledger, dialect)
    start = place(rules_where, _CUT)
    described = said.get("description")
    shape = _Shape(names.renamed(schema, start), start, described if type(described) is str else None)
    return [(name, shape) for name in sent]


def _in_json_words(schema: Value, _: str) -> Value:
    """A type in Avo's own words in those of JSON Schema; `any` promises nothing."""
    kinds = schema.get("type")
    words = kinds if isinstance(kinds, list) else [kinds]
    if "any" in words:
        return {key: value for key, value in schema.items() if key != "type"}
    if not any(type(word) is str and word in _WORDS for word in words):
        return schema
    known = [_WORDS.get(word, word) if type(word) is str else word for word in words]
    return {**schema, "type": known if isinstance(kinds, list) else known[0]}


def _draft(name: str, shapes: list[_Shape]) -> Draft:
    """All that is sent under a name: the event and its variants, or events that are mapped to one name."""
    schema = any_of([shape.schema for shape in shapes])
    return Draft(name, schema, shapes[0].where, next((one.description for one in shapes if one.description), None))


def _only_some_sources(said: dict[str, Value], whole: dict[str, Value], where: str, ledger: Ledger) -> None:
    """Events a source must not send are not told apart: an app has one plan."""
    every = whole.get("sources")
    own = [one.get("id") for one in _objects(said.get("sources"))]
    left = [key for key in every if key not in own] if isinstance(every, dict) and own else []
    if isinstance(every, dict) and left:
        ledger.read += 1
        listed = ", ".join(_name(every[key], key) for key in left)
        ledger.approximate(
            f"{where}/sources", f"`{said['name']}` is not expected from {listed}; it is taken from every source"
        )


def _name(source: Value, key: str) -> str:
    name = source.get("name") if isinstance(source, dict) else None
    return name if type(name) is str and name else key


def _destinations(said: dict[str, Value], whole: dict[str, Value]) -> frozenset[str]:
    """Where an event goes: the destinations of its sources, else all of the plan."""
    every = whole.get("destinations")
    known = whole.get("sources")
    found: set[str] = set()
    for source in _objects(said.get("sources")):
        listed = source.get("destinations")
        if listed is None and isinstance(known, dict) and isinstance(known.get(str(source.get("id"))), dict):
            listed = known[str(source.get("id"))].get("destinations")
        for one in listed if isinstance(listed, list) else ():
            name = one.get("id") if isinstance(one, dict) else one
            found |= {name} if type(name) is str else set()
    return frozenset(found or (every.keys() if isinstance(every, dict) else ()))


def _objects(value: Value) -> list[dict[str, Value]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
