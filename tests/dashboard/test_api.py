"""The JSON API: SURFACE's answers, each with its ETag, each worked out once per version."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from data.layout import Store
from tests.dashboard.conftest import plan
from tests.storing import now_us, put, spooled

ANSWERS = (
    "/api/apps",
    "/api/version",
    "/api/apps-page",
    "/api/apps/shop/version",
    "/api/apps/shop/stats",
    "/api/apps/shop/trend?hours=1&bucket=120",
    "/api/apps/shop/coverage",
    "/api/apps/shop/violations",
    "/api/apps/shop/events?limit=2",
    "/api/apps/shop/events/2",
    "/api/apps/shop/overview?window=15m",
    "/api/apps/shop/coverage-page?window=24h",
)

pytestmark = pytest.mark.usefixtures("shop")


def got(client: FlaskClient, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.get_json()


@pytest.mark.parametrize("path", ANSWERS)
def test_who_has_an_answer_gets_304_until_the_version_moves(client: FlaskClient, store: Store, path: str) -> None:
    first = client.get(path)
    assert (first.status_code, first.mimetype) == (200, "application/json")
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    put(store, spooled(event_name="bought", payload={"price": 2}), received_at_us=now_us())
    moved = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert moved.status_code == 200


@pytest.mark.parametrize("path", ANSWERS)
def test_an_answer_is_always_asked_about_before_it_is_used_again(looked_at: FlaskClient, path: str) -> None:
    assert looked_at.get(path).headers["Cache-Control"] == "private, no-cache"


def test_numbers_lists_and_rows_have_the_documented_shape(client: FlaskClient) -> None:
    assert got(client, "/api/apps")[0]["app"] == "shop"
    stats = got(client, "/api/apps/shop/stats")
    assert stats["events"] | {"warned": 0} == {
        "total": 4, "valid": 1, "invalid": 1, "unplanned": 1, "error": 1, "warned": 0, "replaced": 0,
    }  # fmt: skip
    assert stats["success_rate"] == pytest.approx(1 / 3)
    assert sum(bucket["invalid"] for bucket in got(client, "/api/apps/shop/trend?hours=1&bucket=60")["buckets"]) == 1
    assert got(client, "/api/apps/shop/coverage")["missing_events"] == ["left"]
    broken = {(row["event_name"], row["field"], row["rule"]) for row in got(client, "/api/apps/shop/violations")}
    assert ("bought", "items[].sku", "wrong_type") in broken


def test_a_page_of_the_log_and_one_event(client: FlaskClient) -> None:
    page = got(client, "/api/apps/shop/events?limit=3&status=invalid&status=valid")
    assert [row["seq"] for row in page["rows"]] == [2, 1]
    assert (page["total"], page["next"], page["complete"]) == (2, None, True)
    event = got(client, "/api/apps/shop/events/2")
    assert event["payload"] == {"price": "1,5", "items": [{"sku": "a"}, {"sku": 2}]}
    assert {field["key"]: field["status"] for field in event["fields"]}["price"] == "invalid"


@pytest.mark.parametrize(
    ("asked", "seqs"),
    [
        ("user_id=ann", [1]),
        ("user_id=!ann&event=bought", [2]),
        ("field=items[].sku&rule=wrong_type", [2]),
        ("rule=!wrong_type&event=bought", [1]),
        ("q=%22PRICE%22", [2, 1]),
        ("q=oops", [4]),
        ("session=", [4, 3, 2, 1]),
        ("event_id=nobody", []),
    ],
)
def test_the_log_is_searched_by_what_an_event_broke_who_sent_it_and_what_it_says(
    looked_at: FlaskClient, asked: str, seqs: list[int]
) -> None:
    page = got(looked_at, f"/api/apps/shop/events?{asked}")
    assert [row["seq"] for row in page["rows"]] == seqs
    assert (page["total"], page["next"], page["searched_to"], page["complete"]) == (len(seqs), None, None, True)


@pytest.mark.parametrize(
    ("asked", "where"), [("rule=broken", "rule"), ("q=", "q"), ("q=a&q=b", "q"), ("users=ann", "users")]
)
def test_a_search_that_cannot_be_is_refused_in_the_one_shape(looked_at: FlaskClient, asked: str, where: str) -> None:
    refused = looked_at.get(f"/api/apps/shop/events?{asked}")
    assert (refused.status_code, refused.get_json()["error"]["where"]) == (400, where)
    assert looked_at.get("/api/apps/shop/stats?user_id=ann").get_json()["error"]["code"] == "unknown_parameter"


def test_payload_and_context_come_out_digit_for_digit(client: FlaskClient, store: Store) -> None:
    payload = b'{"big": 9007199254740993, "same": 1.0, "twice": {"a": 1, "a": 2}, "text": "\\u0041"}'
    put(store, spooled(event_name="bought", payload=payload), received_at_us=now_us())
    assert payload in client.get("/api/apps/shop/events?limit=1").data
    assert payload in client.get("/api/apps/shop/events/5").data


def test_the_same_question_of_many_viewers_is_one_question(client: FlaskClient) -> None:
    for _ in range(5):
        got(client, "/api/apps/shop/stats?hours=24")
    assert 'lvd_dashboard_answers_total{from="store"} 1' in client.get("/metrics").text


def test_a_busy_app_leaves_the_answers_about_a_quiet_one_alone(client: FlaskClient, store: Store) -> None:
    put(store, spooled("quiet", event_name="bought"), received_at_us=now_us())
    before = client.get("/api/apps/quiet/version").headers["ETag"]
    put(store, spooled("shop", event_name="bought"), received_at_us=now_us())
    assert client.get("/api/apps/quiet/version").headers["ETag"] == before


def test_a_new_plan_moves_the_version(client: FlaskClient, store: Store) -> None:
    before = got(client, "/api/apps/shop/version")
    plan(store, sheet=b"eventName,eventPayload,dataType\nbought,price,text\n")
    assert got(client, "/api/apps/shop/version") != before


def test_a_drawn_bundle_holds_what_a_page_shows(client: FlaskClient) -> None:
    pieces = json.loads(client.get("/api/apps/shop/overview?window=15m").data)["pieces"]
    assert {"overview-numbers", "overview-trend", "overview-violations", "overview-coverage"} <= pieces.keys()
    bars = [bar["name"] for bar in pieces["overview-trend"]["figure"]["data"]]
    assert bars == [
        "Valid",
        "Invalid",
        "Unplanned",
        "Error",
    ]
