"""Broken promises as columns: which check, in which rows, and everything a violation says of them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import polars as pl
from polars.expr.whenthen import ChainedThen, Then

from plans import paths, tokens
from plans.judging import decode
from plans.model import Rule, Severity
from plans.rules.frames import Check

NAMES: Final = ("field", "path", "rule", "severity", "expected", "received", "value")
FOUND: Final = pl.Schema({"row": pl.UInt32()} | {name: pl.String() for name in NAMES})

_PLAIN: Final = r"^-?[0-9]+(?:\.[0-9]+)?$|^true$|^false$|^null$"
"""Tokens that are shown as DuckDB writes them."""


@dataclass(frozen=True)
class Part:
    """Rows that break one promise: `row`, `i0`…, `token` (null when nothing is there), `field`, `path`, `number`."""

    rows: pl.DataFrame
    order: int
    rule: Rule
    severity: Severity
    expected: str | None


@dataclass(frozen=True)
class Failed:
    """A check, and which rows of a frame fail it with which token."""

    check: Check
    rows: pl.DataFrame
    token: pl.Series
    fails: pl.Series
    depth: int

    def row(self) -> pl.Series:
        """The events that fail."""
        return self.rows["row"].filter(self.fails)

    def part(self) -> Part:
        """All there is to say of them."""
        check = self.check
        named = self.rows.with_columns(self.token.alias("token")).filter(self.fails)
        label = _label(paths.pieces(check.path, self.depth))
        path, number = pl.lit(paths.render(check.path)), pl.lit(check.number, pl.Int64())
        told = named.with_columns(field=label, path=path, number=number)
        return Part(told, check.order, check.rule, check.severity, check.expected)


@dataclass(frozen=True)
class Strange:
    """Objects (`token`) of strange shapes (`shape`), and for each shape the keys nobody planned, by their place."""

    rows: pl.DataFrame
    shapes: dict[str, dict[int, str]]
    path: paths.Path
    depth: int
    order: int
    severity: Severity

    def row(self) -> pl.Series:
        """The events that have such an object."""
        return self.rows["row"]

    def part(self) -> Part:
        """A violation for each such key of each object."""
        around = len(paths.render(self.path))
        keys = [
            (shape, at, paths.pointer((key,)), path := paths.render((*self.path, key)), path[around:])
            for shape, names in self.shapes.items()
            for at, key in names.items()
        ]
        texts = dict.fromkeys(("shape", "number", "pointer", "path", "tail"), pl.String())
        spread = pl.DataFrame(keys, schema=texts | {"number": pl.Int64()}, orient="row")
        met = self.rows.join(spread, on="shape")
        token = decode.pick(met["token"], met["pointer"]).alias("token")
        label = pl.concat_str(_label(paths.pieces(self.path, self.depth)), pl.col("tail"))
        return Part(met.with_columns(token, field=label), self.order, "unplanned_field", self.severity, None)


def describe(parts: list[Part], depth: int) -> pl.DataFrame:
    """All parts as `FOUND`, each row's violations in the plan's order."""
    if not parts:
        return pl.DataFrame(schema=FOUND)
    indices = [f"i{at}" for at in range(depth)]
    tall = pl.concat([_complete(part, indices) for part in parts])
    ordered = tall.sort("row", "order", *indices, "number")
    return ordered.with_columns(received=_received(), value=_value(ordered["token"])).select(FOUND.names())


def _complete(part: Part, indices: list[str]) -> pl.DataFrame:
    """Rows outside an array have no index in it; they come before those inside."""
    told = [pl.col(name) if name in part.rows.columns else pl.lit(-1, pl.Int64()).alias(name) for name in indices]
    return part.rows.select(
        "row",
        *told,
        pl.lit(part.order, pl.Int64()).alias("order"),
        "number",
        "token",
        "field",
        "path",
        rule=pl.lit(part.rule),
        severity=pl.lit(part.severity),
        expected=pl.lit(part.expected, pl.String()),
    )


def _label(pieces: list[str]) -> pl.Expr:
    """The text of a path with each row's own indices in it."""
    parts: list[pl.Expr] = [pl.lit(pieces[0])]
    for at, piece in enumerate(pieces[1:]):
        parts += [pl.col(f"i{at}").cast(pl.String()), pl.lit(piece)]
    return pl.concat_str(parts)


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
