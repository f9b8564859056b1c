"""Which events a question is about: a window of time, and values of dimensions to keep or to leave out."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, get_args

from data.schema import STATUSES
from plans.model import Rule
from queries import parameters
from queries.errors import BadRequest
from queries.parameters import Given

DEFAULT_HOURS: Final = 24.0
MAX_HOURS: Final = 87_600.0

DIMENSIONS: Final = ("event", "event_type", "status", "source", "app_version", "platform", "environment")
"""Parameters that choose by value. Each is repeatable; `!value` leaves a value out; an empty value is "not given"."""

OF_VIOLATIONS: Final = ("field", "rule")
"""Likewise, by what was violated; a field is the rule's path (`items[].price`).

An event is kept when one violation of it has a wanted field and a wanted rule, and none has an unwanted one."""

OF_ONE: Final = ("session", "user_id", "event_id")
"""Likewise, by what no count is kept of."""

OF_EVENTS: Final = (*DIMENSIONS, *OF_VIOLATIONS, *OF_ONE)
"""Everything that the log and an export choose by; `q` comes beside it."""

_CLOSED: Final[Mapping[str, Sequence[str]]] = {"status": STATUSES, "rule": get_args(Rule)}

_WINDOW: Final = ("hours", "since", "until")
_OF_ITS_OWN: Final = {
    "stats": (),
    "trend": ("bucket",),
    "coverage": (),
    "violations": (),
    "events": ("limit", "cursor", "offset", "before", "brief"),
    "export": ("format",),
}
_OF_ROWS: Final = ("events", "export")
"""Questions that show events themselves: they take every filter, and a window to the microsecond."""
_HOURS = re.compile(r"\d{1,6}(\.\d{1,6})?", re.ASCII)


@dataclass(frozen=True)
class Chosen:
    """The values of one dimension that are wanted, or, with `wanted` false, those that are not."""

    dimension: str
    values: tuple[str, ...]
    wanted: bool


@dataclass(frozen=True)
class Filter:
    """The events received from `since` on and before `until` that have the chosen values, and `q` in their payload.

    `q` is literal text, in any case; where no payload could be read, it is looked for in what came instead.
    Times are UTC without a zone; None is no bound.
    `as_of` is the minute this was asked in when the answer depends on it, else None: equal filters have equal answers
    as long as the data stays the same.
    """

    since: datetime | None = None
    until: datetime | None = None
    as_of: datetime | None = None
    chosen: tuple[Chosen, ...] = ()
    q: str | None = None

    @staticmethod
    def parse(args: Any, question: str, *, now: datetime | None = None) -> Filter:
        """The filter in a query string, a MultiDict or a mapping to lists of text.

        `question` is stats, trend, coverage, violations, events or export, and decides what may be given. Questions
        answered from counts look at whole minutes: their window is the last 24 hours unless told, both ends rounded
        down. `events` and `export` take both ends as they are, and everything unless told. Raises BadRequest.
        """
        counted = question not in _OF_ROWS
        own = DIMENSIONS if counted else (*OF_EVENTS, "q")
        given = parameters.read(args, {*_WINDOW, *own, *_OF_ITS_OWN[question]})
        minute = _minute(now or datetime.now(UTC).replace(tzinfo=None))
        since, until, hours = _window(given, counted)
        relative = hours is not None and until is None
        if hours is not None:
            since = _before(until or minute, hours)
        if counted:
            since, until = since and _minute(since), until and _minute(until)
        open_ended = question == "trend" and until is None
        return Filter(since, until, minute if relative or open_ended else None, _all_chosen(given), _text(given))

    @property
    def window_key(self) -> str:
        """What must be part of an ETag beside the data's version: the minute, where the window moves with it."""
        return self.as_of.isoformat() if self.as_of else ""

    def among(self, dimension: str, values: Collection[str]) -> Filter:
        """The same filter, but choosing these values of that dimension."""
        others = (each for each in self.chosen if each.dimension != dimension)
        return replace(self, chosen=(*others, Chosen(dimension, tuple(sorted(values)), True)))

    def dimensions(self) -> set[str]:
        """What this filter chooses by."""
        return {chosen.dimension for chosen in self.chosen}


def _window(given: Given, counted: bool) -> tuple[datetime | None, datetime | None, float | None]:
    since, until = parameters.instant(given, "since"), parameters.instant(given, "until")
    hours = _hours(given)
    if since is not None and hours is not None:
        raise BadRequest("bad_value", "give hours or since, not both", "hours")
    if since is not None and until is not None and since > until:
        raise BadRequest("bad_value", "until is before since", "until")
    if since is None and hours is None and counted:
        hours = DEFAULT_HOURS
    return since, until, hours


def _hours(given: Given) -> float | None:
    value = parameters.single(given, "hours")
    if value is None:
        return None
    if not _HOURS.fullmatch(value) or not 0 < float(value) <= MAX_HOURS:
        raise parameters.wrong("hours", value, f"a number above 0, at most {MAX_HOURS:.0f}")
    return float(value)


def _before(end: datetime, hours: float) -> datetime:
    try:
        return _minute(end - timedelta(hours=hours))
    except OverflowError:
        return datetime.min


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _all_chosen(given: Given) -> tuple[Chosen, ...]:
    return tuple(_chosen(name, given[name]) for name in OF_EVENTS if given.get(name))


def _text(given: Given) -> str | None:
    text = parameters.single(given, "q")
    if text == "":
        raise parameters.wrong("q", text, "the text to look for")
    return text


def _chosen(dimension: str, values: Sequence[str]) -> Chosen:
    unwanted = {value[1:] for value in values if value.startswith("!")}
    wanted = {value.removeprefix("\\") if value.startswith("\\!") else value for value in values if value[:1] != "!"}
    known = _CLOSED.get(dimension)
    if known is not None and (strange := sorted((wanted | unwanted) - set(known))):
        raise parameters.wrong(dimension, strange[0], f"one of {', '.join(known)}")
    if wanted:
        return Chosen(dimension, tuple(sorted(wanted - unwanted)), True)
    return Chosen(dimension, tuple(sorted(unwanted)), False)
