"""Schemas only a full evaluation can judge: jsonschema-rs finds what is wrong, event by event."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

import jsonschema_rs as rs

from plans import paths
from plans.judging import beyond
from plans.judging.by_event import Unreadable, twice
from plans.model import FormatMode, Rule
from plans.oracle import heaviest, validator
from plans.rules import ecma, expansion, expected
from plans.rules.frames import Found
from plans.tokens import Num, Repeated, Value

_RULES: dict[str, Rule] = {
    "type": "wrong_type",
    "enum": "not_allowed",
    "const": "not_allowed",
    "pattern": "wrong_format",
    "format": "wrong_format",
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"), "out_of_range"),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), "out_of_range"),
    **dict.fromkeys(("minProperties", "maxProperties"), "out_of_range"),
}
_SIGNS = {"minimum": ">=", "maximum": "<=", "exclusiveMinimum": ">", "exclusiveMaximum": "<"}
Way = tuple[str | int, ...]

_UNITS = {"Length": "characters", "Items": "elements", "Properties": "fields"}


def evaluate(schema: str, mode: FormatMode | None, payload: dict[str, Value]) -> list[Found]:
    """What a parsed payload breaks of a schema, one Found for each error that jsonschema-rs reports.

    Raises Unreadable when a key comes twice anywhere: such a schema may look everywhere.
    """
    refuse_repeated(payload, ())
    check_work(heaviest(schema), payload)
    judge, said = validator(schema, mode), plain(payload)
    if expansion.branching(schema) > 1 and expansion.visits(schema, _depth(payload)) > expansion.MAX_VISITS:
        return [] if judge.is_valid(said) else [_too_deep(payload)]  # that is remembered for each value, why is not
    found: dict[tuple[object, ...], Found] = {}
    for error in judge.iter_errors(said):
        for one in _found(error, payload):
            found.setdefault((one.path, one.indices, one.rule, one.expected), one)
    return sorted(found.values(), key=lambda one: one.rule == "unplanned_field")


def check_work(heaviness: int, payload: Value) -> None:
    """TooMuchWork when a text of the payload is too long for the patterns of its schema."""
    if heaviness > ecma.HEAVY:
        ecma.check_work(heaviness, max(map(len, _texts(payload)), default=0))


def _too_deep(payload: Value) -> Found:
    words = "what its schema asks, too deep down to say where"
    return Found(0, (), 0, (), "schema", "error", words, True, payload)


def _depth(value: Value) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(_depth, inner), default=0) if isinstance(value, dict | list) else 0


def _texts(value: Value) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif type(value) is str:
        yield value


def refuse_repeated(value: Value, path: paths.Path) -> None:
    """Unreadable when an object in `value` has a key more than once."""
    if isinstance(value, Repeated):
        raise Unreadable(twice(path, value.repeated_key()))
    if isinstance(value, dict):
        for key, inner in value.items():
            if type(inner) not in _SCALARS:
                refuse_repeated(inner, (*path, key))
    elif isinstance(value, list):
        for inner in value:
            if type(inner) not in _SCALARS:
                refuse_repeated(inner, (*path, None))


def plain(value: Value) -> Value:
    """The value with its numbers as Decimal, or int where they are written as one: these are compared exactly."""
    if isinstance(value, Num):
        whole = len(value) < _LONG and not any(mark in value for mark in ".eE")
        return int(value) if whole else _fraction(Decimal(value))
    if isinstance(value, dict):
        return {key: inner if type(inner) in _PLAIN else plain(inner) for key, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def _fraction(number: Decimal) -> Decimal:
    """1e0 must not look like 1: to draft 4 only that is an integer."""
    return Decimal(f"{number}.0") if number.as_tuple().exponent == 0 else number


_PLAIN: Final = frozenset((str, bool, type(None)))
_SCALARS: Final = _PLAIN | {Num}
_LONG = 4000  # int() refuses more than 4,300 digits


def _found(error: rs.ValidationError, payload: dict[str, Value]) -> Iterator[Found]:
    keyword, said = error.kind.name, error.kind.as_dict()
    if keyword == "pattern" and "error" in said:
        raise ecma.too_many_steps()
    if keyword == "required":
        yield _at(error, payload, "missing", "any value", (said["property"],), there=False)
    elif keyword in ("additionalProperties", "unevaluatedProperties"):
        for key in said["unexpected"]:
            yield _at(error, payload, "unplanned_field", None, (key,))
    else:
        yield _at(error, payload, _RULES.get(keyword, "schema"), _expected(keyword, said))


def _at(
    error: rs.ValidationError,
    payload: dict[str, Value],
    rule: Rule,
    said: str | None,
    below: tuple[str, ...] = (),
    *,
    there: bool = True,
) -> Found:
    way, value = _place(error, payload, below if there else ())
    for key in below if there else ():
        value = value[key]
    path = (*(key if isinstance(key, str) else None for key in way), *below)
    indices = tuple(key for key in way if isinstance(key, int))
    return Found(0, indices, 0, path, rule, "error", said, there, value if there else None)


def _place(error: rs.ValidationError, payload: dict[str, Value], holding: tuple[str, ...]) -> tuple[Way, Value]:
    """Where an error is, and what is there.

    Its path gives keys that look like numbers as numbers, and leaves empty keys out.
    """
    places = list(_places(payload, tuple(error.instance_path), ()))
    places = [place for place in places if not holding or (isinstance(place[1], dict) and holding[0] in place[1])]
    if len(places) == 1:
        return places[0]
    return next((place for place in places if plain(place[1]) == error.instance), places[0])


def _places(value: Value, steps: Way, way: Way) -> Iterator[tuple[Way, Value]]:
    if not steps:
        yield way, value
    elif isinstance(value, dict):
        for key in value:
            if key == steps[0] or (isinstance(steps[0], int) and _says(key, steps[0])):
                yield from _places(value[key], steps[1:], (*way, key))
    elif isinstance(value, list) and isinstance(steps[0], int) and steps[0] < len(value):
        yield from _places(value[steps[0]], steps[1:], (*way, steps[0]))
    if isinstance(value, dict) and "" in value:
        yield from _places(value[""], steps, (*way, ""))


def _says(key: str, number: int) -> bool:
    return key.lstrip("+").isdecimal() and int(key) == number


def _expected(keyword: str, said: dict[str, Any]) -> str:
    if keyword == "type":
        return expected.kinds(said["types"])
    if keyword in ("enum", "const"):
        return _one_of(said["options"] if keyword == "enum" else [said["expected_value"]])
    if keyword == "pattern":
        return expected.pattern(ecma.written(said["pattern"]))
    if keyword == "format":
        return expected.text_format(said["format"])
    if keyword in _SIGNS:
        return f"{_SIGNS[keyword]} {said['limit']}"
    if keyword in ("uniqueItems", "falseSchema"):
        return expected.DIFFERENT if keyword == "uniqueItems" else expected.NOTHING
    if keyword == "multipleOf":
        return f"a multiple of {said['multiple_of']}"
    unit = _UNITS.get(keyword[3:])
    if unit and "limit" in said:
        low, high = (said["limit"], None) if keyword.startswith("min") else (None, said["limit"])
        return expected.count(low, high, unit)
    return beyond.asked(keyword, said, _expected)


def _one_of(values: list[Any]) -> str:
    return expected.one_of([_numbers_as_text(value) for value in values])


def _numbers_as_text(value: Any) -> Value:
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return Num(str(value))
    if isinstance(value, dict):
        return {key: _numbers_as_text(inner) for key, inner in value.items()}
    return [_numbers_as_text(inner) for inner in value] if isinstance(value, list) else value
