"""What other tools say of a whole call, cut down to what they say of its payload."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from plans import oracle, tokens
from plans.formats.keywords import WHOLE, promises, promising
from plans.formats.ledger import Ledger
from plans.formats.rerooted import rerooted, without
from plans.formats.understood import counted
from plans.model import PlanError
from plans.paths import pointer
from plans.tokens import Value

_CHOICES: Final = ("anyOf", "oneOf", "not", "if")
_AROUND: Final = "is about the call around the payload, which is not judged"


@dataclass(frozen=True)
class Cut:
    """How calls are cut: `section` leads to the payload; of `elsewhere` others take care.

    `artefacts` are names, and `labels` keywords, that a tool writes and that promise nothing.
    """

    section: tuple[str, ...]
    elsewhere: frozenset[str] = frozenset()
    artefacts: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()

    def inner(self) -> Cut:
        """The same, one step down the section."""
        return replace(self, section=self.section[1:], elsewhere=frozenset())


def dialect_of(call: Value, where: str, default: str) -> str:
    """The `$schema` a call's schema names, or `default`; PlanError when nobody knows it."""
    named = call.get("$schema", default) if isinstance(call, dict) else default
    try:
        oracle.validator(tokens.dump({"$schema": named}), None)
    except oracle.BadSchema as error:
        raise PlanError(str(error), f"{where}/$schema") from None
    return str(named)


def payload_of(call: Value, where: str, cut: Cut, ledger: Ledger, dialect: str | None = None) -> dict[str, Value]:
    """The schema of the payload in that of a call that stands at `where`; PlanError when it is none.

    What it says of the rest of the call is dropped, each promise with its place; the rest is read as kept. With a
    `dialect` the schema names it, and what means nothing in it is dropped too.
    """
    parts = _parts_of(call, where, cut, ledger)
    schema = _payload(call, parts, where, cut)
    if dialect is None:
        ledger.read += sum(1 for _ in promises(schema, where))
        return schema
    base, *others = parts
    labels, said = cut.labels | cut.artefacts, {"$schema": dialect}
    counted({**without(_object(base), labels), **said}, place(where, cut), ledger)
    counted({**without(_shared(call, cut), labels), **said}, where, ledger)
    ledger.read += sum(1 for other in others for _ in promises(other, ""))
    return {**said, **schema}


def place(where: str, cut: Cut) -> str:
    """Where the payload's own schema stands in the schema of a call at `where`."""
    return where + "".join(f"/properties/{step}" for step in cut.section)


def beside(schema: dict[str, Value], other: Value) -> dict[str, Value]:
    """A schema that asks for both."""
    if "$ref" in schema:
        said = {key: schema[key] for key in schema.keys() & {"$schema", "$defs", "definitions"}}
        return {**said, "allOf": [_inner(schema), _inner(other)]}
    return {**schema, "allOf": [*schema.get("allOf", []), _inner(other)]}


def _inner(schema: Value) -> Value:
    """A schema as it stands inside another, which names the draft for both."""
    return {key: value for key, value in schema.items() if key != "$schema"} if isinstance(schema, dict) else schema


def _parts_of(call: Value, where: str, cut: Cut, ledger: Ledger) -> list[Value]:
    """What a call's schema asks of the payload: first what stands at its own place, then the rest."""
    if not isinstance(call, dict):
        raise PlanError("a schema is an object here", where)
    parts = [part for part in _parts(call, where, cut, ledger) if part is not True]
    base = _standing_at(call, cut.section)
    if not isinstance(base, dict) or "$ref" in base:
        return [{}, *parts]
    return [base, *(part for part in parts if part is not base)]


def _standing_at(call: Value, section: tuple[str, ...]) -> Value:
    for step in section:
        call = _object(_object(call).get("properties")).get(step)
    return call


def _payload(call: dict[str, Value], parts: list[Value], where: str, cut: Cut) -> dict[str, Value]:
    """All that is asked of the payload as one schema that stands alone."""
    base, *others = parts
    schema: dict[str, Value] = dict(base)
    if others:
        already = schema.get("allOf", [])
        schema["allOf"] = [*(already if isinstance(already, list) else []), *others]
    schema |= {key: {**value, **_object(schema.get(key))} for key, value in _shared(call, cut).items()}
    return rerooted(without(schema, cut.labels), place(where, cut), cut.section)


def _shared(call: dict[str, Value], cut: Cut) -> dict[str, Value]:
    """The definitions beside the payload, which it may refer to."""
    return {key: call[key] for key in ("$defs", "definitions") if cut.section and isinstance(call.get(key), dict)}


