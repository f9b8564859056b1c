"""Where Segment's three shapes of a plan keep their rules, and whether a rule speaks of calls or of their payload."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from plans.formats.source import Document
from plans.model import PlanError
from plans.paths import pointer
from plans.tokens import Num, Value

KINDS: Final = ("TRACK", "IDENTIFY", "GROUP", "PAGE", "SCREEN", "COMMON")
_SECTIONS: Final = frozenset(("context", "traits", "properties"))
_CALL: Final = _SECTIONS | frozenset(
    (
        *("anonymousId", "userId", "messageId", "type", "event", "name", "category", "groupId", "previousId"),
        *("channel", "version", "writeKey", "integrations", "timestamp", "sentAt", "receivedAt", "originalTimestamp"),
    )
)
_OLD: Final = {"identify": "IDENTIFY", "group": "GROUP", "page": "PAGE", "screen": "SCREEN", "global": "COMMON"}
Keys = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Rule:
    """One rule of a plan: which call it is about, its schema, and where both stand; `kind_where` says the former."""

    kind: str
    name: str
    schema: Value
    where: str
    schema_where: str
    version: int = 0
    description: str | None = None
    nameless: bool = False
    kind_where: str = ""


def found(value: Value) -> tuple[Keys, Value] | None:
    """The keys that lead to the rules, and the rules: a list (Public API) or an object (Config API); else None."""
    for keys in ((), ("rules",), ("data", "rules"), ("data", "trackingPlan", "rules"), ("trackingPlan", "rules")):
        inside = _inside(value, keys)
        if isinstance(inside, list) and any(_is_rule(one) for one in inside):
            return keys, inside
        if isinstance(inside, dict) and _is_old(inside) and not _of_others(value, inside["events"]):
            return keys, inside
    return None


def rules(document: Document) -> list[Rule]:
    """The rules of a plan in their order; PlanError points at one that is none."""
    at = found(document.value)
    if at is None:
        raise PlanError("no rules of Segment: neither a list of rules nor rules.events", document.place())
    keys, inside = at
    where = document.place(pointer(keys))
    return list(_new(inside, where) if isinstance(inside, list) else _old(inside, where))


def listed_traits(document: Document) -> list[str]:
    """The places of traits the Config API lists one by one, without saying what they promise."""
    keys, inside = found(document.value) or ((), None)
    lists = [
        (key, inside[key])
        for key in ("identify_traits", "group_traits")
        if isinstance(inside, dict) and inside.get(key)
    ]
    where = document.place(pointer(keys))
    return [f"{where}/{key}/{at}" for key, said in lists if isinstance(said, list) for at in range(len(said))]


def flat(rules: Iterable[Rule]) -> list[Rule]:
    """The rules whose schema is the payload's own, as typewriter writes them.

    One that says of calls what could be fields, and only some of it, is read like the others of its file.
    """
    shapes = {rule: _shape(rule.schema) for rule in rules if rule.kind != "COMMON"}
    unsure = "flat" if "flat" in shapes.values() and "call" not in shapes.values() else "call"
    return [rule for rule, shape in shapes.items() if (unsure if shape == "unsure" else shape) == "flat"]


def _shape(schema: Value) -> str:
    fields = schema.get("properties") if isinstance(schema, dict) else None
    if not isinstance(fields, dict):
        return "unsure"
    if not all(_could_hold_fields(fields[name]) for name in fields.keys() & _SECTIONS):
        return "flat"
    if fields.keys() <= _SECTIONS:
        needed = schema.get("required")
        strange = isinstance(needed, list) and not {*map(str, needed)} <= _CALL
        return "flat" if strange else "call" if len(fields) > 1 else "unsure"
    if not (fields.keys() <= _CALL and fields.keys() & {"properties", "traits"}):
        return "flat"
    return "call" if len(fields.keys() & _SECTIONS) > 1 else "unsure"


def _could_hold_fields(schema: Value) -> bool:
    kinds = schema.get("type", "object") if isinstance(schema, dict) else "object"
    return "object" in (kinds if isinstance(kinds, list) else [kinds])


def _is_rule(value: Value) -> bool:
    return isinstance(value, dict) and "jsonSchema" in value and str(value.get("type")).upper() in KINDS


def _is_old(value: dict[str, Value]) -> bool:
    events = value.get("events")
    return isinstance(events, list) and any(
        isinstance(one, dict) and "rules" in one and "name" in one for one in events
    )


def _of_others(value: Value, events: list[Value]) -> bool:
    """RudderStack and Avo nest their events the same way; both say more of each."""
    if isinstance(value, dict) and value.keys() & {"creationType", "workspaceId"}:
        return True
    said = [one for one in events if isinstance(one, dict)]
    if any(one.keys() & {"eventType", "identitySection"} for one in said):
        return True
    return any(
        isinstance(one["rules"], dict) and one["rules"].keys() & {"nameMapping", "nameMappings"}
        for one in said
        if "rules" in one
    )


def _new(inside: list[Value], where: str) -> Iterator[Rule]:
    for at, said in enumerate(inside):
        here = f"{where}/{at}"
        kind = said.get("type") if isinstance(said, dict) else None
        if not isinstance(said, dict) or type(kind) is not str or kind.upper() not in KINDS:
            raise PlanError(
                f"a rule has a type: {', '.join(KINDS)}", f"{here}/type" if isinstance(said, dict) else here
            )
        if "jsonSchema" not in said:
            raise PlanError("a rule needs a jsonSchema", here)
        yield _rule(kind.upper(), said, said.get("key"), "jsonSchema", here, f"{here}/type")


def _old(inside: dict[str, Value], where: str) -> Iterator[Rule]:
    for at, said in enumerate(inside["events"]):
        here = f"{where}/events/{at}"
        if not isinstance(said, dict) or "rules" not in said:
            raise PlanError('an event is {"name": …, "rules": …}', here)
        yield _rule("TRACK", said, said.get("name"), "rules", here, here)
    for key, kind in _OLD.items():
        if isinstance(inside.get(key), dict) and inside[key]:
            yield _rule(kind, {key: inside[key]}, None, key, where, f"{where}/{key}")


def _rule(kind: str, said: dict[str, Value], key: Value, at: str, where: str, kind_where: str) -> Rule:
    schema, version = said[at], said.get("version")
    if key is not None and type(key) is not str:
        raise PlanError("a name is text", f"{where}/{'key' if at == 'jsonSchema' else 'name'}")
    if kind == "TRACK" and not key:
        raise PlanError("an event needs a name", where)
    name = key or kind.lower()
    if kind in ("IDENTIFY", "GROUP", "COMMON"):
        name = kind.lower()
    described = next((one for one in (said.get("description"), _description(schema)) if type(one) is str and one), None)
    number = int(version) if isinstance(version, Num) and version.isdecimal() and len(version) < 10 else 0
    nameless = kind in ("PAGE", "SCREEN") and not key
    return Rule(kind, name, schema, where, where + pointer([at]), number, described, nameless, kind_where)


def _description(schema: Value) -> Value:
    return schema.get("description") if isinstance(schema, dict) else None


def _inside(value: Value, keys: Keys) -> Value:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value
