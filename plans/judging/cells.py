"""Every cell of the planned events that batches meet, numbered as one: columns are judged whatever the event names."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from plans import paths
from plans.model import Severity
from plans.paths import Path
from plans.rules.checks import Test
from plans.rules.frames import Check, Compiled, Frame, Known

NOBODYS: Final = 0
"""The number of no cell: what stands there is not looked at."""
KEPT_CELLS: Final = 200_000
"""Beyond so many, numbering starts anew: plans that came and went would be kept for ever."""
KEPT_SHAPES: Final = 1_000
"""How many shapes are remembered of an object; payloads may use keys as data, and each is another shape."""

_CELLS: Final = {"inner": pl.UInt32(), "opens": pl.Boolean(), "group": pl.UInt32()}
_ASKED: Final = {"cell": pl.UInt32(), "test": pl.UInt32(), "check": pl.UInt32()}
_CONDITIONS: Final = {"cell": pl.UInt32(), "test": pl.UInt32(), "guard": pl.UInt32(), "absent_counts": pl.Boolean()}
_CHECKS: Final = {
    "order": pl.Int64(),
    "number": pl.Int64(),
    "path": pl.String(),
    "pieces": pl.List(pl.String()),
    "rule": pl.String(),
    "severity": pl.String(),
    "expected": pl.String(),
    "guard": pl.UInt32(),
    "wanted": pl.Boolean(),
    "climb": pl.UInt32(),
}
Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Strange:
    """A key nobody planned: its place among the keys, its path, and what it is."""

    position: int
    path: Path
    depth: int
    order: int
    severity: Severity


@dataclass(frozen=True)
class Shape:
    """What the keys of an object say, before any value is looked at: the cell of each, and what is wrong already."""

    inside: list[int]
    missing: list[int] = field(default_factory=list)
    strange: list[Strange] = field(default_factory=list)
    misnamed: list[int] = field(default_factory=list)
    twice: bool = False


@dataclass(eq=False)
class _Object:
    """A cell whose object is looked into: its planned keys, and what is missing when one of them is absent."""

    frame: Frame
    cell: int
    fields: int
    known: Known | None
    inside: dict[str, int] = field(default_factory=dict)
    missing: dict[str, list[int]] = field(default_factory=dict)
    names: list[tuple[int, Check]] = field(default_factory=list)
    shapes: dict[str, Shape] = field(default_factory=dict)


class Cells:
    """Numbered cells, checks, tests and guards as tables; they only ever grow, so any number stays what it is.

    `cells`: for each the cell of its elements (`inner`), whether its object is looked into, and its group, which is
    the tests it has (`groups`). `asked`: which check a test of a cell is for; `conditions`: for which guard.
    """

    def __init__(self) -> None:
        self.tests: list[Test] = []
        self.groups: list[tuple[int, ...]] = [()]
        self.needed: list[int] = []
        self.cells = pl.DataFrame([(NOBODYS, False, 0)], schema=_CELLS, orient="row")
        self.checks = pl.DataFrame(schema=_CHECKS)
        self.asked = pl.DataFrame(schema=_ASKED)
        self.conditions = pl.DataFrame(schema=_CONDITIONS)
        self._payloads: dict[Compiled, int] = {}
        self._objects: dict[int, _Object] = {}
        self._test_numbers: dict[Test, int] = {}
        self._group_numbers: dict[tuple[int, ...], int] = {(): 0}

    def payload(self, compiled: Compiled) -> int:
        """The number of the cell that holds the payload of this planned event, which has been added."""
        return self._payloads[compiled]

    def add(self, compiled: Iterable[Compiled]) -> None:
        """Number all cells of these planned events, but for those that are numbered already."""
        new = _New(self.cells.height, self.checks.height)
        for each in compiled:
            if each not in self._payloads:
                self._payloads[each] = self._number(each, new)
        if new.cells:
            self.checks = _grown(self.checks, new.checks)
            self.asked = _grown(self.asked, new.asked)
            self.conditions = _grown(self.conditions, new.conditions)
            self.cells = _grown(self.cells, new.cells)

    def shape(self, cell: int, keys: str) -> Shape:
        """What an object with these keys (a JSON array) in this cell says."""
        looked_into = self._objects[cell]
        known = looked_into.shapes.get(keys)
        if known is None:
            if len(looked_into.shapes) >= KEPT_SHAPES:
                looked_into.shapes.clear()
            known = looked_into.shapes[keys] = _shape(looked_into, json.loads(keys))
        return known

    def _number(self, compiled: Compiled, new: _New) -> int:
        frames = list(compiled.root.walk())
        first: dict[int, int] = {}
        at = new.next_cell
        for frame in frames:
            first[id(frame)] = at
            at += len(frame.cells)
        guards = self._guards(frames)
        for frame in frames:
            self._frame(frame, first, compiled.fields, guards, new)
        return first[id(compiled.root)]

    def _guards(self, frames: list[Frame]) -> dict[int, tuple[int, int]]:
        """For each guard of an event its number among all, and how deep it is."""
        found: dict[int, tuple[int, int]] = {}
        for frame in frames:
            for number, guard in frame.guards.items():
                found[number] = (len(self.needed), frame.depth)
                self.needed.append(sum(not absent_counts for _, _, absent_counts in guard.conditions))
        return found

    def _frame(
        self, frame: Frame, first: dict[int, int], fields: int, guards: dict[int, tuple[int, int]], new: _New
    ) -> None:
        start = first[id(frame)]
        tests: dict[int, dict[int, None]] = {}
        absent: dict[int, list[tuple[int, Check]]] = {}
        for check in frame.checks:
            number = new.check(check, frame.depth, guards)
            if check.test is None:
                absent.setdefault(check.cell, []).append((number, check))
            else:
                test = self._test(check.test)
                tests.setdefault(check.cell, {})[test] = None
                new.asked.append((start + check.cell, test, number))
        for own, guard in frame.guards.items():
            for cell, asked, absent_counts in guard.conditions:
                test = self._test(asked)
                tests.setdefault(cell, {})[test] = None
                new.conditions.append((start + cell, test, guards[own][0], absent_counts))
        objects = _objects(frame, start, fields, absent)
        for cell, known in frame.objects.items():
            objects[start + cell].names = [(new.check(each, frame.depth, guards), each) for each in known.names]
        self._objects |= objects
        for cell in range(len(frame.cells)):
            inner = first[id(frame.arrays[cell])] if cell in frame.arrays else NOBODYS
            new.cells.append((inner, start + cell in objects, self._group(tuple(tests.get(cell, ())))))

    def _test(self, test: Test) -> int:
        number = self._test_numbers.setdefault(test, len(self.tests))
        if number == len(self.tests):
            self.tests.append(test)
        return number

    def _group(self, tests: tuple[int, ...]) -> int:
        number = self._group_numbers.setdefault(tests, len(self.groups))
        if number == len(self.groups):
            self.groups.append(tests)
        return number


@dataclass
class _New:
    """Rows to be added to the tables."""

    _first_cell: int
    _first_check: int
    cells: Rows = field(default_factory=list)
    checks: Rows = field(default_factory=list)
    asked: Rows = field(default_factory=list)
    conditions: Rows = field(default_factory=list)

    @property
    def next_cell(self) -> int:
        """The number of the next cell."""
        return self._first_cell + len(self.cells)

    def check(self, check: Check, depth: int, guards: dict[int, tuple[int, int]]) -> int:
        """Add a check of a frame of this depth; its number."""
        guard, wanted, climb = None, None, 0
        if check.guard:
            guard, around = guards[check.guard[0]]
            wanted, climb = check.guard[1], depth - around
        said = (check.rule, check.severity, check.expected, guard, wanted, climb)
        path, pieces = paths.render(check.path), paths.pieces(check.path, depth)
        self.checks.append((check.order, check.number, path, pieces, *said))
        return self._first_check + len(self.checks) - 1


def _grown(table: pl.DataFrame, rows: Rows) -> pl.DataFrame:
    return pl.concat([table, pl.DataFrame(rows, schema=table.schema, orient="row")]) if rows else table


def _objects(frame: Frame, start: int, fields: int, absent: dict[int, list[tuple[int, Check]]]) -> dict[int, _Object]:
    """The cells of a frame whose objects are looked into, by number."""
    found: dict[int, _Object] = {}
    for cell in frame.objects:
        found[start + cell] = _Object(frame, cell, fields, frame.objects[cell])
    for cell, keys in enumerate(frame.cells):
        if cell:
            around = frame.parent(cell)
            opened = found.setdefault(start + around, _Object(frame, around, fields, frame.objects.get(around)))
            opened.inside[keys[-1]] = start + cell
    for cell, checks in absent.items():
        for number, check in checks:
            for key, around in _ways(frame, cell, through=check.through):
                found[start + around].missing.setdefault(key, []).append(number)
    return found


def _ways(frame: Frame, cell: int, *, through: bool) -> Iterator[tuple[str, int]]:
    """The keys whose absence makes this cell absent, each with the cell of the object it is absent from.

    A check that looks through what is around it counts when any of these is absent; another only for the innermost.
    """
    while cell:
        around = frame.parent(cell)
        yield frame.cells[cell][-1], around
        if not through:
            return
        cell = around


def _shape(looked_into: _Object, keys: list[str]) -> Shape:
    known, said = looked_into.known, set(keys)
    inside = [looked_into.inside.get(key, NOBODYS) for key in keys]
    if len(said) < len(keys):
        if known:
            return Shape([NOBODYS] * len(keys), twice=True)
        last = {key: at for at, key in enumerate(keys)}
        inside = [cell if last[key] == at else NOBODYS for at, (key, cell) in enumerate(zip(keys, inside, strict=True))]
    missing = [number for key, numbers in looked_into.missing.items() if key not in said for number in numbers]
    misnamed = [number for number, check in looked_into.names if check.test and any(map(check.test.breaks, keys))]
    if not known or not known.severity:
        return Shape(inside, missing, misnamed=misnamed)
    frame, order = looked_into.frame, looked_into.fields + known.order
    around: Path = (*frame.path, *frame.cells[looked_into.cell])
    strange = [
        Strange(at, (*around, key), frame.depth, order, known.severity)
        for at, key in enumerate(keys)
        if key not in known.keys
    ]
    return Shape(inside, missing, strange, misnamed)


_lock = threading.Lock()
_kept = Cells()


def numbered(compiled: Iterable[Compiled]) -> Cells:
    """The cells of all planned events met so far, these among them."""
    global _kept
    with _lock:
        if _kept.cells.height > KEPT_CELLS:
            _kept = Cells()
        _kept.add(compiled)
        return _kept
