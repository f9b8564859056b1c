"""Planned events made and checked alike for every format: sound schemas, names that differ, within the limits."""

from __future__ import annotations

from collections.abc import Sequence

from plans import oracle, tokens
from plans.formats.ledger import Ledger
from plans.model import (
    MAX_EVENTS,
    MAX_FIELDS,
    MAX_NESTING,
    FormatMode,
    Match,
    Plan,
    PlanError,
    PlannedEvent,
    Report,
    comparable,
)
from plans.tokens import Value

MAX_SCHEMA_CHARS = 20_000_000
"""What the schemas of a plan may come to, together, once each has its own copy of what they share."""
MAX_SCHEMA_NESTING = MAX_NESTING - 10
"""A plan says more around its schemas when it is exported, and is read again within the limit for all documents."""
MAX_REMARKS = 10_000
"""How many promises an import may have to approximate or drop before it is refused as no plan for us."""


def planned_event(
    name: Value, schema: Value, where: str, *, mode: FormatMode | None = None, description: Value = None
) -> PlannedEvent:
    """The event with a parsed schema that stands at `where`; PlanError when the name or the schema is none."""
    if type(name) is not str or not name:
        raise PlanError("an event needs a name", where)
    if not isinstance(schema, dict | bool):
        raise PlanError(f"`{name:.200}` needs a schema: an object, true or false", where)
    text = tokens.dump(schema)
    try:
        tokens.check_depth(text, MAX_SCHEMA_NESTING)
    except ValueError as error:
        raise PlanError(f"the schema of `{name:.200}` is {error}", where) from None
    try:
        oracle.validator.__wrapped__(text, mode)  # a plan that may yet be refused has no place in its cache
    except oracle.BadSchema as error:
        raise PlanError(f"the schema of `{name:.200}` is not valid: {error}", f"{where}{error.pointer}") from None
    return PlannedEvent(name, schema=text, description=description if type(description) is str else None)


def plan_of(
    app: str,
    events: Sequence[PlannedEvent],
    wheres: Sequence[str],
    *,
    match: Match = "exact",
    mode: FormatMode | None = None,
    strict_float: bool = False,
    where: str = "",
) -> Plan:
    """The draft of these events, whose names stand at `wheres`; PlanError for a name twice or too much at `where`."""
    if len(events) > MAX_EVENTS:
        raise PlanError(f"{len(events):,} events; at most {MAX_EVENTS:,} are taken", where)
    seen: dict[str, PlannedEvent] = {}
    for event, place in zip(events, wheres, strict=True):
        other = seen.setdefault(comparable(event.name, match), event)
        if other is not event:
            same = "is there twice" if other.name == event.name else f"means the same name as `{other.name:.200}`"
            raise PlanError(f"`{event.name:.200}` {same}", place)
    characters = sum(len(event.schema or "") for event in events)
    if characters > MAX_SCHEMA_CHARS:
        raise PlanError(f"schemas of {characters:,} characters; at most {MAX_SCHEMA_CHARS:,} are taken", where)
    fields = field_count(events)
    if fields > MAX_FIELDS:
        raise PlanError(f"{fields:,} fields; at most {MAX_FIELDS:,} are taken", where)
    return Plan(app, tuple(events), match=match, strict_float=strict_float, format=mode)


def report_of(format: str, plan: Plan, ledger: Ledger) -> Report:
    """What became of a plan's promises; PlanError when too many of them could not be kept to list them."""
    gone = {note.where for note in ledger.dropped}
    approximated = [note for note in ledger.approximated if note.where not in gone]
    if len(approximated) + len(ledger.dropped) > MAX_REMARKS:
        first = [*ledger.dropped, *approximated][0]
        raise PlanError(f"more than {MAX_REMARKS:,} promises cannot be kept; the first: {first.message}", first.where)
    return Report(
        format,
        len(plan.events),
        field_count(plan.events),
        tuple(ledger.notes),
        rules=ledger.read,
        approximated=tuple(approximated),
        dropped=tuple(ledger.dropped),
    )


def field_count(events: Sequence[PlannedEvent]) -> int:
    """How many fields events name: rows of a sheet, named properties of a schema."""
    return sum(
        len(event.fields) if event.schema is None else named_fields(tokens.parse(event.schema)) for event in events
    )


def named_fields(schema: Value) -> int:
    """How many properties a parsed schema names, at any depth."""
    if isinstance(schema, list):
        return sum(map(named_fields, schema))
    if not isinstance(schema, dict):
        return 0
    named = schema.get("properties")
    return (len(named) if isinstance(named, dict) else 0) + sum(map(named_fields, schema.values()))
