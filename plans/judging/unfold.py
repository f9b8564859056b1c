"""Payloads of any number of event names unfolded into one column of values, each with the cell of the plan it is in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import polars as pl

from plans import paths
from plans.judging import decode
from plans.judging.cells import NOBODYS, Cells, Shape

AT: Final = pl.UInt32()
"""A place: a payload, or one element of an array; numbered through all of them."""
TOKENS: Final = pl.Schema({"at": AT, "cell": pl.UInt32(), "token": pl.String()})
MISSING: Final = pl.Schema({"at": AT, "check": pl.UInt32()})
BROKEN: Final = pl.Schema({**MISSING, "token": pl.String()})
"""A check that does not hold at a place, and the value there (null when nothing is)."""
STRANGE: Final = pl.Schema(
    {
        "at": AT,
        "order": pl.Int64(),
        "number": pl.Int64(),
        "path": pl.String(),
        "pieces": pl.List(pl.String()),
        "severity": pl.String(),
        "token": pl.String(),
    }
)


@dataclass
class Unfolded:
    """What payloads hold: `tokens` where the plan looks; what is missing, what nobody planned and what is
    misnamed; where a key is twice.

    `row`, `outer` and `index` say of each place (`at`) whose payload it is in, and for an element the place its array
    is in and its index there.
    """

    row: pl.Series
    outer: pl.Series
    index: pl.Series
    tokens: pl.DataFrame
    missing: pl.DataFrame
    strange: pl.DataFrame
    misnamed: pl.DataFrame
    twice: pl.Series


def unfold(cells: Cells, payload_cells: pl.Series, payloads: pl.Series) -> Unfolded:
    """All that the planned events look at in the payloads (JSON objects; the cell of each).

    Raises decode.Unreadable when one is not JSON.
    """
    work = _Unfolding(cells, len(payloads))
    at = pl.int_range(len(payloads), dtype=AT, eager=True)
    found = [pl.DataFrame({"at": at, "cell": payload_cells, "token": payloads}, schema=TOKENS)]
    level = work.fields(found[0])
    while level.height:
        found.append(level)
        level = work.inside(level)
    return work.done(found)


@dataclass
class _Unfolding:
    cells: Cells
    payloads: int
    rows: list[pl.Series] = field(default_factory=list)
    outers: list[pl.Series] = field(default_factory=list)
    indices: list[pl.Series] = field(default_factory=list)
    missing: list[pl.DataFrame] = field(default_factory=list)
    strange: list[pl.DataFrame] = field(default_factory=list)
    misnamed: list[pl.DataFrame] = field(default_factory=list)
    twice: list[pl.Series] = field(default_factory=list)
    places: int = 0

    def __post_init__(self) -> None:
        first = pl.int_range(self.payloads, dtype=AT, eager=True)
        self._places(first, first, pl.repeat(-1, self.payloads, dtype=pl.Int64(), eager=True))

    def _places(self, row: pl.Series, outer: pl.Series, index: pl.Series) -> None:
        self.rows.append(row.alias("row"))
        self.outers.append(outer.alias("outer"))
        self.indices.append(index.alias("index"))
        self.places += len(row)

    def inside(self, level: pl.DataFrame) -> pl.DataFrame:
        """What is in the objects and arrays among these that the plan looks into, as `TOKENS`."""
        rules = self.cells.cells
        looked_into = (rules["opens"] | (rules["inner"] > NOBODYS)).gather(level["cell"])
        deeper = level.filter(looked_into).join(rules.with_row_index("cell"), on="cell", how="left")
        objects = deeper.filter(pl.col("opens") & pl.col("token").str.starts_with("{"))
        arrays = deeper.filter((pl.col("inner") > NOBODYS) & pl.col("token").str.starts_with("["))
        return pl.concat([self.fields(objects), self._elements(arrays)])

    def fields(self, objects: pl.DataFrame) -> pl.DataFrame:
        """The values of the keys of these objects, as `TOKENS`."""
        if not objects.height:
            return pl.DataFrame(schema=TOKENS)
        keys, values = decode.fields(objects["token"])
        number, each = _shapes(objects["cell"], keys)
        shapes = [self.cells.shape(*asked) for asked in each.iter_rows()]
        told = objects.select("at", "token").with_columns(values=values, shape=number)
        self._remark(told, shapes)
        inside = pl.Series([shape.inside for shape in shapes], dtype=pl.List(pl.UInt32()))
        return told.select("at", cell=inside.gather(number), token="values").explode("cell", "token")

    def _remark(self, told: pl.DataFrame, shapes: list[Shape]) -> None:
        """Keep what the shapes of objects say already."""
        twice = [number for number, shape in enumerate(shapes) if shape.twice]
        if twice:
            self.twice.append(told.filter(pl.col("shape").is_in(twice))["at"])
        missing = [(number, check) for number, shape in enumerate(shapes) for check in shape.missing]
        if missing:
            self.missing.append(_with_check(told, missing).select(MISSING.names()))
        misnamed = [(number, check) for number, shape in enumerate(shapes) for check in shape.misnamed]
        if misnamed:
            self.misnamed.append(_with_check(told, misnamed).select(BROKEN.names()))
        self._strangers(told, shapes)

    def _strangers(self, told: pl.DataFrame, shapes: list[Shape]) -> None:
        strange = [
            (number, one.order, one.position, paths.render(one.path), paths.pieces(one.path, one.depth), one.severity)
            for number, shape in enumerate(shapes)
            for one in shape.strange
        ]
        if strange:
            schema = {"shape": pl.UInt32()} | {name: STRANGE[name] for name in STRANGE.names()[1:-1]}
            met = told.join(pl.DataFrame(strange, schema=schema, orient="row"), on="shape")
            token = pl.col("values").list.get(pl.col("number"))
            self.strange.append(met.with_columns(token=token).select(STRANGE.names()))

    def _elements(self, arrays: pl.DataFrame) -> pl.DataFrame:
        """The elements of these arrays, as `TOKENS`; each is a new place."""
        if not arrays.height:
            return pl.DataFrame(schema=TOKENS)
        parent, index, token = decode.elements(arrays["token"])
        around = arrays.select("at", "inner")[parent]
        at = pl.int_range(self.places, self.places + len(token), dtype=AT, eager=True)
        outer = around["at"]
        row = pl.concat(self.rows).gather(outer)
        self._places(row, outer, index)
        return pl.DataFrame({"at": at, "cell": around["inner"], "token": token}, schema=TOKENS)

    def done(self, tokens: list[pl.DataFrame]) -> Unfolded:
        row = pl.concat(self.rows)
        return Unfolded(
            row,
            pl.concat(self.outers),
            pl.concat(self.indices),
            pl.concat(tokens),
            pl.concat([pl.DataFrame(schema=MISSING), *self.missing]),
            pl.concat([pl.DataFrame(schema=STRANGE), *self.strange]),
            pl.concat([pl.DataFrame(schema=BROKEN), *self.misnamed]),
            row.gather(pl.concat([pl.Series("at", [], AT), *self.twice])).unique(),
        )


def _with_check(told: pl.DataFrame, checks: list[tuple[int, int]]) -> pl.DataFrame:
    """The objects whose shape breaks a check, once for each of these."""
    schema = {"shape": pl.UInt32(), "check": pl.UInt32()}
    return told.join(pl.DataFrame(checks, schema=schema, orient="row"), on="shape")


def _shapes(cell: pl.Series, keys: pl.Series) -> tuple[pl.Series, pl.DataFrame]:
    """The number of each object's shape, and the `cell` and `keys` of each number.

    Texts become numbers first, which are a few times faster to compare (measured).
    """
    code = keys.cast(pl.Categorical(pl.Categories.random())).to_physical().cast(pl.UInt64())
    both = cell.cast(pl.UInt64()) * 2**32 + code
    first = both.arg_unique()
    first = first.gather(both.gather(first).arg_sort())
    each = pl.DataFrame({"cell": cell.gather(first), "keys": keys.gather(first)})
    return both.gather(first).search_sorted(both), each
