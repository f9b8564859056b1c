"""What JSON Schema asks of a value beyond its type: to be one of some, within limits, of a length, like a pattern."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import polars as pl
from polars.expr.whenthen import ChainedThen, Then

from plans import tokens
from plans.exact import exact, is_integer, is_multiple, less
from plans.rules.checks import DOUBTFUL, SHARED, Breaks, Fast, Test, holds_escapes, holds_number, holds_text
from plans.tokens import Num, Value


def equals_one_of(values: list[Value]) -> Test:
    """Breaks for a value equal to none of these strings, numbers, booleans and nulls; 1, 1.0 and 1e0 are equal."""
    return _equals_one_of(tokens.dump(values))


@lru_cache(SHARED)
def _equals_one_of(listed: str) -> Test:
    values: list[Value] = tokens.parse(listed)
    allowed = {_comparable(value) for value in values}
    words = {tokens.dump(value) for value in values} | {tokens.trimmed(v) for v in values if isinstance(v, Num)}
    numbers = any(isinstance(value, Num) for value in values)

    def breaks(value: Value) -> bool:
        return isinstance(value, dict | list) or _comparable(value) not in allowed

    def fast(t: pl.Expr, _: pl.Expr) -> pl.Expr:
        doubtful = holds_text(t) & holds_escapes(t)
        doubtful = doubtful | holds_number(t) if numbers else doubtful
        return pl.when(t.is_in(sorted(words))).then(False).when(doubtful).then(DOUBTFUL).otherwise(True)

    return Test(breaks, fast)


def _comparable(value: Value) -> tuple[str, object]:
    if isinstance(value, Num):
        return "number", exact(value)
    return ("boolean", value) if isinstance(value, bool) else ("other", value)


@lru_cache(SHARED)
def at_least(limit: Num, *, exclusive: bool) -> Test:
    """Breaks for a number below the limit, or at it when that is excluded."""
    return _limited(limit, exclusive, below=True)


@lru_cache(SHARED)
def at_most(limit: Num, *, exclusive: bool) -> Test:
    """Breaks for a number above the limit, or at it when that is excluded."""
    return _limited(limit, exclusive, below=False)


def _limited(limit: Num, exclusive: bool, *, below: bool) -> Test:
    bound, near = exact(limit), float(limit)

    def breaks(value: Value) -> bool:
        if not isinstance(value, Num):
            return False
        about = float(value)
        if about != near:
            return (about < near) is below
        said = exact(value)
        return exclusive if said == bound else less(said, bound) is below

    return Test(breaks, _beyond(limit, breaks, below=below))


def _beyond(limit: Num, breaks: Breaks, *, below: bool) -> Fast:
    """Rounding to a double keeps order, so doubles that differ decide, here and above; equal ones leave it open."""
    near = float(limit)

    def fast(t: pl.Expr, _: pl.Expr) -> pl.Expr:
        x = t.cast(pl.Float64(), strict=False)
        wrong, right = (x < near, x > near) if below else (x > near, x < near)
        at_it = pl.when(t == str(limit)).then(breaks(limit)).otherwise(DOUBTFUL)
        return pl.when(~holds_number(t)).then(False).when(wrong).then(True).when(right).then(False).otherwise(at_it)

    return fast


@lru_cache(SHARED)
def multiple_of(step: Num) -> Test:
    """Breaks for a number that is not a whole number of steps, by decimal arithmetic."""
    of = exact(step)

    def breaks(value: Value) -> bool:
        return isinstance(value, Num) and not is_multiple(exact(value), of)

    def fast(t: pl.Expr, _: pl.Expr) -> pl.Expr:
        decided: Then | ChainedThen = pl.when(~holds_number(t)).then(False)
        if of.digits == "1" and of.point <= 1:  # 1, 0.1, 0.01 …: at most so many decimals
            decimals = 1 - of.point
            few = f"^-?[0-9]+(?:\\.[0-9]{{1,{decimals}}})?$" if decimals else "^-?[0-9]+$"
            decided = decided.when(t.str.contains(few)).then(False)
        elif is_integer(of) and of.point <= 9:
            whole = t.str.contains("^-?[0-9]{1,18}$")
            divisor = int(of.digits.ljust(of.point, "0"))
            decided = decided.when(whole).then(t.cast(pl.Int64(), strict=False) % divisor != 0)
        return decided.otherwise(DOUBTFUL)

    return Test(breaks, fast)


@lru_cache(SHARED)
def length(low: int | None, high: int | None) -> Test:
    """Breaks for a string with fewer or more code points."""

    def breaks(value: Value) -> bool:
        return type(value) is str and _outside(len(value), low, high)

    def fast(t: pl.Expr, _: pl.Expr) -> pl.Expr:
        outside = _fast_outside(t.str.len_chars().cast(pl.Int64()) - 2, low, high)
        return pl.when(~holds_text(t)).then(False).when(holds_escapes(t)).then(DOUBTFUL).otherwise(outside)

    return Test(breaks, fast)


@lru_cache(SHARED)
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


@lru_cache(SHARED)
def text_that(accepts: Callable[[str], bool], surely: str | None, surely_not: bool) -> Test:
    """Breaks for a string that `accepts` refuses.

    `surely` is a Rust regex of texts that are accepted for certain; with `surely_not` all others are refused.
    """

    def breaks(value: Value) -> bool:
        return type(value) is str and not accepts(value)

    def fast(t: pl.Expr, _: pl.Expr) -> pl.Expr:
        decided: Then | ChainedThen = pl.when(~holds_text(t)).then(False)
        if surely is None:
            return decided.otherwise(DOUBTFUL)
        fits = _content(t).str.contains(surely)
        rest = pl.lit(True) if surely_not else DOUBTFUL
        return decided.when(holds_escapes(t)).then(DOUBTFUL).when(fits).then(False).otherwise(rest)

    return Test(breaks, fast)


def _content(t: pl.Expr) -> pl.Expr:
    return t.str.strip_prefix('"').str.strip_suffix('"')