def _parts(call: Value, where: str, cut: Cut, ledger: Ledger) -> Iterator[Value]:
    if not isinstance(call, dict | bool):
        raise PlanError("a schema is an object, true or false", where)
    if not cut.section or call is True:
        yield call
        return
    if call is False:
        ledger.drop([where], _AROUND)
        return
    for key, value in call.items():
        here = where + pointer([key])
        if key == "properties":
            yield from _sections(value, here, cut, ledger)
        elif key == "required":
            _required(value, here, cut, ledger)
        elif key == "type":
            _type(value, here, ledger)
        elif key == "allOf":
            for at, inner in enumerate(_list(value, here)):
                yield from _parts(inner, f"{here}/{at}", cut, ledger)
        elif key in _CHOICES:
            yield from _choice(key, call, where, cut, ledger)
        elif key == "additionalProperties" and value is False and cut.section[0] not in _object(call.get("properties")):
            yield {"additionalProperties": False}
        elif key in WHOLE or key in ("additionalProperties", "patternProperties", "unevaluatedProperties"):
            ledger.drop(promises({key: value}, where), _AROUND)


def _sections(value: Value, where: str, cut: Cut, ledger: Ledger) -> Iterator[Value]:
    if not isinstance(value, dict):
        raise PlanError("an object of schemas is expected", where)
    for name, inner in value.items():
        here = where + pointer([name])
        if name == cut.section[0]:
            yield from _parts(inner, here, cut.inner(), ledger)
        elif name not in cut.elsewhere and name not in cut.artefacts:
            ledger.drop(promises(inner, here), f"`{name}` {_AROUND}")


def _required(value: Value, where: str, cut: Cut, ledger: Ledger) -> None:
    for at, name in enumerate(_list(value, where)):
        if type(name) is not str:
            raise PlanError("a name is text", f"{where}/{at}")
        if name not in cut.artefacts and name not in cut.elsewhere:
            ledger.drop([f"{where}/{at}"], f"whether a call has `{name:.80}` {_AROUND}")


def _type(value: Value, where: str, ledger: Ledger) -> None:
    """Every call and every payload is an object."""
    if value == "object" or (isinstance(value, list) and "object" in value):
        ledger.read += 1
    else:
        ledger.drop([where], _AROUND)


def _choice(key: str, call: dict[str, Value], where: str, cut: Cut, ledger: Ledger) -> Iterator[Value]:
    """A choice that is about nothing but the payload is made there; any other is dropped whole."""
    whole = {word: call[word] for word in ((key, "then", "else") if key == "if" else (key,)) if word in call}
    inside = _only(whole, cut)
    if inside is not None:
        yield inside
    elif key == "if":
        for word in whole.keys() & {"then", "else"}:
            ledger.drop(promises(whole[word], where + pointer([word])), _AROUND)
    else:
        ledger.drop([where + pointer([key])], _AROUND)


def _only(call: Value, cut: Cut) -> Value:
    """What a part of a call's schema means for the payload, or None when it means anything for the rest."""
    if not cut.section or not isinstance(call, dict):
        return call if isinstance(call, dict | bool) else None
    parts: list[Value] = []
    for key, value in call.items():
        part = _only_of(key, value, call, cut)
        if part is None:
            return None
        if part is not True:
            parts.append(part)
    return True if not parts else parts[0] if len(parts) == 1 else {"allOf": parts}


def _only_of(key: str, value: Value, call: dict[str, Value], cut: Cut) -> Value:
    first = cut.section[0]
    if key == "type":
        return True if value == "object" or (isinstance(value, list) and "object" in value) else None
    if key == "required":
        return True if isinstance(value, list) and {*map(str, value)} <= {first, *cut.artefacts} else None
    if key == "properties" and isinstance(value, dict):
        if any(promising(inner) for name, inner in value.items() if name != first):
            return None
        return _only(value.get(first, True), cut.inner())
    if key in ("allOf", "anyOf", "oneOf") and isinstance(value, list):
        inside = [_only(inner, cut) for inner in value]
        return None if None in inside else {key: inside}
    if key == "not":
        inner = _only(value, cut)
        return None if inner is None else {"not": inner}
    if key == "if":
        branches = {word: _only(call[word], cut) for word in ("if", "then", "else") if word in call}
        return None if None in branches.values() else branches
    return None if promising({key: value}) and key not in ("then", "else") else True


def _list(value: Value, where: str) -> list[Value]:
    if not isinstance(value, list):
        raise PlanError("a list is expected", where)
    return value


def _object(value: Value) -> dict[str, Value]:
    return value if isinstance(value, dict) else {}
