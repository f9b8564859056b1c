"""The native plan: JSON that gives each event name a JSON Schema of its payload."""

from __future__ import annotations

from typing import Any, get_args

from plans import oracle, tokens
from plans.model import (
    MAX_EVENTS,
    MAX_FIELDS,
    MAX_NESTING,
    FormatMode,
    Match,
    Note,
    Plan,
    PlanError,
    PlannedEvent,
    Report,
    comparable,
)

_PLAN_KEYS = ("events", "match", "strict_float", "format")
_EVENT_KEYS = ("name", "schema", "description")


def read(text: str, *, app: str) -> tuple[Plan, Report]:
    """The native plan in `text` as a draft; PlanError names the event and the pointer into the source."""
    try:
        said = tokens.parse(text, MAX_NESTING)
    except ValueError as error:
        raise PlanError(f"not JSON: {error}") from None
    if not isinstance(said, dict) or not isinstance(said.get("events"), list):
        raise PlanError('a plan is {"events": [{"name": …, "schema": …}]}')
    _refuse_repeated(said, "")
    match: Match = _choice(said, "match", get_args(Match)) or "exact"
    mode: FormatMode | None = _choice(said, "format", get_args(FormatMode))
    strict_float = said.get("strict_float", False)
    if not isinstance(strict_float, bool):
        raise PlanError("true or false is expected", "/strict_float")
    if len(said["events"]) > MAX_EVENTS:
        raise PlanError(f"{len(said['events']):,} events; at most {MAX_EVENTS:,} are taken", "/events")
    events = tuple(_event(event, f"/events/{at}", mode) for at, event in enumerate(said["events"]))
    _refuse_twice(events, match)
    fields = sum(_count(event["schema"]) for event in said["events"])
    if fields > MAX_FIELDS:
        raise PlanError(f"{fields:,} fields; at most {MAX_FIELDS:,} are taken", "/events")
    notes = [Note(f"/{key}", "is not read") for key in said if key not in _PLAN_KEYS]
    for at, event in enumerate(said["events"]):
        notes += [Note(f"/events/{at}/{key}", "is not read") for key in event if key not in _EVENT_KEYS]
    plan = Plan(app, events, match=match, strict_float=strict_float, format=mode)
    return plan, Report("native", len(events), fields, tuple(notes))


def _choice(said: dict[str, Any], key: str, choices: tuple[str, ...]) -> Any:
    value = said.get(key)
    if value is not None and value not in choices:
        raise PlanError(f"one of {', '.join(choices)} is expected", f"/{key}")
    return value


def _event(said: Any, where: str, mode: FormatMode | None) -> PlannedEvent:
    if not isinstance(said, dict):
        raise PlanError('an event is {"name": …, "schema": …}', where)
    name, description = said.get("name"), said.get("description")
    if type(name) is not str or not name:
        raise PlanError("an event needs a name", f"{where}/name")
    if description is not None and type(description) is not str:
        raise PlanError(f"the description of `{name}` is not text", f"{where}/description")
    if not isinstance(said.get("schema"), dict | bool):
        raise PlanError(f"`{name}` needs a schema: an object, true or false", f"{where}/schema")
    schema = tokens.dump(said["schema"])
    try:
        oracle.validator(schema, mode)
    except oracle.BadSchema as error:
        raise PlanError(f"the schema of `{name}` is not valid: {error}", f"{where}/schema{error.pointer}") from None
    return PlannedEvent(name, schema=schema, description=description)


def _refuse_twice(events: tuple[PlannedEvent, ...], match: Match) -> None:
    seen: dict[str, int] = {}
    for at, event in enumerate(events):
        first = seen.setdefault(comparable(event.name, match), at)
        if first != at:
            other = events[first].name
            same = "is there twice" if other == event.name else f"means the same name as `{other}`"
            raise PlanError(f"`{event.name}` {same}", f"/events/{at}/name")


def _refuse_repeated(value: Any, where: str) -> None:
    if isinstance(value, tokens.Repeated):
        raise PlanError(f"the key `{value.repeated_key()}` is there twice", where)
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        step = str(key).replace("~", "~0").replace("/", "~1")
        _refuse_repeated(item, f"{where}/{step}")


def _count(schema: Any) -> int:
    if isinstance(schema, list):
        return sum(map(_count, schema))
    if not isinstance(schema, dict):
        return 0
    named = schema.get("properties")
    return (len(named) if isinstance(named, dict) else 0) + sum(map(_count, schema.values()))
