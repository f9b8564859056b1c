"""jsonschema-rs makes sure of every schema at import; it never fetches anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

import jsonschema_rs as rs

from plans import paths, tokens
from plans.model import FormatMode
from plans.rules import ecma, expansion
from plans.tokens import Num, Value

OLD_DRAFTS: tuple[type[rs.Validator], ...] = (rs.Draft4Validator, rs.Draft6Validator, rs.Draft7Validator)
"""The drafts in which `format` is a promise; later ones made it a remark."""


_DIALECTS = frozenset(
    (
        "json-schema.org/draft-04/schema",
        "json-schema.org/draft-06/schema",
        "json-schema.org/draft-07/schema",
        "json-schema.org/draft/2019-09/schema",
        "json-schema.org/draft/2020-12/schema",
    )
)
_BY_NAME = frozenset(("properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies"))
"""Keywords whose value has a schema under each key."""
_DATA = frozenset(("enum", "const", "default", "examples"))
"""Keywords whose value is no schema."""
_PATTERNS = rs.FancyRegexOptions(backtrack_limit=ecma.BACKTRACKS)


class BadSchema(ValueError):
    """A schema that cannot be used, with the JSON pointer of what is wrong in it."""

    def __init__(self, message: str, pointer: str) -> None:
        super().__init__(message)
        self.pointer = pointer


def draft(schema: Any) -> type[rs.Validator]:
    """The validator of the draft a parsed schema names in `$schema`; 2020-12 when it names none."""
    return by_dialect(dialect(schema))


def dialect(schema: Any) -> str:
    """What a parsed schema names in `$schema`, or nothing."""
    named = schema.get("$schema") if isinstance(schema, dict) else None
    return named if type(named) is str else ""


def by_dialect(named: str) -> type[rs.Validator]:
    """The validator of the draft with this `$schema`; 2020-12 for nothing or one that is not known."""
    return rs.validator_cls_for({"$schema": named} if named else {})


def format_is_promise(schema: Any, mode: FormatMode | None) -> bool:
    """Whether a wrong `format` is an error: as the plan says, else as the draft does."""
    return mode == "assert" if mode else draft(schema) in OLD_DRAFTS


@lru_cache(maxsize=4096)
def validator(schema: str, mode: FormatMode | None) -> rs.Validator:
    """The validator of a schema's text, which never fetches anything; BadSchema says why there is none."""
    parsed = tokens.parse(schema)
    text = tokens.dump(_taken(parsed, ""))
    try:
        expansion.branching(schema)
        return make(dialect(parsed), text, formats=format_is_promise(parsed, mode))
    except rs.ValidationError as error:
        raise _bad(error, parsed) from None
    except (rs.ReferencingError, ValueError) as error:
        raise BadSchema(str(error), "") from None


def make(dialect: str, schema: str, *, formats: bool) -> rs.Validator:
    """A validator of the draft of this `$schema`, with every bound there is."""
    return by_dialect(dialect)(schema, validate_formats=formats, offline=True, pattern_options=_PATTERNS)


@lru_cache(maxsize=4096)
def heaviest(schema: str) -> int:
    """The weight of the heaviest pattern of a schema's text."""
    return max(map(ecma.weight, _patterns(tokens.parse(schema))), default=0)


def _patterns(schema: Value, *, named: bool = False) -> Iterator[str]:
    if isinstance(schema, list):
        for inner in schema:
            yield from _patterns(inner)
    elif isinstance(schema, dict):
        for key, value in schema.items():
            if key == "pattern" and type(value) is str and not named:
                yield value
            if key == "patternProperties" and isinstance(value, dict) and not named:
                yield from value
            if named or key not in _DATA:
                yield from _patterns(value, named=key in _BY_NAME and not named)


def _taken(schema: Value, where: str, *, named: bool = False) -> Value:
    """The schema as jsonschema-rs must be given it; BadSchema for what it would not judge as the schema says."""
    if isinstance(schema, list):
        return [_taken(inner, f"{where}/{at}") for at, inner in enumerate(schema)]
    if not isinstance(schema, dict):
        return schema
    changed: dict[str, Value] = {}
    for key, value in schema.items():
        here = where + paths.pointer((key,))
        if named:
            changed[key] = _taken(value, here)
        elif key == "patternProperties" and isinstance(value, dict):
            changed[key] = {_pattern(name, here): _taken(inner, here) for name, inner in value.items()}
        elif key == "pattern" and type(value) is str:
            changed[key] = _pattern(value, here)
        elif key == "multipleOf" and isinstance(value, Num):
            changed[key] = _step(value)
        else:
            if key == "$schema":
                _check_dialect(value, here)
            changed[key] = value if key in _DATA else _taken(value, here, named=key in _BY_NAME)
    return changed


def _check_dialect(named: Value, where: str) -> None:
    if type(named) is str and named.rstrip("#").partition("://")[2] not in _DIALECTS:
        raise BadSchema(f"`$schema` names {named}, which is none of drafts 4, 6, 7, 2019-09 and 2020-12", where)


def _step(number: Num) -> Num:
    """Written out: beside a step with an exponent, jsonschema-rs takes a very small number for zero."""
    power = number.lower().partition("e")[2]
    return Num(format(Decimal(number), "f")) if power and len(power) <= 4 else number


def _pattern(pattern: str, where: str) -> str:
    if ecma.weight(pattern) > ecma.MAX_WEIGHT:
        raise BadSchema(f"the pattern repeats too much: more than {ecma.MAX_WEIGHT:,} places, written out", where)
    return ecma.taken(pattern)


def _bad(error: rs.ValidationError, parsed: Any) -> BadSchema:
    if error.kind.name == "$ref":
        return BadSchema(f"a reference that is not in it: {_first_line(error.message)}", _reference(parsed, error))
    message = _first_line(error.message)
    if error.kind.name == "format":  # of a pattern, as it was written
        message = ecma.written(message.replace("\\\\", "\\"))
    return BadSchema(message, paths.pointer([str(step) for step in error.instance_path]))


def _first_line(message: str) -> str:
    return message.strip().splitlines()[0][:300]


def _reference(parsed: Any, error: rs.ValidationError) -> str:
    """The pointer to the first reference the message speaks of."""
    spoken = re.findall(r"'([^']*)'", error.message)
    stack: list[tuple[str, Any]] = [("", parsed)]
    while stack:
        where, value = stack.pop()
        inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, item in inner:
            here = where + paths.pointer([str(key)])
            if key in ("$ref", "$dynamicRef", "$recursiveRef") and type(item) is str and _is_of(item, spoken):
                return here
            stack.append((here, item))
    return ""


def _is_of(reference: str, spoken: list[str]) -> bool:
    """Whether something spoken of is this reference, the document it names, or the place in it."""
    document, _, place = reference.partition("#")
    named = document.lstrip("./")
    return any(
        said == reference or (named and said.endswith(named)) or (place and said == unquote(place)) for said in spoken
    )
