"""A draft tried on what is stored: which events it would newly fail or pass, rule by rule; nothing is written."""

import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Final, Literal

import polars as pl

from data.history import Range, batches, count
from data.layout import Store
from ingest.planning.replay_tally import Tally
from plans.judging.judge import judge
from plans.model import Plan

Progress = Callable[[int, int], None]
Against = Literal["plan", "stored"]

ROWS: Final = 50_000
MAX_SECONDS: Final = 3_600.0
COLUMNS: Final = (
    "seq",
    "app",
    "event_name",
    "event_type",
    "payload",
    "unread",
    "status",
    "violations",
    "plan_version",
)


def replay(
    store: Store,
    draft: Plan,
    plan_in_force_of: Callable[[str], Plan | None],
    asked: Range | None = None,
    progress: Progress = lambda done, total: None,
    *,
    against: Against = "plan",
    rows: int = ROWS,
    max_seconds: float = MAX_SECONDS,
) -> dict[str, Any]:
    """What `draft` says of the stored events of its app in a range, beside what is said of them without it.

    Against the `plan` in force, which is what each event would be given today: the stored verdict where that plan
    gave it, else its verdict anew. Against what is `stored`: the verdict each was given then, by whatever plan.
    `older` counts the events whose stored verdict is another plan's than that in force, and says of how many of them
    that plan would say otherwise (`differing`).

    An event fails when it is invalid or an error, passes when it is valid; an unplanned one does neither, so
    `events` = newly_failing + newly_passing + newly_unplanned + unchanged. `by_rule` counts events that newly break
    a rule (newly_failing) or no longer do (newly_passing), warnings too, with the seqs of the newest of them.
    After `max_seconds` it answers with what it has, `complete` false, up to `searched_to`. Raises OSError.
    """
    until = time.monotonic() + max_seconds
    asked, in_force = asked or Range(), plan_in_force_of(draft.app)
    total = count(store, draft.app, **asdict(asked))
    tally, done, complete, last = Tally(), 0, True, None
    progress(0, total)
    for stored in batches(store, draft.app, **asdict(asked), columns=COLUMNS, rows=rows):
        if time.monotonic() > until:
            complete = False
            break
        compare(stored, draft, in_force, tally, against)
        done, last = done + stored.height, int(stored["seq"][-1])
        progress(done, max(done, total))
    told = {"against": against, "plan_version": in_force.version if in_force else None}
    return {"app": draft.app, **told, **tally.as_dict(), "complete": complete, "searched_to": last}


def compare(stored: pl.DataFrame, draft: Plan, in_force: Plan | None, tally: Tally, against: Against) -> None:
    """Add one batch (`COLUMNS`) to the tally."""
    events = _events(stored)
    now = judge(events, lambda _: draft)
    version = pl.lit(in_force.version if in_force else None, pl.Int64())
    planned = now["plan_version"].is_not_null()  # not the sender's system events nor what could not be read
    older = stored.select(pl.col("plan_version").ne_missing(version)).to_series() & planned
    before = stored.select("status", "violations")
    if older.any():
        anew = _judged_anew(before, older, judge(events.filter(older), lambda _: in_force))
        tally.older += int(older.sum())
        tally.differing += int((anew["status"] != before["status"]).sum())
        before = anew if against == "plan" else before
    tally.add(stored["seq"], stored["event_name"], before, now)


def _events(stored: pl.DataFrame) -> pl.DataFrame:
    """What `judge` takes: `problem` is why an event could not be read, which its one violation says."""
    said = pl.col("violations").list.get(0, null_on_oob=True).struct.field("received").fill_null("unreadable")
    problem = pl.when((pl.col("status") == "error") & pl.col("unread").is_not_null()).then(said)
    return stored.select("app", "event_name", "event_type", "payload", problem=problem)


def _judged_anew(before: pl.DataFrame, older: pl.Series, anew: pl.DataFrame) -> pl.DataFrame:
    """`before` with the verdicts `anew` in the rows that are `older`."""
    rows = older.arg_true()
    parts = pl.concat([before.filter(~older), anew.select(before.columns).cast(dict(before.schema))])  # type: ignore[arg-type]
    order = pl.concat([(~older).arg_true(), rows])
    return parts[order.arg_sort()]
