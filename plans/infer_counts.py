"""What was seen at each field, as tables that only grow with the number of fields: kinds, values, formats, examples."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final

import polars as pl

from plans import oracle, tokens
from plans.infer_tree import Bounds
from plans.rules.known_formats import SURELY

KINDS: Final = ("string", "integer", "number", "boolean", "object", "array", "null")
FORMATS: Final = ("date-time", "date", "time", "uuid", "email", "uri", "ipv4", "ipv6")
"""Formats that a text does not have by chance."""
_SAMPLE: Final = 20
"""Distinct texts of a field that decide which formats are counted at all; half of them must fit."""

LEVEL: Final = pl.Schema({"node": pl.UInt32(), "token": pl.String()})
_COUNTS: Final = pl.Schema({"node": pl.UInt32(), "seen": pl.Int64()} | dict.fromkeys(KINDS, pl.Int64()))
_VALUES: Final = pl.Schema({"node": pl.UInt32(), "token": pl.String(), "count": pl.Int64()})
_FITS: Final = pl.Schema({"node": pl.UInt32(), "format": pl.String(), "fits": pl.Int64()})


class Counts:
    """Sums over all levels that were added: `LEVEL` frames, a node and a JSON token for each value."""

    def __init__(self, bounds: Bounds) -> None:
        self.kinds = pl.DataFrame(schema=_COUNTS)
        self.values = pl.DataFrame(schema=_VALUES)
        self.examples = pl.DataFrame(schema=LEVEL)
        self.fits = pl.DataFrame(schema=_FITS)
        self._bounds = bounds
        self._many: set[int] = set()
        self._formats: dict[int, tuple[str, ...]] = {}

    def add(self, level: pl.DataFrame) -> None:
        self.kinds = pl.concat([self.kinds, _kinds(level)]).group_by("node").agg(pl.all().sum())
        self._show(level)
        texts = level.filter(pl.col("token").str.starts_with('"'))
        if texts.height:
            distinct = texts.group_by("node", "token").agg(count=pl.len().cast(pl.Int64()))
            self._decide(distinct)
            self._fit(distinct)
            self._collect(distinct)

    def _show(self, level: pl.DataFrame) -> None:
        """Keep a few different values of each node to show."""
        told = self.examples.group_by("node").len().filter(pl.col("len") >= self._bounds.examples)
        new = level.join(told, on="node", how="anti").filter(~pl.col("token").str.contains(r"^[\[{]"))
        few = new.unique(maintain_order=True).group_by("node", maintain_order=True).head(self._bounds.examples)
        short = few.with_columns(pl.col("token").str.head(self._bounds.example_chars)).select("node", "token")
        both = pl.concat([self.examples, short]).unique(maintain_order=True)
        self.examples = both.group_by("node", maintain_order=True).head(self._bounds.examples).select("node", "token")

    def _collect(self, distinct: pl.DataFrame) -> None:
        """Count the different texts of each node, as long as they are few and short."""
        new = distinct.filter(~pl.col("node").is_in(list(self._many)))
        both = pl.concat([self.values, new]).group_by("node", "token").agg(pl.col("count").sum())
        long = pl.col("token").str.len_chars().max() > self._bounds.value_chars + 2
        many = both.group_by("node").agg(many=(pl.len() > self._bounds.values) | long).filter("many")["node"]
        self._many.update(many.to_list())
        self.values = both.filter(~pl.col("node").is_in(many.implode()))

    def _decide(self, distinct: pl.DataFrame) -> None:
        """Which formats the texts of nodes met for the first time may have; an empty text decides nothing."""
        new = distinct.filter(~pl.col("node").is_in(list(self._formats)) & (pl.col("token") != '""'))
        for (node,), sample in new.group_by("node"):
            texts = [_text(token) for token in sample["token"].head(_SAMPLE).to_list()]
            half = [name for name in FORMATS if 2 * sum(map(_has(name), texts)) >= len(texts)]
            self._formats[int(str(node))] = tuple(half)

    def _fit(self, distinct: pl.DataFrame) -> None:
        for name in FORMATS:
            nodes = [node for node, formats in self._formats.items() if name in formats]
            asked = distinct.filter(pl.col("node").is_in(nodes))
            if asked.height:
                told = asked.filter(_fitting(asked["token"], name)).group_by("node").agg(fits=pl.col("count").sum())
                new = told.select("node", pl.lit(name).alias("format"), "fits").cast(_FITS)
                self.fits = pl.concat([self.fits, new]).group_by("node", "format").agg(pl.col("fits").sum())


def _kinds(level: pl.DataFrame) -> pl.DataFrame:
    """How many values of each kind every node has, as `_COUNTS`."""
    t = pl.col("token")
    first = t.str.head(1)
    whole, number = t.str.contains("^-?[0-9]+$"), t.str.contains("^[-0-9]")
    told = {
        "string": first == '"',
        "integer": whole,
        "number": number & ~whole,
        "boolean": t.is_in(["true", "false"]),
        "object": first == "{",
        "array": first == "[",
        "null": t == "null",
    }
    sums = {name: expression.sum().cast(pl.Int64()) for name, expression in told.items()}
    return level.group_by("node").agg(seen=pl.len().cast(pl.Int64()), **sums)


def _fitting(token: pl.Series, name: str) -> pl.Series:
    """Which texts have the format: plain ones by a regex, each of the others by jsonschema-rs."""
    content = token.str.strip_prefix('"').str.strip_suffix('"')
    sure = content.str.contains(SURELY[name]) if name in SURELY else pl.repeat(False, len(token), eager=True)
    rest = (~sure).arg_true()
    has = _has(name)
    return sure.scatter(rest, [has(_text(each)) for each in token.gather(rest).to_list()])


@cache
def _has(name: str) -> Callable[[str], bool]:
    return oracle.by_dialect("")({"format": name}, validate_formats=True, offline=True).is_valid


def _text(token: str) -> str:
    """The text a JSON token says; one that says none has no format."""
    try:
        return str(tokens.parse(token, len(token)))
    except ValueError:
        return ""
