"""How the process does, for whoever watches over it."""

import shutil

from flask.testing import FlaskClient

from data.layout import Store


def test_an_empty_store_is_ready(client: FlaskClient) -> None:
    assert client.get("/healthz").text == "ok\n"
    assert client.get("/readyz").status_code == 200


def test_a_store_that_cannot_be_read_is_not_ready(client: FlaskClient, shop: Store) -> None:
    for file in shop.parts.rglob("by_block.parquet"):
        file.write_bytes(b"not parquet")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (503, "not_ready")
    assert client.get("/healthz").status_code == 200
    shutil.rmtree(shop.parts)


def test_metrics_count_requests_by_what_was_asked(client: FlaskClient) -> None:
    client.get("/api/apps")
    client.get("/api/nothing")
    text = client.get("/metrics").text
    assert 'lvd_dashboard_requests_total{endpoint="all-apps",status="200"} 1' in text
    assert 'lvd_dashboard_requests_total{endpoint="nowhere",status="404"} 1' in text
