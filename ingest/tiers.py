"""Which neighbouring parts to write as one next: a pure function of their sizes, ages and hidden rows."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Final

FAN: Final = 8
"""Neighbours of one tier that are merged at once: each event is rewritten about log8(rows) times."""

TIERS: Final = (64, 512, 4_096, 32_768, 262_144, 524_288)
"""A part of less weight than this belongs to the tier; above the last, it is left alone until its day is quiet."""

NOTHING: Final = range(0)


@dataclass(frozen=True)
class Limits:
    """The most a merged part holds, and what makes few neighbours, or a single part, worth writing anew.

    A day must be quiet for `settle_seconds` for the one, and a part for the other, if more than `hidden_share` of it is
    hidden. Whatever is hidden is dropped from a part that was left alone for `hidden_seconds`.
    """

    rows: int = 1_000_000
    bytes: int = 128 << 20
    settle_seconds: float = 30.0
    hidden_share: float = 0.01
    hidden_seconds: float = 86_400.0


@dataclass(frozen=True)
class Sized:
    """What the choice needs to know of a part; `bytes` of its events, `written_at` in seconds since 1970.

    `hidden` of its rows must not be shown; `deleted` when somebody asked for some of these to be gone. A part that is
    not `sound` cannot be read.
    """

    day: date
    rows: int
    bytes: int
    written_at: float
    hidden: int = 0
    deleted: bool = False
    sound: bool = True


def choose(parts: Sequence[Sized], limits: Limits, now: float) -> range:
    """The places of the neighbours to write as one now, or of one part to write without its hidden rows.

    Small tiers first, since every query pays for every small file. A quiet day is merged where that at least doubles
    the largest part, so that no event is rewritten often; a day that is over, as far as it fits. Days stay apart.
    """
    weights = [_weight(part, limits) for part in parts]
    for below, bound in pairwise((0, *TIERS)):
        for run in _runs(parts, weights, bound):
            if _crowded(run, weights, below) and (stretch := _first(run, parts, weights, limits)):
                return stretch
    today = datetime.fromtimestamp(now, UTC).date()
    for run in _runs(parts, weights, sys.maxsize):
        newest = parts[run[-1]]
        quiet = now - newest.written_at >= limits.settle_seconds
        if quiet and (stretch := _first(run, parts, weights, limits, over=newest.day < today)):
            return stretch
    shedding = (place for place, part in enumerate(parts) if _sheds(part, limits, now - part.written_at))
    return next((range(place, place + 1) for place in shedding), NOTHING)


def _weight(part: Sized, limits: Limits) -> int:
    """How full the part is, in rows: with large events, as many as its bytes stand for."""
    return max(part.rows, part.bytes * limits.rows // limits.bytes)


def _runs(parts: Sequence[Sized], weights: Sequence[int], bound: int) -> Iterator[range]:
    """Neighbours of one day that can be read and are below the bound."""
    start = 0
    for place, part in enumerate(parts):
        if weights[place] >= bound or not part.sound:
            if place > start:
                yield range(start, place)
            start = place + 1
        elif part.day != parts[start].day:
            yield range(start, place)
            start = place
    if len(parts) > start:
        yield range(start, len(parts))


def _crowded(run: range, weights: Sequence[int], below: int) -> bool:
    """Whether enough parts are of the tier above `below`; or very many with those of smaller ones between them."""
    if len(run) < FAN:
        return False
    return len(run) >= 4 * FAN or sum(weights[place] >= below for place in run) >= FAN


def _first(run: range, parts: Sequence[Sized], weights: Sequence[int], limits: Limits, *, over: bool = False) -> range:
    """The first neighbours that fit one part and, unless their day is over, at least double their largest."""
    for start in run[:-1]:
        fitting = _fitting(range(start, run.stop), parts, limits)
        stretch = fitting if over else _doubling(fitting, weights)
        if len(stretch) > 1:
            return stretch
    return NOTHING


def _doubling(stretch: range, weights: Sequence[int]) -> range:
    """As much of the stretch, from its start, as at least doubles its largest; those before a far larger one do."""
    while len(stretch) > 1:
        inside = weights[stretch.start : stretch.stop]
        if sum(inside) >= 2 * max(inside):
            return stretch
        stretch = stretch[: inside.index(max(inside))]
    return NOTHING


def _fitting(run: range, parts: Sequence[Sized], limits: Limits) -> range:
    """As many of the first neighbours as fit one part together."""
    rows = size = 0
    for place in run:
        rows, size = rows + parts[place].rows, size + parts[place].bytes
        if rows > limits.rows or size > limits.bytes:
            return range(run.start, place)
    return run


def _sheds(part: Sized, limits: Limits, age: float) -> bool:
    """Whether the part is worth writing anew for the hidden rows it would lose."""
    many = part.deleted or part.hidden > limits.hidden_share * part.rows
    return part.sound and part.hidden > 0 and age >= (limits.settle_seconds if many else limits.hidden_seconds)
