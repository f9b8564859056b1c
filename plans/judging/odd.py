"""Which payloads must be read exactly, one by one: DuckDB is lenient with some text and rounds some numbers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import polars as pl

from plans.judging.decode import INEXACT
from plans.tokens import MAX_DEPTH

_LENIENT: Final = r",\s*[\]}]|[:\[,]\s*[-+]?(?i:nan|inf)|\\u[dD][89a-fA-F]"
"""Finds what DuckDB takes and JSON does not: trailing commas, NaN, Infinity; and escapes of surrogates."""
_SUSPECT: Final = r",[ \t\n\r]*[\]}]|[:\[,][ \t\n\r]*[-+]?(?:[nN][aA]|[iI][nN])|\\u[dD]"
"""Finds all of these and some others, many times faster: few texts are looked at again (measured)."""
_NUMBER: Final = re.compile(r"[:\[,]\s*(-?[0-9]+(?:\.[0-9]+(?:[eE][+-]?[0-9]+)?|[eE][+-]?[0-9]+))")


def odd(payloads: pl.Series) -> pl.Series:
    """True for each payload that may mean something else to DuckDB than to RFC 8259, or does not start an object."""
    p = pl.col("p")
    deep = pl.when(p.str.len_bytes() > 2 * MAX_DEPTH).then(p.str.count_matches(r"[\[{]") > MAX_DEPTH)
    found = (
        payloads.rename("p")
        .to_frame()
        .select(
            odd=~p.str.starts_with("{") | deep.otherwise(False),
            suspect=p.str.contains(_SUSPECT),
            inexact=p.str.contains(INEXACT),
        )
    )
    told = _again(found["odd"], found["suspect"], payloads, lambda texts: texts.str.contains(_LENIENT))
    told = _again(told, found["inexact"], payloads, lambda texts: pl.Series(map(_rounded, texts), dtype=pl.Boolean()))
    return told.alias(payloads.name)


def _again(told: pl.Series, doubtful: pl.Series, texts: pl.Series, look: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """What is told already, and what a closer look at the doubtful texts finds."""
    at = doubtful.arg_true()
    return told.scatter(at, told.gather(at) | look(texts.gather(at))) if len(at) else told


def _rounded(payload: str) -> bool:
    """Whether some number has an exponent, or a double that is not printed as the number was written."""
    return any("e" in number.lower() or repr(float(number)) != number for number in _NUMBER.findall(payload))
