"""Tests made of other tests, and of what an array or an object holds."""

from __future__ import annotations

import functools
import operator
from functools import lru_cache

import polars as pl

from plans import tokens
from plans.exact import exact
from plans.rules.checks import DOUBTFUL, SHARED, Test, holds_escapes
from plans.tokens import Num, Value

_NO = pl.lit(False)


@lru_cache(SHARED)
def never() -> Test:
    """Breaks for nothing: a condition with it asks only whether something is there."""
    return Test(lambda value: False, lambda t, n: t.is_null())


@lru_cache(SHARED)
def always() -> Test:
    """Breaks for whatever is there."""
    return Test(lambda value: True, lambda t, n: t.is_not_null())


@lru_cache(SHARED)
def all_of(tests: tuple[Test, ...]) -> Test:
    """Breaks for a value that breaks any of the tests."""
    if len(tests) == 1:
        return tests[0]
    return Test(
        lambda value: any(test.breaks(value) for test in tests),
        lambda t, n: functools.reduce(operator.or_, (test.fast(t, n) for test in tests), _NO),
        any(test.counts for test in tests),
    )


@lru_cache(SHARED)
def any_of(tests: tuple[Test, ...]) -> Test:
    """Breaks for a value that breaks all of the tests."""
    return Test(
        lambda value: all(test.breaks(value) for test in tests),
        lambda t, n: functools.reduce(operator.and_, (test.fast(t, n) for test in tests)),
        any(test.counts for test in tests),
    )


@lru_cache(SHARED)
def one_of(tests: tuple[Test, ...]) -> Test:
    """Breaks for a value that does not keep exactly one of the tests."""

    def fast(t: pl.Expr, n: pl.Expr) -> pl.Expr:
        kept = functools.reduce(operator.add, ((~test.fast(t, n)).cast(pl.Int64()) for test in tests))
        return kept != 1

    return Test(lambda value: sum(not t.breaks(value) for t in tests) != 1, fast, any(t.counts for t in tests))


@lru_cache(SHARED)
def negated(test: Test) -> Test:
    """Breaks for what keeps the test."""
    return Test(lambda value: not test.breaks(value), lambda t, n: ~test.fast(t, n), test.counts)


@lru_cache(SHARED)
def has_key(key: str) -> Test:
    """Breaks for an object without this key."""

    def breaks(value: Value) -> bool:
        return isinstance(value, dict) and key not in value

    return Test(breaks, lambda t, n: pl.when(t.str.starts_with("{")).then(DOUBTFUL).otherwise(_NO))


@lru_cache(SHARED)
def all_differ() -> Test:
    """Breaks for an array in which two elements are equal; 1 and 1.0 are."""

    def breaks(value: Value) -> bool:
        return isinstance(value, list) and len({_comparable(item) for item in value}) < len(value)

    def fast(t: pl.Expr, n: pl.Expr) -> pl.Expr:
        """Texts between commas that all differ, without escapes, fractions or anything inside: so do the elements."""
        inside = t.str.slice(1).str.head(-1)
        odd = holds_escapes(t) | inside.str.contains(r"[\[{]|(?:^|,)\s*-?(?:[0-9]+[.eE]|0)")
        parts = inside.str.split(",").list.eval(pl.element().str.strip_chars())
        differ = (n < 2) | (~odd & (parts.list.n_unique() == parts.list.len()))
        return pl.when(~t.str.starts_with("[") | differ).then(_NO).otherwise(DOUBTFUL)

    return Test(breaks, fast, counts=True)


def _comparable(value: Value) -> object:
    if isinstance(value, Num):
        return "number", exact(value)
    if isinstance(value, dict):
        return "object", frozenset((key, _comparable(inner)) for key, inner in value.items())
    if isinstance(value, list):
        return "array", tuple(map(_comparable, value))
    return tokens.kind(value), value


@lru_cache(SHARED)
def field_count(low: int | None, high: int | None) -> Test:
    """Breaks for an object with fewer or more fields."""

    def breaks(value: Value) -> bool:
        few = low is not None and isinstance(value, dict) and len(value) < low
        return few or (high is not None and isinstance(value, dict) and len(value) > high)

    def fast(t: pl.Expr, _: pl.Expr) -> pl.Expr:
        """A flat object has as many fields as quotes with a colon behind; one with more inside, at most so many."""
        keys = t.str.count_matches('":', literal=True).cast(pl.Int64())
        flat = ~t.str.contains(r'[\\]|"\s+:') & ~t.str.slice(1).str.contains("{", literal=True)
        outside = (_NO if low is None else keys < low) | (_NO if high is None else keys > high)
        return pl.when(~t.str.starts_with("{")).then(_NO).when(flat).then(outside).otherwise(DOUBTFUL)

    return Test(breaks, fast)
