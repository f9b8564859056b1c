"""Which type a planned field's column has, and which JSON values fit it without losing anything."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

import msgspec
import polars as pl

from data.exported.values import moment
from data.schema import INSTANT
from plans.hinting.outline import Field

Fit = tuple[Any, bool]
"""A column's value for a token of JSON, None when there is none; and whether the token can be made from it again."""

_NOTHING: Final[Fit] = (None, False)
_SURE_DIGITS: Final = 15
"""So many digits survive in a double, whatever they are."""
_strings = msgspec.json.Decoder(str)


@dataclass(frozen=True)
class Reading:
    """A column's type, and how a token becomes a value of it."""

    kind: pl.DataType
    read: Callable[[bytes], Fit]


def reading_of(field: Field) -> Reading:
    """By what the plan says of the field: one type that a column can have, else JSON text. null never fits."""
    kinds = field.kinds - {"null"}
    if kinds == {"string"}:
        return _FORMATS.get(field.format or "", STRING)
    if kinds == {"integer", "number"}:
        return NUMBER
    return _KINDS.get(next(iter(kinds)), JSON) if len(kinds) == 1 else JSON


def _integer(token: bytes) -> Fit:
    try:
        value = int(token)
    except ValueError:
        return _NOTHING
    return (value, True) if -(2**63) <= value < 2**63 else _NOTHING


def _number(token: bytes) -> Fit:
    try:
        value = float(token)
    except ValueError:
        return _NOTHING
    if not math.isfinite(value):
        return _NOTHING
    plain = b"e" not in token and b"E" not in token
    if not (plain and len(token) <= _SURE_DIGITS) and Decimal(repr(value)) != Decimal(token.decode()):
        return _NOTHING
    # 1 and 1.0 are different things to a plan: the column says the first, so the second is kept as it was as well.
    return value, not value.is_integer() or (plain and b"." not in token)


def _boolean(token: bytes) -> Fit:
    return {b"true": (True, True), b"false": (False, True)}.get(token, _NOTHING)


def _string(token: bytes) -> Fit:
    try:
        return _strings.decode(token), True
    except (msgspec.DecodeError, UnicodeDecodeError):  # no text, or half of a surrogate pair in it
        return _NOTHING


def _instant(token: bytes) -> Fit:
    """A time with its offset, in UTC; one that is written otherwise than we would is kept as it was as well."""
    text, _ = _string(token)
    try:
        at = datetime.fromisoformat(text or "")
        value = at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else None
    except (ValueError, OverflowError):
        return _NOTHING
    return (value, moment(value) == text) if value is not None else _NOTHING


def _day(token: bytes) -> Fit:
    text, _ = _string(token)
    try:
        value = date.fromisoformat(text or "")
    except ValueError:
        return _NOTHING
    return (value, True) if value.isoformat() == text else _NOTHING


def _json(token: bytes) -> Fit:
    return _NOTHING if token == b"null" else (token.decode(), True)


STRING: Final = Reading(pl.String(), _string)
NUMBER: Final = Reading(pl.Float64(), _number)
JSON: Final = Reading(pl.String(), _json)
_KINDS: Final = {
    "integer": Reading(pl.Int64(), _integer),
    "number": NUMBER,
    "boolean": Reading(pl.Boolean(), _boolean),
}
_FORMATS: Final = {"date-time": Reading(INSTANT, _instant), "date": Reading(pl.Date(), _day)}
