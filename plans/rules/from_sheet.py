"""The rows of a sheet compiled: every listed field is expected, empty is not a value, other fields are remarked on."""

from __future__ import annotations

import itertools
from functools import cache

from plans import paths, tokens
from plans.model import Condition, FieldType, PlannedEvent, Rule, SheetField
from plans.paths import Path
from plans.rules import checks, sheet_checks, value_checks
from plans.rules.frames import Check, Compiled, Frame, Guard, Keys, Planned

Station = tuple[Frame, int]
When = tuple[int, bool] | None


def compile_sheet(event: PlannedEvent, *, strict_float: bool) -> Compiled:
    """The frames of a sheet's event."""
    sheet = _Sheet(strict_float)
    for row in event.fields:
        sheet.add(row)
    known = sheet.root.known(0, 0)
    known.severity = "warning"
    depth = max(frame.depth for frame in sheet.root.walk())
    return Compiled(sheet.root, depth, sheet.fields)


class _Sheet:
    def __init__(self, strict_float: bool) -> None:
        self.root = Frame((), 0)
        self.fields = 0
        self._strict_float = strict_float
        self._numbers = itertools.count()
        self._objects = itertools.count(1)
        self._guard_depth: list[int] = []

    def add(self, row: SheetField) -> None:
        """The checks of one row; a condition on the row's own field replaces its type where it applies."""
        path, condition = paths.parse(row.path), row.condition
        own = condition is not None and paths.parse(condition.then_field) == path
        self._containers(path, row.type, None)
        if condition and own:
            guard = self._conditional(path, condition)
            self._typed(path, row.type, (guard, False))
        else:
            if row.required:
                self._missing(path, "missing", row.type, None)
            self._typed(path, row.type, None)
        self._plan(path, row.type, own, None)
        if condition and not own:
            then = paths.parse(condition.then_field)
            guard = self._conditional(then, condition)
            self._containers(then, condition.then_type, (guard, True))
            self._plan(then, condition.then_type, True, (guard, True))

    def _plan(self, path: Path, expected: str, conditional: bool, when: When) -> None:
        frame, cell = self._stations(path)[-1]
        frame.planned.append(Planned(cell, path, self.fields, expected, conditional, when))
        self.fields += 1

    def _conditional(self, path: Path, condition: Condition) -> int:
        """The checks that count where the condition applies; their guard."""
        guard = self._guard(condition)
        when, kind = (guard, True), condition.then_type
        self._missing(path, "condition", kind, when)
        for test in (sheet_checks.is_there(), sheet_checks.is_sheet_type(kind, strict_float=self._strict_float)):
            self._check(self._stations(path)[-1], path, "condition", kind, test, when)
        if kind == "date":
            self._check(self._stations(path)[-1], path, "condition", kind, sheet_checks.is_calendar_date(), when)
        return guard

    def _typed(self, path: Path, kind: FieldType, when: When) -> None:
        station = self._stations(path)[-1]
        kept = sheet_checks.is_sheet_type(kind, strict_float=self._strict_float)
        self._check(station, path, "empty", kind, sheet_checks.is_there(), when)
        self._check(station, path, "wrong_type", kind, kept, when)
        if kind == "date":
            self._check(station, path, "wrong_format", kind, sheet_checks.is_calendar_date(), when)

    def _containers(self, path: Path, kind: FieldType, when: When) -> None:
        """Every object and array on the way to a field must be one; null or an empty array is an empty field."""
        empty: Rule = "condition" if when else "empty"
        wrong: Rule = "condition" if when else "wrong_type"
        for station, is_array in self._way(path):
            if is_array:
                self._check(station, path, empty, kind, sheet_checks.is_there(), when)
                self._check(station, path, wrong, "array", _array_or_empty(), when)
            else:
                self._check(station, path, empty, kind, checks.is_null(), when)
                self._check(station, path, wrong, "object", checks.is_object(), when)

    def _missing(self, path: Path, rule: Rule, kind: FieldType, when: When) -> None:
        """Absence of the field, or of an array it is in: each array on the way has its own."""
        for station in self._stations(path):
            if station[1]:
                self._check(station, path, rule, kind, None, when)

    def _check(self, at: Station, path: Path, rule: Rule, expected: str, test: checks.Test | None, when: When) -> None:
        frame, cell = at
        if when and frame.depth < self._guard_depth[when[0]]:
            return  # outside the elements the condition is about, so there is none it could apply to
        number = next(self._numbers)
        frame.checks.append(Check(number, cell, path, self.fields, rule, "error", expected, test, test is None, when))

    def _guard(self, condition: Condition) -> int:
        """A guard where `if_field` is; frames inside that one inherit it."""
        frame, cell = self._stations(paths.parse(condition.if_field))[-1]
        number = len(self._guard_depth)
        self._guard_depth.append(frame.depth)
        equal = value_checks.equals_one_of([tokens.parse(condition.if_value)])
        frame.guards[number] = Guard(((cell, equal, False),))
        return number

    def _stations(self, path: Path) -> list[Station]:
        """The cell a path ends in, and before it the cell of each array it goes through."""
        frame, keys = self.root, list[str]()
        found: list[Station] = []
        for step in path:
            if step is None:
                found.append((frame, frame.cell(tuple(keys))))
                frame, keys = frame.elements(found[-1][1]), []
            else:
                known = frame.known(frame.cell(tuple(keys)), next(self._objects))
                known.keys.add(step)
                known.severity = "warning"
                keys.append(step)
        return [*found, (frame, frame.cell(tuple(keys)))]

    def _way(self, path: Path) -> list[tuple[Station, bool]]:
        """The containers on the way to a field, outermost first; the payload itself is always an object."""
        found: list[tuple[Station, bool]] = []
        for at, (frame, cell) in enumerate(stations := self._stations(path)):
            last = at == len(stations) - 1
            keys: Keys = frame.cells[cell]
            start = 1 if frame.depth == 0 else 0
            found += [((frame, frame.cell(keys[:length])), False) for length in range(start, len(keys))]
            if not last:
                found.append(((frame, cell), True))
        return found


@cache
def _array_or_empty() -> checks.Test:
    """Breaks for what is no array and not empty either: that has a check of its own."""
    array, there = checks.is_array(), sheet_checks.is_there()
    return checks.Test(
        lambda value: array.breaks(value) and not there.breaks(value),
        lambda t, n: array.fast(t, n) & ~there.fast(t, n),
    )
