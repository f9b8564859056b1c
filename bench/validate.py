"""Judging batches of 50,000 events, beside what a user would pick instead, with verdicts compared."""

import statistics
from collections.abc import Callable, Iterator
from typing import Final

import polars as pl

from bench.batches import Batch, demo, made, sheet
from bench.original import original
from bench.peers import Counts, Peer, python, rust
from bench.table import Figure, paired
from plans.judging.judge import judge
from plans.model import Plan
from plans.rules.compiled import compiled

TIMES: Final = 7
SLOW: Final = 2_000
"""Events for peers a hundred times slower; the judge's time is of a whole batch."""
ROWS: Final = [(5, 20), (15, 1), (15, 20), (15, 200), (60, 20)]


def validate() -> Iterator[Figure]:
    """Figures of the judge."""
    batch = demo()
    plan, as_sheet = batch.plan(), sheet()
    yield _beside("the demo's events", batch, plan, rust(batch.schemas), "orjson + jsonschema-rs", 2.0)
    yield _beside("the demo's events", batch, plan, python(batch.schemas), "jsonschema", 40.0, SLOW)
    yield _beside("the same as a sheet", batch, as_sheet, original(as_sheet), "the original's way", 30.0, SLOW)
    for fields, names in ROWS:
        wide = made(fields, names)
        what = f"{fields} fields, {names} names"
        yield _beside(what, wide, wide.plan(), rust(wide.schemas), "orjson + jsonschema-rs", 0.9)
    beyond = made(15, 200, beyond=True)
    what = f"{_falling_back(beyond):.0%} falling back, 15 fields, 200 names"
    yield _beside(what, beyond, beyond.plan(), rust(beyond.schemas), "orjson + jsonschema-rs", 0.9)
    yield Figure("falling back of the demo's events", f"{_falling_back(batch):.1%}", "share of planned events")
    yield _all_invalid()


def _beside(what: str, batch: Batch, plan: Plan, peer: Peer, name: str, reach: float, of: int | None = None) -> Figure:
    """The judge beside a peer; a slow one judges only the first `of` events, and its time is scaled up."""
    part = batch.head(of) if of else batch
    _same_verdicts(part, plan, peer)
    ours, theirs = paired(lambda: judge(batch.events, lambda _: plan), lambda: peer(part), TIMES if not of else 3)
    mine, other = statistics.median(ours), statistics.median(theirs) * batch.events.height / part.events.height
    ratio = other / mine
    beside = f"{name}: {other:,.0f} ms, {ratio:,.1f} times (to reach: {reach:g})"
    return Figure(what, f"{mine:,.0f} ms", beside, ratio >= reach)


def _same_verdicts(batch: Batch, plan: Plan, peer: Callable[[Batch], Counts]) -> None:
    """Stop unless both find as many errors in every event, or errors in the same events."""
    errors = pl.col("violations").list.eval(pl.element().struct.field("severity") == "error").list.sum()
    told = judge(batch.events, lambda _: plan).select("status", errors=errors)
    ours = [None if status == "unplanned" else count for status, count in told.iter_rows()]
    theirs = peer(batch)
    if max(count or 0 for count in theirs) == 1:  # it says only whether there are any
        ours = [None if count is None else min(count, 1) for count in ours]
    assert ours == theirs, next((at, a, b) for at, (a, b) in enumerate(zip(ours, theirs, strict=True)) if a != b)


def _falling_back(batch: Batch) -> float:
    """The share of the planned events that only jsonschema-rs can judge."""
    plan = batch.plan()
    planned = batch.events["event_name"].filter(batch.events["event_name"].is_in(plan.names()))
    beyond = [name for name in plan.names() if compiled(plan, name).why]
    return int(planned.is_in(beyond).sum()) / len(planned)


def _all_invalid() -> Figure:
    """The same events, sound and each with one field that is null."""
    sound, broken = made(15, 20, faulty=0.0), made(15, 20, faulty=1.0)
    plan = sound.plan()
    clean, invalid = paired(
        lambda: judge(sound.events, lambda _: plan), lambda: judge(broken.events, lambda _: plan), TIMES
    )
    mine, other = statistics.median(invalid), statistics.median(clean)
    beside = f"all valid: {other:,.0f} ms; {mine / other:.1f} times as long (at most: 2)"
    return Figure("all invalid, 15 fields, 20 names", f"{mine:,.0f} ms", beside, mine / other <= 2)
