"""The main job, all the way: an event posted to the intake is on the page, judged, about a second later."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import PLAN, send
from tests.live import Live


def test_a_posted_event_changes_the_page_while_one_looks_at_it(live: Live, page: Page) -> None:
    live.put_plan("way", PLAN)
    page.goto(f"{live.dashboard}/apps/way?window=15m")
    numbers = page.locator("#overview-numbers")
    expect(numbers.locator(".number").nth(1)).to_contain_text("0")
    expect(page.locator("#overview-coverage")).to_contain_text("0 of 3")

    live.post("/c/way/v1/events", {"event_name": "bought", "payload": {"price": "1,5", "items": [{"sku": "a"}]}})
    expect(page.locator("#overview-violations")).to_contain_text("price has the wrong type in bought")
    live.post("/c/way/v1/events", {"event_name": "bought", "payload": {"price": 1.5, "items": [{"sku": "a"}]}})
    expect(numbers.locator(".number-hero")).to_contain_text("50.0 %")
    expect(numbers.locator(".number-invalid .number-value")).to_have_text("1")
    expect(page.locator("#overview-coverage")).to_contain_text("1 of 3")

    page.locator(".violation").click()
    expect(page.locator(".ag-row")).to_have_count(2)  # one row, in the pinned and in the scrolled half
    page.locator(".ag-center-cols-container .ag-row").click()
    expect(page.locator("#events-panel")).to_contain_text("1,5")
    expect(page.locator(".fields .is-invalid")).to_contain_text("price")
    stats = live.get("/api/apps/way/stats", hours=1)
    assert (stats["events"]["total"], stats["events"]["invalid"]) == (2, 1)


def test_an_app_appears_on_the_first_page_with_its_first_event(live: Live, page: Page) -> None:
    page.goto(live.dashboard)
    expect(page.locator("#apps-cards")).to_be_visible()
    send(live, "newborn", [{"event_name": "hello", "payload": {}}])
    card = page.locator(".app", has_text="newborn")
    expect(card).to_contain_text("Events, 24 h")
    card.click()
    expect(page).to_have_url(f"{live.dashboard}/apps/newborn")
    expect(page).to_have_title("newborn · Overview · Live Validation")
    page.get_by_role("link", name="Coverage", exact=True).click()
    expect(page.locator("#coverage-progress")).to_contain_text("No plan yet")
    page.get_by_role("link", name="Events", exact=True).click()
    expect(page.locator("#events-count")).to_have_text("1 event")


def test_a_missing_page_leads_back(live: Live, page: Page) -> None:
    page.goto(f"{live.dashboard}/apps/way/nowhere")
    page.get_by_role("link", name="To all apps").click()
    expect(page.get_by_role("heading", name="Apps")).to_be_visible()
