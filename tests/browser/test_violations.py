"""The page of violations in a real browser: every broken rule, found, sorted, opened, and kept in the address."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PLAN, send
from tests.live import Live, eventually

HOSTILE = "<img src=x onerror=hit()>"


@pytest.fixture(scope="module")
def broken(live: Live) -> str:
    """The name of an app of which prices come as text since 2.0, and a hostile field now and then."""
    live.put_plan("broken", PLAN)
    send(live, "broken", [_event(number) for number in range(120)])
    return "broken"


def _event(number: int) -> dict[str, Any]:
    price = str(number) if number >= 60 else number
    payload = {"price": price, "items": [{"sku": "a"}]} | ({HOSTILE: 1} if number % 20 == 0 else {})
    version = "2.0" if number >= 60 else "1.9"
    return {"event_name": "bought", "event_id": str(number), "payload": payload, "app_version": version}


def fields(page: Page) -> list[str]:
    shown: list[str] = page.evaluate(
        """[...document.querySelectorAll('.violations-grid .ag-pinned-left-cols-container .ag-row')]
           .sort((one, other) => one.getAttribute('row-index') - other.getAttribute('row-index'))
           .map((row) => row.querySelector('[col-id=field]').textContent)"""
    )
    return shown


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_every_broken_rule_is_there_most_frequent_first(live: Live, page: Page, broken: str) -> None:
    page.goto(f"{live.dashboard}/apps/{broken}/violations")
    eventually(lambda: fields(page) == ["price", HOSTILE])
    row = page.locator(".violations-grid .ag-center-cols-container .ag-row").first
    told = {"rule": "wrong type", "event_name": "bought", "count": "60", "share": "50.0 %", "versions": "2.0"}
    for column, text in told.items():
        expect(row.locator(f"[col-id={column}]")).to_have_text(text)
    expect(row.locator("[col-id=trend] path")).to_have_attribute("d", re.compile("^M"))
    assert page.locator(".violations-grid img").count() == 0
    assert page.evaluate("document.querySelectorAll('*').length") < 3_000


def test_a_violation_opens_to_its_versions_and_newest_events_and_its_link_opens_it_again(
    live: Live, page: Page, broken: str
) -> None:
    page.goto(f"{live.dashboard}/apps/{broken}/violations")
    page.locator(".violations-grid .ag-row").first.click()
    panel = page.locator("#violations-panel")
    expect(panel.locator("h2")).to_have_text("price has the wrong type in bought")
    expect(panel.locator(".versions")).to_have_text("2.060")
    expect(panel.locator(".samples li")).to_have_count(8)
    page.reload()
    expect(panel.locator("h2")).to_have_text("price has the wrong type in bought")
    panel.get_by_text("All events with this violation").click()
    expect(page.locator("#events-count")).to_have_text("60 events")
    assert query(page) == {"event": ["bought"], "field": ["price"], "rule": ["wrong_type"]}


def test_a_sample_opens_its_event_in_the_log(live: Live, page: Page, broken: str) -> None:
    newest = live.get(f"/api/apps/{broken}/events", field="price", rule="wrong_type", limit=1)["rows"][0]["seq"]
    page.goto(f"{live.dashboard}/apps/{broken}/violations")
    page.locator(".violations-grid .ag-row").first.click()
    page.locator("#violations-panel .samples a").first.click()
    expect(page.locator("#events-panel h2")).to_have_text("bought")
    assert query(page)["seq"] == [str(newest)]


def test_what_is_looked_for_and_the_order_stay_in_the_address(live: Live, page: Page, broken: str) -> None:
    page.goto(f"{live.dashboard}/apps/{broken}/violations")
    eventually(lambda: len(fields(page)) == 2)
    page.get_by_label("Only violations with this text").fill("onerror")
    eventually(lambda: fields(page) == [HOSTILE])
    page.reload()
    eventually(lambda: fields(page) == [HOSTILE])
    page.get_by_label("Only violations with this text").fill("")
    eventually(lambda: len(fields(page)) == 2)
    page.locator(".ag-header-cell[col-id=field]").click()
    eventually(lambda: fields(page) == [HOSTILE, "price"])
    page.reload()
    eventually(lambda: fields(page) == [HOSTILE, "price"])
    assert query(page) == {"sort": ["field asc"]}


def test_new_violations_appear_and_leave_the_open_one_open(live: Live, page: Page) -> None:
    live.put_plan("growing", PLAN)
    send(live, "growing", [{"event_name": "bought", "payload": {"price": "1", "items": [{"sku": "a"}]}}])
    page.goto(f"{live.dashboard}/apps/growing/violations?window=15m")
    page.locator(".violations-grid .ag-row").first.click()
    expect(page.locator("#violations-panel h2")).to_have_text("price has the wrong type in bought")
    send(live, "growing", [{"event_name": "seen", "payload": {"n": text}} for text in ("1", "2")])
    eventually(lambda: fields(page) == ["n", "price"])
    expect(page.locator("#violations-panel h2")).to_have_text("price has the wrong type in bought")


def test_an_app_without_violations_says_so(live: Live, page: Page) -> None:
    live.put_plan("spotless", PLAN)
    send(live, "spotless", [{"event_name": "seen", "payload": {"n": 1}}])
    page.goto(f"{live.dashboard}/apps/spotless/violations?window=7d")
    expect(page.get_by_text("No violations")).to_be_visible()
