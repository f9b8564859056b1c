"""What the intake answers, and what it has on disk when it does."""

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard

from data.processes.status import tell
from ingest.limits import Limits
from tests.ingest.intake import Intake, intake_at

GOOD = {"event_name": "bought", "payload": {"price": 1}, "event_id": "e-1"}


@pytest.fixture
def intake(tmp_path: Path) -> Iterator[Intake]:
    made = intake_at(tmp_path)
    yield made
    made.spool.close()


def raw(*events: object) -> bytes:
    return json.dumps(list(events)).encode()


ONE = json.dumps(GOOD).encode()


@pytest.mark.parametrize(
    ("body", "count"),
    [
        (ONE, 1),
        (json.dumps(GOOD, indent=2).encode(), 1),
        (raw(GOOD, GOOD), 2),
        (json.dumps([GOOD, GOOD], indent="\t").encode(), 2),
        (json.dumps({"events": [GOOD, GOOD]}).encode(), 2),
        (json.dumps({"events": [GOOD, GOOD], "sent_at": 5}, indent=1).encode(), 2),
        (json.dumps({**GOOD, "events": [1]}).encode(), 1),
        (ONE + b"\n" + ONE + b"\n", 2),
        (ONE + b"\r\n\r\n" + ONE, 2),
        (json.dumps(GOOD, indent=2).encode() * 2, 2),
        (b"\xef\xbb\xbf" + ONE, 1),
        (b" \n" + raw(GOOD) + b" \n", 1),
        (b"[]", 0),
        (b'{"events": []}', 0),
    ],
)
def test_every_form_of_a_body_is_read(intake: Intake, body: bytes, count: int) -> None:
    answer = intake.post(body)
    assert answer.status_code == 202
    assert answer.json == {"received": count, "accepted": count, "errors": [], "rejected": []}
    kept = intake.kept()
    assert [(event["app"], event["event_name"], event["event_id"], event["problem"]) for event in kept] == [
        ("shop", "bought", "e-1", None)
    ] * count
    assert all(json.loads(event["payload"]) == {"price": 1} for event in kept)


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


@pytest.mark.parametrize(
    ("pack", "coding"),
    [
        (gzip.compress, "gzip"),
        (gzip.compress, "GZIP"),
        (gzip.compress, ""),
        (lambda body: gzip.compress(body[:9]) + gzip.compress(body[9:]), "gzip"),
        (zstandard.compress, "zstd"),
        (zstandard.compress, ""),
        (zlib.compress, "deflate"),
        (raw_deflate, "deflate"),
        (lambda body: zlib.compress(gzip.compress(body)), "gzip, deflate"),
        (lambda body: body, "gzip"),
        (lambda body: body, "identity"),
    ],
)
def test_every_coding_is_read_declared_or_not(intake: Intake, pack: Callable[[bytes], bytes], coding: str) -> None:
    assert intake.post(pack(raw(GOOD)), Content_Encoding=coding).json["accepted"] == 1  # type: ignore[index]
    assert [event["event_name"] for event in intake.kept()] == ["bought"]


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/x-www-form-urlencoded", "image/png"])
def test_the_content_type_does_not_matter(intake: Intake, content_type: str) -> None:
    assert intake.post(raw(GOOD), Content_Type=content_type).json["accepted"] == 1  # type: ignore[index]


def test_every_field_comes_out_as_it_went_in(intake: Intake) -> None:
    intake.post(
        b'[{"event_name":"n\xc3\xa9","payload":{"big": 9007199254740993, "f":1.0,\n"s":"\\ud83d\\ude00"},'
        b'"event_id":"i","timestamp":"2026-11-23T15:20:01.123456+01:00","session":"s","user_id":"u","app_version":"1.0",'
        b'"platform":"p","environment":"e","context":{"a":[1,\r\n2]},"app":"other"}]'
    )
    assert intake.kept() == [
        {
            "app": "shop",
            "event_name": "né",
            "event_type": "track",
            "event_id": "i",
            "occurred_at": 1795443601123456,
            "source": "http",
            "app_version": "1.0",
            "platform": "p",
            "environment": "e",
            "session": "s",
            "user_id": "u",
            "unread": None,
            "problem": None,
            "context": '{"a":[1,  2]}',
            "payload": '{"big": 9007199254740993, "f":1.0, "s":"\\ud83d\\ude00"}',
        }
    ]


