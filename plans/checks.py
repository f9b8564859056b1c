"""One promise about one value, said twice: exactly for a parsed value, quickly for a column of tokens."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl
from polars.expr.whenthen import ChainedThen, Then

from plans import tokens
from plans.exact import Exact, exact, is_integer, is_multiple, less
from plans.model import FieldType
from plans.tokens import Num, Value

Breaks = Callable[[Value], bool]
Fast = Callable[[pl.Expr, pl.Expr], pl.Expr]


@dataclass(frozen=True, eq=False)
class Test:
    """`breaks` decides, for any parsed value that is there.

    `fast` says the same of a column of tokens (and, if `counts`, of their array lengths): true, false, or null where
    only `breaks` can tell. A wrong `fast` would be a wrong verdict, so it leaves everything doubtful to `breaks`.
    """

    breaks: Breaks
    fast: Fast
    counts: bool = False


_DOUBTFUL = pl.lit(None, pl.Boolean())
_PLAIN_DAY = r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])"
_PLAIN_TIME = r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d"


def _is_text(t: pl.Expr) -> pl.Expr:
    return t.str.starts_with('"')


def _is_number(t: pl.Expr) -> pl.Expr:
    return t.str.contains("^[-0-9]")


def _is_escaped(t: pl.Expr) -> pl.Expr:
    return t.str.contains("\\", literal=True)


def _content(t: pl.Expr) -> pl.Expr:
    return t.str.strip_prefix('"').str.strip_suffix('"')


def _is(*words: str) -> Fast:
    return lambda t, _: t.is_in(words)


def is_kind(kinds: Collection[str], *, whole_by_value: bool = True) -> Test:
    """Breaks for a value of none of these JSON Schema types; draft 4 takes no 1.0 for an integer."""

    def breaks(value: Value) -> bool:
        found = tokens.kind(value)
        if found in kinds or (found == "integer" and "number" in kinds):
            return False
        return not ("integer" in kinds and found == "number" and whole_by_value and is_integer(exact(value)))

    def fast(t: pl.Expr, _: pl.Expr) -> pl.Expr:
        keeps = pl.lit(False)
        if "string" in kinds:
            keeps = keeps | _is_text(t)
        if "number" in kinds:
            keeps = keeps | _is_number(t)
        elif "integer" in kinds:
            keeps = keeps | _whole(t, whole_by_value)
        for kind, first in (("object", "{"), ("array", "["), ("null", "n")):
            if kind in kinds:
                keeps = keeps | t.str.starts_with(first)
        return ~(keeps | t.is_in(["true", "false"])) if "boolean" in kinds else ~keeps

    return Test(breaks, fast)


def _whole(t: pl.Expr, by_value: bool) -> pl.Expr:
    written = pl.when(t.str.contains("^-?[0-9]+$")).then(True)
    doubtful = _DOUBTFUL if by_value else pl.lit(False)
    return written.when(_is_number(t)).then(doubtful).otherwise(False)


def has_fraction_form() -> Test:
    """Breaks for a number written without fraction or exponent, which a strict float must have."""

    def breaks(value: Value) -> bool:
        return tokens.kind(value) == "integer"

    return Test(breaks, lambda t, _: t.str.contains("^-?[0-9]+$"))


def _empty(value: Value) -> bool:
    return value is None or value == [] or (type(value) is str and not value.strip())


def _fast_empty(t: pl.Expr) -> pl.Expr:
    blank_or_odd = _is_text(t) & ~t.str.contains(r'^"[^\s\\"\p{Z}\p{C}]')
    return pl.when(t.is_in(["null", '""', "[]"])).then(True).when(blank_or_odd).then(_DOUBTFUL).otherwise(False)


def is_there() -> Test:
    """Breaks for what a sheet calls empty: null, "", blank text, an empty array."""
    return Test(_empty, lambda t, _: _fast_empty(t))


def is_null() -> Test:
    """Breaks for null."""
    return Test(lambda value: value is None, _is("null"))


def is_object() -> Test:
    """Breaks for what is neither null nor an object."""
    return Test(
        lambda value: value is not None and not isinstance(value, dict),
        lambda t, _: ~t.str.starts_with("{") & (t != "null"),
    )


def is_array() -> Test:
    """Breaks for what is neither null nor an array."""
    return Test(
        lambda value: value is not None and not isinstance(value, list),
        lambda t, _: ~t.str.starts_with("[") & (t != "null"),
    )


def is_sheet_type(name: FieldType, *, strict_float: bool) -> Test:
    """Breaks for a value that is not empty and not of a sheet's type; a date is a string here."""
    kinds = {"text": "string", "date": "string", "integer": "integer", "float": "number", "boolean": "boolean"}
    kind, strict = is_kind({kinds[name]}), has_fraction_form()
    strictly = name == "float" and strict_float

    def breaks(value: Value) -> bool:
        return not _empty(value) and (kind.breaks(value) or (strictly and strict.breaks(value)))

    def fast(t: pl.Expr, n: pl.Expr) -> pl.Expr:
        wrong = kind.fast(t, n) | strict.fast(t, n) if strictly else kind.fast(t, n)
        return wrong & ~_fast_empty(t)

    return Test(breaks, fast)


