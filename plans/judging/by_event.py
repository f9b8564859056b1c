"""One event at a time, judged exactly: for small groups, odd numbers, and the field table."""

from __future__ import annotations

from collections.abc import Iterator

from plans import paths, tokens
from plans.rules.frames import Check, Compiled, Found, Frame, Known
from plans.tokens import Repeated, Value


class Unreadable(ValueError):
    """An event that cannot be judged: it says one thing twice where the plan looks."""


class Absent:
    """What stands in a cell where there is nothing."""


ABSENT = Absent()


def evaluate(compiled: Compiled, payload: dict[str, Value]) -> list[Found]:
    """What a parsed payload breaks, in the plan's order; Unreadable when a key the plan looks at comes twice."""
    found = list(_frame(compiled.root, payload, (), {}, compiled.fields))
    if len(found) > 1:
        found.sort(key=lambda one: (one.order, one.indices, one.number))
    return found


def twice(path: paths.Path, key: str) -> str:
    """The sentence for a repeated key in the object at `path`."""
    return f"the key `{paths.render((*path, key))}` is there twice"


def row_cells(frame: Frame, row: Value) -> list[Value]:
    """The value of each cell of a row, ABSENT where there is none."""
    found: list[Value] = [row]
    for keys in frame.cells[1:]:
        around = found[0] if len(keys) == 1 else found[frame.at(keys[:-1])]
        found.append(around.get(keys[-1], ABSENT) if isinstance(around, dict) else ABSENT)
    return found


def guards(frame: Frame, cells: list[Value], outer: dict[int, bool]) -> dict[int, bool]:
    """Which guards hold for a row: those of the frames around it, and its own."""
    held = dict(outer)
    for number, guard in frame.guards.items():
        held[number] = all(
            absent_counts if cells[cell] is ABSENT else not test.breaks(cells[cell])
            for cell, test, absent_counts in guard.conditions
        )
    return held


def _frame(frame: Frame, row: Value, indices: tuple[int, ...], outer: dict[int, bool], fields: int) -> Iterator[Found]:
    cells = row_cells(frame, row)
    for cell, known in frame.objects.items():
        value = cells[cell]
        if isinstance(value, Repeated):
            raise Unreadable(twice((*frame.path, *frame.cells[cell]), value.repeated_key()))
        if known.severity and isinstance(value, dict):
            yield from _unplanned(frame, cell, known, value, indices, fields)
    held = guards(frame, cells, outer)
    for check in frame.checks:
        value, test = cells[check.cell], check.test
        if value is ABSENT:
            broken = test is None and _missing(frame, check, cells)
        else:
            broken = test is not None and test.breaks(value)
        if broken and (check.guard is None or held[check.guard[0]] is check.guard[1]):
            yield _found(check, indices, value)
    for cell, inner in frame.arrays.items():
        if isinstance(cells[cell], list):
            for index, element in enumerate(cells[cell]):
                yield from _frame(inner, element, (*indices, index), held, fields)


def _missing(frame: Frame, check: Check, cells: list[Value]) -> bool:
    """Whether a cell that is absent should be there."""
    if check.through:
        around = [cells[cell] for cell in frame.around(check.cell)]
        return isinstance(cells[0], dict) and all(outer is ABSENT or isinstance(outer, dict) for outer in around)
    return isinstance(cells[frame.parent(check.cell)], dict)


def _found(check: Check, indices: tuple[int, ...], value: Value) -> Found:
    return Found(
        check.order,
        indices,
        check.number,
        check.path,
        check.rule,
        check.severity,
        check.expected,
        check.test is not None,
        None if value is ABSENT else value,
    )


def _unplanned(
    frame: Frame, cell: int, known: Known, value: dict[str, Value], indices: tuple[int, ...], fields: int
) -> Iterator[Found]:
    assert known.severity
    for at, key in enumerate(value):
        if key not in known.keys:
            path = (*frame.path, *frame.cells[cell], key)
            order = fields + known.order
            yield Found(order, indices, at, path, "unplanned_field", known.severity, None, True, value[key])


def describe(found: Found) -> dict[str, str | None]:
    """A broken promise as the violation everybody sees."""
    return {
        "field": found.field(),
        "path": paths.render(found.path),
        "rule": found.rule,
        "severity": found.severity,
        "expected": found.expected,
        "received": tokens.kind(found.value) if found.there else None,
        "value": tokens.shown(found.value) if found.there else None,
    }
