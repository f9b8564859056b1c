"""Which rules are broken, how often, since when, and an event that shows it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, Final, NamedTuple

from queries.filter import Filter
from queries.reader import Look, Row, question

_COUNTED: Final = {"event", "app_version"}
"""Dimensions that the counts of violations know; a filter by any other asks the events."""
_MOST_LOOKS: Final = 6
"""Stretches of events that are looked at one by one; when more are in doubt, the whole window is, once."""
_KIND: Final = ("event_name", "path", "rule", "severity")
_MINUTE: Final = timedelta(minutes=1)


@question
def violations(look: Look, app: str, chosen: Filter) -> list[dict[str, Any]]:
    """`[{"event_name", "field", "rule", "severity", "count", "first_seen_at", "last_seen_at", "sample_seq"}]`.

    Most frequent first. `field` is the rule's path (`items[].price`), `count` is of events, `sample_seq` the newest
    visible event that has it. Filters by event and app version are answered from counts, others by reading events.
    """
    if chosen.dimensions() <= _COUNTED:
        rows = look.rows("violations", app=app, **chosen.values())
        _settle(look, app, chosen, rows)
    else:
        rows = _in_events(look, app, chosen, *look.everything(), chosen.since, chosen.until)
    return [_shown(row) for row in rows]


class _Doubt(NamedTuple):
    """A `part` of `row` that a hidden event may have given: counts never forget the first and last they have seen.

    It came from an event with a seq from `low` to `high`, received from `since` on and before `until`.
    """

    row: Row
    part: str
    since: datetime | None
    until: datetime | None
    block: int | None
    low: int
    high: int


def _settle(look: Look, app: str, chosen: Filter, rows: list[Row]) -> None:
    """Ask the events again for whatever in `rows` is in doubt."""
    stretches: defaultdict[tuple[datetime | None, datetime | None, int | None], list[_Doubt]] = defaultdict(list)
    for doubt in _doubts(look, chosen, rows):
        stretches[doubt.since, doubt.until, doubt.block].append(doubt)
    if len(stretches) > _MOST_LOOKS:
        _correct(
            _in_events(look, app, chosen, *look.everything(), chosen.since, chosen.until), chain(*stretches.values())
        )
        return
    for (since, until, _), doubts in stretches.items():
        low, high = min(doubt.low for doubt in doubts), max(doubt.high for doubt in doubts) + 1
        _correct(_in_events(look, app, chosen, low, high, since, until), doubts)


def _doubts(look: Look, chosen: Filter, rows: Iterable[Row]) -> Iterator[_Doubt]:
    for row in rows:
        first, last, block = row["first_minute"], row["last_minute"], row["last_block"]
        for doubt in (
            _Doubt(row, "first_at", first, first + _MINUTE, None, row["first_low"], row["first_high"]),
            _Doubt(row, "last_at", last, last + _MINUTE, None, row["last_low"], row["last_high"]),
            _Doubt(row, "sample_seq", chosen.since, chosen.until, block, row["sample_low"], row["sample_seq"]),
        ):
            if look.hides_any(doubt.low, doubt.high + 1):
                yield doubt


def _correct(found: list[Row], doubts: Iterable[_Doubt]) -> None:
    exact = {tuple(row[key] for key in _KIND): row for row in found}
    for doubt in doubts:
        doubt.row[doubt.part] = exact[tuple(doubt.row[key] for key in _KIND)][doubt.part]


def _in_events(
    look: Look, app: str, chosen: Filter, low: int, high: int, since: datetime | None, until: datetime | None
) -> list[Row]:
    look.narrow(low, high)
    values = {**chosen.values(), "since": since, "until": until}
    return look.rows("violations_in_events", app=app, low=low, high=high, **values)


def _shown(row: Row) -> dict[str, Any]:
    return {
        "event_name": row["event_name"],
        "field": row["path"],
        "rule": row["rule"],
        "severity": row["severity"],
        "count": row["events"],
        "first_seen_at": _text(row["first_at"]),
        "last_seen_at": _text(row["last_at"]),
        "sample_seq": row["sample_seq"],
    }


def _text(at: datetime) -> str:
    return at.isoformat(timespec="microseconds") + "Z"
