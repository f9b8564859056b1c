"""How the process does, for whoever watches over it."""

import shutil

from flask.testing import FlaskClient

from data.layout import Store
from data.parts import list_live
from tests.storing import now_us, put, spooled


def test_an_empty_store_is_ready(client: FlaskClient) -> None:
    assert client.get("/healthz").text == "ok\n"
    assert client.get("/readyz").status_code == 200


def test_a_store_that_cannot_be_read_is_not_ready(client: FlaskClient, shop: Store) -> None:
    shutil.rmtree(shop.parts)
    shop.parts.write_text("no folder")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (503, "not_ready")
    assert client.get("/healthz").status_code == 200


def test_a_part_that_cannot_be_read_is_told_of_and_the_rest_answers(client: FlaskClient, shop: Store) -> None:
    put(shop, spooled(event_name="bought", payload={"price": 2.5}), received_at_us=now_us())
    before = client.get("/api/apps/shop/version").get_json()
    list_live(shop)[0].file("by_hour").write_bytes(b"not parquet")
    put(shop, spooled(event_name="bought", payload={"price": 3.5}), received_at_us=now_us())
    assert client.get("/api/apps/shop/stats").get_json()["events"]["total"] == 2
    after = client.get("/api/apps/shop/version").get_json()
    assert (before["unreadable_parts"], after["unreadable_parts"]) == (0, 1)
    assert "lvd_dashboard_unreadable_parts 1\n" in client.get("/metrics").text
    assert client.get("/readyz").status_code == 200


def test_metrics_count_requests_by_what_was_asked(client: FlaskClient) -> None:
    client.get("/api/apps")
    client.get("/api/nothing")
    text = client.get("/metrics").text
    assert 'lvd_dashboard_requests_total{endpoint="all-apps",status="200"} 1' in text
    assert 'lvd_dashboard_requests_total{endpoint="nowhere",status="404"} 1' in text
