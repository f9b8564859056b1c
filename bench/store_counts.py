"""Stats, trend and coverage of a day of a large store, beside a small one and beside SQL over the same events."""

import os
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any, Final

import duckdb

from bench.asked import Api, Dashboard
from bench.big_events import BIG_APP, START
from bench.table import Figure, paired, share, timed
from data.layout import Store

LATE_MS: Final = 30
GROWN: Final = 2
SLOWER: Final = 50
PEER_TIMES: Final = 3
DAY: Final = timedelta(days=1)
END: Final = START + 30 * DAY

Rows = list[tuple[Any, ...]]
_THEIRS: Final = "from events where app = $app and received_at >= $since and received_at < $until group by all"
_CLEAN: Final = "status = 'valid' and len(list_filter(violations, lambda v: v.severity = 'warning')) = 0"


@dataclass(frozen=True)
class Asked:
    """A question, the same in SQL over the events, and whether both have the same answer."""

    name: str
    sql: str
    same: Callable[[Any, Rows], bool]
    bucket: int | None = None


def _same_stats(answer: Any, rows: Rows) -> bool:
    by_status = {status: sum(row[2] for row in rows if row[1] == status) for status in ("valid", "invalid")}
    names = len({row[0] for row in rows})
    told = {status: answer["events"][status] for status in by_status}
    return bool(told == by_status and answer["names"]["total"] == names)


def _same_trend(answer: Any, rows: Rows) -> bool:
    told = {
        (bucket["at"][:19], status): bucket[status] for bucket in answer["buckets"] for status in ("valid", "invalid")
    }
    return {key: many for key, many in told.items() if many} == {
        (at.isoformat(), status): many for at, status, many in rows
    }


def _same_coverage(answer: Any, rows: Rows) -> bool:
    clean = sorted(name for name, fully in rows if fully)
    seen = sorted(row[0] for row in rows)
    return bool(answer["captured_events"] == seen and answer["fully_valid_events"] == clean)


QUESTIONS: Final = (
    Asked("stats", f"select event_name, status, count(*) {_THEIRS}", _same_stats),
    Asked("trend", f"select date_trunc('minute', received_at) as at, status, count(*) {_THEIRS}", _same_trend),
    Asked("coverage", f"select event_name, bool_and({_CLEAN}) {_THEIRS}", _same_coverage),
)
HOURLY: Final = Asked(
    "trend", f"select time_bucket(interval 1 hour, received_at) as at, status, count(*) {_THEIRS}", _same_trend, 3_600
)


def counts(asked: Dashboard, beside: Dashboard, store: Store, times: int) -> Iterator[Figure]:
    """Every question about 24 hours; `beside` has the small store. Then all of them about 30 days."""
    ours, small, engine, minutes = asked.api(BIG_APP), beside.api(BIG_APP), plain(store), count(1)
    for each in QUESTIONS:
        mine, other = paired(partial(_next, ours, each, minutes), partial(_next, small, each, minutes), times)
        late, grown = share(mine, 0.95), share(mine, 0.95) / share(other, 0.95)
        what = f"{each.name} of 24 h"
        told = f"p50 {share(mine, 0.5):.1f} ms, p95 {late:.1f} ms"
        yield Figure(what, told, f"p95 ≤ {LATE_MS} ms", late <= LATE_MS)
        yield Figure(what, f"{grown:.2f} times its p95 at a million", f"≤ {GROWN} times", grown <= GROWN)
        yield _beside(what, ours, each, engine, minutes, DAY)
    for each in (QUESTIONS[0], QUESTIONS[2], HOURLY):
        yield _beside(f"{each.name} of 30 days", ours, each, engine, minutes, 30 * DAY)


def plain(store: Store) -> duckdb.DuckDBPyConnection:
    """DuckDB as anybody would start it in the store's folder, over `views.sql`."""
    engine = duckdb.connect(config={"threads": os.cpu_count() or 1})
    engine.execute(store.views.read_text())
    return engine


def _window(minutes: int, length: timedelta) -> tuple[datetime, datetime]:
    """Never the same twice, and both ends within an hour."""
    until = END - minutes * timedelta(minutes=7)
    return until - length, until


def _ask(api: Api, each: Asked, minutes: int, length: timedelta = DAY) -> Any:
    since, until = _window(minutes, length)
    bucket = {"bucket": each.bucket} if each.bucket else {}
    return api.get(each.name, since=since.isoformat() + "Z", until=until.isoformat() + "Z", **bucket)


def _next(api: Api, each: Asked, minutes: "count[int]") -> Any:
    return _ask(api, each, next(minutes))


def _beside(
    what: str, api: Api, each: Asked, engine: duckdb.DuckDBPyConnection, minutes: "count[int]", length: timedelta
) -> Figure:
    def theirs(minute: int) -> Rows:
        since, until = _window(minute, length)
        return engine.execute(each.sql, {"app": BIG_APP, "since": since, "until": until}).fetchall()

    minute = next(minutes)
    assert each.same(_ask(api, each, minute, length), theirs(minute)), f"{what} differs from SQL over the events"
    mine = statistics.median(timed(lambda: _ask(api, each, next(minutes), length), 3 * PEER_TIMES))
    other = statistics.median(timed(lambda: theirs(next(minutes)), PEER_TIMES))
    told = f"SQL over the events: {other:,.0f} ms, {other / mine:,.0f} times (to reach: {SLOWER})"
    return Figure(what, f"{mine:.1f} ms", told, other >= SLOWER * mine)
