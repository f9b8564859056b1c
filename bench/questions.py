"""What the dashboard asks of a large store, over HTTP and uncached, beside SQL over the same Parquet."""

import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final

import duckdb

from bench.asked import Api, dashboard
from bench.stored import stored
from bench.table import Figure, beside, share, timed
from data.layout import Store

STORED: Final = 5_000_000
TIMES: Final = 100
PEER_TIMES: Final = 5
COUNTS_MS: Final = 30
PAGE_MS: Final = 100
PAGE: Final = 100
MARGIN: Final = 10 * PAGE
"""How far before the end the last page begins, since each page is asked for at an offset of its own."""

_minutes, _rows = count(), count()
"""Numbers for every question, so that none is asked twice and answered from memory."""


def questions() -> Iterator[Figure]:
    store = stored(STORED)
    with dashboard(store) as process:
        process.first_answer("shop", "stats", hours=1)
        api = process.api("shop")
        total = api.get("stats", hours=48)["events"]["total"]
        yield Figure("visible events stored", f"{total:,}")
        for question in ("stats", "trend", "coverage"):
            yield _quick_enough(f"{question} over 24 h", _counts(api, question, TIMES), COUNTS_MS)
        for name, offset in _places(total):
            yield _quick_enough(f"{PAGE} rows of the log: {name}", _pages(api, offset, TIMES), PAGE_MS)
        yield from _beside_sql(api, store, total)


def _places(total: int) -> Sequence[tuple[str, int]]:
    return ("first", 0), ("middle", total // 2), ("last", total - MARGIN)


def _counts(api: Api, question: str, times: int) -> list[float]:
    """Milliseconds for the last 24 hours, begun some minutes later each time."""
    return timed(lambda: api.get(question, since=_since(next(_minutes))), times)


def _since(minutes: int) -> str:
    return (datetime.now(UTC) - timedelta(hours=26) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:00Z")


def _pages(api: Api, offset: int, times: int) -> list[float]:
    return timed(lambda: _page(api, offset + next(_rows)), times)


def _page(api: Api, offset: int) -> list[int]:
    return [row["seq"] for row in api.get("events", limit=PAGE, offset=offset)["rows"]]


def _quick_enough(what: str, took: Sequence[float], goal: float) -> Figure:
    late = share(took, 0.95)
    return Figure(what, f"p50 {share(took, 0.5):.1f} ms, p95 {late:.1f} ms", f"p95 ≤ {goal:.0f} ms", late <= goal)


def _beside_sql(api: Api, store: Store, total: int) -> Iterator[Figure]:
    engine = duckdb.connect(config={"threads": os.cpu_count() or 1})
    engine.execute(store.views.read_text())
    by_status = "select status, count(*) from events where app = 'shop' group by status"
    answer = api.get("stats", hours=48)["events"]
    assert all(answer[status] == events for status, events in engine.sql(by_status).fetchall())
    theirs = timed(lambda: engine.sql(by_status).fetchall(), PEER_TIMES)
    yield beside("stats", _counts(api, "stats", PEER_TIMES), "GROUP BY over the events", theirs)
    for name, offset in _places(total):
        page = f"select * from events where app = 'shop' order by seq desc limit {PAGE} offset {offset}"
        read = _fetch(engine, page)
        assert _page(api, offset) == [row[0] for row in read()]
        theirs = timed(read, PEER_TIMES)
        yield beside(
            f"{PAGE} rows of the log: {name}", _pages(api, offset, PEER_TIMES), "ORDER BY LIMIT OFFSET", theirs
        )


def _fetch(engine: duckdb.DuckDBPyConnection, sql: str) -> Callable[[], list[Any]]:
    return lambda: engine.sql(sql).fetchall()
