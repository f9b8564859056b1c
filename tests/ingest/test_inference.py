"""A plan drafted from what is stored: from the events that are meant, importable, and true of them when replayed."""

import json
from typing import Any

import pytest

from data.history import Range
from data.layout import Store
from data.parts import list_live
from ingest.lines import Spooled
from ingest.planning.inference import infer
from ingest.planning.replay import replay
from plans.model import Plan
from plans.read import read_plan
from plans.versions import versions
from tests.storing import merge_all, put, spooled

CITIES = ("Ghent", "Leeds")


def order(n: int, **more: Any) -> Spooled:
    payload = {
        "id": f"O-{n}",
        "at": f"2026-01-{n % 28 + 1:02}",
        "city": CITIES[n % 2],
        "lines": [{"qty": n, "price": n / 4}],
    }
    return spooled(event_name="order_placed", payload=payload | more, event_id=f"order {n}")


@pytest.fixture
def traffic(store: Store) -> Store:
    """Three parts of sound orders and visits, repeated ones among them, and what could not be read."""
    put(store, *(order(n) for n in range(60)))
    put(store, *(order(n, gift=None) for n in range(50, 80)), spooled(event_name="visit", event_id="v"))
    put(store, spooled(problem="payload is missing", unread="{"), spooled(app="web", event_name="other"))
    return store


def drafted(answer: dict[str, Any]) -> Plan:
    return read_plan(json.dumps(answer["plan"]).encode(), app="shop")[0]


@pytest.mark.parametrize("rows", [7, 50_000])
def test_a_draft_fails_no_event_it_was_drafted_from(traffic: Store, rows: int) -> None:
    told: list[tuple[int, int]] = []
    answer = infer(traffic, "shop", rows=rows, progress=lambda *at: told.append(at))
    assert (answer["events"], answer["complete"], told[-1]) == (81, True, (82, 82))
    schema = answer["plan"]["events"][0]["schema"]
    assert schema["required"] == ["id", "at", "city", "lines"]
    assert schema["properties"]["at"]["format"] == "date"
    assert schema["properties"]["city"]["enum"] == list(CITIES)
    assert schema["properties"]["lines"]["items"]["required"] == ["qty", "price"]
    replayed = replay(traffic, drafted(answer), lambda _: None)
    assert (replayed["newly_failing"], replayed["newly_passing"], replayed["unchanged"]) == (0, 81, 1)
    assert versions(traffic.plans, "shop") == []


def test_what_a_draft_fails_its_guesses_say(traffic: Store) -> None:
    put(traffic, order(100, id=7), order(101, lines=[{"qty": "many", "price": 1}]))
    answer = infer(traffic, "shop")
    fields = {field["field"]: field for field in answer["evidence"][0]["fields"]}
    unsure = {name for name, field in fields.items() if any(guess["share"] < 1 for guess in field["guesses"])}
    assert unsure == {"id", "lines[].qty"}
    replayed = replay(traffic, drafted(answer), lambda _: None)
    assert replayed["newly_failing"] == 2
    assert {rule["field"] for rule in replayed["by_rule"] if rule["newly_failing"]} == unsure


@pytest.mark.parametrize(
    ("asked", "options", "events"),
    [
        (None, {"names": ["visit"]}, 1),
        (None, {"statuses": ["unplanned"]}, 81),
        (None, {"statuses": ["valid"]}, 0),
        (None, {"statuses": ["error"]}, 0),
        (None, {"events": 10}, 9),
        (Range(first_seq=1, last_seq=20), {}, 20),
        (Range(first_seq=1, last_seq=20), {"events": 5}, 5),
        (None, {"max_seconds": 0.0}, 0),
    ],
)
def test_only_what_is_meant_is_learnt_from(
    traffic: Store, asked: Range | None, options: dict[str, Any], events: int
) -> None:
    answer = infer(traffic, "shop", asked, **options)
    assert answer["events"] == events
    assert answer["complete"] is ("max_seconds" not in options)


def test_a_draft_is_made_while_parts_are_merged(traffic: Store) -> None:
    answer = infer(traffic, "shop", rows=5, progress=lambda done, _: merge_all(traffic) if done == 5 else None)
    assert (len(list_live(traffic)), answer["events"]) == (1, 81)
