"""A plan saved into the watched folder is in force for the next event; a broken one is refused by name."""

import json
import time

import requests

from tests.live import Live, eventually

SHEET = "eventName,eventPayload,dataType\nsold,price,float\n"


def folder_of(running: Live, **schemas: str) -> None:
    """Write a plan's folder beside the watched one, then move it in whole."""
    made = running.plans.parent / "made"
    made.mkdir()
    for name, kind in schemas.items():
        said = {"type": "object", "properties": {"price": {"type": kind}}}
        (made / f"{name}.json").write_text(json.dumps(said))
    made.rename(running.plans / "shop")


def version(running: Live) -> int:
    answer = requests.get(f"{running.ingest}/v1/apps/shop/plan", timeout=10)
    return int(answer.json()["version"]) if answer.status_code == 200 else 0


def newest_status(running: Live, event_id: str) -> str | None:
    rows = running.get("/api/apps/shop/events", limit=1)["rows"]
    return rows[0]["status"] if rows and rows[0]["event_id"] == event_id else None


def sold(running: Live, event_id: str, price: object) -> None:
    event = {"event_name": "sold", "event_id": event_id, "payload": {"price": price}}
    assert running.post("/c/shop/v1/events", event).status_code == 202


def test_a_saved_sheet_judges_the_next_event_and_a_broken_one_changes_nothing(running: Live) -> None:
    file = running.plans / "shop.csv"
    file.write_text(SHEET)
    eventually(lambda: version(running) == 1)
    sold(running, "1", "two")
    assert eventually(lambda: newest_status(running, "1")) == "invalid"
    file.write_text(SHEET.replace("float", "text"))
    eventually(lambda: version(running) == 2)
    sold(running, "2", "two")
    assert eventually(lambda: newest_status(running, "2")) == "valid"
    file.write_text(SHEET.replace("float", "flaot"))
    refusal = eventually(lambda: [line for line in running.log if "shop.csv" in line and "flaot" in line])
    assert "line 2" in refusal[0]
    assert version(running) == 2


def test_a_folder_of_schemas_is_in_force_within_a_second_and_all_of_its_events_at_once(running: Live) -> None:
    folder_of(running, sold="number", seen="number")
    moved = time.monotonic()
    eventually(lambda: version(running) == 1)
    assert time.monotonic() - moved < 1
    sold(running, "1", "two")
    assert eventually(lambda: newest_status(running, "1")) == "invalid"
    for name in ("sold", "seen"):
        (running.plans / "shop" / f"{name}.json").write_text('{"type": "object"}')
    eventually(lambda: version(running) == 2)
    plan = requests.get(f"{running.ingest}/v1/apps/shop/plan", timeout=10).json()
    assert [event["schema"] for event in plan["events"]] == [{"type": "object"}] * 2
