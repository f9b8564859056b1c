"""A large group of equal events judged as columns: every check of its plan over all of them at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import polars as pl

from plans import paths, tokens
from plans.judging import decode
from plans.judging.violations import Failed, Strange, describe
from plans.paths import Path
from plans.rules.frames import Check, Compiled, Frame, Known

_NOTHING = pl.lit(False)


@dataclass
class Judged:
    """Violations of the rows that could be judged as columns, and the rows that must be read one by one."""

    violations: pl.DataFrame
    left: pl.Series


def validate(compiled: Compiled, payloads: pl.Series, few: float) -> Judged:
    """What the payloads (JSON objects) break, as `violations.FOUND` with the row of each; nothing odd among them.

    When fewer than `few` rows break anything, all these are left to be read one by one, which is faster then.
    Raises decode.Unreadable when one is not JSON.
    """
    group = _Group(compiled)
    rows = pl.DataFrame({"row": pl.int_range(len(payloads), dtype=pl.UInt32(), eager=True), "token": payloads})
    group.frame(compiled.root, rows, {})
    none = pl.Series("row", [], pl.UInt32())
    left = pl.concat([none, *group.left]).unique()
    broken = pl.concat([none, *(each.row() for each in group.broken)]).unique()
    if len(broken) < few:
        return Judged(describe([], compiled.depth), pl.concat([left, broken]).unique())
    found = describe([each.part() for each in group.broken], compiled.depth)
    return Judged(found.filter(~pl.col("row").is_in(left.implode())) if len(left) else found, left)


@dataclass
class _Group:
    compiled: Compiled
    broken: list[Failed | Strange] = field(default_factory=list)
    left: list[pl.Series] = field(default_factory=list)

    def frame(self, frame: Frame, rows: pl.DataFrame, outer: dict[int, pl.Series]) -> None:
        """Judge the rows of one frame (`row`, `i0`…, `token`) and of those inside it; `outer` guards hold or not."""
        columns, shapes = _cells(frame, rows["token"])
        for (cell, known), keys in zip(frame.objects.items(), shapes, strict=True):
            objects = rows.with_columns(columns.get_column(f"c{cell}").alias("token"), keys.alias("shape"))
            self._keys((*frame.path, *frame.cells[cell]), frame.depth, known, objects)
        held = outer | _guards(frame, columns)
        for check, fails in _broken(frame, columns, held):
            self.broken.append(Failed(check, rows, columns.get_column(f"c{check.cell}"), fails, frame.depth))
        for cell, inner in frame.arrays.items():
            token = columns.get_column(f"c{cell}")
            arrays = _where(token.str.starts_with("["), token)
            if arrays.null_count() < len(arrays):
                self._elements(inner, rows, arrays, held)

    def _elements(self, inner: Frame, rows: pl.DataFrame, arrays: pl.Series, held: dict[int, pl.Series]) -> None:
        parent, index, token = decode.elements(arrays)
        if not len(token):
            return
        around = rows.drop("token")[parent]
        elements = around.with_columns(index.alias(f"i{inner.depth - 1}"), token.alias("token"))
        self.frame(inner, elements, {number: guard.gather(parent) for number, guard in held.items()})

    def _keys(self, path: Path, depth: int, known: Known, objects: pl.DataFrame) -> None:
        """Objects come in few shapes: each is looked at once, and only the rows of a strange one again."""
        twice: list[str] = []
        strange: dict[str, dict[int, str]] = {}
        for shape in objects["shape"].unique().drop_nulls().to_list():
            names = json.loads(shape)
            if len(set(names)) < len(names):
                twice.append(shape)
            elif known.severity and not known.keys.issuperset(names):
                strange[shape] = {at: name for at, name in enumerate(names) if name not in known.keys}
        if twice:
            self.left.append(objects["row"].filter(objects["shape"].is_in(twice)))
        if strange and known.severity:
            order = self.compiled.fields + known.order
            met = objects.filter(objects["shape"].is_in(list(strange)))
            self.broken.append(Strange(met, strange, path, depth, order, known.severity))


def _cells(frame: Frame, token: pl.Series) -> tuple[pl.DataFrame, list[pl.Series]]:
    """A column for each cell (`c0`…) and for the length of each counted array (`n3`…); the keys of each object."""
    pointers = [paths.pointer(keys) for keys in frame.cells]
    found, shapes = decode.cells(token, pointers[1:], [pointers[cell] for cell in frame.objects])
    columns = {"c0": token.alias("c0")}
    for cell, (keys, series) in enumerate(zip(frame.cells[1:], found, strict=True), start=1):
        if any(map(_is_index, keys)):
            series = _where(columns[f"c{frame.parent(cell)}"].str.starts_with("{"), series)
        columns[f"c{cell}"] = series.alias(f"c{cell}")
    for at, cell in enumerate(frame.objects):
        if any(map(_is_index, frame.cells[cell])):
            shapes[at] = _where(columns[f"c{cell}"].str.starts_with("{"), shapes[at])
    for cell in {check.cell for check in frame.checks if check.test and check.test.counts}:
        token = columns[f"c{cell}"]
        arrays = _where(token.str.starts_with("["), token)
        columns[f"n{cell}"] = decode.lengths(arrays).alias(f"n{cell}")
    return pl.DataFrame(columns), shapes


def _is_index(key: str) -> bool:
    """A pointer with such a key finds elements of arrays too, and these are no fields."""
    return key.isdigit() or key == "-"


def _where(wanted: pl.Series, series: pl.Series) -> pl.Series:
    return pl.select(pl.when(wanted).then(series)).to_series()


def _guards(frame: Frame, columns: pl.DataFrame) -> dict[int, pl.Series]:
    held: dict[int, pl.Series] = {}
    for number, guard in frame.guards.items():
        holds = pl.Series([True]).new_from_index(0, columns.height)
        for cell, test, absent_counts in guard.conditions:
            c = pl.col(f"c{cell}")
            fails = columns.select(pl.when(c.is_null()).then(not absent_counts).otherwise(test.fast(c, c))).to_series()
            holds &= ~_decided(fails, columns.get_column(f"c{cell}"), test.breaks)
        held[number] = holds
    return held


def _broken(frame: Frame, columns: pl.DataFrame, held: dict[int, pl.Series]) -> Iterator[tuple[Check, pl.Series]]:
    """The checks that some rows fail, with which rows."""
    guards = pl.DataFrame([guard.alias(f"g{number}") for number, guard in held.items()])
    told = pl.concat([columns, guards], how="horizontal") if held else columns
    fails = told.select(_expressions(frame))
    for at, check in enumerate(frame.checks):
        broken = fails.to_series(at)
        if check.test and broken.null_count():
            broken = _decided(broken, columns.get_column(f"c{check.cell}"), check.test.breaks)
        if broken.any():
            yield check, broken


@lru_cache(maxsize=4096)
def _expressions(frame: Frame) -> list[pl.Expr]:
    return [_expression(frame, check).alias(str(at)) for at, check in enumerate(frame.checks)]


def _expression(frame: Frame, check: Check) -> pl.Expr:
    c, n = pl.col(f"c{check.cell}"), pl.col(f"n{check.cell}")
    if check.test:
        fails = pl.when(c.is_null()).then(_NOTHING).otherwise(check.test.fast(c, n))
    elif check.through:
        fails = c.is_null()
        for outer in frame.around(check.cell):
            o = pl.col(f"c{outer}")
            fails = fails & (o.is_null() | o.str.starts_with("{"))
        if frame.depth:
            fails = fails & pl.col("c0").str.starts_with("{")
    else:
        parent = frame.parent(check.cell)
        inside = pl.col(f"c{parent}").str.starts_with("{").fill_null(False)
        fails = c.is_null() & inside if parent or frame.depth else c.is_null()
    if check.guard is None:
        return fails
    guard, wanted = check.guard
    return pl.when(pl.col(f"g{guard}") == wanted).then(fails).otherwise(_NOTHING)


def _decided(fails: pl.Series, token: pl.Series, breaks: object) -> pl.Series:
    """Fill in what a fast test left open, asking the exact one about each different token."""
    assert callable(breaks)
    if not fails.null_count():
        return fails
    at = fails.is_null().arg_true()
    asked = token.gather(at)
    verdicts = {text: bool(breaks(tokens.parse(text, len(text)))) for text in asked.unique().to_list()}
    return fails.scatter(at, asked.replace_strict(verdicts, return_dtype=pl.Boolean()))
