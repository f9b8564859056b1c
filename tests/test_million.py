"""A million events in a file, imported, equal a plain recount of the file: over the API and on the page."""

import json
import subprocess
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from data.sample.faults import PLAN
from data.sample.generate import write
from ingest.check import check
from tests.live import APP, Live, environment
from tests.sheet_rules import judge, meant, read_sheet

EVENTS = 1_000_000


@dataclass
class Recount:
    """What the file holds, each event once: its newest copy, which in this file follows at once."""

    lines: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    names: dict[str, set[bool]] = field(default_factory=dict)
    broken: Counter[tuple[str | None, str, str, str]] = field(default_factory=Counter)

    def of(self, planned: str) -> set[bool]:
        """Whether the events that mean this planned name were fully valid: both, if some were and some were not."""
        return set().union(*(valid for name, valid in self.names.items() if meant(name) == planned))

    def add(self, event: dict[str, Any], status: str, broken: set[tuple[str, str, str]]) -> None:
        self.statuses[status] += 1
        self.names.setdefault(event["event_name"], set()).add(status == "valid" and not broken)
        self.broken.update((event["event_name"], *one) for one in broken)


def recounted(file: Path) -> Recount:
    found, sheet, last = Recount(), read_sheet(PLAN), None
    with file.open("rb") as lines:
        for line in lines:
            found.lines += 1
            event = json.loads(line)
            if event["event_id"] != last:
                found.add(event, *judge(sheet, event))
            last = event["event_id"]
    return found


def test_an_imported_million_equals_a_recount_of_the_file(running: Live, page: Page, tmp_path: Path) -> None:
    file = tmp_path / "events.ndjson"
    with file.open("wb") as out:
        write(out, EVENTS, seed=7)
    running.put_plan("shop", PLAN.read_bytes())
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as beside:
        recount = beside.submit(recounted, file)
        import_into(running, file)
        expected = recount.result()
    assert expected.lines == EVENTS
    assert_api_agrees(running, expected)
    assert_page_agrees(running, page, expected)
    assert check(running.store).problems == ()


def import_into(running: Live, file: Path) -> None:
    command = [sys.executable, str(APP), "import", "shop", str(file), "--store", str(running.store.root)]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def assert_api_agrees(running: Live, expected: Recount) -> None:
    unique = expected.statuses.total()
    events = running.get("/api/apps/shop/stats")["events"]
    assert {status: events[status] for status in expected.statuses} == dict(expected.statuses)
    assert (events["total"], events["replaced"]) == (unique, EVENTS - unique)
    planned, seen = read_sheet(PLAN).keys(), {meant(name) for name in expected.names}
    always_valid = {name for name in seen & planned if all(expected.of(name))}
    coverage = running.get("/api/apps/shop/coverage")
    assert coverage["captured_events"] == sorted(planned & seen)
    assert coverage["missing_events"] == sorted(planned - seen)
    assert coverage["unplanned_events"] == sorted(name for name in expected.names if meant(name) not in planned)
    assert coverage["fully_valid_events"] == sorted(always_valid)
    violations = running.get("/api/apps/shop/violations")
    told = {(row["event_name"], row["field"], row["rule"], row["severity"]): row["count"] for row in violations}
    assert told == dict(expected.broken)
    assert running.get("/api/apps/shop/events", limit=1, offset=unique - 1)["rows"][0]["seq"] == 1


def assert_page_agrees(running: Live, page: Page, expected: Recount) -> None:
    page.goto(f"{running.dashboard}/apps/shop?hours=24")
    shown = page.get_by_role("main")
    for number in (expected.statuses.total(), expected.statuses["invalid"], expected.statuses["unplanned"]):
        expect(shown).to_contain_text(f"{number:,}")
    (name, path, _, _), most = expected.broken.most_common(1)[0]
    expect(shown).to_contain_text(f"{path} has the wrong type in {name}")
    expect(shown).to_contain_text(f"{most:,}")
