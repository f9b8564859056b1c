"""Which counts answer a window with the fewest rows: whole hours from `by_hour`, its edges from `by_minute`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from data import views
from data.schema import BY_MINUTE, RELATIONS

HOUR: Final = timedelta(hours=1)
_OF_STATUS: Final = {"status", "event_type"}
_FROM_EVENTS: Final = {
    "minute": "date_trunc('minute', received_at)",
    "events": "1",
    "warned": "(len(list_filter(violations, lambda v: v.severity = 'warning')) > 0)::bigint",
    "replaced": "copies - 1",
    "latest_seq": "seq",
}


@dataclass(frozen=True)
class Piece:
    """The rows of `relation` whose time is at or after `first` and before `end`; None is no bound."""

    relation: str
    first: datetime | None
    end: datetime | None


def pieces(
    since: datetime | None, until: datetime | None, dimensions: set[str], bucket: timedelta | None = None
) -> tuple[Piece, ...]:
    """Relations whose rows, taken together, count every event of the window once, whole minutes both ends.

    `dimensions` are those a filter chooses by. With `bucket` the answer is over time, in buckets of that length; hours
    are too coarse unless that is whole hours.
    """
    if bucket is not None and bucket % HOUR:
        relation = "by_status" if dimensions <= _OF_STATUS else "by_minute"
        return (Piece(relation, since, until),)
    first, end = since and _hour_from(since), until and _hour_to(until)
    if first is not None and end is not None and first >= end:
        return (Piece("by_minute", since, until),)
    cut = [Piece("by_hour", first, end)]
    if first != since:
        cut.append(Piece("by_minute", since, first))
    if end != until:
        cut.append(Piece("by_minute", end, until))
    return tuple(cut)


def as_minutes(piece: Piece, rows: str) -> str:
    """A query for the piece in the columns of `by_minute`, from `rows`: what stands in a `from`."""
    time = _FROM_EVENTS["minute"] if piece.relation == "events" else _time(piece.relation)
    own = "received_at" if piece.relation == "events" else time
    bounds = [f"{own} >= {_instant(piece.first)}"] if piece.first else []
    bounds += [f"{own} < {_instant(piece.end)}"] if piece.end else []
    columns = ", ".join(f"{_column(piece.relation, name)} as {name}" for name in BY_MINUTE)
    return f"select {columns} from {rows} where {' and '.join(bounds) or 'true'}"


def joined(queries: Sequence[str]) -> str:
    """The rows of all these queries; none at all where there are none."""
    return " union all ".join(queries) or f"select * from {views.nothing('by_minute')} where false"


def _column(relation: str, name: str) -> str:
    if relation == "events" and name in _FROM_EVENTS:
        return _FROM_EVENTS[name]
    if name == "minute":
        return _time(relation)
    return name if name in RELATIONS[relation] else f"null::{views.type_of(BY_MINUTE[name])}"


def _time(relation: str) -> str:
    return "hour" if relation == "by_hour" else "minute"


def _hour_from(at: datetime) -> datetime:
    down = _hour_to(at)
    return down if down == at or at > datetime.max - HOUR else down + HOUR


def _hour_to(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _instant(at: datetime) -> str:
    return f"timestamp '{at.isoformat(sep=' ')}'"