@pytest.mark.parametrize("payload", [b"null", None])
def test_an_event_may_have_no_payload(intake: Intake, payload: bytes | None) -> None:
    assert intake.post(b'{"event_name":"a"%s}' % (b',"payload":null' if payload else b"")).json["errors"] == []  # type: ignore[index]
    assert [event["payload"] for event in intake.kept()] == [None]


def test_ids_may_be_numbers_and_are_kept_as_they_were_written(intake: Intake) -> None:
    intake.post(b'{"event_name":"a","event_id":12345678901234567890123,"user_id":7,"session":1.50,"app_version":2.10}')
    (event,) = intake.kept()
    assert [event[key] for key in ("event_id", "user_id", "session", "app_version")] == [
        "12345678901234567890123",
        "7",
        "1.50",
        "2.10",
    ]


@pytest.mark.parametrize(
    ("path", "headers", "own", "app"),
    [
        ("/c/shop/v1/events", {"Authorization": "Bearer other"}, "third", "shop"),
        ("/c/shop/v1/events/", {}, None, "shop"),
        ("/v1/events", {"Authorization": "Bearer other"}, "third", "other"),
        ("/v1/events/", {"Authorization": "Basic b3RoZXI6"}, "third", "other"),
        ("/v1/events", {}, "third", "third"),
    ],
)
def test_the_path_names_the_app_else_the_key_else_the_event(
    intake: Intake, path: str, headers: dict[str, str], own: str | None, app: str
) -> None:
    assert intake.post([{**GOOD, "app": own}], path, **headers).status_code == 202
    assert [event["app"] for event in intake.kept()] == [app]


def test_events_of_several_apps_may_come_together(intake: Intake) -> None:
    answer = intake.post([{**GOOD, "app": "a"}, {**GOOD, "app": "b"}, GOOD, {**GOOD, "app": "../c"}], "/v1/events").json
    assert answer is not None
    assert (answer["received"], answer["accepted"]) == (4, 2)
    assert [(fault["index"], fault["code"]) for fault in answer["rejected"]] == [(2, "unauthorized"), (3, "bad_app")]
    assert [event["app"] for event in intake.kept()] == ["a", "b"]


def test_the_prefix_gives_a_session_to_events_that_have_none(intake: Intake) -> None:
    intake.post([GOOD, {**GOOD, "session": "own"}, {**GOOD, "session": 5}], "/c/shop/s/tab%201/v1/events")
    assert [event["session"] for event in intake.kept()] == ["tab 1", "own", "5"]


