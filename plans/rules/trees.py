"""A frame as a tree of its cells, so that a row is judged by walking through what it has, however much was planned."""

from __future__ import annotations

from plans.rules.checks import Breaks
from plans.rules.frames import Check, Frame, Known


class Node:
    """A cell with the checks of what is in it, and what is missing when its object lacks a key."""

    __slots__ = ("array", "cell", "inside", "known", "missing", "tests")

    def __init__(self, frame: Frame, cell: int) -> None:
        self.cell = cell
        self.tests: list[tuple[Breaks, Check]] = []
        self.inside: dict[str, Node] = {}
        self.missing: dict[str, list[Check]] = {}
        self.known: Known | None = frame.objects.get(cell)
        self.array: Frame | None = frame.arrays.get(cell)


def tree(frame: Frame) -> Node:
    """The node of a frame's rows, made once the frame is complete."""
    if frame.tree is None:
        frame.tree = _made(frame)
    found = frame.tree
    assert isinstance(found, Node)
    return found


def _made(frame: Frame) -> Node:
    nodes = [Node(frame, cell) for cell in range(len(frame.cells))]
    for cell, keys in enumerate(frame.cells):
        if cell:
            nodes[frame.parent(cell)].inside[keys[-1]] = nodes[cell]
    for check in frame.checks:
        if check.test:
            nodes[check.cell].tests.append((check.test.breaks, check))
            continue
        cell = check.cell
        while cell:  # a check that looks through what is around it counts when any of these is absent
            around = frame.parent(cell)
            nodes[around].missing.setdefault(frame.cells[cell][-1], []).append(check)
            cell = around if check.through else 0
    return nodes[0]
