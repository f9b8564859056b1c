"""Finding events in the log by what no count is kept of: a text, a user, a session, a violation."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PLAN, send
from tests.browser.test_log import shown
from tests.live import Live, eventually

ROWS = 900


@pytest.fixture(scope="module")
def people(live: Live) -> str:
    """The name of an app with 900 events of 9 users, every tenth of them broken."""
    live.put_plan("people", PLAN)
    send(live, "people", [_event(number) for number in range(ROWS)])
    return "people"


def _event(number: int) -> dict[str, Any]:
    payload = {"n": number if number % 10 else str(number), "note": f"note {number} <b>bold</b>"}
    told = {"event_name": "seen", "event_id": str(number), "payload": payload, "app_version": f"1.{number % 3}"}
    return told | {"user_id": f"user {number % 9}", "session": f"s{number % 45}"}


def found(live: Live, app: str, **chosen: str) -> list[int]:
    return [row["seq"] for row in live.get(f"/api/apps/{app}/events", limit=1_000, **chosen)["rows"]]


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_a_text_finds_its_events_and_stays_in_the_address(live: Live, page: Page, people: str) -> None:
    page.goto(f"{live.dashboard}/apps/{people}/events")
    expect(page.locator("#events-count")).to_have_text("900 events")
    box = page.get_by_label("Only events with this text in their payload")
    box.fill("NOTE 77 <B>")
    box.press("Enter")
    expect(page.locator("#events-count")).to_have_text("1 event")
    eventually(lambda: list(shown(page).values()) == found(live, people, q="note 77 <b>"))
    assert query(page) == {"q": ["NOTE 77 <B>"]}
    page.reload()
    expect(page.locator("#events-count")).to_have_text("1 event")
    expect(box).to_have_value("NOTE 77 <B>")
    box.fill("")
    expect(page.locator("#events-count")).to_have_text("900 events")


def test_a_search_that_finds_more_than_a_page_goes_on_as_one_scrolls(live: Live, page: Page, people: str) -> None:
    wanted = found(live, people, q="bold")
    assert len(wanted) == ROWS
    page.goto(f"{live.dashboard}/apps/{people}/events?q=bold")
    eventually(lambda: set(range(5)) <= shown(page).keys())
    for _ in range(30):
        page.evaluate("document.querySelector('.ag-body-viewport').scrollTop += 1200")
        eventually(lambda: bool(shown(page)))
        assert all(wanted[place] == seq for place, seq in shown(page).items())
    expect(page.locator("#events-count")).to_have_text("900 events")


def test_a_search_that_finds_nothing_says_so(live: Live, page: Page, people: str) -> None:
    page.goto(f"{live.dashboard}/apps/{people}/events?q=nowhere+to+be+found")
    expect(page.get_by_text("No events to show")).to_be_visible()
    expect(page.locator("#events-count")).to_have_text(re.compile("^0 "))


def test_new_events_join_what_was_found(live: Live, page: Page) -> None:
    send(live, "joining", [{"event_name": "seen", "event_id": str(n), "payload": {"note": "apple"}} for n in range(3)])
    page.goto(f"{live.dashboard}/apps/joining/events?q=apple")
    expect(page.locator("#events-count")).to_have_text("3 events")
    send(live, "joining", [{"event_name": "seen", "payload": {"note": text}} for text in ("pear", "apple pie")])
    expect(page.locator("#events-count")).to_have_text("4 events")
    eventually(lambda: list(shown(page).values()) == found(live, "joining", q="apple"))


def test_an_open_event_leads_to_its_user_and_the_choice_can_be_taken_off(live: Live, page: Page, people: str) -> None:
    page.goto(f"{live.dashboard}/apps/{people}/events")
    page.locator(".ag-center-cols-container .ag-row").first.click()
    user = page.locator("#events-panel").get_by_title("All events of this user")
    name = user.text_content() or ""
    user.click()
    eventually(lambda: list(shown(page).values())[:5] == found(live, people, user_id=name)[:5])
    assert query(page) == {"user_id": [name]}
    expect(page.locator(".chosen")).to_have_text(f"user is {name}\u00d7")
    page.locator(".chosen button").click()
    expect(page.locator("#events-count")).to_have_text("900 events")
    expect(page.locator(".chosen")).to_have_count(0)
    assert query(page) == {}


def test_a_violation_leads_to_all_events_that_have_it(live: Live, page: Page, people: str) -> None:
    broken = found(live, people, event="seen", field="n", rule="wrong_type")
    assert len(broken) == ROWS / 10
    page.goto(f"{live.dashboard}/apps/{people}/events?seq={broken[0]}")
    page.locator(".alike").first.click()
    eventually(lambda: list(shown(page).values())[:5] == broken[:5])
    assert query(page) == {"event": ["seen"], "field": ["n"], "rule": ["wrong_type"]}
    expect(page.locator("#events-count")).to_have_text("90 events")


def test_what_is_chosen_is_shown_as_text(live: Live, page: Page, people: str) -> None:
    page.goto(f"{live.dashboard}/apps/{people}/events?session=%3Cimg%20src%3Dx%20onerror%3Dhit%28%29%3E")
    expect(page.locator(".chosen bdi")).to_have_text("<img src=x onerror=hit()>")
    assert page.locator(".chosen img").count() == 0
