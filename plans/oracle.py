"""jsonschema-rs makes sure of every schema at import; it never fetches anything."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import jsonschema_rs as rs

from plans import paths, tokens
from plans.model import FormatMode

OLD_DRAFTS: tuple[type[rs.Validator], ...] = (rs.Draft4Validator, rs.Draft6Validator, rs.Draft7Validator)
"""The drafts in which `format` is a promise; later ones made it a remark."""


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
    try:
        return draft(parsed)(schema, validate_formats=format_is_promise(parsed, mode), offline=True)
    except rs.ValidationError as error:
        raise _bad(error, parsed) from None
    except (rs.ReferencingError, ValueError) as error:
        raise BadSchema(str(error), "") from None


def _bad(error: rs.ValidationError, parsed: Any) -> BadSchema:
    if error.kind.name == "$ref":
        return BadSchema(f"a reference that is not in it: {_first_line(error.message)}", _reference(parsed, error))
    return BadSchema(_first_line(error.message), paths.pointer([str(step) for step in error.instance_path]))


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
            if key in ("$ref", "$dynamicRef", "$recursiveRef") and item in spoken:
                return here
            stack.append((here, item))
    return ""