def is_calendar_date() -> Test:
    """Breaks for text that is not blank and no real YYYY-MM-DD, with or without ' HH:MM:SS'."""

    def breaks(value: Value) -> bool:
        return type(value) is str and not _empty(value) and not _is_date(value)

    def fast(t: pl.Expr, _: pl.Expr) -> pl.Expr:
        plain = t.str.contains(f'^"{_PLAIN_DAY}(?: {_PLAIN_TIME})?"$'.replace(r"\d", "[0-9]"))
        return (
            pl.when(~_is_text(t)).then(False).when(plain & ~t.str.starts_with('"0000')).then(False).otherwise(_DOUBTFUL)
        )

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


def equals_one_of(values: list[Value]) -> Test:
    """Breaks for a value equal to none of these strings, numbers, booleans and nulls; 1, 1.0 and 1e0 are equal."""
    allowed = {_comparable(value) for value in values}
    words = {tokens.dump(value) for value in values} | {tokens.trimmed(v) for v in values if isinstance(v, Num)}
    numbers = any(isinstance(value, Num) for value in values)

    def breaks(value: Value) -> bool:
        return isinstance(value, dict | list) or _comparable(value) not in allowed

    def fast(t: pl.Expr, _: pl.Expr) -> pl.Expr:
        doubtful = _is_text(t) & _is_escaped(t)
        doubtful = doubtful | _is_number(t) if numbers else doubtful
        return pl.when(t.is_in(sorted(words))).then(False).when(doubtful).then(_DOUBTFUL).otherwise(True)

    return Test(breaks, fast)


def _comparable(value: Value) -> tuple[str, object]:
    if isinstance(value, Num):
        return "number", exact(value)
    return ("boolean", value) if isinstance(value, bool) else ("other", value)


def at_least(limit: Num, *, exclusive: bool) -> Test:
    """Breaks for a number below the limit, or at it when that is excluded."""
    bound = exact(limit)

    def breaks(value: Value) -> bool:
        return isinstance(value, Num) and (less(exact(value), bound) or (exclusive and exact(value) == bound))

    return Test(breaks, _beyond(bound, limit, breaks, below=True))


def at_most(limit: Num, *, exclusive: bool) -> Test:
    """Breaks for a number above the limit, or at it when that is excluded."""
    bound = exact(limit)

    def breaks(value: Value) -> bool:
        return isinstance(value, Num) and (less(bound, exact(value)) or (exclusive and exact(value) == bound))

    return Test(breaks, _beyond(bound, limit, breaks, below=False))


