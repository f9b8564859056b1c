"""A compiled event: its payload and the elements of its arrays as frames of cells, with the checks on each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from plans import paths
from plans.model import Rule, Severity
from plans.paths import Path
from plans.rules.checks import Test
from plans.tokens import Value

Keys = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Guard:
    """When a group of checks counts: every one of these cells passes its test (an absent one, if it may be)."""

    conditions: tuple[tuple[int, Test, bool], ...]


@dataclass(frozen=True, eq=False)
class Check:
    """A test of one cell, and the violation it makes; without a test, that the cell must be there.

    `path` is the rule's; it may be longer than the cell's own when a container on the way is what is wrong.
    `through` says how absence is meant: nothing may stand in the way of it, or the object around it must be there.
    """

    number: int
    cell: int
    path: Path
    order: int
    rule: Rule
    severity: Severity
    expected: str
    test: Test | None = None
    through: bool = False
    guard: tuple[int, bool] | None = None


@dataclass(eq=False)
class Known:
    """The keys an object may have, and what another one is: not looked at, a warning or an error.

    The tests of `names` are put to each key, as a string.
    """

    order: int
    keys: set[str] = field(default_factory=set)
    severity: Severity | None = None
    names: list[Check] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Planned:
    """One line of the field table: a field, the cell it is in, and what the plan expects there.

    A `conditional` field is asked for under some condition only; with a `guard`, so is everything about it.
    """

    cell: int
    path: Path
    order: int
    expected: str
    conditional: bool = False
    guard: tuple[int, bool] | None = None


@dataclass(eq=False)
class Frame:
    """Rows of one kind: payloads, or the elements of one array. Cell 0 is the row itself."""

    path: Path
    depth: int
    cells: list[Keys] = field(default_factory=lambda: [()])
    checks: list[Check] = field(default_factory=list)
    objects: dict[int, Known] = field(default_factory=dict)
    arrays: dict[int, Frame] = field(default_factory=dict)
    guards: dict[int, Guard] = field(default_factory=dict)
    planned: list[Planned] = field(default_factory=list)
    tree: object = None
    """The same as a tree (trees.py), once it has been asked for."""
    _at: dict[Keys, int] = field(default_factory=lambda: {(): 0})

    def cell(self, keys: Keys) -> int:
        """The number of the cell at `keys`, made with the cells around it when it is new."""
        if keys not in self._at:
            self.cell(keys[:-1])
            self._at[keys] = len(self.cells)
            self.cells.append(keys)
        return self._at[keys]

    def at(self, keys: Keys) -> int:
        """The number of the cell at `keys`, which is there."""
        return self._at[keys]

    def around(self, cell: int) -> list[int]:
        """The cells of the objects a cell is in, innermost first; not the row itself."""
        keys = self.cells[cell]
        return [self._at[keys[:length]] for length in range(len(keys) - 1, 0, -1)]

    def parent(self, cell: int) -> int:
        """The cell of the object a cell is a field of."""
        return self._at[self.cells[cell][:-1]]

    def elements(self, cell: int) -> Frame:
        """The frame of the elements of the array in this cell."""
        path: Path = (*self.path, *self.cells[cell], None)
        return self.arrays.setdefault(cell, Frame(path, self.depth + 1))

    def known(self, cell: int, order: int) -> Known:
        """What is known of the object in this cell, which is looked into from now on."""
        return self.objects.setdefault(cell, Known(order))

    def walk(self) -> Iterator[Frame]:
        """This frame and all inside it."""
        yield self
        for inner in self.arrays.values():
            yield from inner.walk()


@dataclass(frozen=True, eq=False)
class Compiled:
    """An event of a plan, ready to judge by; `schema` judges it when `why` says that the frames cannot."""

    root: Frame
    depth: int
    fields: int
    schema: str | None = None
    why: str | None = None

    @cached_property
    def cells(self) -> int:
        """How many values of an event the checks look at."""
        return sum(len(frame.cells) for frame in self.root.walk())


@dataclass(frozen=True)
class Found:
    """A broken promise where it was found; sorted, they are in the plan's order."""

    order: int
    indices: tuple[int, ...]
    number: int
    path: Path
    rule: Rule
    severity: Severity
    expected: str | None
    there: bool
    value: Value

    def field(self) -> str:
        """The path with the indices of the elements it was found in."""
        return paths.render(self.path, self.indices)