DEFLATE = {"Content-Encoding": "deflate"}
DEEP = b'{"event_name":"a","payload":' + b"[" * 1_000_000 + b"]" * 1_000_000 + b"}"
REFUSED: list[tuple[str, str, str, Any, dict[str, str], int, str]] = [
    ("empty", "POST", "/c/shop/v1/events", b"", {}, 400, "unreadable"),
    ("blank", "POST", "/c/shop/v1/events", b" \n ", {}, 400, "unreadable"),
    ("not JSON", "POST", "/c/shop/v1/events", b"hello", {}, 400, "unreadable"),
    ("half a JSON", "POST", "/c/shop/v1/events", b'{"event_name":"a","payl', {}, 400, "unreadable"),
    ("a number", "POST", "/c/shop/v1/events", b"5", {}, 400, "unreadable"),
    ("half a gzip", "POST", "/c/shop/v1/events", gzip.compress(ONE)[:-9], {}, 400, "unreadable"),
    ("half a zstd", "POST", "/c/shop/v1/events", zstandard.compress(ONE)[:-3], {}, 400, "unreadable"),
    ("half a deflate", "POST", "/c/shop/v1/events", zlib.compress(ONE)[:-9], DEFLATE, 400, "unreadable"),
    ("unknown coding", "POST", "/c/shop/v1/events", ONE, {"Content-Encoding": "br"}, 400, "unreadable"),
    ("no app", "POST", "/v1/events", ONE, {}, 401, "unauthorized"),
    ("no app in any", "POST", "/v1/events", raw(GOOD, GOOD), {}, 401, "unauthorized"),
    ("impossible key", "POST", "/v1/events", ONE, {"Authorization": "Bearer ../x"}, 401, "unauthorized"),
    ("an app that climbs", "POST", "/c/../../etc/v1/events", ONE, {}, 400, "bad_app"),
    ("an app that climbs, encoded", "POST", "/c/..%2F..%2Fetc/v1/events", ONE, {}, 400, "bad_app"),
    ("an app that climbs in the event", "POST", "/v1/events", raw({**GOOD, "app": "../../etc"}), {}, 400, "bad_app"),
    ("an app that climbs in the original's path", "POST", "/api/logs/../../etc", ONE, {}, 400, "bad_app"),
    ("an app of 65 letters", "POST", f"/c/{'a' * 65}/v1/events", ONE, {}, 400, "bad_app"),
    ("a plan for an app that climbs", "PUT", "/v1/apps/../../etc/plan", ONE, {}, 400, "bad_app"),
    ("another host", "POST", "/c/shop/v1/events", ONE, {"Host": "evil.example"}, 403, "wrong_host"),
    ("another host's health", "GET", "/healthz", b"", {"Host": "127.0.0.1.evil.example:80"}, 403, "wrong_host"),
    ("too many events", "POST", "/c/shop/v1/events", raw(*[GOOD] * 10_001), {}, 413, "too_large"),
    ("too large", "POST", "/c/shop/v1/events", b" " * (20 << 20) + ONE, {}, 413, "too_large"),
    ("too large, packed", "POST", "/c/shop/v1/events", gzip.compress(bytes(21 << 20)), {}, 413, "too_large"),
    ("too large, zstd", "POST", "/c/shop/v1/events", zstandard.compress(bytes(21 << 20)), {}, 413, "too_large"),
    ("nested a million deep", "POST", "/c/shop/v1/events", DEEP, {}, 413, "too_large"),
    ("no such path", "POST", "/v1/event", ONE, {}, 404, "not_found"),
    ("two slashes", "POST", "/v1//events", ONE, {}, 404, "not_found"),
    ("wrong method", "GET", "/v1/events", b"", {}, 405, "wrong_method"),
    ("no plan", "GET", "/v1/apps/shop/plan", b"", {}, 404, "no_plan"),
    ("no plan version", "GET", "/v1/apps/shop/plan?version=3", b"", {}, 404, "no_plan"),
    ("impossible plan version", "GET", "/v1/apps/shop/plan?version=x", b"", {}, 400, "bad_request"),
    ("unknown parameter", "GET", "/v1/apps/shop/plan?v=1", b"", {}, 400, "bad_request"),
    ("an empty plan", "PUT", "/v1/apps/shop/plan", b"", {}, 400, "bad_plan"),
    ("a broken plan", "PUT", "/v1/apps/shop/plan", b'{"events":5}', {}, 400, "bad_plan"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status", "code"),
    [case[1:] for case in REFUSED],
    ids=[case[0] for case in REFUSED],
)
def test_a_refused_request_says_why_in_the_one_shape(
    intake: Intake, method: str, path: str, body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    answer = intake.client.open(path, method=method, data=body, headers=headers)
    assert answer.status_code == status
    assert answer.json is not None
    assert list(answer.json) == ["error"]
    assert list(answer.json["error"]) == ["code", "message", "where"]
    assert answer.json["error"]["code"] == code
    assert answer.json["error"]["message"]


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b"hello", "line 1 column 1"),
        (b'{\n"event_name":"a",\n "payload":{', "line 3 column 13"),
        (b"\n \xff", "line 2 column 2"),
    ],
)
def test_an_unreadable_body_is_named_by_line_and_column_and_kept(intake: Intake, body: bytes, where: str) -> None:
    answer = intake.post(body)
    assert answer.json is not None
    assert answer.json["error"]["where"] == where
    (kept,) = intake.kept()
    assert kept["unread"] == body.decode(errors="replace")
    assert where in kept["problem"]


def test_a_body_that_cannot_be_decompressed_is_kept_too(intake: Intake) -> None:
    intake.post(gzip.compress(ONE)[:-9])
    (kept,) = intake.kept()
    assert kept["problem"] == "the compressed body ends too early"
    assert kept["unread"].startswith("\x1f")


