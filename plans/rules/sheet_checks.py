"""What a sheet asks of a value: to be there, to be of one of its five types, to be a date of the calendar."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

import polars as pl

from plans.model import FieldType
from plans.rules.checks import DOUBTFUL, SHARED, Test, has_fraction_form, holds_text, is_kind
from plans.tokens import Value

_DAY = "[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
_CLOCK = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
_PLAIN_DATE = f'^"{_DAY}(?: {_CLOCK})?"$'
"""Dates that are in every calendar; year 0 is in none."""


def _empty(value: Value) -> bool:
    if type(value) is str:
        return not value or value.isspace()
    return value is None or value == []


def _fast_empty(t: pl.Expr) -> pl.Expr:
    blank_or_odd = holds_text(t) & ~t.str.contains(r'^"[^\s\\"\p{Z}\p{C}]')
    return pl.when(t.is_in(["null", '""', "[]"])).then(True).when(blank_or_odd).then(DOUBTFUL).otherwise(False)


@lru_cache(SHARED)
def is_there() -> Test:
    """Breaks for what a sheet calls empty: null, "", blank text, an empty array."""
    return Test(_empty, lambda t, _: _fast_empty(t))


@lru_cache(SHARED)
def is_sheet_type(name: FieldType, *, strict_float: bool) -> Test:
    """Breaks for a value that is not empty and not of a sheet's type; a date is a string here."""
    kinds = {"text": "string", "date": "string", "integer": "integer", "float": "number", "boolean": "boolean"}
    kind, strict = is_kind({kinds[name]}), has_fraction_form()
    strictly = name == "float" and strict_float

    def breaks(value: Value) -> bool:
        return (kind.breaks(value) or (strictly and strict.breaks(value))) and not _empty(value)

    def fast(t: pl.Expr, n: pl.Expr) -> pl.Expr:
        wrong = kind.fast(t, n) | strict.fast(t, n) if strictly else kind.fast(t, n)
        return wrong & ~_fast_empty(t)

    return Test(breaks, fast)


@lru_cache(SHARED)
def is_calendar_date() -> Test:
    """Breaks for text that is not blank and no real YYYY-MM-DD, with or without ' HH:MM:SS'."""

    def breaks(value: Value) -> bool:
        return type(value) is str and not _empty(value) and not _is_date(value)

    def fast(t: pl.Expr, _: pl.Expr) -> pl.Expr:
        plain = t.str.contains(_PLAIN_DATE) & ~t.str.starts_with('"0000')
        return pl.when(~holds_text(t) | plain).then(False).otherwise(DOUBTFUL)

    return Test(breaks, fast)


def _is_date(text: str) -> bool:
    if not text.isascii():
        return False
    day, space, clock = text.partition(" ")
    try:
        if len(day) != 10 or (space and len(clock) != 8):
            return False
        date.fromisoformat(day)
        if space:
            datetime.strptime(clock, "%H:%M:%S")
    except ValueError:
        return False
    return day[4] == "-"
