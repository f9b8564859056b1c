"""Seconds for milliseconds: numbers that fit their range once they are taken in another unit of time."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from plans.hinting import near
from plans.hinting.outline import Field

UNITS: Final = ("seconds", "milliseconds", "microseconds", "nanoseconds")
_STEP: Final = 1_000

_NAMED: Final = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 0),
    **dict.fromkeys(("ms", "msec", "msecs", "milli", "millis", "millisecond", "milliseconds"), 1),
    **dict.fromkeys(("us", "usec", "micros", "microsecond", "microseconds"), 2),
    **dict.fromkeys(("ns", "nsec", "nanos", "nanosecond", "nanoseconds"), 3),
}
_OF_TIME: Final = frozenset(
    """
    at time times timestamp ts date datetime duration elapsed latency delay timeout ttl period interval uptime epoch
    unix expires expiry expiration created updated started ended since until when
    """.split()  # noqa: SIM905 - a list of quoted words hides the words
)
_TOLD: Final = re.compile(r"\b(?:(?:milli|micro|nano)?seconds?|secs?|ms)\b", re.IGNORECASE)
_EPOCH: Final = (3e8, 4.3e9)
"""Seconds since 1970 of the years 1979 to 2106."""
_BELOW: Final = 2
_BEYOND: Final = 20
"""How many times a duration must be outside of its range: one that is just outside is no other unit."""


def unit_of(name: str) -> int | None:
    """The unit a name ends in, as a place in UNITS: `load_ms` is 1."""
    words = near.words(name)
    return _NAMED.get(words[-1]) if words else None


def renamed(sent: str, planned: str) -> str | None:
    """`seconds for milliseconds`, for the names `load_seconds` and `load_ms`."""
    of_sent, of_planned = unit_of(sent), unit_of(planned)
    if (
        of_sent is None
        or of_planned is None
        or of_sent == of_planned
        or near.words(sent)[:-1] != near.words(planned)[:-1]
    ):
        return None
    return f"{UNITS[of_sent]} for {UNITS[of_planned]}"


def moment(number: float) -> int | None:
    """The unit in which a number is a moment of our time, counted from 1970; None in none."""
    if number < _EPOCH[0]:
        return None
    return next((unit for unit in range(len(UNITS)) if _EPOCH[0] <= number / _STEP**unit <= _EPOCH[1]), None)


def other_unit(number: float, field: Field) -> str | None:
    """`seconds for milliseconds`, when a number outside of the field's range is within it in another unit."""
    low, high = field.low, field.high
    sent = moment(number)
    if sent is None and not _is_far(number, field):
        return None
    below = low is not None and number < low
    for apart in (1, 2, 3):
        scaled = number * _STEP**apart if below else number / _STEP**apart
        planned = moment(scaled)
        alike = (sent is None) == (planned is None)
        if alike and (low is None or scaled >= low) and (high is None or scaled <= high):
            return _named(field, apart if below else -apart, planned)
    return None


def fraction_of(number: str, field: Field) -> str | None:
    """`seconds for milliseconds`, for `0.239` where whole milliseconds are meant."""
    planned, decimals = unit_of(field.name), number.partition(".")[2]
    if not planned or not 2 <= len(decimals) <= 3 or "integer" not in field.kinds:
        return None
    return _named(field, 1, None)


def _is_far(number: float, field: Field) -> bool:
    """Whether the field holds durations, and the number is so far outside that it can be one in another unit."""
    if number <= 0 or field.low is None or field.high is None or not _holds_times(field.name, field.about):
        return False
    return number * _BELOW <= field.low or number >= field.high * _BEYOND


@lru_cache(maxsize=1_024)
def _holds_times(name: str, about: str) -> bool:
    return unit_of(name) is not None or bool(_OF_TIME & {*near.words(name)} or _TOLD.search(about))


def _planned(field: Field) -> int | None:
    """The unit the plan means, by the field's name or by what is said about it."""
    named = unit_of(field.name)
    if named is not None:
        return named
    told = _TOLD.search(field.about)
    return (
        None if told is None else 1 if told[2] else {"milli": 1, "micro": 2, "nano": 3}.get((told[1] or "").lower(), 0)
    )


def _named(field: Field, apart: int, at: int | None) -> str | None:
    """The units by their names; `apart` is how many thousands the sent one is greater than the planned one."""
    planned = at if at is not None else _planned(field)
    if planned is None:
        planned = max(apart, 0)
    sent = planned - apart
    return f"{UNITS[sent]} for {UNITS[planned]}" if 0 <= sent < len(UNITS) else None
