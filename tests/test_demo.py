"""The demo shop: its traffic is believable, broken the way it says, and understood by its plan."""

import re
from datetime import date
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import orjson
import polars as pl
import pytest

from data.sample.catalogue import visitor
from data.sample.faults import PLAN, SOUND
from data.sample.generate import lines
from data.sample.sessions import visit
from plans.judging.judge import judge
from plans.model import Plan
from plans.read import read_plan
from tests.live import ROOT, Live, eventually, start

NEVER = {"gift_card_redeemed", "push_opened", "subscription_started"}
SAMPLE = PLAN.with_name("events.ndjson")
README = ROOT / "README.md"


@pytest.fixture(scope="module")
def plan() -> Plan:
    read, report = read_plan(PLAN.read_bytes(), app="shop", filename=PLAN.name)
    assert not report.notes
    return read


@pytest.fixture(scope="module")
def events() -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in islice(lines(seed=5), 20_000)]


def verdicts(events: list[dict[str, Any]], plan: Plan) -> pl.DataFrame:
    """The events with what the judge says of them; a payload that is no object is what the intake calls a problem."""
    rows = [
        {
            "app": "shop",
            "event_name": event["event_name"],
            "event_type": "track",
            "payload": orjson.dumps(event["payload"]).decode(),
            "problem": None if isinstance(event["payload"], dict) else "the payload is no object",
            "app_version": event.get("app_version"),
        }
        for event in events
    ]
    frame = pl.DataFrame(rows, schema_overrides={"problem": pl.String, "app_version": pl.String})
    return pl.concat([frame, judge(frame, lambda app: plan)], how="horizontal")


@pytest.fixture(scope="module")
def judged(events: list[dict[str, Any]], plan: Plan) -> pl.DataFrame:
    return verdicts(events, plan)


def test_the_plan_has_events_that_come_and_three_that_never_do(plan: Plan, events: list[dict[str, Any]]) -> None:
    came = {event["event_name"] for event in events}
    assert set(plan.names()) - came == NEVER
    assert len(set(plan.names()) & came) >= 8


def test_about_5_percent_is_broken(judged: pl.DataFrame, events: list[dict[str, Any]]) -> None:
    twice = len(events) - len({event["event_id"] for event in events})
    broken = judged.filter(pl.col("status") != "valid").height + twice
    assert 0.03 < broken / len(events) < 0.07
    assert twice > 0


def test_it_breaks_in_every_way_the_plan_can_see(judged: pl.DataFrame) -> None:
    rules = set(judged["violations"].explode(empty_as_null=True).struct.field("rule").drop_nulls())
    assert rules >= {"wrong_type", "missing", "empty", "unplanned_field", "unplanned_event", "unreadable"}


def test_some_events_never_break(judged: pl.DataFrame) -> None:
    sound = judged.filter(pl.col("event_name").is_in(list(SOUND)))
    assert set(sound["event_name"]) == SOUND
    assert set(sound["status"]) == {"valid"}
    assert sound["violations"].list.len().sum() == 0


def test_the_price_is_text_since_version_5_3_0(judged: pl.DataFrame) -> None:
    viewed = judged.filter((pl.col("event_name") == "product_viewed") & (pl.col("status") != "error"))
    invalid = (pl.col("status") == "invalid").mean()
    shares = dict(viewed.group_by("app_version").agg(invalid).iter_rows())
    assert shares.pop("5.3.0") > 0.95
    assert max(shares.values()) < 0.1


def test_what_is_not_broken_is_valid(plan: Plan) -> None:
    random = Random(3)
    reports = [report for _ in range(500) for report in visit(random, visitor(random), date(2026, 11, 23))]
    judged = verdicts([{"event_name": name, "payload": payload} for name, payload in reports], plan)
    assert judged.filter((pl.col("status") != "valid") | (pl.col("violations").list.len() > 0)).is_empty()


def test_the_same_seed_gives_the_same_bytes_and_another_gives_others() -> None:
    first, again, other = (b"".join(islice(lines(seed), 1_000)) for seed in (1, 1, 2))
    assert first == again != other


def test_the_sample_file_is_what_the_generator_writes() -> None:
    written = SAMPLE.read_bytes()
    assert written == b"".join(islice(lines(seed=1), written.count(b"\n")))


def test_the_event_in_the_readme_changes_the_page(running: Live) -> None:
    sent = re.search(r"8051(/\S+) .* -d '(.+?)'", README.read_text(), re.DOTALL)
    assert sent
    running.put_plan("shop", PLAN.read_bytes())
    before = running.get("/api/apps/shop/coverage")
    assert running.post(sent[1], sent[2].encode()).status_code == 202
    eventually(lambda: running.get("/api/apps/shop/coverage")["missing"] == before["missing"] - 1)
    (broken,) = running.get("/api/apps/shop/violations")
    assert (broken["field"], broken["rule"]) == ("amount", "wrong_type")


def test_a_demo_shows_traffic_and_coverage_without_anybody_doing_anything(tmp_path: Path) -> None:
    live = start(tmp_path, "--demo")
    try:
        sampled = len({orjson.loads(line)["event_id"] for line in SAMPLE.read_bytes().splitlines()})
        eventually(lambda: live.get("/api/apps/shop/stats")["events"]["total"] > sampled + 40, 30)
        coverage = live.get("/api/apps/shop/coverage")
        assert set(coverage["missing_events"]) >= NEVER
        assert coverage["captured"] >= 8
        assert live.get("/api/apps/shop/violations")
        assert (live.plans / "shop.csv").read_bytes() == PLAN.read_bytes()
    finally:
        live.stop()
