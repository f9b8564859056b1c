"""One app's data is never in another's answer: every GET about an app, on both ports, with whatever parameters."""

import io
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard import server as dashboard
from data.app_settings import AppSettings
from data.layout import Store
from data.settings_db import Apps
from ingest import server as intake
from ingest.spool import Spool
from plans.read import read_plan
from plans.versions import put as put_plan
from queries.reader import Reader
from tests.storing import merge_all, put, spooled, visible

APPS = ("shop", "shop.web", "web")
"""With the same names, ids, users, sessions and plans but for the mark of each; one is the beginning of another."""
EVENTS = 6
HERE = {"shop": 1, "shop.web": 2, "web": 3}
"""How often an app sends the same set of events, under other ids: whose numbers they are can be told."""
PLAN = "eventName,eventPayload,dataType,required\nsold,price,float,true\n,mark,text,false\nplanned_{mark},a,text,true\n"


@dataclass
class Ports:
    """The two servers over one store, and each GET about an app there is: whose, and how it is spelt."""

    clients: tuple[FlaskClient, FlaskClient]
    routes: list[tuple[int, str]]
    seqs: list[int]
    seqs_of: dict[str, set[int]]


def mark(app: str) -> str:
    """Text that stands in everything of an app, and in nothing else."""
    return {"shop": "ruby", "shop.web": "opal", "web": "jade"}[app]


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ports]:
    store = Store(tmp_path_factory.mktemp("isolation") / "store").create()
    fill(store)
    reader, spool = Reader(store, threads=1), Spool(store.spool)
    stop = threading.Event()
    servers = (dashboard.create(reader, stop=stop), intake.create(spool, store))
    shown = visible(store)
    seqs_of = {app: set(shown.filter(app=app)["seq"]) for app in APPS}
    yield Ports(
        (servers[0].test_client(), servers[1].test_client()),
        [(port, route) for port, server in enumerate(servers) for route in about_an_app(server)],
        shown["seq"].to_list(),
        seqs_of,
    )
    stop.set()
    servers[0].extensions["watch"].join()
    spool.close()
    reader.close()


def fill(store: Store) -> None:
    """Events of all apps in the same parts; some came twice, some broke the plan, some are merged."""
    apps = Apps(store)
    for app in APPS:
        sheet = PLAN.format(mark=mark(app)).encode()
        put_plan(store.plans, read_plan(sheet, app=app, content_type="text/csv")[0], sheet)
        apps.put(app, AppSettings(name=f"the {mark(app)}", description=mark(app)))
    apps.close()
    for turn in range(max(HERE.values())):
        put(store, *(event(app, turn, n) for n in range(EVENTS) for app in APPS if turn < HERE[app]))
        if turn == 1:
            merge_all(store)
    put(store, *(event(app, 0, 0) for app in APPS))


def event(app: str, turn: int, n: int) -> Any:
    return spooled(
        app,
        event_name=("sold", "seen", f"only_{mark(app)}")[n % 3],
        event_id=f"{turn}-{n}",
        user_id=f"user-{n % 2}",
        session="s",
        app_version="1.0",
        source=f"from {mark(app)}",
        payload={"price": "x" if n % 2 else 1, "mark": mark(app), "text": "same"},
        context={"mark": mark(app)},
    )


def about_an_app(server: Flask) -> list[str]:
    """Every route a GET takes whose path names an app."""
    rules = [rule for rule in server.url_map.iter_rules() if "GET" in (rule.methods or ()) and "app" in rule.arguments]
    return sorted({rule.rule for rule in rules})


def test_the_routes_about_an_app_are_all_there(ports: Ports) -> None:
    spelt = {route for _, route in ports.routes}
    assert {f"/api/apps/<app>/{name}" for name in ("version", "stats", "trend", "coverage", "violations")} <= spelt
    assert {"/api/apps/<app>/events", "/api/apps/<app>/events/<int:seq>", "/api/apps/<app>/export"} <= spelt
    assert {"/v1/apps/<app>", "/v1/apps/<path:app>/plan", "/v1/apps/<path:app>/plan/versions"} <= spelt


