"""What every test of exports starts from: a store with all sorts of events in several parts, and how to export it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from data.layout import Store
from plans import versions
from plans.read import read_plan
from plans.versions import Shelf
from queries.export.ask import Asked
from queries.export.files import export
from queries.reader import Engine, Reader
from tests.storing import START_US, merge_all, put, spooled

SHEET = (
    b"eventName,eventPayload,dataType,required\nbought,price,float,\n,note,text,false\n,at.city,text,false\nleft,,,\n"
)
ODD = (
    "=1+1",
    "'",
    "",
    " +x",
    '"@y',
    "a\rb",
    "tab\tinside",
    "\x00",
    "łódź 😀",
    "'=",
    "-5",
    "__HIVE_DEFAULT_PARTITION__",
)
MINUTE_US = 60_000_000

Exporting = Callable[..., dict[str, Any]]


def plan(store: Store, app: str = "shop", sheet: bytes = SHEET) -> None:
    """Put that sheet in force."""
    read, _ = read_plan(sheet, app=app, filename=f"{app}.csv")
    versions.put(store.plans, read, sheet)


def fill(store: Store) -> Store:
    """Events of two apps in five parts, the first three of them merged; duplicates, odd texts, unreadable ones."""
    plan(store)
    for batch in range(5):
        if batch == 3:
            merge_all(store)
        events = [
            spooled(
                app="web" if n % 7 == 6 else "shop",
                event_name=("bought", "left", "strolled", ODD[(n // 4 + batch * 6) % len(ODD)] or "x")[n % 4],
                event_type="system" if n == 9 else "track",
                event_id=None if n % 3 == 0 else f"{batch}-{n}" if n % 3 == 1 else f"again-{n}",
                payload={
                    "price": (1, 1.5, "x", None)[n % 4],
                    "note": ODD[n % len(ODD)],
                    "at": {"city": "Ł", "zip": 10**30 + n},
                },
                context={"n": batch} if n % 2 else None,
                session=ODD[n % len(ODD)],
                user_id=("ann", "bob", None)[n % 3],
                app_version=("1.0", "1.1")[n % 2],
                source=("http", "segment")[n % 2],
                occurred_at=START_US + n * 1_001 if n % 2 else None,
            )
            for n in range(24)
        ]
        broken = spooled(event_name=None, payload=b"null", unread='{"oops\x00\\ud800', problem="the event is no JSON")
        put(store, *events, broken, received_at_us=START_US + batch * MINUTE_US)
    return store


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A filled store that the tests of a file share, because they only look."""
    return fill(Store(tmp_path_factory.mktemp("store")).create())


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    engine = Engine()
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def log(filled: Store) -> Iterator[Reader]:
    """Asks the questions of the filled store."""
    reader = Reader(filled, threads=1)
    yield reader
    reader.close()


def exported(store: Store, engine: Engine, out: Path, asked: Asked, **options: Any) -> dict[str, Any]:
    """What is told of an export to `out`."""
    return export(store, Shelf(store.plans), engine, asked, out, **options)


def rows(store: Store, app: str = "shop") -> pl.DataFrame:
    """The visible events of an app, oldest first."""
    from data import live

    return live(store).filter(pl.col("app") == app).sort("seq").collect()
