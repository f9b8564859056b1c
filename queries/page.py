"""Which page of the log is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from queries import parameters
from queries.errors import BadRequest
from queries.filter import OF_EVENTS

DEFAULT_LIMIT: Final = 100
MAX_LIMIT: Final = 1_000

_OWN: Final = ("limit", "cursor", "offset", "before", "brief")
_OTHERS: Final = ("hours", "since", "until", "q", *OF_EVENTS)


@dataclass(frozen=True)
class Page:
    """`limit` rows, newest first: those below seq `cursor`, or after the first `offset`; none from `before` on.

    `brief` leaves out payload and context, which may be megabytes a row.
    """

    limit: int = DEFAULT_LIMIT
    cursor: int | None = None
    offset: int | None = None
    before: int | None = None
    brief: bool = False

    @staticmethod
    def parse(args: Any) -> Page:
        """The page in the query string of `events`; what belongs to the filter is left to it. Raises BadRequest."""
        given = parameters.read(args, {*_OWN, *_OTHERS})
        limit = parameters.whole(given, "limit", 1, MAX_LIMIT)
        cursor, offset, before = (parameters.whole(given, name, 0, parameters.LARGEST) for name in _OWN[1:4])
        if cursor is not None and offset is not None:
            raise BadRequest("bad_value", "give cursor or offset, not both", "offset")
        brief = parameters.yes_or_no(given, "brief")
        return Page(limit or DEFAULT_LIMIT, cursor, offset, before, brief)