ASKED = {
    "limit": ["1", "1000"],
    "offset": ["0", "3"],
    "cursor": ["5", "1000"],
    "before": ["4", "1000"],
    "event": ["sold", "!sold", *(f"only_{mark(app)}" for app in APPS)],
    "status": ["valid", "invalid", "!unplanned"],
    "field": ["price"],
    "rule": ["wrong_type"],
    "session": ["s"],
    "user_id": ["user-1"],
    "event_id": ["0-1"],
    "q": ["same", *(mark(app) for app in APPS)],
    "source": [f"from {mark(app)}" for app in APPS],
    "since": ["2026-11-22"],
    "until": ["2026-11-25"],
    "hours": ["48"],
    "format": ["parquet", "csv", "ndjson", "native", "json-schema"],
    "kind": ["rows", "latest", "summary", "violations"],
    "typed": ["true"],
    "after": ["0", "7"],
    "version": ["1"],
    "user": ["user-1"],
}
"""What each parameter may be asked for; which of them a route takes is its own to say."""

some_asked = st.lists(
    st.sampled_from([(name, value) for name, values in ASKED.items() for value in values]), max_size=2
)


@settings(max_examples=250)
@given(data=st.data())
def test_no_answer_about_an_app_holds_anything_of_another(ports: Ports, data: st.DataObject) -> None:
    port, route = data.draw(st.sampled_from(ports.routes))
    app = data.draw(st.sampled_from(APPS))
    seq = data.draw(st.sampled_from(ports.seqs)) if "<int:seq>" in route else 0
    asked = {} if seq else dict(data.draw(some_asked))
    path = route.replace("<path:app>", app).replace("<app>", app).replace("<int:seq>", str(seq))
    answer = ports.clients[port].get(path, query_string=asked)
    assert answer.status_code in (200, 400, 404), answer.text
    text = told(answer.data)
    given_words = " ".join(asked.values())
    for other in APPS:
        # A refusal may repeat what it was asked.
        if other != app and not (answer.status_code == 400 and mark(other) in given_words):
            assert mark(other) not in text, (path, asked)
    if seq:
        assert (answer.status_code == 200) == (seq in ports.seqs_of[app])


@pytest.mark.parametrize("app", APPS)
@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"user_id": "user-1"},
        {"session": "s"},
        {"q": "same"},
        {"event": "sold"},
        {"rule": "wrong_type"},
        {"limit": 1},
    ],
)
def test_numbers_count_the_apps_own_events_only(ports: Ports, app: str, asked: dict[str, Any]) -> None:
    answer = ports.clients[0].get(f"/api/apps/{app}/events", query_string={"limit": 1000, **asked})
    seqs = {row["seq"] for row in answer.get_json()["rows"]}
    assert seqs <= ports.seqs_of[app]
    if not asked:
        assert seqs == ports.seqs_of[app]
        assert len(seqs) == EVENTS * HERE[app]
        assert answer.get_json()["total"] == len(seqs)


@pytest.mark.parametrize("app", APPS)
@pytest.mark.parametrize("format", ["parquet", "csv", "ndjson"])
def test_an_export_holds_the_apps_own_events_only(ports: Ports, app: str, format: str) -> None:
    answer = ports.clients[0].get(f"/api/apps/{app}/export", query_string={"format": format})
    assert answer.status_code == 200
    text = told(answer.data)
    assert mark(app) in text
    assert [other for other in APPS if other != app and mark(other) in text] == []


@pytest.mark.parametrize("work", ["infer?status=valid&status=invalid&status=unplanned", "replay?version=1"])
def test_a_draft_is_made_of_and_tried_on_the_apps_own_events_only(ports: Ports, work: str) -> None:
    answer = ports.clients[1].post(f"/v1/apps/shop/plan/{work}")
    assert answer.status_code == 200, answer.text
    assert answer.get_json()["events"] == EVENTS * HERE["shop"]
    assert [other for other in APPS if other != "shop" and mark(other) in answer.text] == []


def told(content: bytes) -> str:
    """What a body says, as text, whatever kind of file it is."""
    if content.startswith(b"PAR1"):
        return pl.read_parquet(io.BytesIO(content)).write_ndjson()
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "\n".join(told(archive.read(name)) for name in archive.namelist())
    return content.decode()
