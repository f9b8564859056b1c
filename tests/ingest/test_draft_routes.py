"""Versions compared, drafts made and tried over HTTP: right, refused by name, one at a time and not in the way."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from data.parts import list_live
from ingest.planning.draft_runs import Runs
from ingest.planning.draft_work import Work
from ingest.refusals import Busy
from tests.ingest.intake import Intake, intake_at
from tests.live import Live, eventually
from tests.storing import put, spooled

PATH = "/v1/apps/shop/plan"
SHEET = b"eventName,eventPayload,dataType,required\nbought,price,float,true\n,coupon,text,false\n"
TIGHT = SHEET.replace(b"float", b"integer")
LINES = {"Accept": "application/x-ndjson"}


@pytest.fixture
def intake(tmp_path: Path) -> Iterator[Intake]:
    """A plan in force, and twelve events judged by it: prices 0.0, 0.5 … 5.0 and one that is text."""
    made = intake_at(tmp_path)
    assert made.client.put(PATH, data=SHEET, content_type="text/csv").status_code == 200
    prices: list[object] = [*(n / 2 for n in range(11)), "9.99"]
    put(made.store, *(spooled(event_name="bought", payload={"price": price}) for price in prices))
    yield made
    made.spool.close()


def said(answer: TestResponse) -> Any:
    assert answer.status_code == 200, answer.text
    return json.loads(answer.data)


def refused(answer: TestResponse) -> tuple[int, str, str | None]:
    error = json.loads(answer.data)["error"]
    return answer.status_code, error["code"], error["where"]


def test_two_versions_are_compared(intake: Intake) -> None:
    intake.client.put(PATH, data=TIGHT, content_type="text/csv")
    told = said(intake.client.get(f"{PATH}/compare?from=1&to=2"))
    assert (told["from"], told["to"], told["equal"]) == (1, 2, False)
    assert [(each["event"], each["field"], each["was"], each["is"]) for each in told["rules"]["tightened"]] == [
        ("bought", "price", "number", "integer")
    ]
    assert said(intake.client.get(f"{PATH}/compare")) == told
    assert said(intake.client.get(f"{PATH}/compare?from=2&to=1"))["rules"]["loosened"]


def test_a_draft_is_replayed_and_nothing_comes_in_force(intake: Intake) -> None:
    told = said(intake.client.post(f"{PATH}/replay", data=TIGHT, content_type="text/csv"))
    counts = [told[name] for name in ("events", "newly_failing", "newly_passing", "unchanged")]
    assert counts == [12, 5, 0, 7]
    assert told["by_rule"][0] | {"samples": []} == {
        "event_name": "bought",
        "field": "price",
        "rule": "wrong_type",
        "severity": "error",
        "newly_failing": 5,
        "newly_passing": 0,
        "samples": [],
    }
    assert len(said(intake.client.get(f"{PATH}/versions"))) == 1


def test_a_stored_version_is_replayed_over_a_range(intake: Intake) -> None:
    told = said(intake.client.post(f"{PATH}/replay?version=1&first_seq=2&last_seq=4&against=stored"))
    assert (told["events"], told["unchanged"], told["by_rule"]) == (3, 3, [])
    assert said(intake.client.post(f"{PATH}/replay?version=1&since=2999-01-01"))["events"] == 0


def test_progress_comes_as_lines_to_whoever_accepts_them(intake: Intake) -> None:
    answer = intake.client.post(f"{PATH}/replay?version=1", headers=LINES)
    *progress, result = [json.loads(line) for line in answer.text.splitlines()]
    assert answer.content_type == LINES["Accept"]
    assert progress[0] == {"progress": {"done": 0, "total": 12}} or progress[-1]["progress"]["done"] == 12
    assert result["events"] == 12


def test_whoever_stops_listening_ends_the_run(intake: Intake) -> None:
    answer = intake.client.post(f"{PATH}/replay?version=1", headers=LINES)
    next(answer.iter_encoded())
    assert refused(intake.client.post(f"{PATH}/infer")) == (503, "busy", None)
    answer.close()
    assert intake.client.post(f"{PATH}/infer").status_code == 200


def test_a_plan_is_inferred_that_can_be_put(intake: Intake) -> None:
    told = said(intake.client.post(f"{PATH}/infer?status=valid"))
    assert told["plan"]["events"][0]["schema"]["properties"] == {"price": {"type": "number"}}
    assert told["evidence"][0]["fields"][0]["share"] == 1.0
    assert len(said(intake.client.get(f"{PATH}/versions"))) == 1
    assert intake.client.put(PATH, json=told["plan"]).status_code == 200
    newest = said(intake.client.post(f"{PATH}/infer?events=1&event=bought"))
    assert (newest["events"], newest["plan"]["events"][0]["schema"]["properties"]) == (1, {"price": {"type": "string"}})


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("replay", b"", (400, "bad_request", "body")),
        ("replay?version=1", SHEET, (400, "bad_request", "body")),
        ("replay?version=9", b"", (404, "no_plan", "version")),
        ("replay?version=no", b"", (400, "bad_request", "version")),
        ("replay", b'{"events":[{"name":"a","schema":{"type":"txt"}}]}', (400, "bad_plan", "/events/0/schema/type")),
        ("replay?format=csvv", SHEET, (400, "bad_request", "format")),
        ("replay?against=me", SHEET, (400, "bad_request", "against")),
        ("replay?colour=red", SHEET, (400, "bad_request", "colour")),
        ("replay?since=soon", SHEET, (400, "bad_request", "since")),
        ("replay", b" " * (6 << 20), (413, "too_large", None)),
        ("infer", b'{"since":1}', (400, "bad_request", "body")),
        ("infer?status=fine", b"", (400, "bad_request", "status")),
        ("infer?events=0", b"", (400, "bad_request", "events")),
        ("infer?events=1&events=2", b"", (400, "bad_request", "events")),
        ("infer?required_share=2", b"", (400, "bad_request", "required_share")),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(
    intake: Intake, path: str, body: bytes, expected: tuple[int, str, str | None]
) -> None:
    assert refused(intake.client.post(f"{PATH}/{path}", data=body)) == expected


def test_versions_that_are_not_there_are_not_compared(intake: Intake) -> None:
    assert refused(intake.client.get(f"{PATH}/compare?from=1&to=7")) == (404, "no_plan", "path")
    assert refused(intake.client.get("/v1/apps/other/plan/compare")) == (404, "no_plan", "path")
    assert refused(intake.client.get(f"{PATH}/compare?of=1")) == (400, "bad_request", "of")


def test_a_store_that_cannot_be_read_is_named(intake: Intake) -> None:
    file = list_live(intake.store)[0].file("events")
    file.write_bytes(b"PAR1")
    answer = intake.client.post(f"{PATH}/infer")
    assert refused(answer) == (500, "failed", None)
    assert str(file) in answer.text


def test_one_run_at_a_time_and_the_next_when_it_ends(intake: Intake) -> None:
    runs = Runs()
    work = Work(kind="replay", store=str(intake.store.root), app="shop", max_seconds=60.0, version=1)
    first = runs.lines(work)
    next(first)
    with pytest.raises(Busy):
        next(runs.lines(work))
    first.close()
    assert json.loads(list(runs.lines(work))[-1])["events"] == 12


def test_a_run_that_takes_too_long_is_ended_and_says_so(intake: Intake) -> None:
    runs = Runs(max_seconds=0.0, grace_seconds=0.0)
    work = Work(kind="replay", store=str(intake.store.root), app="shop", max_seconds=0.0, version=1)
    assert json.loads(list(runs.lines(work))[-1])["error"]["code"] == "too_slow"


def test_events_are_taken_while_a_replay_runs_in_the_real_server(running: Live) -> None:
    running.put_plan("shop", SHEET)
    events = [{"event_name": "bought", "payload": {"price": n}, "event_id": str(n)} for n in range(10_000)]
    for at in range(3):
        body = [event | {"event_id": f"{at}-{event['event_id']}"} for event in events]
        assert running.post("/c/shop/v1/events", body).status_code == 202
    eventually(lambda: running.get("/api/apps/shop/stats")["events"]["total"] == 30_000)
    with running.post(f"{PATH}/replay", TIGHT, headers=LINES | {"Content-Type": "text/csv"}, stream=True) as answer:
        lines = answer.iter_lines()
        assert "progress" in json.loads(next(lines))
        assert running.post(f"{PATH}/infer", b"").status_code == 503
        assert running.post("/c/shop/v1/events", events[:1]).status_code == 202
        result = json.loads(list(lines)[-1])
    assert (result["events"], result["newly_failing"]) == (30_000, 0)
    assert eventually(lambda: running.post(f"{PATH}/infer", b"").status_code == 200)
