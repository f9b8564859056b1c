"""RudderStack's resolved tracking plans, as its API gives them to its validator, and their older nesting.

Names are compared exactly and unplanned fields are errors where the plan says so. Schemas are judged as RudderStack's
validator does: by draft 2019-09 but for those of draft 4, and a wrong `format` is an error whatever the draft.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from plans.formats.drafting import Draft, finish
from plans.formats.keywords import promises, rebuilt
from plans.formats.ledger import Ledger
from plans.formats.nulls import settled
from plans.formats.payload import Cut, dialect_of, payload_of, place
from plans.formats.source import Document, Options, Source
from plans.model import Plan, PlanError, Report
from plans.paths import pointer
from plans.tokens import Value

NAME: Final = "rudderstack"
DIALECT: Final = "https://json-schema.org/draft/2019-09/schema"
CALLS: Final = ("track", "identify", "group", "page", "screen")
SECTIONS: Final = ("properties", "traits", "context.traits")

_SINCE_2019: Final = frozenset(
    (
        *("unevaluatedProperties", "unevaluatedItems", "dependentRequired", "dependentSchemas"),
        *("minContains", "maxContains", "$recursiveRef"),
    )
)
_IN_PLACE: Final = frozenset(
    (
        *("$ref", "$recursiveRef", "$dynamicRef", "allOf", "anyOf", "oneOf", "not", "if", "then", "else"),
        *("dependentSchemas", "dependencies"),
    )
)
"""Keywords whose own schemas may evaluate a field too."""


def looks_like(source: Source) -> bool:
    """Whether the only document lists events with their type of call."""
    document = source.lone()
    return document is not None and _events(document.value) is not None


def read(source: Source, *, app: str, options: Options) -> tuple[Plan, Report]:
    """The plan as a draft, and what became of each promise; PlanError points at what cannot be read."""
    document = source.lone()
    found = _events(document.value, strict=False) if document else None
    if document is None or found is None:
        raise PlanError('a plan of RudderStack is {"events": [{"name": …, "eventType": …, "rules": …}]}')
    keys, events = found
    ledger = Ledger()
    places = [f"{document.place(pointer(keys))}/{at}" for at in range(len(events))]
    drafts = [_draft(said, where, options, ledger) for said, where in zip(events, places, strict=True)]
    if keys == ("rules", "events"):
        drafts += _older(document, options, ledger)
    return finish(NAME, app, drafts, ledger, mode="assert")


def _older(document: Document, options: Options, ledger: Ledger) -> Iterator[Draft]:
    """What the older nesting keeps beside its events: one schema for each other call, and one for all calls."""
    for key, said in document.value["rules"].items():
        where = document.place(pointer(["rules", key]))
        if key in CALLS and isinstance(said, dict) and said:
            name = event_name(None, key, where, ledger)
            yield _judged(name, {"eventType": key, "rules": said}, where, where, options, ledger)
        elif key == "global":
            ledger.drop(promises(said, where), "is about all calls alike, which are not judged as such")
        elif key != "events" and said:
            ledger.note(where, "is not read")


def _events(value: Value, *, strict: bool = True) -> tuple[tuple[str, ...], list[Value]] | None:
    """The keys that lead to the events, and the events."""
    for keys in (("events",), ("rules", "events"), ("data",), ("data", "events")):
        inside = value
        for key in keys:
            inside = inside.get(key) if isinstance(inside, dict) else None
        if isinstance(inside, list) and (any(map(_is_event, inside)) or (not strict and inside)):
            return keys, inside
        if isinstance(inside, list) and isinstance(value, dict) and value.keys() & {"creationType", "workspaceId"}:
            return keys, inside
    return None


def _is_event(value: Value) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("rules"), dict):
        return False
    return value.get("eventType") in CALLS or "identitySection" in value


def _draft(said: Value, where: str, options: Options, ledger: Ledger) -> Draft:
    if not isinstance(said, dict) or "rules" not in said:
        raise PlanError('an event is {"name": …, "eventType": …, "rules": …}', where)
    call = said.get("eventType", "track")
    if call not in CALLS:
        raise PlanError(f"one of {', '.join(CALLS)} is expected", f"{where}/eventType")
    return _judged(event_name(said.get("name"), call, where, ledger), said, where, f"{where}/rules", options, ledger)


def _judged(name: str, said: dict[str, Value], where: str, rules_where: str, options: Options, ledger: Ledger) -> Draft:
    """The event a plan names, with its schema as RudderStack's validator judges by it."""
    rules = settled(said["rules"], rules_where, options, ledger)
    cut = Cut(_section(said, rules, said.get("eventType", "track"), where), labels=frozenset(("version",)))
    dialect = _dialect(rules, rules_where)
    schema = payload_of(rules, rules_where, cut, ledger, dialect)
    plain: dict[str, Value] = rebuilt(schema, "", _plainer) if "2019-09" in dialect else schema
    described = said.get("description")
    return Draft(name, plain, place(rules_where, cut), described if type(described) is str else None)


