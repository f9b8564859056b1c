"""A plan over HTTP: in force when it is answered, and read back as it was sent."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from plans.archive import packed
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


def test_a_plan_may_be_an_archive_of_schemas_and_its_report_tells_what_became_of_it(intake: Intake) -> None:
    body = packed({"order.json": b'{"required":["id"],"properties":{"id":{"format":"money"}}}', "README.md": b"x"})
    answer = intake.client.put("/v1/apps/web/plan", data=body, content_type="application/zip")
    assert answer.status_code == 200
    assert answer.json is not None
    assert [event["name"] for event in answer.json["events"]] == ["order"]
    report = answer.json["report"]
    assert {key: report[key] for key in ("format", "events", "fields", "rules", "kept")} == {
        "format": "json-schema",
        "events": 1,
        "fields": 1,
        "rules": 2,
        "kept": 1,
    }
    assert [note["where"] for note in report["dropped"]] == ["order.json#/properties/id/format"]
    assert [note["where"] for note in report["notes"]] == ["README.md"]
    stored = intake.client.get("/v1/apps/web/plan").json
    assert stored is not None
    assert (stored["report"], "base64" in stored["source"]) == (report, True)


def test_a_plan_may_be_yaml_and_its_format_named(intake: Intake) -> None:
    body = b"title: order\nproperties:\n  how: {type: [string, 'null'], enum: [no]}\n"
    url = "/v1/apps/web/plan?format=json-schema&null_passes_enum=true"
    answer = intake.client.put(url, data=body, content_type="application/yaml")
    assert answer.json is not None
    assert [note["where"] for note in answer.json["report"]["approximated"]] == ["/properties/how/enum"]
    assert answer.json["events"][0]["schema"]["properties"]["how"]["enum"] == ["no", None]


@pytest.mark.parametrize(
    ("query", "code", "where"),
    [
        ("format=excel", "bad_request", "format"),
        ("null_passes_enum=1", "bad_request", "null_passes_enum"),
        ("fromat=native", "bad_request", "fromat"),
        ("format=native", "bad_plan", None),
    ],
)
def test_a_wrong_way_to_read_a_plan_is_refused_by_name(
    intake: Intake, query: str, code: str, where: str | None
) -> None:
    answer = intake.client.put(f"/v1/apps/web/plan?{query}", data=SHEET, content_type="text/csv")
    assert answer.status_code == 400
    assert answer.json is not None
    assert (answer.json["error"]["code"], answer.json["error"]["where"]) == (code, where)


@pytest.mark.parametrize("format", ["csv", "sheet", "json-schema", "native"])
def test_an_exported_plan_put_again_is_the_plan_in_force(intake: Intake, format: str) -> None:
    intake.client.put("/v1/apps/bar/plan", data=SHEET, content_type="text/csv")
    exported = intake.client.get(f"/v1/apps/bar/plan?format={format}")
    assert "attachment" in exported.headers["Content-Disposition"]
    again = intake.client.put("/v1/apps/bar/plan", data=exported.data, content_type=exported.content_type)
    assert again.json is not None
    assert again.json["version"] == 1


def test_what_an_export_cannot_say_is_reported(intake: Intake) -> None:
    intake.client.put("/v1/apps/web/plan", json=NATIVE)
    intake.client.put("/v1/apps/web/plan", data=SHEET, content_type="text/csv")
    answer = intake.client.get("/v1/apps/web/plan?version=1&format=csv&report=true")
    assert answer.json is not None
    assert [note["where"] for note in answer.json["dropped"]] == ["/events/0/schema/properties/v/multipleOf"]


@pytest.mark.parametrize("query", ["format=pdf", "report=true", "format=csv&report=1", "format=csv&versoin=1"])
def test_a_wrong_export_is_refused(intake: Intake, query: str) -> None:
    intake.client.put("/v1/apps/web/plan", json=NATIVE)
    answer = intake.client.get(f"/v1/apps/web/plan?{query}")
    assert (answer.status_code, answer.json and answer.json["error"]["code"]) == (400, "bad_request")