def test_nothing_is_kept_of_an_unreadable_body_without_an_app(intake: Intake) -> None:
    assert intake.post(b"hello", "/v1/events").status_code == 400
    assert intake.kept() == []


NESTED = b'{"event_name":"a","payload":{"x":' + b"[" * 1_000_000 + b"]" * 1_000_000 + b"}}"
BROKEN: list[tuple[str, bytes, str]] = [
    ("a name that is a number", b'{"event_name":5,"payload":{}}', "event_name is a number, not a text"),
    ("a name that is empty", b'{"event_name":"","payload":{}}', "event_name is empty"),
    ("no name", b'{"payload":{}}', "event_name is missing"),
    ("a name of a megabyte", b'{"event_name":"' + b"x" * 900_000 + b'"}', "at most 1000"),
    ("a payload that is a list", b'{"event_name":"a","payload":[1]}', "payload is a list, not an object"),
    ("a payload that is a text", b'{"event_name":"a","payload":"{}"}', "payload is a text, not an object"),
    ("a context that is a list", b'{"event_name":"a","context":[1]}', "context is a list, not an object"),
    ("a user that is an object", b'{"event_name":"a","user_id":{}}', "user_id is an object, not a text"),
    ("a time nobody can read", b'{"event_name":"a","timestamp":"yesterday"}', "'yesterday' is neither"),
    ("a time that is a boolean", b'{"event_name":"a","timestamp":true}', "timestamp is a boolean, not a time"),
    ("a time out of range", b'{"event_name":"a","timestamp":1e300}', "outside the years"),
    ("a time beyond numbers", b'{"event_name":"a","timestamp":1e400}', "a number beyond all times"),
    ("a key twice", b'{"event_name":"a","event_name":"b"}', "'event_name' twice"),
    ("a key twice, escaped", b'{"event_name":"a","event\\u005fname":"b"}', "'event_name' twice"),
    ("a key twice beside a colon as escape", b'{"event_name":"a","x\\u003a":1,"y":1,"y":2}', "'y' twice"),
    ("an unknown key twice", b'{"event_name":"a","x":1,"x":2}', "'x' twice"),
    ("a payload twice", b'{"event_name":"a","payload":{},"payload":{"b":1}}', "'payload' twice"),
    ("NaN", b'{"event_name":"a","payload":{"x":NaN}}', "NaN is not a JSON value"),
    ("Infinity", b'{"event_name":"a","payload":{"x":-Infinity}}', "-Infinity is not a JSON value"),
    ("half a surrogate pair in a name", b'{"event_name":"a\\ud800"}', "surrogate"),
    ("half a surrogate pair in a payload", b'{"event_name":"a","payload":{"x":"\\udc00"}}', "surrogate"),
    ("invalid UTF-8", b'{"event_name":"a","payload":{"x":"\xff"}}', "not UTF-8 at its byte 34"),
    ("a control character", b'{"event_name":"a","payload":{"x":"\x01"}}', "Invalid control character"),
    ("a line break in a text", b'{"event_name":"a","payload":{"x":"\n"}}', "Invalid control character"),
    ("a comma too many", b'{"event_name":"a","payload":{"x":1,}}', "not JSON"),
    ("an unfinished text", b'{"event_name":"a","payload":{"x":"1}}', "not JSON"),
    ("an unfinished object", b'{"event_name":"a","payload":{"x":1}', "not JSON"),
    ("a number", b"5", "the event is a number, not an object"),
    ("null", b"null", "the event is null, not an object"),
    ("a word", b"nope", "not JSON"),
]  # fmt: skip