def event_name(name: Value, call: str, where: str, ledger: Ledger) -> str:
    """The name events of a call arrive under: its own, or the call's; PlanError when a track call has none."""
    if name is not None and type(name) is not str:
        raise PlanError("a name is text", f"{where}/name")
    if call in ("identify", "group"):
        return call
    if call == "track" and not name:
        raise PlanError("an event needs a name", where)
    if not name:
        ledger.read += 1
        said = f"is about every {call} call; one with a name of its own arrives under that name"
        ledger.approximate(where, said)
    return name or call


def _section(said: dict[str, Value], rules: Value, call: str, where: str) -> tuple[str, ...]:
    """Where in the call its payload is; identify and group have theirs in one of two places."""
    named = said.get("identitySection")
    if named not in (None, "", *SECTIONS):
        raise PlanError(f"one of {', '.join(SECTIONS)} is expected", f"{where}/identitySection")
    if call not in ("identify", "group"):
        return ("properties",)
    if named == "context.traits" or (not named and _traits_in_context(rules)):
        return ("context", "traits")
    return ("traits",)


def _traits_in_context(rules: Value) -> bool:
    sections = rules.get("properties") if isinstance(rules, dict) else None
    if not isinstance(sections, dict) or sections.get("traits"):
        return False
    context = sections.get("context")
    inside = context.get("properties") if isinstance(context, dict) else None
    return isinstance(inside, dict) and "traits" in inside


def _dialect(rules: Value, where: str) -> str:
    """The draft their validator judges by: 4, or else 2019-09, which differs only for what uses its keywords."""
    named = dialect_of(rules, where, DIALECT)
    return DIALECT if "draft-04" not in named and any(_newer(rules)) else named


def with_cases_named(schema: dict[str, Value]) -> dict[str, Value]:
    """The schema with the fields of its cases named once more without a promise.

    A case that holds and is broken would leave its fields unevaluated: one mistake would be told as two. The verdict is
    the same, for something is broken either way.
    """
    named = list(_named_cases(schema.get("allOf")))
    return {**schema, "allOf": [*schema["allOf"], *named]} if named else schema


def _named_cases(listed: Value) -> Iterator[Value]:
    for inner in listed if isinstance(listed, list) else ():
        if not isinstance(inner, dict):
            continue
        yield from _named_cases(inner.get("allOf"))
        for word in ("then", "else") if "if" in inner else ():
            branch = inner.get(word)
            fields = branch.get("properties") if isinstance(branch, dict) else None
            if isinstance(fields, dict) and fields:
                yield {"if": inner["if"], word: {"properties": dict.fromkeys(fields, True)}}


def _newer(schema: Value) -> Iterator[str]:
    """The keywords in a schema that only draft 2019-09 knows, or reads beside a reference."""
    found: list[str] = []

    def change(inner: dict[str, Value], _: str) -> Value:
        found.extend(inner.keys() & _SINCE_2019)
        if "$ref" in inner and len(inner) > 1:
            found.append("$ref")
        return inner

    rebuilt(schema, "", change)
    return iter(found)


def _plainer(schema: dict[str, Value], _: str) -> Value:
    """`unevaluatedProperties` as `additionalProperties` where nothing beside it evaluates fields: they are the same."""
    others = schema.get("unevaluatedProperties")
    if not isinstance(others, bool) or schema.keys() & (_IN_PLACE | {"additionalProperties"}):
        return with_cases_named(schema) if others is False else schema
    rest = {key: value for key, value in schema.items() if key != "unevaluatedProperties"}
    return {**rest, "additionalProperties": others}
