"""One promise about one value, said twice: exactly for a parsed value, quickly for a column of tokens."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import polars as pl

from plans import tokens
from plans.exact import exact, is_integer
from plans.tokens import Value

Breaks = Callable[[Value], bool]
Fast = Callable[[pl.Expr, pl.Expr], pl.Expr]

SHARED: Final = 4096
"""How many different promises are remembered: equal ones share one Test, which is asked once for all of them."""


@dataclass(frozen=True, eq=False)
class Test:
    """`breaks` decides, for any parsed value that is there.

    `fast` says the same of a column of tokens (and, if `counts`, of their array lengths): true, false, or null where
    only `breaks` can tell. A wrong `fast` would be a wrong verdict, so it leaves everything doubtful to `breaks`.
    """

    breaks: Breaks
    fast: Fast
    counts: bool = False


DOUBTFUL = pl.lit(None, pl.Boolean())
"""What a fast test says where it cannot tell."""


def holds_text(t: pl.Expr) -> pl.Expr:
    """Tokens of strings."""
    return t.str.starts_with('"')


def holds_number(t: pl.Expr) -> pl.Expr:
    """Tokens of numbers."""
    return t.str.contains("^[-0-9]")


def holds_escapes(t: pl.Expr) -> pl.Expr:
    """Tokens that are not what they stand for."""
    return t.str.contains("\\", literal=True)


def _is(*words: str) -> Fast:
    return lambda t, _: t.is_in(words)


def is_kind(kinds: Collection[str], *, whole_by_value: bool = True) -> Test:
    """Breaks for a value of none of these JSON Schema types; draft 4 takes no 1.0 for an integer."""
    return _is_kind(frozenset(kinds), whole_by_value)


_KINDS: Final[dict[type, str]] = {
    str: "string",
    bool: "boolean",
    type(None): "null",
    dict: "object",
    tokens.Repeated: "object",
    list: "array",
}


@lru_cache(SHARED)
def _is_kind(kinds: frozenset[str], whole_by_value: bool) -> Test:
    by_value = "integer" in kinds and "number" not in kinds
    of_others = {kind: name not in kinds for kind, name in _KINDS.items()}

    def breaks(value: Value) -> bool:
        broken = of_others.get(type(value))
        if broken is not None:
            return broken
        if not by_value:
            return "number" not in kinds
        return tokens.kind(value) != "integer" and not (whole_by_value and is_integer(exact(value)))

    def fast(t: pl.Expr, _: pl.Expr) -> pl.Expr:
        keeps = pl.lit(False)
        if "string" in kinds:
            keeps = keeps | holds_text(t)
        if "number" in kinds:
            keeps = keeps | holds_number(t)
        elif "integer" in kinds:
            keeps = keeps | _whole(t, whole_by_value)
        for kind, first in (("object", "{"), ("array", "["), ("null", "n")):
            if kind in kinds:
                keeps = keeps | t.str.starts_with(first)
        return ~(keeps | t.is_in(["true", "false"])) if "boolean" in kinds else ~keeps

    return Test(breaks, fast)


def _whole(t: pl.Expr, by_value: bool) -> pl.Expr:
    written = pl.when(t.str.contains("^-?[0-9]+$")).then(True)
    doubtful = DOUBTFUL if by_value else pl.lit(False)
    return written.when(holds_number(t)).then(doubtful).otherwise(False)


@lru_cache(SHARED)
def has_fraction_form() -> Test:
    """Breaks for a number written without fraction or exponent, which a strict float must have."""

    def breaks(value: Value) -> bool:
        return tokens.kind(value) == "integer"

    return Test(breaks, lambda t, _: t.str.contains("^-?[0-9]+$"))


@lru_cache(SHARED)
def is_null() -> Test:
    """Breaks for null."""
    return Test(lambda value: value is None, _is("null"))


@lru_cache(SHARED)
def is_object() -> Test:
    """Breaks for what is neither null nor an object."""
    return Test(
        lambda value: value is not None and not isinstance(value, dict),
        lambda t, _: ~t.str.starts_with("{") & (t != "null"),
    )


@lru_cache(SHARED)
def is_array() -> Test:
    """Breaks for what is neither null nor an array."""
    return Test(
        lambda value: value is not None and not isinstance(value, list),
        lambda t, _: ~t.str.starts_with("[") & (t != "null"),
    )
