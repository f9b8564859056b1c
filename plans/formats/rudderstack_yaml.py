"""The YAML of RudderStack's CLI: files of events, properties, custom types and tracking plans that refer to each other.

Judged as the resolved plan would be: unplanned fields are errors unless the rule allows them, objects inside take more
fields by default, a wrong `format` is an error, and a case applies where its property is there with one of its values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from plans.formats import rudderstack
from plans.formats.drafting import Draft, finish
from plans.formats.ledger import Ledger
from plans.formats.rudderstack_catalog import Catalog, Entry, catalog, is_project_file
from plans.formats.rudderstack_fields import Fields, Schema
from plans.formats.rudderstack_rules import Rules
from plans.formats.source import Options, Source
from plans.model import Plan, PlanError, Report
from plans.tokens import Value

NAME: Final = "rudderstack-yaml"
_INCLUDED = re.compile(r"#/(?:tp|tracking-plans?)/(.+)/event_rule/(.+)")


def looks_like(source: Source) -> bool:
    """Whether any document says that it is a file of a RudderStack project."""
    return any(is_project_file(document.value) for document in source.documents())


def read(source: Source, *, app: str, options: Options) -> tuple[Plan, Report]:
    """All events of the tracking plans in the files as a draft; PlanError points at what cannot be read."""
    known = catalog(source.documents())
    if not known.plans:
        raise PlanError("no tracking plan among the files: one of kind tracking-plan (or tp) is needed")
    ledger = Ledger()
    rules = Rules(Fields(known, options, ledger))
    planned = {where: rule for plan in known.plans for rule, where in _planned(plan, known)}
    drafts = [_draft(rule, where, known, rules, ledger) for where, rule in planned.items()]
    _unused(known, drafts, ledger)
    return finish(NAME, app, drafts, ledger, mode="assert")


def _planned(plan: Entry, known: Catalog) -> Iterator[tuple[dict[str, Value], str]]:
    """The rules of a plan and those it includes, each with its place: a rule two plans have is one rule."""
    for rule, where in _rules(plan):
        included = rule.get("includes")
        if included is None:
            yield rule, where
        else:
            yield from _included(included, f"{where}/includes", known)


def _rules(plan: Entry) -> Iterator[tuple[dict[str, Value], str]]:
    listed = plan.value.get("rules")
    where = f"{plan.where}/rules"
    if not isinstance(listed, list):
        raise PlanError("a tracking plan has a list of rules", where if "rules" in plan.value else plan.where)
    for at, rule in enumerate(listed):
        if not isinstance(rule, dict) or rule.get("type") != "event_rule":
            raise PlanError("a rule is of type event_rule", f"{where}/{at}")
        yield rule, f"{where}/{at}"


def _included(said: Value, where: str, known: Catalog) -> Iterator[tuple[dict[str, Value], str]]:
    reference = said.get("$ref") if isinstance(said, dict) else said
    found = _INCLUDED.fullmatch(reference) if type(reference) is str else None
    plan = next((plan for plan in known.plans if found and plan.id == found[1]), None)
    if found is None or plan is None:
        raise PlanError("a reference is expected: #/tp/<id>/event_rule/<id or *>", where)
    yield from ((rule, place) for rule, place in _rules(plan) if "event" in rule and found[2] in ("*", rule.get("id")))


def _draft(rule: dict[str, Value], where: str, known: Catalog, rules: Rules, ledger: Ledger) -> Draft:
    said = rule.get("event")
    nested = isinstance(said, dict)
    place = f"{where}/event/$ref" if nested else f"{where}/event" if "event" in rule else where
    event = known.refer(said.get("$ref") if isinstance(said, dict) else said, "events", place)
    ledger.unread(event.value, ("id", "name", "event_type", "description", "category"), event.where)
    call = event.value.get("event_type", "track")
    if call not in rudderstack.CALLS:
        raise PlanError(f"one of {', '.join(rudderstack.CALLS)} is expected", f"{event.where}/event_type")
    name = rudderstack.event_name(event.value.get("name"), call, event.where, ledger)
    section = (said if isinstance(said, dict) else rule).get("identity_section")
    schema: Schema = {}
    if _fits(section, call, f"{where}{'/event' if nested else ''}/identity_section"):
        schema = rules.event(rule, where)
    else:
        ledger.drop([where], f"is about the {section} of a {call} call, which are not its payload")
    defined = rules.fields.used(schema)
    whole: Schema = {"$schema": rudderstack.DIALECT, **schema, **({"$defs": defined} if defined else {})}
    described = event.value.get("description")
    return Draft(name, whole, where, described if type(described) is str else None)


def _fits(section: Value, call: str, where: str) -> bool:
    """Whether the section a rule is about is what arrives as the payload of such a call."""
    if section not in (None, "", *rudderstack.SECTIONS):
        raise PlanError(f"one of {', '.join(rudderstack.SECTIONS)} is expected", where)
    return not section or (section == "properties") is (call not in ("identify", "group"))


def _unused(known: Catalog, drafts: list[Draft], ledger: Ledger) -> None:
    """Files and events that no plan speaks of are said, because they may have been meant."""
    for where in known.others:
        ledger.note(where, "is not read: no events, properties, custom types or tracking plan of RudderStack")
    planned = {draft.name for draft in drafts}
    for event in known.of_kind("events"):
        said = event.value.get("name") or event.value.get("event_type")
        name = said if type(said) is str else event.id
        if name not in planned:
            ledger.note(event.where, f"`{name:.80}` is in no tracking plan")
