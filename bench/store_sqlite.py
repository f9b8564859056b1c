"""The same events in SQLite as the product before this one kept them: one table, its indexes, OFFSET for pages."""

import sqlite3
import statistics
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Final

from tqdm import tqdm

from bench.asked import Api, dashboard
from bench.big_events import BIG_APP, Stream
from bench.big_store import batches, big_store
from bench.store_log import PAGE, again, ratio, seqs
from bench.table import Figure, timed, timed_once

TIMES: Final = 3
SLOWER: Final = 100
_COLUMNS: Final = ("seq", "app", "event_name", "status", "created_at", "event_id", "payload")
_TABLE: Final = """
create table events (
  seq integer primary key, app text, event_name text, status text, created_at integer, event_id text, payload text
)
"""
_INDEXES: Final = (
    "create index by_app_and_status on events (app, status)",
    "create index by_app_name_and_time on events (app, event_name, created_at)",
    "create index by_name on events (event_name)",
    "create index by_status on events (status)",
    "create index by_time on events (created_at)",
    "create index by_id on events (app, event_id)",
)
_PAGE: Final = "select seq from events where app = ? order by created_at desc, seq desc limit ? offset ?"
_STATS: Final = "select status, count(*) from events where app = ? group by status"
_ID: Final = "select seq from events where app = ? and event_id = ?"


def beside_sqlite(stream: Stream, folder: Path, times: int) -> Iterator[Figure]:
    """Stats, pages and ids of a store, and the same asked of SQLite."""
    with closing(sqlite3.connect(_filled(stream, folder))) as base, dashboard(big_store(stream, folder)) as asked:
        asked.first_answer(BIG_APP, "stats", hours=1)
        api, name = asked.api(BIG_APP), f"SQLite, {stream.rows:,} rows"
        told = api.get("stats", hours=87_600)["events"]
        assert {status: told[status] for status, _ in _rows(base, _STATS, BIG_APP)} == dict(
            _rows(base, _STATS, BIG_APP)
        )
        theirs = statistics.median(timed(partial(_rows, base, _STATS, BIG_APP), TIMES))
        mine = [timed_once(partial(api.get, "stats", hours=87_600 - n)) for n in range(1, times)]
        yield ratio("stats of everything", mine, name, theirs, None)
        for place, offset in (("first", 0), ("middle", stream.rows // 2), ("last", stream.rows - 10 * PAGE)):
            yield _page(f"{PAGE} rows: {place}", api, base, name, offset)
        yield _id(api, base, name, stream)


def _page(what: str, api: Api, base: sqlite3.Connection, name: str, offset: int) -> Figure:
    ask = partial(_rows, base, _PAGE, BIG_APP, PAGE, offset)
    assert seqs(api, {}, offset) == [seq for (seq,) in ask()], f"{what} differs from SQLite"
    theirs = statistics.median(timed(ask, TIMES))
    return ratio(what, again(api, {}, offset), name, theirs, SLOWER if offset else None)


def _id(api: Api, base: sqlite3.Connection, name: str, stream: Stream) -> Figure:
    random, mine, theirs = Random(3), [], []
    for _ in range(TIMES):
        [row] = api.get("events", limit=1, offset=random.randrange(stream.rows))["rows"]
        theirs.append(timed_once(partial(_rows, base, _ID, BIG_APP, row["event_id"])))
        mine.append(timed_once(partial(api.get, "events", event_id=row["event_id"])))
        assert _rows(base, _ID, BIG_APP, row["event_id"]) == [(row["seq"],)]
    return ratio("one id", mine, name, statistics.median(theirs), None)


def _rows(base: sqlite3.Connection, sql: str, *values: object) -> list[Any]:
    return base.execute(sql, values).fetchall()


def _filled(stream: Stream, folder: Path) -> Path:
    """A database of the stream's events; made once."""
    path = folder / f"sqlite-{stream.rows}-{stream.seed}.db"
    if not path.exists():
        beside = path.with_suffix(".tmp")
        beside.unlink(missing_ok=True)
        with closing(sqlite3.connect(beside)) as base:
            _fill(base, stream)
        beside.rename(path)
    return path


def _fill(base: sqlite3.Connection, stream: Stream) -> None:
    base.execute("pragma journal_mode = off")
    base.execute("pragma synchronous = off")
    base.execute(_TABLE)
    row = f"insert into events values ({', '.join('?' * len(_COLUMNS))})"
    with tqdm(total=stream.rows, unit=" events", unit_scale=True, desc="filling SQLite", disable=None) as bar:
        for some in batches(stream):
            timed_rows = some.with_columns(created_at=some["received_at"].to_physical()).select(_COLUMNS)
            base.executemany(row, timed_rows.iter_rows())
            bar.update(some.height)
    base.commit()
    for index in tqdm(_INDEXES, desc="indexing SQLite", disable=None):
        base.execute(index)
    base.execute("analyze")
    base.commit()
