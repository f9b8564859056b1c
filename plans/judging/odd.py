"""Which payloads must be read exactly, one by one: DuckDB is lenient with some text and rounds some numbers."""

from __future__ import annotations

import re
from typing import Final

import polars as pl

from plans.judging.decode import INEXACT
from plans.tokens import MAX_DEPTH

_LENIENT: Final = r",\s*[\]}]|[:\[,]\s*[-+]?(?i:nan|inf)|\\u[dD][89a-fA-F]"
"""Finds what DuckDB takes and JSON does not: trailing commas, NaN, Infinity; and escapes of surrogates."""
_NUMBER: Final = re.compile(r"[:\[,]\s*(-?[0-9]+(?:\.[0-9]+(?:[eE][+-]?[0-9]+)?|[eE][+-]?[0-9]+))")


def odd(payloads: pl.Series) -> pl.Series:
    """True for each payload that may mean something else to DuckDB than to RFC 8259, or is no object."""
    p = pl.col("p")
    brackets = p.str.count_matches(r"[\[{]")
    deep = pl.when(p.str.len_bytes() > 2 * MAX_DEPTH).then(brackets > MAX_DEPTH).otherwise(False)
    found = (
        payloads.rename("p")
        .to_frame()
        .select(lenient=p.str.contains(_LENIENT) | ~p.str.starts_with("{") | deep, inexact=p.str.contains(INEXACT))
    )
    told = found["lenient"]
    if found["inexact"].any():
        at = found["inexact"].arg_true()
        told = told.scatter(at, told.gather(at) | pl.Series(map(_rounded, payloads.gather(at))))
    return told.alias(payloads.name)


def _rounded(payload: str) -> bool:
    """Whether some number has an exponent, or a double that is not printed as the number was written."""
    return any("e" in number.lower() or repr(float(number)) != number for number in _NUMBER.findall(payload))
