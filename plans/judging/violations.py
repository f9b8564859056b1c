"""Broken promises as columns: which check at which place, and everything a violation says of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import polars as pl
from polars.expr.whenthen import ChainedThen, Then

from plans import tokens
from plans.judging.cells import Cells
from plans.judging.unfold import Unfolded

NAMES: Final = ("field", "path", "rule", "severity", "expected", "received", "value")
FOUND: Final = pl.Schema({"row": pl.UInt32()} | {name: pl.String() for name in NAMES})

_SAID: Final = ("at", "order", "number", "path", "pieces", "rule", "severity", "expected", "token")
_PLAIN: Final = r"^-?[0-9]+(?:\.[0-9]+)?$|^true$|^false$|^null$"
"""Tokens that are shown as DuckDB writes them."""


def describe(cells: Cells, unfolded: Unfolded, broken: pl.DataFrame) -> pl.DataFrame:
    """All broken checks (`at`, `check`, `token`) and all strange keys as `FOUND`, each row's in the plan's order."""
    known = pl.concat([broken, cells.checks[broken["check"]]], how="horizontal").select(_SAID)
    strange = unfolded.strange.with_columns(rule=pl.lit("unplanned_field"), expected=pl.lit(None, pl.String()))
    told = pl.concat([known, strange.select(_SAID)])
    if not told.height:
        return pl.DataFrame(schema=FOUND)
    depth = int(str(told["pieces"].list.len().max())) - 1
    indices = [f"i{at}" for at in range(depth)]
    placed = told.with_columns(unfolded.row.gather(told["at"]), *_indices(unfolded, told, depth))
    ordered = placed.sort("row", "order", *indices, "number")
    return ordered.with_columns(field=_field(depth), received=_received(), value=_value(ordered["token"])).select(
        FOUND.names()
    )


def _indices(unfolded: Unfolded, told: pl.DataFrame, depth: int) -> list[pl.Series]:
    """Of each place the indices of the elements it is in, outermost first (`i0`…); -1 beyond its own depth."""
    at, deep = told["at"], told["pieces"].list.len().cast(pl.Int64()) - 1
    found: list[pl.Series] = []
    for level in range(depth - 1, -1, -1):
        inside = deep > level
        found.append(
            pl.select(pl.when(inside).then(unfolded.index.gather(at)).otherwise(-1).alias(f"i{level}")).to_series()
        )
        at = pl.select(pl.when(inside).then(unfolded.outer.gather(at)).otherwise(at)).to_series()
    return found[::-1]


def _field(depth: int) -> pl.Expr:
    """The path with each place's own indices in it."""
    pieces = pl.col("pieces")
    text = pieces.list.get(0)
    for level in range(depth):
        index, piece = pl.col(f"i{level}").cast(pl.String()), pieces.list.get(level + 1, null_on_oob=True)
        text = pl.when(piece.is_null()).then(text).otherwise(pl.concat_str(text, index, piece))
    return text


def _received() -> pl.Expr:
    t = pl.col("token")
    word: Then | ChainedThen = pl.when(t.is_null()).then(None)
    for first, kind in (('"', "string"), ("{", "object"), ("[", "array"), ("t", "boolean"), ("f", "boolean")):
        word = word.when(t.str.starts_with(first)).then(pl.lit(kind))
    word = word.when(t.str.starts_with("n")).then(pl.lit("null"))
    return word.when(t.str.contains("[.eE]")).then(pl.lit("number")).otherwise(pl.lit("integer"))


def _value(token: pl.Series) -> pl.Series:
    """As `tokens.shown` says it: plain texts, whole numbers and words at once, the rest one by one."""
    t = pl.col("t")
    inside = t.str.strip_prefix('"').str.strip_suffix('"')
    plain_text = t.str.starts_with('"') & ~t.str.contains("\\", literal=True)
    plain = t.str.contains(_PLAIN) & (t.str.len_bytes() <= tokens.VALUE_CHARS)
    cut = inside.str.head(tokens.VALUE_CHARS - 1) + "…"
    bounded = pl.when(inside.str.len_chars() > tokens.VALUE_CHARS).then(cut).otherwise(inside)
    frame = token.rename("t").to_frame()
    told = frame.select(value=pl.when(plain_text).then(bounded).when(plain).then(t), left=~(plain_text | plain))
    left = told["left"].fill_null(False)
    if not left.any():
        return told["value"]
    at = left.arg_true()
    asked = token.gather(at)
    shown = {text: _shown(text) for text in asked.unique().to_list()}
    return told["value"].scatter(at, asked.replace_strict(shown, return_dtype=pl.String()))


def _shown(token: str) -> str:
    return tokens.shown(tokens.renumbered(tokens.parse(token, len(token)), _written_out))


def _written_out(number: str) -> str:
    """DuckDB gives small fractions an exponent; none had one when it was sent, for then it would be read exactly."""
    return format(Decimal(number), "f") if "e" in number else number
