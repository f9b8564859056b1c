"""Which rules are broken, how often, since when, and an event that shows it."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain
from typing import Any, Final, NamedTuple

from data.schema import BLOCK
from queries.conditions import of_events, of_minutes
from queries.filter import Filter
from queries.reader import Look, Row, question

_COUNTED: Final = {"event", "app_version"}
"""Dimensions that the counts of violations know; a filter by any other asks the events."""
_MOST_LOOKS: Final = 6
"""Stretches of events that are looked at one by one; when more are in doubt, the whole window is, once."""
_KIND: Final = ("event_name", "path", "rule", "severity")


@question
def violations(look: Look, app: str, chosen: Filter) -> list[dict[str, Any]]:
    """`[{"event_name", "field", "rule", "severity", "count", "first_seen_at", "last_seen_at", "sample_seq"}]`.

    Most frequent first. `field` is the rule's path (`items[].price`), `count` is of events, `sample_seq` the newest
    visible event that has it. Filters by event and app version are answered from counts, others by reading events.
    """
    if chosen.dimensions() <= _COUNTED and not chosen.dimensions() & look.folded(app):
        rows = look.rows("violations", of_minutes(chosen), app=app)
        _settle(look, app, chosen, rows)
    else:
        rows = _in_events(look, app, chosen, *look.everything())
    return [_shown(row) for row in rows]


class _Doubt(NamedTuple):
    """A `part` of `row` that a replaced event may have given: counts never forget the first and last they have seen.

    The event that should give it has a seq from `low` to `high`.
    """

    row: Row
    part: str
    low: int
    high: int


def _settle(look: Look, app: str, chosen: Filter, rows: list[Row]) -> None:
    """Ask the events again for whatever in `rows` is in doubt."""
    stretches = list(_stretches(sorted(_doubts(look, app, rows), key=lambda doubt: doubt.low)))
    if len(stretches) > _MOST_LOOKS:
        _correct(_in_events(look, app, chosen, *look.everything()), chain(*stretches))
        return
    for doubts in stretches:
        low, high = doubts[0].low, max(doubt.high for doubt in doubts) + 1
        _correct(_in_events(look, app, chosen, low, high), doubts)


def _doubts(look: Look, app: str, rows: Iterable[Row]) -> Iterator[_Doubt]:
    for row in rows:
        sample = row["sample_seq"]
        if look.hides_any(app, row["first_low"], row["first_high"] + 1):
            yield _Doubt(row, "first_at", row["first_low"], row["first_high"])
        if look.hides_any(app, row["last_low"], row["last_high"] + 1):
            yield _Doubt(row, "last_at", row["last_low"], row["last_high"])
        if look.hides_any(app, sample, sample + 1):
            yield _Doubt(row, "sample_seq", row["sample_low"], sample)


def _stretches(doubts: Iterable[_Doubt]) -> Iterator[list[_Doubt]]:
    """The doubts, which come by their `low`, in groups that one look at neighbouring seqs can settle."""
    near: list[_Doubt] = []
    end = 0
    for doubt in doubts:
        if near and doubt.low > end + BLOCK:
            yield near
            near = []
        near.append(doubt)
        end = max(end, doubt.high)
    if near:
        yield near


def _correct(found: list[Row], doubts: Iterable[_Doubt]) -> None:
    exact = {tuple(row[key] for key in _KIND): row for row in found}
    for doubt in doubts:
        doubt.row[doubt.part] = exact[tuple(doubt.row[key] for key in _KIND)][doubt.part]


def _in_events(look: Look, app: str, chosen: Filter, low: int, high: int) -> list[Row]:
    look.narrow(app, (low, high))
    return look.rows("violations_in_events", of_events(chosen), app=app, low=low, high=high)


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
