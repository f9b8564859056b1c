"""The forms of the product this one replaces, at `POST /api/logs/<app>`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ingest.intake import Intake, intake_at

EVENT = {"eventName": "page_seen", "payload": {"path": "/x"}, "identity": "u1", "sessionId": "s1", "flags": [1]}
LOGS = "/api/logs/shop"


@pytest.fixture
def intake(tmp_path: Path) -> Iterator[Intake]:
    made = intake_at(tmp_path)
    yield made
    made.spool.close()


def test_an_object_keeps_its_payload_and_everything_else_is_context(intake: Intake) -> None:
    assert intake.post(EVENT, LOGS).json == {"received": 1, "accepted": 1, "errors": [], "rejected": []}
    (event,) = intake.kept()
    assert (event["app"], event["event_name"], event["event_type"], event["source"]) == (
        "shop",
        "page_seen",
        "track",
        "logs",
    )
    assert (event["user_id"], event["session"], event["event_id"]) == ("u1", "s1", None)
    assert json.loads(event["payload"]) == {"path": "/x"}
    assert json.loads(event["context"]) == {"identity": "u1", "sessionId": "s1", "flags": [1]}


@pytest.mark.parametrize(
    ("said", "column", "value"),
    [
        ({"userId": 7}, "user_id", "7"),
        ({"identity": {"id": 1}, "userId": "u"}, "user_id", "u"),
        ({"appVersion": "1.2"}, "app_version", "1.2"),
        ({"platform": "ios"}, "platform", "ios"),
        ({"environment": "dev"}, "environment", "dev"),
        ({"eventTime": 1795445785254}, "occurred_at", 1795445785254000),
        ({"eventTime": "2026-11-23 15:20:01"}, "occurred_at", 1795447201000000),
        ({"eventTime": "whenever"}, "occurred_at", None),
        ({"platform": ["ios"]}, "platform", None),
    ],
)
def test_context_that_has_a_column_is_there_too_and_is_never_a_fault(
    intake: Intake, said: dict[str, Any], column: str, value: object
) -> None:
    intake.post({"eventName": "a", "payload": {}, **said}, LOGS)
    (event,) = intake.kept()
    assert event["problem"] is None
    assert event[column] == value
    assert json.loads(event["context"]) == said


@pytest.mark.parametrize(
    ("event_id", "event_type"),
    [(5, "system"), ("x", "system"), (-1, "system"), (0, "track"), ("0", "track"), (None, "track"), ("", "track")],
)
def test_an_event_id_that_is_not_0_makes_a_system_event(intake: Intake, event_id: object, event_type: str) -> None:
    intake.post({"eventName": "a", "payload": {}, "eventId": event_id}, LOGS)
    (event,) = intake.kept()
    assert (event["event_type"], event["event_id"], event["problem"]) == (event_type, None, None)


def test_a_system_event_needs_no_name(intake: Intake) -> None:
    assert intake.post([{"eventId": 3, "payload": {}}, {"payload": {}}], LOGS).json["errors"] == [  # type: ignore[index]
        {"index": 1, "code": "unreadable", "message": "eventName is missing"}
    ]


def test_an_array_may_hold_several(intake: Intake) -> None:
    assert intake.post([EVENT] * 3, f"{LOGS}/").json["accepted"] == 3  # type: ignore[index]
    assert len(intake.kept()) == 3


def test_of_text_only_the_lines_that_hold_an_event_are_read(intake: Intake) -> None:
    text = "\n".join(
        [
            "10:00:01 D/Analytics: starting",
            f"10:00:02 D/Analytics: Event Payload: {json.dumps(EVENT)}",
            "",
            f"Event Payload:{json.dumps(EVENT)}\r",
            "Event Payload: {broken",
            "[done]",
        ]
    )
    answer = intake.post(text.encode(), LOGS, Content_Type="text/plain").json
    assert answer is not None
    assert (answer["received"], answer["accepted"]) == (3, 3)
    assert [fault["index"] for fault in answer["errors"]] == [2]
    assert [event["event_name"] for event in intake.kept()] == ["page_seen", "page_seen", None]


def test_text_that_begins_like_json_is_still_text(intake: Intake) -> None:
    text = f"[10:00:02] Event Payload: {json.dumps(EVENT)}\n{{not an event}}\n"
    assert intake.post(text.encode(), LOGS, Content_Type="text/plain").json["received"] == 1  # type: ignore[index]
    assert [event["event_name"] for event in intake.kept()] == ["page_seen"]


def test_text_without_any_event_is_no_fault(intake: Intake) -> None:
    answer = intake.post(b"starting\ndone\n", LOGS, Content_Type="text/plain")
    assert (answer.status_code, answer.json) == (202, {"received": 0, "accepted": 0, "errors": [], "rejected": []})


def test_what_is_not_said_to_be_text_and_is_no_json_is_refused(intake: Intake) -> None:
    assert intake.post(b"starting\ndone\n", LOGS, Content_Type="application/json").status_code == 400


def test_one_broken_event_costs_none_beside_it(intake: Intake) -> None:
    body = b"[%s,%s,%s]" % (json.dumps(EVENT).encode(), b'{"eventName":"b","payload":[1]}', json.dumps(EVENT).encode())
    answer = intake.post(body, LOGS).json
    assert answer is not None
    assert answer["errors"] == [{"index": 1, "code": "unreadable", "message": "payload is a list, not an object"}]
    assert [event["event_name"] for event in intake.kept()] == ["page_seen", "b", "page_seen"]
