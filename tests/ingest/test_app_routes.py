import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from data.layout import Store
from data.processes.lock import only_one
from ingest import writer as writing_process
from ingest.abandoned import seal_abandoned
from ingest.apps.app_routes import PLACES
from ingest.pace import Pace
from ingest.server import create
from ingest.spool import Spool
from tests.ingest.intake import Intake, bodies, intake_at
from tests.live import eventually
from tests.storing import visible, writing

EVENT = {"event_name": "sold", "payload": {"price": 1}}


@pytest.fixture
def intake(tmp_path: Path) -> Intake:
    return intake_at(tmp_path / "store")


def put(intake: Intake, app: str, **said: Any) -> dict[str, Any]:
    answer = intake.client.put(f"/v1/apps/{app}", data=json.dumps(said))
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.get_json()
    return told


def test_what_is_set_is_told_and_survives_a_restart(tmp_path: Path) -> None:
    said = {
        "name": "The shop",
        "description": "Sells things",
        "retention_days": 30,
        "retention_rows": 1_000_000,
        "quota_events_per_day": 5_000,
        "duplicates": "payload",
    }
    assert put(intake_at(tmp_path), "shop", **said) == {"app": "shop", **said, "counted_today": 0}
    later = intake_at(tmp_path)
    assert later.client.get("/v1/apps/shop").get_json() == {"app": "shop", **said, "counted_today": 0}
    assert later.client.get("/v1/apps/web").get_json()["duplicates"] == "auto"


def test_a_setting_that_is_not_said_has_its_default(intake: Intake) -> None:
    put(intake, "shop", name="The shop", retention_days=0.5)
    told = put(intake, "shop", retention_rows=10)
    assert (told["name"], told["retention_days"], told["retention_rows"]) == (None, None, 10)


@pytest.mark.parametrize(
    ("body", "where", "words"),
    [
        (b"{", None, "no JSON"),
        (b"[1]", None, "JSON object"),
        (b'{"retention": 3}', "retention", "is not a setting"),
        (b'{"name": 3}', "name", "neither text nor null"),
        (json.dumps({"name": "x" * 201}).encode(), "name", "201 characters"),
        (b'{"retention_days": -1}', "retention_days", "not between"),
        (b'{"retention_days": "30"}', "retention_days", "not a number"),
        (b'{"retention_days": true}', "retention_days", "not a number"),
        (b'{"retention_days": 1e300}', "retention_days", "not between"),
        (b'{"retention_rows": 0}', "retention_rows", "whole number"),
        (b'{"retention_rows": 1.5}', "retention_rows", "whole number"),
        (b'{"quota_events_per_day": false}', "quota_events_per_day", "whole number"),
        (b'{"duplicates": "on"}', "duplicates", "auto, payload, off"),
    ],
)
def test_a_wrong_setting_is_refused_by_name_and_changes_nothing(
    intake: Intake, body: bytes, where: str | None, words: str
) -> None:
    before = put(intake, "shop", name="as it was")
    answer = intake.client.put("/v1/apps/shop", data=body)
    assert answer.status_code == 400
    error = answer.get_json()["error"]
    assert (error["code"], error["where"]) == ("bad_request", where)
    assert words in error["message"]
    assert intake.client.get("/v1/apps/shop").get_json() == before


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("PUT", "/v1/apps/-", "bad_app"),
        ("GET", "/v1/apps/a%20b", "bad_app"),
        ("DELETE", "/v1/apps/-/events", "bad_app"),
        ("DELETE", "/v1/apps/shop?force=1", "bad_request"),
        ("DELETE", "/v1/apps/shop/events?user=ann", "bad_request"),
        ("DELETE", "/v1/apps/shop/events?user_id=", "bad_request"),
        ("DELETE", "/v1/apps/shop/events?user_id=a&user_id=b", "bad_request"),
        ("GET", "/v1/apps/shop?x=1", "bad_request"),
    ],
)
def test_what_cannot_be_meant_deletes_nothing(intake: Intake, method: str, path: str, code: str) -> None:
    answer = intake.client.open(path, method=method, data=b"{}")
    assert answer.status_code == 400
    assert answer.get_json()["error"]["code"] == code
    intake.spool.close()
    assert bodies(intake.store) == []


