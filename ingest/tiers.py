"""Which neighbouring parts to merge next: a pure function of their sizes and ages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final

FAN: Final = 8
"""Neighbours of one tier that are merged at once: each event is rewritten about log8(rows) times."""

TIERS: Final = (4_096, 32_768, 262_144)
"""A part of fewer rows than this belongs to the tier; above the last, parts are left alone unless the day settles."""


@dataclass(frozen=True)
class Sized:
    """What the choice needs to know of a part: its place in the list, day, rows, bytes, age in seconds."""

    place: int
    day: date
    rows: int
    bytes: int
    age: float


@dataclass(frozen=True)
class Limits:
    """The most a merged part holds, and how long a day must be quiet before few neighbours are worth merging."""

    rows: int = 1_000_000
    bytes: int = 128 << 20
    settle_seconds: float = 30.0


def choose(parts: Sequence[Sized], limits: Limits) -> list[Sized]:
    """The neighbours to merge now, two or more; empty when nothing is worth it.

    Small tiers first, since every query pays for every small file. A day in which nothing came for `settle_seconds`
    is merged as far as it fits, however few its parts are.
    """
    days = [list(run) for _, run in groupby(parts, key=lambda part: part.day)]
    for rows in TIERS:
        for day in days:
            for neighbours in _below(day, rows):
                if len(neighbours) >= FAN and (stretch := _first_worthwhile(neighbours, limits)):
                    return stretch
    for day in days:
        if day[-1].age >= limits.settle_seconds and (stretch := _first_worthwhile(day, limits)):
            return stretch
    return []


def _below(run: Sequence[Sized], rows: int) -> Iterator[list[Sized]]:
    for small, neighbours in groupby(run, key=lambda part: part.rows < rows):
        if small:
            yield list(neighbours)


def _fitting(neighbours: Sequence[Sized], limits: Limits) -> list[Sized]:
    """The first neighbours that fit one part together."""
    kept: list[Sized] = []
    rows = size = 0
    for part in neighbours:
        rows, size = rows + part.rows, size + part.bytes
        if rows > limits.rows or size > limits.bytes:
            break
        kept.append(part)
    return kept


def _first_worthwhile(neighbours: Sequence[Sized], limits: Limits) -> list[Sized]:
    """The first stretch that fits and is cheap or at least doubles its largest part: no event is rewritten often."""
    for start in range(len(neighbours) - 1):
        stretch = _fitting(neighbours[start:], limits)
        rows = [part.rows for part in stretch]
        if len(stretch) > 1 and (sum(rows) <= TIERS[0] or sum(rows) >= 2 * max(rows)):
            return stretch
    return []
