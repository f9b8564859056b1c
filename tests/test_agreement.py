"""Random streams with duplicates, new plans, restarts and merges: every answer of the API equals a plain recount."""

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard import api, errors
from dashboard.answers import Answers
from dashboard.questions import Questions
from dashboard.watch import Versions
from data.layout import Store
from data.parts import list_live
from ingest.check import check
from ingest.index import DuplicateIndex
from ingest.rewrite import Rewriter
from ingest.writer import Writer
from plans.read import read_plan
from plans.versions import Shelf, put
from queries.filter import Filter
from queries.page import Page
from queries.reader import Reader
from queries.version import versions
from tests import recount
from tests.model import Model
from tests.sheet_rules import read_sheet
from tests.storing import START_US, seal, spooled

APPS = ("shop", "web")
APART_US = 1_550_000_000
"""Some 26 minutes between two batches: a window has whole hours and edges."""
VALUES_APART = 3
"""So few that versions are counted together now and then, and names never are."""
WINDOW = {"since": "2026-11-22", "until": "2026-11-25"}
HEAD = "eventName,eventPayload,dataType,required\n"
SHEETS = (
    HEAD + "a,n,integer,true\n,t,text,false\nb,n,float,true\n",
    HEAD + "a,n,text,true\nb,n,float,true\n,flag,boolean,true\nnever_sent,n,text,true\n",
)

payloads = st.fixed_dictionaries(
    {}, optional={"n": st.sampled_from([1, 1.5, "x", "", None]), "t": st.sampled_from(["y", 2]), "odd": st.just(0)}
)
sent = st.fixed_dictionaries(
    {"app": st.sampled_from(APPS), "event_name": st.sampled_from(["a", "b", "c"]), "payload": payloads},
    optional={
        "event_id": st.sampled_from([str(n) for n in range(6)]),
        "event_type": st.just("system"),
        "user_id": st.sampled_from(["u", "v"]),
        "app_version": st.sampled_from(["1", "2", "3", "4", "5"]),
    },
)
steps = st.one_of(
    st.tuples(st.just("send"), st.lists(sent, min_size=1, max_size=8)),
    st.tuples(st.just("restart"), st.none()),
    st.tuples(st.just("merge"), st.tuples(st.integers(0, 9), st.integers(2, 9))),
    st.tuples(st.just("plan"), st.tuples(st.sampled_from(APPS), st.integers(0, 1))),
)
filters = st.fixed_dictionaries(
    {},
    optional={
        "event": st.lists(st.sampled_from(["a", "b", "!a", "zzz"]), min_size=1, max_size=2, unique=True),
        "status": st.lists(st.sampled_from(["valid", "invalid", "!valid"]), min_size=1, max_size=2, unique=True),
        "app_version": st.sampled_from([["2"], ["!2"], ["4", "5"], [""], ["6"]]),
        "since": st.sampled_from([["2026-11-23T15:26:00Z"], ["2026-11-23T16:31:00Z"], ["2026-11-23T17:00:00Z"]]),
    },
)