def test_a_quota_takes_what_fits_and_refuses_the_rest_until_midnight(tmp_path: Path) -> None:
    intake = intake_at(tmp_path)
    put(intake, "shop", quota_events_per_day=3)
    first = intake.post([EVENT, {"payload": 1}, EVENT, {"payload": 2}, EVENT])
    assert first.status_code == 202
    receipt = first.get_json()
    assert (receipt["received"], receipt["accepted"]) == (5, 3)
    assert [error["index"] for error in receipt["errors"]] == [1]
    assert [(fault["index"], fault["code"]) for fault in receipt["rejected"]] == [(3, "quota"), (4, "quota")]
    intake.spool.close()
    again = intake_at(tmp_path)
    refused = again.post(EVENT)
    assert refused.status_code == 429
    assert refused.get_json()["error"]["code"] == "quota"
    assert 0 < int(refused.headers["Retry-After"]) <= 86_401
    assert again.post(EVENT, path="/c/web/v1/events").status_code == 202
    assert again.client.get("/v1/apps/shop").get_json()["counted_today"] == 3
    metrics = again.client.get("/metrics").text
    assert "lvd_over_quota_events_total 1\n" in metrics
    assert 'lvd_refused_total{code="quota"} 1\n' in metrics


def test_events_that_were_not_kept_are_not_counted(tmp_path: Path) -> None:
    intake = intake_at(tmp_path, max_bytes=1)
    put(intake, "shop", quota_events_per_day=3)
    assert intake.post(EVENT).status_code == 503
    assert intake.client.get("/v1/apps/shop").get_json()["counted_today"] == 0


def test_a_deletion_takes_what_was_accepted_before_it_and_leaves_what_came_after(tmp_path: Path) -> None:
    store = Store(tmp_path / "store").create()
    spool = Spool(store.spool, seal_seconds=3_600)
    client = create(spool, store, order_seconds=0.0).test_client()
    intake = Intake(store, spool, client)
    for event_id, path in (("1", "shop"), ("1", "web")):
        intake.post({**EVENT, "event_id": event_id}, path=f"/c/{path}/v1/events")
    answer = client.delete("/v1/apps/shop/events")
    assert (answer.status_code, answer.get_json()["done"]) == (202, False)
    for event_id in ("1", "2"):
        intake.post({**EVENT, "event_id": event_id})
    spool.close()
    write_all(store)
    shown = visible(store).select("app", "event_id", "copies").rows()
    assert shown == [("web", "1", 1), ("shop", "1", 1), ("shop", "2", 1)]


def test_a_deletion_is_answered_when_it_can_be_seen(tmp_path: Path) -> None:
    intake = intake_at(tmp_path)
    stop = threading.Event()
    writer = threading.Thread(
        target=writing_process.run, args=(intake.store, tmp_path / "plans"), kwargs={"stop": stop, "seconds": 0.05}
    )
    writer.start()
    try:
        for user_id in ("ann", "bob"):
            intake.post({**EVENT, "user_id": user_id})
        answer = intake.client.delete("/v1/apps/shop/events?user_id=ann")
        assert (answer.status_code, answer.get_json()["done"]) == (200, True)
        assert visible(intake.store)["user_id"].to_list() == ["bob"]
        assert intake.client.delete("/v1/apps/shop").status_code == 200
        assert visible(intake.store).height == 0
    finally:
        stop.set()
        writer.join()


def test_what_a_dead_intake_left_open_is_stored_before_a_later_deletion(tmp_path: Path) -> None:
    store = Store(tmp_path / "store").create()
    dead = Spool(store.spool, seal_seconds=3_600)
    Intake(store, dead, create(dead, store).test_client()).post(EVENT)
    dead._segment.abandon()  # type: ignore[union-attr]
    dead._segment = None
    spool = Spool(store.spool)
    client = create(spool, store, order_seconds=0.0).test_client()
    client.delete("/v1/apps/shop/events")
    spool.close()
    write_all(store)
    assert visible(store).height == 0
    assert list(store.spool.iterdir()) == []


def write_all(store: Store) -> None:
    """Have everything in the spool stored by the real writer."""
    with only_one(store, "write"), writing(store) as writer:
        pace = Pace(50_000, 64 << 20, 0.0)
        while list(store.spool.iterdir()):
            writer.store_due(pace, store.root / "plans-watched")
            seal_abandoned(store.spool)


def test_many_deletions_without_a_writer_do_not_keep_events_from_being_taken(tmp_path: Path) -> None:
    intake = intake_at(tmp_path)
    server = intake.client.application
    with ThreadPoolExecutor(PLACES + 3) as pool:
        asked = [pool.submit(server.test_client().delete, "/v1/apps/shop") for _ in range(PLACES + 3)]
        eventually(lambda: sum(each.done() for each in asked) == 3)
        assert intake.post(EVENT).status_code == 202
        intake.spool.close()
        write_all(intake.store)
        assert sorted(each.result().status_code for each in asked) == [200] * PLACES + [202] * 3