@pytest.mark.parametrize(("broken", "problem"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_a_broken_event_becomes_an_error_row_and_costs_none_of_the_499_beside_it(
    intake: Intake, broken: bytes, problem: str
) -> None:
    good = [b'{"event_name":"good","payload":{"n":%d}}' % n for n in range(499)]
    answer = intake.post(b"[" + b",".join([*good[:250], broken, *good[250:]]) + b"]")
    assert answer.status_code == 202
    assert answer.json is not None
    assert {key: answer.json[key] for key in ("received", "accepted", "rejected")} == {
        "received": 500,
        "accepted": 500,
        "rejected": [],
    }
    (fault,) = answer.json["errors"]
    assert (fault["index"], fault["code"]) == (250, "unreadable")
    assert problem in fault["message"]
    kept = intake.kept()
    assert [event["payload"] for event in kept if event["event_name"] == "good"] == [f'{{"n":{n}}}' for n in range(499)]
    assert kept[250]["problem"] == fault["message"]
    assert kept[250]["unread"] == broken.decode(errors="replace")[: 64 << 10]


def test_what_a_broken_event_says_of_itself_is_kept(intake: Intake) -> None:
    intake.post(
        [GOOD, {"event_name": "a", "event_id": "i", "session": "s", "user_id": "u", "payload": [1], "timestamp": 5}]
    )
    intake.post(b'[{"event_name":"b","event_id":"j","session":"t","payload":{"x":NaN}}]')
    _, first, second = intake.kept()
    assert [first[key] for key in ("event_name", "event_id", "session", "user_id", "occurred_at")] == [
        "a",
        "i",
        "s",
        "u",
        5_000_000,
    ]
    assert [second[key] for key in ("event_name", "event_id", "session")] == ["b", "j", "t"]


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (b'{"event_name":"a","payload":{"x":"' + b"x" * 1_000_000 + b'"}}', "too_large"),
        (NESTED[:-1_000_002] + b"5" + NESTED[-1_000_002:], "too_large"),
        (b'{"event_name":"a","payload":' + b'{"x":' * 101 + b"1" + b"}" * 101 + b"}", "too_deep"),
    ],
    ids=["large", "deep and large", "deep"],
)
def test_an_event_that_is_too_large_or_too_deep_is_rejected_alone(intake: Intake, event: bytes, code: str) -> None:
    answer = intake.post(b"[" + ONE + b"," + event + b"]")
    assert answer.status_code == 202
    assert answer.json is not None
    assert (answer.json["received"], answer.json["accepted"], answer.json["errors"]) == (2, 1, [])
    assert [(fault["index"], fault["code"]) for fault in answer.json["rejected"]] == [(1, code)]
    assert intake.post(event).status_code == 413
    assert len(intake.kept()) == 1


def test_an_event_as_deep_as_allowed_is_taken(intake: Intake) -> None:
    event = b'{"event_name":"a","payload":' + b'{"x":' * 100 + b"1" + b"}" * 100 + b"}"
    assert intake.post(event).json == {"received": 1, "accepted": 1, "errors": [], "rejected": []}


def test_a_key_said_twice_inside_the_payload_is_left_to_the_judge(intake: Intake) -> None:
    assert intake.post(b'{"event_name":"a","payload":{"x":1,"x":2}}').json["errors"] == []  # type: ignore[index]
    assert [event["payload"] for event in intake.kept()] == ['{"x":1,"x":2}']


def test_a_full_spool_is_busy_and_says_when_to_come_again(tmp_path: Path) -> None:
    intake = intake_at(tmp_path, max_bytes=100)
    answer = intake.post(raw(GOOD))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert answer.json is not None
    assert answer.json["error"]["code"] == "busy"
    assert intake.kept() == []


def test_a_closed_spool_is_busy_and_not_ready(intake: Intake) -> None:
    assert intake.client.get("/readyz").status_code == 200
    intake.spool.close()
    assert intake.post(raw(GOOD)).status_code == 503
    assert intake.client.get("/readyz").status_code == 503
    assert intake.client.get("/healthz").status_code == 200


def test_what_nobody_expected_is_no_500(intake: Intake) -> None:
    (intake.store.plans / "shop").write_bytes(b"a file where a folder should be")
    answer = intake.client.put("/v1/apps/shop/plan", data=b"eventName,eventPayload,dataType\na,b,text\n")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["error"]["code"] == "busy"


