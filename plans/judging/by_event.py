"""One event at a time, judged exactly: for small groups, odd numbers, and the field table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from plans import paths, tokens
from plans.rules.frames import Check, Compiled, Found, Frame, Guard, Known
from plans.rules.trees import Node, tree
from plans.tokens import Repeated, Value


class Unreadable(ValueError):
    """An event that cannot be judged: it says one thing twice where the plan looks."""


class Absent:
    """What stands in a cell where there is nothing."""


ABSENT = Absent()
_CONTAINERS = frozenset((dict, list, Repeated))


def evaluate(compiled: Compiled, payload: dict[str, Value]) -> list[Found]:
    """What a parsed payload breaks, in the plan's order; Unreadable when a key the plan looks at comes twice."""
    found: list[Found] = []
    root = compiled.root
    _Row(root, payload, (), None, compiled.fields, found).judge(tree(root), payload)
    if len(found) > 1:
        found.sort(key=lambda one: (one.order, one.indices, one.number))
    return found


def evaluate_fields(compiled: Compiled, fields: Iterable[str], said: dict[str, Value]) -> list[Found]:
    """What these top-level fields break, where no rule depends on another field: `said` has those that are there.

    In the plan's order; Unreadable when a key the plan looks at comes twice in one of them.
    """
    found: list[Found] = []
    row = _Row(compiled.root, said, (), None, compiled.fields, found)
    for key in fields:
        row.field(tree(compiled.root), key, said.get(key, ABSENT))
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


class _Row:
    """A row of a frame, inside another row when it is an element of an array; what it breaks goes to `found`."""

    __slots__ = ("_fields", "_found", "_frame", "_held", "_indices", "_outer", "_value")

    def __init__(
        self, frame: Frame, value: Value, indices: tuple[int, ...], outer: _Row | None, fields: int, found: list[Found]
    ) -> None:
        self._frame, self._value, self._indices, self._outer = frame, value, indices, outer
        self._fields, self._found = fields, found
        self._held: dict[int, bool] = {}

    def judge(self, node: Node, value: Value) -> None:
        """Add what is broken in a cell of this row, and in what is inside it."""
        for breaks, check in node.tests:
            if breaks(value) and self._counts(check):
                self._found.append(_found(check, self._indices, value))
        if isinstance(value, dict):
            self._object(node, value)
        elif node.array and isinstance(value, list):
            inner = tree(node.array)
            for index, element in enumerate(value):
                indices = (*self._indices, index)
                _Row(node.array, element, indices, self, self._fields, self._found).judge(inner, element)

    def field(self, node: Node, key: str, value: Value) -> None:
        """Add what one field of the object in a cell breaks, whatever its other fields hold."""
        if value is ABSENT:
            missing = node.missing.get(key, ())
            self._found += [_found(check, self._indices, ABSENT) for check in missing if self._counts(check)]
        elif node.known and node.known.severity and key not in node.known.keys:
            self._found += _unplanned(self._frame, node.cell, node.known, {key: value}, self._indices, self._fields)
        elif key in node.inside:
            self.judge(node.inside[key], value)

    def _object(self, node: Node, value: dict[str, Value]) -> None:
        known, inside = node.known, node.inside
        if known:
            if isinstance(value, Repeated):
                raise Unreadable(twice((*self._frame.path, *self._frame.cells[node.cell]), value.repeated_key()))
            if known.severity and not value.keys() <= known.keys:
                self._found += _unplanned(self._frame, node.cell, known, value, self._indices, self._fields)
            for check in known.names:
                if names_break(check, value) and self._counts(check):
                    self._found.append(_found(check, self._indices, value))
        for key, checks in node.missing.items():
            if key not in value:
                self._found += [_found(check, self._indices, ABSENT) for check in checks if self._counts(check)]
        for key in inside if len(inside) <= len(value) else value:
            field, inner = inside.get(key), value.get(key, ABSENT)
            if field is None or inner is ABSENT:
                continue
            if type(inner) in _CONTAINERS:
                self.judge(field, inner)
                continue
            for breaks, check in field.tests:  # as judge does, at half the price: nearly all values are such
                if breaks(inner) and self._counts(check):
                    self._found.append(_found(check, self._indices, inner))

    def _counts(self, check: Check) -> bool:
        return check.guard is None or self._holds(check.guard[0]) is check.guard[1]

    def _holds(self, number: int) -> bool:
        """Whether a guard of this row, or of one around it, holds."""
        held = self._held.get(number)
        if held is None:
            guard = self._frame.guards.get(number)
            if guard is None:
                assert self._outer
                return self._outer._holds(number)
            held = self._held[number] = _met(guard, self._frame, self._value)
        return held


def names_break(check: Check, keys: Iterable[str]) -> bool:
    """Whether some key of an object is no name that a check of names takes."""
    return check.test is not None and any(map(check.test.breaks, keys))


def _met(guard: Guard, frame: Frame, row: Value) -> bool:
    for cell, test, absent_counts in guard.conditions:
        value = row
        for key in frame.cells[cell]:
            value = value.get(key, ABSENT) if isinstance(value, dict) else ABSENT
        if not absent_counts if value is ABSENT else test.breaks(value):
            return False
    return True


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
    path = paths.render(found.path)
    return {
        "field": found.field() if found.indices else path,
        "path": path,
        "rule": found.rule,
        "severity": found.severity,
        "expected": found.expected,
        "received": tokens.kind(found.value) if found.there else None,
        "value": tokens.shown(found.value) if found.there else None,
    }
