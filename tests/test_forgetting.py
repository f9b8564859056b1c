"""Commits, duplicates, deletions, expiry, retries, merges and restarts in any order: every total stays exact."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard import api, errors
from dashboard.answers import Answers
from dashboard.questions import Questions
from dashboard.watch import Versions
from data.app_settings import AppSettings
from data.layout import Store
from data.parts import list_live
from data.settings_db import Apps
from ingest.apps.deletion import Order
from ingest.check import check
from ingest.index import DuplicateIndex
from ingest.rewrite import Rewriter
from ingest.writer import Writer
from plans.versions import Shelf
from queries.filter import Filter
from queries.page import Page
from queries.reader import Reader
from queries.version import versions
from tests import recount
from tests.model import EPOCH, Event, Model
from tests.storing import START_US, ordered, seal, spooled, visible

APPS = ("shop", "web")
MINUTE_US = 60_000_000
WINDOW = {"since": ["2026-11-22"], "until": ["2026-11-25"]}
COUNTED = ("stats", "trend", "coverage", "violations")

sent = st.fixed_dictionaries(
    {
        "app": st.sampled_from(APPS),
        "event_name": st.sampled_from(["a", "b"]),
        "payload": st.sampled_from([{"n": 1}, {"n": 2}]),
        "event_id": st.sampled_from([None, *"12345"]),
        "user_id": st.sampled_from([None, "ann", "bob"]),
    }
)
a_batch = st.tuples(st.just("send"), st.lists(sent, min_size=1, max_size=6))
steps = st.one_of(
    a_batch,
    a_batch,
    st.tuples(st.just("delete"), st.tuples(st.sampled_from(APPS), st.sampled_from([None, "ann", "bob"]))),
    st.tuples(st.just("keep_rows"), st.tuples(st.sampled_from(APPS), st.integers(1, 5))),
    st.tuples(st.just("keep_minutes"), st.tuples(st.sampled_from(APPS), st.integers(1, 5))),
    st.tuples(st.just("merge"), st.tuples(st.integers(0, 9), st.integers(1, 9))),
    st.tuples(st.just("restart"), st.booleans()),
)


class Told(Model):
    """The model, with what may be forgotten."""

    def drop(self, gone: list[tuple[Any, ...]]) -> None:
        """One removal, which takes a seq where it removes anything."""
        for key in gone:
            del self.events[key]
        self.last_seq += bool(gone)

    def of(self, app: str, user_id: str | None = None) -> list[tuple[Any, ...]]:
        """The app's events, or one user's of it, oldest first, by identity."""
        theirs = [(event["seq"], key) for key, event in self.events.items() if event["app"] == app]
        kept = [key for _, key in sorted(theirs)]
        return kept if user_id is None else [key for key in kept if self.events[key]["user_id"] == user_id]


class Product:
    """The real store, writer and API, with the model beside them; a minute passes with each batch."""

    def __init__(self, folder: Path) -> None:
        self.store, self.model, self.minutes = Store(folder / "store").create(), Told(), 0
        self.apps, self.writer = Apps(self.store), self._start()
        self.reader = Reader(self.store, plans=Shelf(self.store.plans), threads=1)
        server = Flask("api")
        errors.install(server)
        api.install(
            server,
            Questions(self.reader, Versions(self.store, lambda: versions(self.reader), self.apps.revisions), Answers()),
        )
        self.api = server.test_client()

    def _start(self) -> Writer:
        return Writer(self.store, DuplicateIndex(self.store.dedup), look_seconds=0.0)

    def send(self, batch: list[dict[str, Any]]) -> None:
        self.minutes += 1
        at = START_US + self.minutes * MINUTE_US
        self.writer.store_batch(seal(self.store, [spooled(**event) for event in batch], at))
        self.model.store(batch, at)

    def delete(self, whose: tuple[str, str | None]) -> None:
        app, user_id = whose
        self.writer.store_batch(ordered(self.store, Order(app, user_id)))
        self.model.drop(self.model.of(app, user_id))

    def keep_rows(self, limit: tuple[str, int]) -> None:
        app, rows = limit
        self._limit(app, AppSettings(retention_rows=rows))
        self.model.drop(self.model.of(app)[:-rows])

    def keep_minutes(self, limit: tuple[str, int]) -> None:
        app, minutes = limit
        self._limit(app, AppSettings(retention_days=minutes / 1_440))
        before = EPOCH + timedelta(microseconds=START_US) + timedelta(minutes=self.minutes - minutes)
        before = before.replace(second=0, microsecond=0)
        self.model.drop([key for key in self.model.of(app) if self.model.events[key]["received_at"] < before])

    def _limit(self, app: str, limit: AppSettings) -> None:
        """Have the limit in force for as long as something expires by it."""
        self.apps.put(app, limit)
        now = EPOCH + timedelta(microseconds=START_US + self.minutes * MINUTE_US)
        while self.writer.expire(now):
            continue
        self.apps.forget(app, self.apps.revision(app))

    def merge(self, which: tuple[int, int]) -> None:
        start, count = which
        shown = list_live(self.store)
        if neighbours := shown[start : start + count]:
            Rewriter(self.store, memory_mb=256).rewrite(neighbours, shown)

    def restart(self, anew: bool) -> None:
        """Start the writer again; with `anew`, its index is made from the parts."""
        if anew:
            self.writer._index.clear()
        self.writer.close()
        self.writer = self._start()

    def ask(self, app: str, question: str, **asked: Any) -> Any:
        answer = self.api.get(f"/api/apps/{app}/{question}", query_string=asked)
        assert answer.status_code in (200, 404), answer.text
        return answer.json if answer.status_code == 200 else None

    def close(self) -> None:
        self.writer.close()
        self.reader.close()
        self.apps.close()


@contextmanager
def product_at(folder: Path) -> Iterator[Product]:
    product = Product(folder)
    try:
        yield product
    finally:
        product.close()


@settings(max_examples=60)
@given(st.lists(steps, min_size=1, max_size=14))
def test_totals_stay_exact_whatever_is_sent_deleted_expired_and_sent_again(
    tmp_path_factory: pytest.TempPathFactory, happened: list[tuple[str, Any]]
) -> None:
    with product_at(tmp_path_factory.mktemp("product")) as product:
        for what, how in happened:
            getattr(product, what)(how)
            assert_rows_agree(product)
        assert check(product.store).problems == ()
        for app in APPS:
            assert_answers_agree(product, app)
        assert_list_agrees(product)


def assert_rows_agree(product: Product) -> None:
    """The visible rows are the model's."""
    columns = ["seq", "app", "event_id", "user_id", "copies"]
    shown = visible(product.store).select(columns).rows()
    events = sorted(product.model.visible(), key=lambda event: event["seq"])
    assert shown == [tuple(event[column] for column in columns) for event in events]


def assert_answers_agree(product: Product, app: str) -> None:
    events, ours = product.model.visible(), product.model.of(app)
    if not ours:
        assert product.ask(app, "stats") is None
        return
    for question in COUNTED:
        asked = Filter.parse(WINDOW, question)
        extra: tuple[Any, ...] = {"trend": (3_600,), "coverage": (None,)}.get(question, ())
        answer = product.ask(app, question, **WINDOW, **({"bucket": 3_600} if question == "trend" else {}))
        if isinstance(answer, dict):
            answer.pop("version", None)
        assert answer == getattr(recount, question)(events, app, asked, *extra), question
    page = product.ask(app, "events", limit=1_000)
    expected = recount.events(events, app, Filter(), Page(limit=1_000))
    assert [row["seq"] for row in page["rows"]] == [row["seq"] for row in expected["rows"]]
    assert page["total"] == expected["total"]


def assert_list_agrees(product: Product) -> None:
    told: list[Event] = product.api.get("/api/apps").get_json()
    listed = [{key: each[key] for key in each if key != "plan_version"} for each in told]
    assert [each for each in listed if each["events"]] == recount.apps(product.model.visible())
