"""A page of the log, newest first, anywhere in it, at the price of the blocks it lies in."""

from itertools import groupby
from typing import Any

from data.schema import BLOCK
from queries.conditions import of_seqs
from queries.event import explained
from queries.filter import Filter
from queries.page import Page
from queries.parameters import LARGEST
from queries.reader import Look, Row, question
from queries.seek import Log, OutOfTime
from queries.version import version_of

FIRST = Page()


@question
def events(look: Look, app: str, chosen: Filter, page: Page = FIRST) -> dict[str, Any]:
    """`{"rows": [row], "next": seq or null, "total": n or null, "searched_to": seq or null, "complete", "version"}`.

    `next` is the cursor of the following page, null at the end. `total` counts the filter's events below the page's
    `before`, exactly, or is null where that takes too long. Where a page lies scattered over too many blocks, or is
    looked for in what no count is kept of until the time is up, `complete` is false: it has the rows found so far, of
    the seqs from `searched_to` on, and `next` goes on there.
    A row's `payload` and `context` are JSON text; a brief page's rows have neither.
    """
    log = Log(look, app, chosen, page.before)
    found, searched_to = _seqs(log, page)
    shown = found[: page.limit]
    more = shown[-1] if len(found) > page.limit else None
    return {
        "rows": _rows(look, app, shown, page.brief),
        "next": more if more is not None else searched_to,
        "total": len(found) if _is_all(page, found, searched_to) else log.total(),
        "searched_to": searched_to if more is None else None,
        "complete": more is not None or searched_to is None,
        "version": version_of(look, app),
    }


def _is_all(page: Page, found: list[int], searched_to: int | None) -> bool:
    """Whether these are all there are, from the top to the end."""
    return page.cursor is None and not page.offset and searched_to is None and len(found) <= page.limit


def _seqs(log: Log, page: Page) -> tuple[list[int], int | None]:
    """The seqs of the page, one more if there is one, and how far down was looked: None for all the way."""
    below = LARGEST if page.cursor is None else page.cursor
    try:
        place, skip = log.place_of(page.offset) if page.offset else (log.below(below), 0)
    except OutOfTime as stop:
        return [], stop.searched_to
    return log.seqs(place, skip, below, page.limit + 1)


def _rows(look: Look, app: str, seqs: list[int], brief: bool) -> list[Row]:
    if not seqs:
        return []
    theirs = [list(near) for _, near in groupby(seqs, lambda seq: seq // BLOCK)]
    ranges = [(near[-1], near[0] + 1) for near in theirs]
    look.narrow(app, *ranges)
    rows = look.rows("rows", of_seqs(ranges), app=app, seqs=seqs, brief=brief)
    spoken = [explained(look, app, row) for row in rows]
    return [_without_texts(row) for row in spoken] if brief else spoken


def _without_texts(row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in ("payload", "context")}
