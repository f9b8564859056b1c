"""Pages anywhere in a large log and single ids, beside SQL with OFFSET over the same events."""

import statistics
import time
from collections.abc import Iterator
from functools import partial
from random import Random
from typing import Any, Final

import duckdb

from bench.asked import Api, Dashboard
from bench.big_events import BIG_APP, RARE, VERSIONS
from bench.store_counts import plain
from bench.table import Figure, share, timed, timed_once
from data.layout import Store
from data.schema import BLOCK

PAGE: Final = 100
PAGE_MS: Final = 60
BLOCK_MS: Final = 10
FREE_BLOCKS: Final = 4
MOST_BLOCKS: Final = 32
SLOWER: Final = 100
PEER_MS: Final = 60_000
"""How long SQL may take before it has lost."""
PEER_TIMES: Final = 2
AGAIN_MS: Final = 5_000
"""What takes SQL longer is measured once."""

Chosen = dict[str, str]
_FILTERS: Final[dict[str, Chosen]] = {
    "": {},
    f" of a rare event ({RARE})": {"event": RARE},
    " that are invalid, of one source and version": {
        "status": "invalid",
        "source": "segment",
        "app_version": VERSIONS[2],
    },
}
_COLUMNS: Final = {"event": "event_name"}


def pages(asked: Dashboard, store: Store, times: int) -> Iterator[Figure]:
    """100 rows at the first, the middle, the last and random places, of everything and of what filters leave."""
    api, random = asked.api(BIG_APP), Random(1)
    engine = plain(store)
    engine.execute(f"set max_execution_time = {PEER_MS}; set memory_limit = '4GB'; set temp_directory = ''")
    for what, chosen in _FILTERS.items():
        total = api.get("events", limit=1, **chosen)["total"]
        last = max(0, total - times - PAGE)
        apart = last > 4 * times  # else a page would be asked for twice, and answered from memory
        for name, place in (("first", 0), *((("middle", last // 2), ("last", last)) if apart else ())):
            yield _page(f"{PAGE} rows{what}: {name}", api, chosen, [place + n for n in range(times)])
            yield _beside_offset(f"{PAGE} rows{what}: {name}", api, engine, chosen, place)
        if apart:
            yield _page(f"{PAGE} rows{what}: random", api, chosen, [random.randrange(last) for _ in range(times)])


def ids(asked: Dashboard, store: Store, times: int) -> Iterator[Figure]:
    """One event by its id, each another one, anywhere in the log."""
    api, random, engine = asked.api(BIG_APP), Random(2), plain(store)
    total = api.get("stats", hours=87_600)["events"]["total"]
    known = []
    for _ in range(times):
        [row] = api.get("events", limit=1, offset=random.randrange(total))["rows"]
        known.append((row["event_id"], row["seq"]))
    mine = [timed_once(partial(_found, api, event_id, seq)) for event_id, seq in known]
    sql = "select seq from events where app = $app and event_id = $id"
    theirs = [
        timed_once(partial(_asked, engine, sql, {"app": BIG_APP, "id": event_id}))
        for event_id, _ in known[: PEER_TIMES + 1]
    ]
    late = share(mine, 0.95)
    yield Figure("one id", f"p50 {share(mine, 0.5):.1f} ms, p95 {late:.1f} ms", f"p95 ≤ {PAGE_MS} ms", late <= PAGE_MS)
    yield ratio("one id", mine, "SQL over the events", statistics.median(theirs[1:]), None)


def _asked(engine: duckdb.DuckDBPyConnection, sql: str, values: dict[str, Any]) -> list[Any]:
    return engine.execute(sql, values).fetchall()


def _found(api: Api, event_id: str, seq: int) -> None:
    """Ask, and go on where an answer ran out of time, until the event is there."""
    answer = api.get("events", event_id=event_id)
    while not answer["rows"] and answer["next"] is not None:
        answer = api.get("events", event_id=event_id, cursor=answer["next"])
    assert [row["seq"] for row in answer["rows"]] == [seq], f"{event_id} was not found"


def _page(what: str, api: Api, chosen: Chosen, offsets: list[int]) -> Figure:
    """The 95th percentile of pages, against what the blocks that they lie in may take."""
    most_blocks, took = 0, []
    for offset in offsets:
        began = time.perf_counter()
        answer = api.get("events", limit=PAGE, offset=offset, **chosen)
        took.append((time.perf_counter() - began) * 1000)
        blocks = len({row["seq"] // BLOCK for row in answer["rows"]}) if answer["complete"] else MOST_BLOCKS
        most_blocks = max(most_blocks, blocks)
    late, goal = share(took, 0.95), PAGE_MS + BLOCK_MS * max(0, most_blocks - FREE_BLOCKS)
    told = f"p50 {share(took, 0.5):.1f} ms, p95 {late:.1f} ms"
    return Figure(what, told, f"p95 ≤ {goal} ms ({most_blocks} blocks)", late <= goal)


def _beside_offset(what: str, api: Api, engine: duckdb.DuckDBPyConnection, chosen: Chosen, offset: int) -> Figure:
    conditions = "".join(f" and {_COLUMNS.get(name, name)} = ${name}" for name in chosen)
    sql = f"select seq from events where app = $app{conditions} order by seq desc limit {PAGE} offset {offset}"
    began = time.perf_counter()
    try:
        theirs = [row[0] for row in _asked(engine, sql, {"app": BIG_APP, **chosen})]
    except (duckdb.InterruptException, duckdb.OutOfMemoryException):
        theirs = None
    other = [(time.perf_counter() - began) * 1000]
    ours = seqs(api, chosen, offset)
    if theirs is not None:
        assert ours == theirs[: len(ours)], f"{what} differs from SQL with OFFSET"
    if theirs is not None and other[0] < AGAIN_MS:
        other += timed(partial(_asked, engine, sql, {"app": BIG_APP, **chosen}), PEER_TIMES)
    mine = again(api, chosen, offset)
    peer = "OFFSET" if theirs is not None else "OFFSET gave up after"
    return ratio(what, mine, peer, statistics.median(other), SLOWER)


def again(api: Api, chosen: Chosen, offset: int) -> list[float]:
    """Milliseconds of pages near that place that were not asked for yet, so that none is answered from memory."""
    pages = (partial(api.get, "events", limit=PAGE - 1, offset=offset + n, **chosen) for n in range(2 * PEER_TIMES + 1))
    return [timed_once(page) for page in pages]


def seqs(api: Api, chosen: Chosen, offset: int) -> list[int]:
    """The page that begins there."""
    return [row["seq"] for row in api.get("events", limit=PAGE, offset=offset, **chosen)["rows"]]


def ratio(what: str, ours: list[float], peer: str, theirs: float, reach: int | None) -> Figure:
    mine = statistics.median(ours)
    """Our median beside a peer's time, in milliseconds; with `reach`, whether we are that many times as fast."""
    told = f"{peer}: {theirs:,.0f} ms, {theirs / mine:,.0f} times" + (f" (to reach: {reach})" if reach else "")
    return Figure(what, f"{mine:,.1f} ms", told, theirs >= reach * mine if reach else None)
