"""A plan over HTTP: in force when it is answered, and read back as it was sent."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from plans.versions import Shelf
from tests.ingest.intake import Intake, intake_at, zipped

SHEET = b"eventName,eventPayload,dataType,required\norder_placed,order_id,text,true\n,lines[].qty,integer,true\n"
NATIVE = {"events": [{"name": "e0", "schema": {"type": "object", "properties": {"v": {"multipleOf": 0.01}}}}]}


@pytest.fixture
def intake(tmp_path: Path) -> Iterator[Intake]:
    made = intake_at(tmp_path)
    yield made
    made.spool.close()


def test_a_sheet_is_in_force_when_it_is_answered(intake: Intake) -> None:
    answer = intake.client.put("/v1/apps/bar/plan", data=SHEET, content_type="text/csv")
    assert answer.status_code == 200
    assert answer.json is not None
    assert (answer.json["app"], answer.json["version"]) == ("bar", 1)
    assert (answer.json["report"]["events"], answer.json["report"]["fields"]) == (1, 2)
    plan = Shelf(intake.store.plans).in_force("bar")
    assert plan is not None
    assert plan.names() == ["order_placed"]


def test_a_plan_is_read_back_with_the_numbers_it_was_sent_with(intake: Intake) -> None:
    intake.client.put("/v1/apps/web/plan", json=NATIVE)
    read = intake.client.get("/v1/apps/web/plan")
    assert read.status_code == 200
    assert b'"multipleOf":0.01' in read.data.replace(b" ", b"")
    assert read.json is not None
    assert read.json["report"]["events"] == 1


def test_versions_are_counted_and_kept(intake: Intake) -> None:
    for body in (SHEET, SHEET, SHEET.replace(b"order_id", b"order")):
        intake.client.put("/v1/apps/bar/plan/", data=body, content_type="text/csv")
    listed = intake.client.get("/v1/apps/bar/plan/versions").json
    assert listed is not None
    assert [each["version"] for each in listed] == [1, 2]
    assert "order_id" in intake.client.get("/v1/apps/bar/plan?version=1").text
    assert intake.client.get("/v1/apps/bar/plan").json["version"] == 2  # type: ignore[index]
    assert intake.client.get("/v1/apps/other/plan/versions").json == []


def test_a_broken_plan_says_where_and_changes_nothing(intake: Intake) -> None:
    intake.client.put("/v1/apps/bar/plan", data=SHEET, content_type="text/csv")
    answer = intake.client.put("/v1/apps/bar/plan", data=SHEET.replace(b"integer", b"intger"), content_type="text/csv")
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["error"]["code"] == "bad_plan"
    assert "intger" in answer.json["error"]["message"]
    assert answer.json["error"]["where"]
    assert intake.client.get("/v1/apps/bar/plan").json["version"] == 1  # type: ignore[index]


def test_a_plan_may_be_compressed(intake: Intake) -> None:
    assert intake.client.put("/v1/apps/web/plan", data=zipped(NATIVE)).status_code == 200


def test_a_plan_of_many_megabytes_is_refused(intake: Intake) -> None:
    assert intake.client.put("/v1/apps/web/plan", data=b" " * (100 << 20)).status_code == 413
