"""Segment's tracking plans, as its Public API, its older Config API and typewriter's file write them.

Names are compared exactly; a field the plan does not list is a warning, because Segment keeps blocking in its settings.
An event without a version in its context is judged by the oldest version of its rule, as Segment does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from plans.formats import segment_rules
from plans.formats.drafting import Draft, finish
from plans.formats.keywords import promises, promising
from plans.formats.ledger import Ledger
from plans.formats.nulls import settled
from plans.formats.payload import Cut, beside, dialect_of, payload_of, place
from plans.formats.segment_rules import Rule
from plans.formats.source import Options, Source
from plans.model import Plan, PlanError, Report
from plans.tokens import Value

NAME: Final = "segment"

_DIALECT: Final = "http://json-schema.org/draft-07/schema#"
_LABELS: Final = frozenset(("id", "key", "labels", "eventMetadata"))
_TRAITS: Final = ("IDENTIFY", "GROUP")


@dataclass(frozen=True)
class _Common:
    """What all calls of a kind must keep beside their own rule."""

    properties: tuple[Value, ...]
    traits: tuple[Value, ...]

    def of(self, rule: Rule) -> tuple[Value, ...]:
        return self.traits if rule.kind in _TRAITS else self.properties


def looks_like(source: Source) -> bool:
    """Whether the only document has Segment's lists of rules."""
    document = source.lone()
    return document is not None and segment_rules.found(document.value) is not None


def read(source: Source, *, app: str, options: Options) -> tuple[Plan, Report]:
    """The plan as a draft, and what became of each promise; PlanError points at what cannot be read."""
    document = source.lone()
    if document is None:
        raise PlanError("a plan of Segment is one JSON document")
    rules = segment_rules.rules(document)
    ledger = Ledger()
    flat = segment_rules.flat(rules)
    common = _common([rule for rule in rules if rule.kind == "COMMON"], options, ledger)
    planned = list(_planned([rule for rule in rules if rule.kind != "COMMON"], ledger))
    _unused(common, planned, rules, ledger)
    ledger.drop(segment_rules.listed_traits(document), "a trait that is listed without a schema promises nothing here")
    drafts = [_draft(rule, common, rule in flat, options, ledger) for rule in planned]
    return finish(NAME, app, drafts, ledger)


def _planned(rules: list[Rule], ledger: Ledger) -> Iterator[Rule]:
    """One rule for each name: its oldest version, and a track call before others of the same name."""
    first: dict[str, Rule] = {}
    for rule in sorted(rules, key=lambda rule: (rule.kind != "TRACK", rule.version)):
        kept = first.setdefault(rule.name, rule)
        if kept is not rule and kept.kind == rule.kind and kept.version != rule.version:
            said = f"version {rule.version} of `{rule.name}` is for calls that name it in their context"
            ledger.drop([rule.where], f"{said}; events are judged by version {kept.version}")
        elif kept is not rule and kept.kind != rule.kind:
            said = f"the {rule.kind.lower()} call `{rule.name}` has the name of a {kept.kind.lower()} call"
            ledger.drop([rule.where], f"{said}, and one rule judges all events of a name")
        elif kept is not rule:
            raise PlanError(f"`{rule.name}` is there twice", rule.where)
    return (rule for rule in rules if first[rule.name] is rule)


def _common(rules: list[Rule], options: Options, ledger: Ledger) -> _Common:
    found: dict[str, list[Value]] = {"properties": [], "traits": []}
    for rule in rules:
        schema = settled(rule.schema, rule.schema_where, options, ledger)
        for section, parts in found.items():
            others = frozenset(found) - {section}
            heard = ledger if section == "properties" else Ledger()
            cut = Cut((section,), elsewhere=others, labels=_LABELS)
            part = payload_of(schema, rule.schema_where, cut, heard)
            if section == "traits":
                ledger.read += sum(1 for _ in promises(part, ""))
            if promising(part):
                parts.append(part)
    return _Common(tuple(found["properties"]), tuple(found["traits"]))


def _unused(common: _Common, planned: list[Rule], rules: list[Rule], ledger: Ledger) -> None:
    """Say so when what all calls must keep has no call to judge."""
    where = next((rule.schema_where for rule in rules if rule.kind == "COMMON"), "")
    for section, parts, wanted in (("properties", common.properties, False), ("traits", common.traits, True)):
        if parts and not any((rule.kind in _TRAITS) is wanted for rule in planned):
            places = [f"{where}/properties/{section}" for part in parts for _ in promises(part, "")]
            ledger.read -= len(places)
            ledger.drop(places, f"no planned call carries {section}")


def _draft(rule: Rule, common: _Common, flat: bool, options: Options, ledger: Ledger) -> Draft:
    cut = Cut(() if flat else ("traits",) if rule.kind in _TRAITS else ("properties",), labels=_LABELS)
    dialect = dialect_of(rule.schema, rule.schema_where, _DIALECT)
    said = settled(rule.schema, rule.schema_where, options, ledger)
    schema = payload_of(said, rule.schema_where, cut, ledger, dialect)
    for other in common.of(rule):
        schema = beside(schema, other)
    if rule.nameless:
        ledger.read += 1
        said = f"is about every {rule.name} call; one with a name of its own arrives under that name"
        ledger.approximate(rule.kind_where, said)
    return Draft(rule.name, schema, place(rule.schema_where, cut), rule.description)