class Product:
    """The real store, writer, merger and API, with the model beside them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.store, self.model = folder, Store(folder / "store").create(), Model()
        self.sent = 0
        self.writer = self._start()
        self.reader = Reader(self.store, plans=Shelf(self.store.plans))
        self.api = api_of(self.reader)

    def _start(self) -> Writer:
        return Writer(self.store, DuplicateIndex(self.store.dedup), values_apart=VALUES_APART)

    def send(self, batch: list[dict[str, Any]]) -> None:
        self.sent += 1
        at = START_US + self.sent * APART_US
        self.writer.store_batch(seal(self.store, [spooled(**event) for event in batch], at))
        self.model.store(batch, at)

    def restart(self, _: None) -> None:
        self.writer.close()
        self.writer = self._start()

    def merge(self, which: tuple[int, int]) -> None:
        start, count = which
        shown = list_live(self.store)
        if len(neighbours := shown[start : start + count]) > 1:
            Rewriter(self.store, memory_mb=256).rewrite(neighbours, shown)

    def plan(self, which: tuple[str, int]) -> None:
        app, number = which
        source = SHEETS[number].encode()
        file = self.folder / "sheet.csv"
        file.write_bytes(source)
        put(self.store.plans, read_plan(source, app=app, content_type="text/csv")[0], source)
        self.model.sheets[app] = read_sheet(file)

    def ask(self, app: str, question: str, **asked: Any) -> Any:
        answer = self.api.get(f"/api/apps/{app}/{question}?{urlencode(asked, doseq=True)}")
        assert answer.status_code in (200, 404), answer.text
        return answer.json if answer.status_code == 200 else None

    def close(self) -> None:
        self.writer.close()
        self.reader.close()


def api_of(reader: Reader) -> FlaskClient:
    """The query API alone; with its pages, each of many stores would stay in Dash's memory."""
    server = Flask("api")
    errors.install(server)
    api.install(server, Questions(reader, Versions(reader.store, lambda: versions(reader)), Answers()))
    return server.test_client()


@settings(max_examples=40)
@given(st.lists(steps, min_size=1, max_size=10), filters, st.integers(1, 5))
def test_every_answer_equals_a_recount(
    tmp_path_factory: pytest.TempPathFactory, happened: list[tuple[str, Any]], chosen: dict[str, Any], limit: int
) -> None:
    product = Product(tmp_path_factory.mktemp("product"))
    try:
        for what, how in happened:
            getattr(product, what)(how)
        for app in APPS:
            if any(event["app"] == app for event in product.model.visible()):
                assert_counts_agree(product, app, WINDOW | chosen)
                assert_log_agrees(product, app, chosen, limit)
        assert check(product.store).problems == ()
    finally:
        product.close()


def assert_counts_agree(product: Product, app: str, asked: dict[str, Any]) -> None:
    events = product.model.visible()
    filtered = {question: parsed(asked, question) for question in ("stats", "trend", "coverage", "violations")}
    plan = product.reader.plans.in_force(app)
    expected = {
        "stats": recount.stats(events, app, filtered["stats"]),
        "trend": recount.trend(events, app, filtered["trend"], 3600),
        "coverage": recount.coverage(events, app, filtered["coverage"], plan),
        "violations": recount.violations(events, app, filtered["violations"]),
    }
    for question, wanted in expected.items():
        answer = product.ask(app, question, **asked, **({"bucket": 3600} if question == "trend" else {}))
        if isinstance(answer, dict):
            answer.pop("version", None)
        assert answer == wanted, question


def assert_log_agrees(product: Product, app: str, asked: dict[str, Any], limit: int) -> None:
    """Walked by cursor and by offset, every page equals the recount's."""
    cursor, offset = None, 0
    while True:
        here = Page(limit=limit, cursor=cursor)
        expected = recount.events(product.model.visible(), app, parsed(asked, "events"), here)
        by_cursor = product.ask(app, "events", **asked, limit=limit, **({"cursor": cursor} if cursor else {}))
        by_offset = product.ask(app, "events", **asked, limit=limit, offset=offset)
        for answer in (by_cursor, by_offset):
            assert [told(row) for row in answer["rows"]] == [told(row) for row in expected["rows"]]
            assert (answer["total"], answer["complete"]) == (expected["total"], True)
        offset += len(expected["rows"])
        if not by_cursor["rows"] or by_cursor["next"] is None:
            assert offset == expected["total"]
            return
        cursor = by_cursor["next"]


def told(row: dict[str, Any]) -> dict[str, Any]:
    """A row as far as the slow rules can tell: which rules were broken where, not in which words."""
    rules = sorted((violation["rule"], violation["severity"]) for violation in row["violations"])
    return {key: value for key, value in row.items() if key not in ("violations", "plan_version")} | {"rules": rules}


def parsed(asked: dict[str, Any], question: str) -> Filter:
    lists = {name: value if isinstance(value, list) else [value] for name, value in asked.items()}
    return Filter.parse(lists, question)