VENDORS = [
    ("POST", "/v1/batch"),
    ("POST", "/v1/track"),
    ("POST", "/v1/t"),
    ("POST", "/pixel/v1/track"),
    ("POST", "/com.snowplowanalytics.snowplow/tp2"),
    ("GET", "/i?e=pv&aid=shop"),
    ("GET", "/com.snowplowanalytics.iglu/v1?schema=x"),
    ("POST", "/batch/"),
    ("POST", "/batch"),
    ("POST", "/capture/"),
    ("POST", "/e"),
    ("POST", "/i/v0/e/"),
    ("POST", "/i/v1/analytics/events"),
    ("POST", "/2/httpapi"),
    ("POST", "/track"),
    ("GET", "/track?data=e30"),
    ("POST", "/import?strict=1"),
    ("POST", "/engage"),
    ("POST", "/mp/collect?measurement_id=G-1"),
    ("POST", "/events"),
    ("POST", "/c/shop/v1/batch"),
    ("POST", "/c/shop/s/one/2/httpapi"),
    ("GET", "/"),
]


@pytest.mark.parametrize(("method", "path"), VENDORS)
def test_a_vendors_path_gets_a_404_that_names_ours(intake: Intake, method: str, path: str) -> None:
    answer = intake.client.open(path, method=method, data=b'{"batch":[]}', headers={"Content-Type": "application/json"})
    assert answer.status_code == 404
    assert answer.json is not None
    assert answer.json["error"]["code"] == "not_found"
    assert "/v1/events" in answer.json["error"]["message"]
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("path", ["/v1/events", "/c/shop/v1/events/", "/c/shop/s/x/v1/events", "/api/logs/shop/"])
def test_web_pages_may_send_events(intake: Intake, path: str) -> None:
    asked = {
        "Origin": "https://shop.example",
        "Access-Control-Request-Headers": "x-odd",
        "Access-Control-Request-Method": "POST",
    }
    preflight = intake.client.options(path, headers=asked)
    assert preflight.status_code == 204
    assert preflight.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    assert preflight.headers["Access-Control-Allow-Headers"] == "x-odd"
    assert preflight.headers["Access-Control-Allow-Methods"] == "POST, OPTIONS"
    refused = intake.post(b"", path, Origin="https://shop.example")
    assert refused.status_code == 400
    assert refused.headers["Access-Control-Allow-Origin"] == "https://shop.example"


@pytest.mark.parametrize("path", ["/v1/apps/shop/plan", "/v1/apps/shop/plan/versions", "/metrics", "/readyz"])
def test_web_pages_may_do_nothing_else(intake: Intake, path: str) -> None:
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "PUT"}
    for method in ("OPTIONS", "GET", "PUT"):
        answer = intake.client.open(path, method=method, headers=asked)
        assert not [name for name in answer.headers.keys() if name.startswith("Access-Control")]  # noqa: SIM118


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8051", "127.0.0.1:1", "[::1]:8051", "[::1]"])
def test_this_machines_own_names_are_answered(intake: Intake, host: str) -> None:
    assert intake.client.get("/healthz", headers={"Host": host}).status_code == 200


def test_the_metrics_count_what_was_done(intake: Intake) -> None:
    tell(intake.store, "write", {"seq": 7, "seconds": 0.25, "state": "idle"})
    intake.post(raw(GOOD, {"payload": {}}))
    intake.post(b"")
    said = intake.client.get("/metrics")
    assert said.content_type == "text/plain; version=0.0.4; charset=utf-8"
    lines = said.text.splitlines()
    for line in (
        'lvd_requests_total{status="202"} 1',
        'lvd_requests_total{status="400"} 1',
        'lvd_refused_total{code="unreadable"} 1',
        'lvd_events_total{result="accepted"} 2',
        'lvd_events_total{result="error"} 1',
        "lvd_spool_segments 1",
        "lvd_write_seq 7",
        "lvd_write_seconds 0.250000",
    ):
        assert line in lines
    assert all(line.startswith("#") or len(line.split(" ")) == 2 for line in lines)


def test_a_small_limit_is_kept_to(tmp_path: Path) -> None:
    intake = intake_at(tmp_path, Limits(body_bytes=200, event_bytes=80, events=2, depth=1))
    assert intake.post(b" " * 201).status_code == 413
    assert intake.post(gzip.compress(b" " * 201)).status_code == 413
    assert intake.post([{"event_name": "a"}] * 3).status_code == 413
    assert intake.post({"event_name": "a", "payload": {"x": "x" * 80}}).status_code == 413
    assert intake.post({"event_name": "a", "payload": {"x": []}}).status_code == 413
    assert intake.post([{"event_name": "a", "payload": {"x": 1}}] * 2).status_code == 202
    assert len(intake.kept()) == 2
