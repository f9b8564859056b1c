"""Figures and the table they are printed in."""

import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One line of the table: what was measured, what came out, what was to be reached or what stood beside it."""

    what: str
    came_out: str
    beside: str = ""
    reached: bool | None = None


def share(values: Sequence[float], part: float) -> float:
    """The value below which that part of `values` lies (nearest rank)."""
    return sorted(values)[max(0, math.ceil(part * len(values)) - 1)]


def timed(work: Callable[[], object], times: int) -> list[float]:
    """Milliseconds of each of several runs, after one that does not count."""
    work()
    return [timed_once(work) for _ in range(times)]


def paired(ours: Callable[[], object], theirs: Callable[[], object], times: int) -> tuple[list[float], list[float]]:
    """Milliseconds of two ways in turn, so that whatever else the machine does meets both."""
    mine, other = [], []
    ours()
    theirs()
    for _ in range(times):
        mine += [timed_once(ours)]
        other += [timed_once(theirs)]
    return mine, other


def timed_once(work: Callable[[], object]) -> float:
    """Milliseconds of one run."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def beside(what: str, ours: Sequence[float], peer: str, theirs: Sequence[float]) -> Figure:
    """Medians of two ways of the same work, in milliseconds, and their ratio."""
    mine, other = statistics.median(ours), statistics.median(theirs)
    return Figure(what, f"{mine:,.1f} ms", f"{peer}: {other:,.1f} ms ({other / mine:,.1f} times)")


def memory(whose: str, most: float, goal: float) -> Figure:
    """The most that processes held, in MB."""
    return Figure(f"memory of {whose}", f"{most:,.0f} MB", f"≤ {goal:,.0f} MB", most <= goal)


def text(figures: Sequence[Figure]) -> str:
    rows = [("", "measured", "to reach, or beside it", "")]
    rows += [(f.what, f.came_out, f.beside, {True: "ok", False: "MISSED", None: ""}[f.reached]) for f in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