def _beyond(bound: Exact, limit: Num, breaks: Breaks, *, below: bool) -> Fast:
    """Rounding to a double keeps order, so doubles that differ decide; equal ones leave it open."""
    near = float(limit)

    def fast(t: pl.Expr, _: pl.Expr) -> pl.Expr:
        x = t.cast(pl.Float64(), strict=False)
        wrong, right = (x < near, x > near) if below else (x > near, x < near)
        at_it = pl.when(t == str(limit)).then(breaks(limit)).otherwise(_DOUBTFUL)
        return pl.when(~_is_number(t)).then(False).when(wrong).then(True).when(right).then(False).otherwise(at_it)

    return fast


def multiple_of(step: Num) -> Test:
    """Breaks for a number that is not a whole number of steps, by decimal arithmetic."""
    of = exact(step)

    def breaks(value: Value) -> bool:
        return isinstance(value, Num) and not is_multiple(exact(value), of)

    def fast(t: pl.Expr, _: pl.Expr) -> pl.Expr:
        decided: Then | ChainedThen = pl.when(~_is_number(t)).then(False)
        if of.digits == "1" and of.point <= 1:  # 1, 0.1, 0.01 …: at most so many decimals
            decimals = 1 - of.point
            few = f"^-?[0-9]+(?:\\.[0-9]{{1,{decimals}}})?$" if decimals else "^-?[0-9]+$"
            decided = decided.when(t.str.contains(few)).then(False)
        elif is_integer(of) and of.point <= 9:
            whole = t.str.contains("^-?[0-9]{1,18}$")
            divisor = int(of.digits.ljust(of.point, "0"))
            decided = decided.when(whole).then(t.cast(pl.Int64(), strict=False) % divisor != 0)
        return decided.otherwise(_DOUBTFUL)

    return Test(breaks, fast)


def length(low: int | None, high: int | None) -> Test:
    """Breaks for a string with fewer or more code points."""

    def breaks(value: Value) -> bool:
        return type(value) is str and _outside(len(value), low, high)

    def fast(t: pl.Expr, _: pl.Expr) -> pl.Expr:
        outside = _fast_outside(t.str.len_chars().cast(pl.Int64()) - 2, low, high)
        return pl.when(~_is_text(t)).then(False).when(_is_escaped(t)).then(_DOUBTFUL).otherwise(outside)

    return Test(breaks, fast)


def item_count(low: int | None, high: int | None) -> Test:
    """Breaks for an array with fewer or more elements."""

    def breaks(value: Value) -> bool:
        return isinstance(value, list) and _outside(len(value), low, high)

    def fast(t: pl.Expr, n: pl.Expr) -> pl.Expr:
        return t.str.starts_with("[") & _fast_outside(n, low, high)

    return Test(breaks, fast, counts=True)


def _outside(count: int, low: int | None, high: int | None) -> bool:
    return (low is not None and count < low) or (high is not None and count > high)


def _fast_outside(count: pl.Expr, low: int | None, high: int | None) -> pl.Expr:
    outside = pl.lit(False)
    if low is not None:
        outside = outside | (count < min(low, _HUGE))
    return outside if high is None else outside | (count > min(high, _HUGE))


_HUGE = 2**62


def text_that(accepts: Callable[[str], bool], surely: str | None, surely_not: bool) -> Test:
    """Breaks for a string that `accepts` refuses.

    `surely` is a Rust regex of texts that are accepted for certain; with `surely_not` all others are refused.
    """

    def breaks(value: Value) -> bool:
        return type(value) is str and not accepts(value)

    def fast(t: pl.Expr, _: pl.Expr) -> pl.Expr:
        decided: Then | ChainedThen = pl.when(~_is_text(t)).then(False)
        if surely is None:
            return decided.otherwise(_DOUBTFUL)
        fits = _content(t).str.contains(surely)
        rest = pl.lit(True) if surely_not else _DOUBTFUL
        return decided.when(_is_escaped(t)).then(_DOUBTFUL).when(fits).then(False).otherwise(rest)

    return Test(breaks, fast)
