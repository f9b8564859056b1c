"""Reads single parameters of a query string; every complaint names the parameter it is about."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from queries.errors import BadRequest

MAX_VALUES = 200
MAX_CHARACTERS = 2_000
LARGEST = 2**63 - 1

_WHOLE = re.compile(r"\d{1,19}", re.ASCII)

Given = Mapping[str, Sequence[str]]


def read(args: Any, known: Collection[str]) -> Given:
    """Every parameter with all its values. `args` is werkzeug's MultiDict or a mapping to lists of text.

    Raises BadRequest for a parameter that is not among `known`, for too many values, and for text no store can hold.
    """
    given = args.to_dict(flat=False) if hasattr(args, "to_dict") else dict(args)
    for name, values in given.items():
        if name not in known:
            takes = ", ".join(sorted(known)) or "nothing"
            raise BadRequest("unknown_parameter", f"unknown parameter {name!r}; this question takes {takes}", name)
        if len(values) > MAX_VALUES:
            raise BadRequest("bad_value", f"{name} is given {len(values)} times; at most {MAX_VALUES} are taken", name)
        if any(len(value) > MAX_CHARACTERS or not _encodable(value) for value in values):
            message = f"{name} must be valid text of at most {MAX_CHARACTERS} characters"
            raise BadRequest("bad_value", message, name)
    return given


def single(given: Given, name: str) -> str | None:
    """The value of a parameter that may be given once; None when it is not given."""
    values = given.get(name, ())
    if len(values) > 1:
        raise BadRequest("bad_value", f"{name} is given {len(values)} times; once is enough", name)
    return values[0] if values else None


def whole(given: Given, name: str, smallest: int, largest: int) -> int | None:
    """A whole number within bounds, both included; None when it is not given."""
    value = single(given, name)
    if value is None:
        return None
    if not _WHOLE.fullmatch(value) or not smallest <= int(value) <= largest:
        raise wrong(name, value, f"a whole number from {smallest} to {largest}")
    return int(value)


def yes_or_no(given: Given, name: str) -> bool:
    """`true` or `false`; false when it is not given."""
    value = single(given, name) or "false"
    if value not in ("true", "false"):
        raise wrong(name, value, "true or false")
    return value == "true"


def instant(given: Given, name: str) -> datetime | None:
    """A date or an ISO 8601 time, as UTC without a zone; without an offset it is UTC already. None when not given."""
    value = single(given, name)
    if value is None:
        return None
    # the + of an offset arrives as a space when nobody escaped it
    unspaced = value.replace(" ", "+") if "T" in value else value
    try:
        at = datetime.fromisoformat(unspaced)
        return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
    except (ValueError, OverflowError):
        raise wrong(name, value, "a date or a time such as 2026-11-23T15:20:01Z") from None


def wrong(name: str, value: str, wanted: str) -> BadRequest:
    return BadRequest("bad_value", f"{name} is {value[:80]!r}, not {wanted}", name)


def _encodable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
