"""A plan drafted from an app's stored events; nothing is written and nothing comes in force."""

import time
from collections.abc import Callable, Collection
from dataclasses import asdict, replace
from typing import Any, Final

import polars as pl

from data.history import Range, batches, count, newest
from data.layout import Store
from plans.infer import STATUSES, Bounds, Evidence, Guessing

Progress = Callable[[int, int], None]

ROWS: Final = 50_000
MAX_SECONDS: Final = 3_600.0
COLUMNS: Final = ("seq", "event_name", "event_type", "status", "unread", "payload")


def infer(
    store: Store,
    app: str,
    asked: Range | None = None,
    progress: Progress = lambda done, total: None,
    *,
    events: int | None = None,
    names: Collection[str] = (),
    statuses: Collection[str] = STATUSES,
    guessing: Guessing | None = None,
    bounds: Bounds | None = None,
    rows: int = ROWS,
    max_seconds: float = MAX_SECONDS,
) -> dict[str, Any]:
    """`{"app", "events", "plan", "evidence", "notes", "complete", "searched_to"}`: the draft and what speaks for it.

    It learns from the events of a range that have one of `statuses` and, where any are given, one of `names`; with
    `events`, from the newest so many of the range. What could not be read teaches nothing. After `max_seconds` it
    drafts what it has seen by then, `complete` false, up to seq `searched_to`. Raises OSError.
    """
    until = time.monotonic() + max_seconds
    asked = asked or Range()
    if events is not None:
        first = newest(store, app, events, asked)
        asked = replace(asked, first_seq=asked.first_seq if first is None else first)
    total = count(store, app, **asdict(asked))
    wanted = pl.col("status").is_in(list(statuses)) & pl.col("unread").is_null()
    if names:
        wanted &= pl.col("event_name").is_in(list(names))
    evidence, done, complete, last = Evidence(bounds), 0, True, None
    progress(0, total)
    for stored in batches(store, app, **asdict(asked), columns=COLUMNS, rows=rows):
        if time.monotonic() > until:
            complete = False
            break
        evidence.add(stored.filter(wanted))
        done, last = done + stored.height, int(stored["seq"][-1])
        progress(done, max(done, total))
    draft = evidence.draft(app, guessing)
    return {**draft.as_dict(), "complete": complete, "searched_to": last}
