"""What every test of the dashboard starts from: a store with events of `shop`, and the server over it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask.testing import FlaskClient

from dashboard.server import create
from data.layout import Store
from plans import versions
from plans.read import read_plan
from queries.reader import Reader
from tests.storing import now_us, put, spooled

PLAN = b"eventName,eventPayload,dataType\nbought,price,float\n,items[].sku,text\nleft,why,text\n"


def plan(store: Store, app: str = "shop", sheet: bytes = PLAN) -> None:
    """Put that sheet in force."""
    read, _ = read_plan(sheet, app=app, filename=f"{app}.csv")
    versions.put(store.plans, read, sheet)


def fill(store: Store) -> Store:
    """Four events of `shop`, one of each status, seqs 1 to 4."""
    plan(store)
    put(
        store,
        spooled(event_name="bought", payload={"price": 1.5, "items": [{"sku": "a"}]}, user_id="ann"),
        spooled(event_name="bought", payload={"price": "1,5", "items": [{"sku": "a"}, {"sku": 2}]}),
        spooled(event_name="strolled", payload={}),
        spooled(event_name=None, payload=b"null", unread="{oops", problem="the event is no JSON"),
        received_at_us=now_us(),
    )
    return store


@contextmanager
def served(store: Store, *, local: bool = True, **options: Any) -> Iterator[FlaskClient]:
    """A client of the dashboard over that store."""
    stop, reader = threading.Event(), Reader(store, threads=1, scan_ms=60_000)
    server = create(reader, local=local, stop=stop, **options)
    yield server.test_client()
    stop.set()
    server.extensions["watch"].join()
    reader.close()


@pytest.fixture
def shop(store: Store) -> Store:
    """The store of the test, filled."""
    return fill(store)


@pytest.fixture
def client(store: Store) -> Iterator[FlaskClient]:
    """A client of the dashboard over `store`; ask for `shop` as well to have something in it."""
    with served(store) as client:
        yield client


@pytest.fixture(scope="module")
def looked_at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A client over a filled store that the tests of a file share, because they only look."""
    with served(fill(Store(tmp_path_factory.mktemp("store")).create())) as client:
        yield client
