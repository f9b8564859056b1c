"""Exports and reports over HTTP: streamed, a few at once, refused in the one shape, safe to download."""

import csv
import io
import json
from typing import Any

import polars as pl
import pytest
from flask.testing import FlaskClient

from dashboard.export_routes import ABOUT_HEADER
from data.layout import Store
from data.parts import list_live
from tests.dashboard.conftest import served
from tests.storing import put, spooled


@pytest.mark.parametrize("given", ["", "?status=invalid", "?event=bought&after=1", "?q=sku&status=!valid"])
def test_an_export_has_the_rows_of_the_log(looked_at: FlaskClient, given: str) -> None:
    answer = looked_at.get("/api/apps/shop/export" + given)
    shown = looked_at.get("/api/apps/shop/events" + given.replace("&after=1", "&limit=1000")).get_json()["rows"]
    wanted = [row["seq"] for row in reversed(shown) if "after" not in given or row["seq"] > 1]
    assert pl.read_parquet(answer.data)["seq"].to_list() == wanted
    assert json.loads(answer.headers[ABOUT_HEADER])["through"] == 4


@pytest.mark.parametrize(
    ("kind", "content_type"),
    [("parquet", "application/vnd.apache.parquet"), ("csv", "text/csv"), ("ndjson", "application/x-ndjson")],
)
def test_a_download_has_its_type_and_a_safe_name(looked_at: FlaskClient, kind: str, content_type: str) -> None:
    answer = looked_at.get(f"/api/apps/shop/export?format={kind}")
    assert answer.status_code == 200
    assert answer.mimetype == content_type
    assert answer.headers["Content-Disposition"] == f'attachment; filename="shop-rows-4.{kind}"'
    assert answer.headers["Cache-Control"] == "no-store"


def test_ndjson_lines_are_the_events(looked_at: FlaskClient) -> None:
    lines = looked_at.get("/api/apps/shop/export?format=ndjson").text.splitlines()
    assert [json.loads(line)["seq"] for line in lines] == [1, 2, 3, 4]
    assert json.loads(lines[0])["payload"] == {"price": 1.5, "items": [{"sku": "a"}]}


def test_the_rows_of_one_event_can_be_had_with_typed_columns(looked_at: FlaskClient) -> None:
    found = pl.read_parquet(looked_at.get("/api/apps/shop/export?event=bought&typed=true").data)
    assert found["payload.price"].to_list() == [1.5, None]
    assert json.loads(found["_rest"][1])["price"] == "1,5"


def test_violations_can_be_had_as_rows(looked_at: FlaskClient) -> None:
    rows = list(csv.DictReader(io.StringIO(looked_at.get("/api/apps/shop/export?format=csv&violations=true").text)))
    assert [(row["seq"], row["field"]) for row in rows][:2] == [("2", "price"), ("2", "items[1].sku")]


@pytest.mark.parametrize(
    ("path", "status", "code", "where"),
    [
        ("/api/apps/shop/export?format=xml", 400, "bad_value", "format"),
        ("/api/apps/shop/export?after=x", 400, "bad_value", "after"),
        ("/api/apps/shop/export?typed=true", 400, "bad_value", "typed"),
        ("/api/apps/shop/export?typed=true&event=a&format=csv", 400, "bad_value", "typed"),
        ("/api/apps/shop/export?limit=5", 400, "unknown_parameter", "limit"),
        ("/api/apps/shop/export?status=odd", 400, "bad_value", "status"),
        ("/api/apps/nobody/export", 404, "unknown_app", "app"),
        ("/api/apps/shop/report?kind=all", 400, "bad_value", "kind"),
        ("/api/apps/shop/report?format=csv", 400, "unknown_parameter", "format"),
        ("/api/apps/nobody/report", 404, "unknown_app", "app"),
    ],
)
def test_a_wrong_question_is_refused_in_the_one_shape(
    looked_at: FlaskClient, path: str, status: int, code: str, where: str
) -> None:
    answer = looked_at.get(path)
    assert answer.status_code == status
    assert {key: answer.get_json()["error"][key] for key in ("code", "where")} == {"code": code, "where": where}


def test_so_many_are_written_at_once_and_a_place_is_free_again_when_one_is_left(shop: Store) -> None:
    put(shop, *(spooled(event_name="bought", event_id=str(n), payload={"text": "x" * 1_000}) for n in range(30_000)))
    with served(shop, exports=1) as client:
        first = client.get("/api/apps/shop/export?format=ndjson", buffered=False)
        pieces = first.iter_encoded()
        assert next(pieces)
        refused = client.get("/api/apps/shop/report")
        assert (refused.status_code, refused.get_json()["error"]["code"]) == (503, "busy")
        assert refused.headers["Retry-After"]
        first.close()
        assert not any(shop.pins.iterdir())
        assert client.get("/api/apps/shop/export").status_code == 200


def test_a_part_that_cannot_be_read_is_an_error_and_not_half_a_file(shop: Store) -> None:
    with served(shop) as client:
        assert client.get("/api/apps/shop/version").status_code == 200
        file = list_live(shop)[0].file("events")
        file.write_bytes(file.read_bytes()[:-100])
        answer = client.get("/api/apps/shop/export?format=csv")
    assert (answer.status_code, answer.mimetype) == (500, "application/json")
    assert answer.get_json()["error"]["code"] == "damaged"


def report(client: FlaskClient, kind: str, filters: str = "") -> list[dict[str, Any]]:
    answer = client.get(f"/api/apps/shop/report?kind={kind}{filters}")
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="shop-{kind}.csv"'
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_the_rows_report_has_a_line_for_each_field_of_each_event(looked_at: FlaskClient) -> None:
    found = report(looked_at, "rows", "&event=bought")
    wanted = [
        (
            event["seq"],
            field["key"],
            field["value"] or "",
            field["expected"] or "",
            field["received"] or "",
            field["status"],
        )
        for seq in (1, 2)
        for event in [looked_at.get(f"/api/apps/shop/events/{seq}").get_json()]
        for field in event["fields"]
    ]
    told = [(row["key"], row["value"], row["expected type"], row["received type"], row["status"]) for row in found]
    assert told == [each[1:] for each in wanted]
    assert found[0]["event"] == "bought"
    assert found[2]["comment"].startswith("`price` should be a number")


def test_the_latest_report_has_the_fields_of_the_newest_event_of_each_name(looked_at: FlaskClient) -> None:
    found = report(looked_at, "latest")
    assert [(row["event"], row["key"], row["status"]) for row in found] == [
        ("bought", "price", "invalid"),
        ("bought", "items[0].sku", "valid"),
        ("bought", "items[1].sku", "invalid"),
        ("strolled", "", "warning"),
    ]


def test_the_summary_has_a_line_for_each_name_with_its_latest_payload(looked_at: FlaskClient) -> None:
    first, second = report(looked_at, "summary")
    assert (first["event"], first["total"], first["valid"], first["invalid"]) == ("bought", "2", "1", "1")
    assert (first["latest status"], json.loads(first["latest payload"])["price"]) == ("invalid", "1,5")
    assert (second["event"], second["unplanned"], second["latest payload"]) == ("strolled", "1", "{}")


def test_a_report_gives_a_spreadsheet_no_formula(store: Store) -> None:
    put(store, spooled(event_name="=cmd()", payload={"+x": "@y", "n": -5}))
    with served(store) as client:
        cells = [cell for row in report(client, "rows") for cell in row.values()]
    assert {"'=cmd()", "'+x", "'@y", "'-5"} <= set(cells)
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)
