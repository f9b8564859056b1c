"""The log in a real browser: every place shows the right rows, and what is done to it shows."""

import random
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import PLAN, send
from tests.live import Live, eventually

ROWS = 6_000
HOSTILE = '<script>window.hit=1</script><img src=x onerror="window.hit=1">'
SPOKEN = "\u202eright to left \u05e9\u05dc\u05d5\u05dd \U0001f389"


@pytest.fixture(scope="module")
def long(live: Live) -> str:
    """The name of an app with 6,000 events, every seventh of them invalid."""
    live.put_plan("long", PLAN)
    send(live, "long", [_event(number) for number in range(ROWS)])
    return "long"


def _event(number: int) -> dict[str, Any]:
    right = number % 7
    if number % 3:
        return {"event_name": "seen", "event_id": str(number), "payload": {"n": number if right else str(number)}}
    return {"event_name": "left", "event_id": str(number), "payload": {"why": "x" if right else number}}


def opened(page: Page, live: Live, app: str, query: str = "") -> None:
    page.goto(f"{live.dashboard}/apps/{app}/events{query}")
    expect(page.locator(".ag-cell[col-id=status]").first).to_have_text(re.compile("valid|unplanned"))


def shown(page: Page) -> dict[int, int]:
    """The seq of each row that is drawn, by its place in the log."""
    found: list[list[str]] = page.evaluate(
        """[...document.querySelectorAll('.ag-center-cols-container .ag-row')]
           .filter((row) => row.querySelector('[col-id=status]')?.textContent)
           .map((row) => [row.getAttribute('row-index'), row.getAttribute('row-id')])"""
    )
    return {int(index): int(seq) for index, seq in found}


def visible_places(page: Page) -> range:
    """Which places the window shows right now."""
    top, height = page.evaluate(
        "(({scrollTop, clientHeight}) => [scrollTop, clientHeight])(document.querySelector('.ag-body-viewport'))"
    )
    return range(-(-int(top) // 30), (int(top) + int(height)) // 30)


def scrolled_to(page: Page, place: int) -> dict[int, int]:
    page.evaluate("(top) => document.querySelector('.ag-body-viewport').scrollTop = top", place * 30)
    eventually(lambda: abs(visible_places(page)[0] - place) < 40)
    eventually(lambda: set(visible_places(page)) <= shown(page).keys())
    return shown(page)


def test_any_place_of_the_scroll_bar_shows_the_rows_the_api_has_there(live: Live, page: Page, long: str) -> None:
    opened(page, live, long)
    expect(page.locator("#events-count")).to_have_text("6,000 events")
    rng = random.Random(5)
    for place in [0, ROWS - 1, *(rng.randrange(ROWS) for _ in range(8))]:
        rows = scrolled_to(page, place)
        first, last = min(rows), max(rows)
        answer = live.get(f"/api/apps/{long}/events", offset=first, limit=last - first + 1)["rows"]
        assert rows == {first + at: row["seq"] for at, row in enumerate(answer) if first + at in rows}
    assert page.evaluate("document.querySelectorAll('*').length") < 3_000


def test_filters_narrow_the_log_and_stay_in_the_address(live: Live, page: Page, long: str) -> None:
    opened(page, live, long)
    page.locator(".chips").get_by_text("invalid", exact=True).click()
    total = live.get(f"/api/apps/{long}/events", status="invalid", limit=1)["total"]
    expect(page.locator("#events-count")).to_have_text(f"{total:,} events")
    page.get_by_role("textbox", name="Only these events").click()
    page.get_by_role("option", name="left").click()
    both = live.get(f"/api/apps/{long}/events", status="invalid", event="left", limit=1)["total"]
    expect(page.locator("#events-count")).to_have_text(f"{both:,} events")
    assert parse_qs(urlsplit(page.url).query) == {"event": ["left"], "status": ["invalid"]}
    page.reload()
    expect(page.locator("#events-count")).to_have_text(f"{both:,} events")
    expect(page.locator(".mantine-Pill-root")).to_have_text("left")


def test_filters_that_match_nothing_say_so(live: Live, page: Page, long: str) -> None:
    page.goto(f"{live.dashboard}/apps/{long}/events?status=error")
    expect(page.get_by_text("No events to show")).to_be_visible()
    expect(page.locator("#events-count")).to_have_text("0 events")


def test_going_to_a_time_shows_the_newest_row_before_it(live: Live, page: Page, long: str) -> None:
    rows = live.get(f"/api/apps/{long}/events", offset=2_500, limit=1)["rows"]
    at = rows[0]["received_at"]
    target = live.get(f"/api/apps/{long}/events", until=at, limit=1)["rows"][0]["seq"]
    opened(page, live, long)
    page.get_by_label("Go to a time").fill(at)
    page.get_by_label("Go to a time").press("Enter")
    eventually(lambda: target in {shown(page).get(place) for place in visible_places(page)})


@pytest.mark.parametrize("text", ["later", "25:99", "2026-13-40 10:00"])
def test_a_time_that_is_none_is_marked(live: Live, page: Page, long: str, text: str) -> None:
    opened(page, live, long)
    page.get_by_label("Go to a time").fill(text)
    page.get_by_label("Go to a time").press("Enter")
    expect(page.locator(".go-to-time [data-error]").first).to_be_visible()


def test_a_row_opens_beside_the_log_and_its_link_opens_it_again(live: Live, page: Page, long: str) -> None:
    opened(page, live, long, "?status=invalid")
    row = page.locator(".ag-center-cols-container .ag-row").nth(3)
    seq = row.get_attribute("row-id")
    row.click()
    expect(page.locator("#events-panel dd").first).to_have_text(str(seq))
    expect(page.locator(".fields .is-invalid")).to_have_count(1)
    expect(page.locator(".sentence")).to_have_count(1)
    assert parse_qs(urlsplit(page.url).query)["seq"] == [seq]
    page.reload()
    expect(page.locator("#events-panel dd").first).to_have_text(str(seq))
    page.get_by_label("Close this event").click()
    expect(page.locator(".event-panel")).to_be_hidden()
    assert "seq" not in page.url


def test_a_violation_says_what_probably_happened_in_the_log_and_beside_it(live: Live, page: Page) -> None:
    live.put_plan("hinted", PLAN)
    send(live, "hinted", [{"event_name": "bought", "payload": {"price": "14.99", "items": [{"SKU": "a"}]}}])
    opened(page, live, "hinted")
    says = 'price should be a number; it was the text "14.99" \u2014 a number sent as text.'
    expect(page.locator(".ag-cell[col-id=violations]").first).to_contain_text(says)
    page.locator(".ag-center-cols-container .ag-row").first.click()
    expect(page.locator(".sentence .hint")).to_have_text(
        ["A number sent as text", "items[0].SKU came, a near name", "A near name for items[0].sku"]
    )
    expect(page.locator(".fields .hint")).to_have_count(3)
    box, panel = page.locator(".fields").bounding_box(), page.locator("#events-panel").bounding_box()
    assert box is not None
    assert panel is not None
    assert box["width"] <= panel["width"]


def test_a_link_opens_its_event_whatever_the_filter_leaves_in_the_log(live: Live, page: Page, long: str) -> None:
    oldest = live.get(f"/api/apps/{long}/events", offset=ROWS - 1, limit=1)["rows"][0]["seq"]
    for seq in (oldest, oldest + 1, oldest + 1_000):
        opened(page, live, long, f"?status=invalid&event=left&seq={seq}")
        expect(page.locator("#events-panel dd").first).to_have_text(str(seq))


def test_the_log_can_be_walked_by_keyboard(live: Live, page: Page, long: str) -> None:
    opened(page, live, long)
    seqs = shown(page)
    page.locator(".ag-center-cols-container .ag-cell").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#events-panel dd").first).to_have_text(str(seqs[0]))
    page.keyboard.press("ArrowDown")
    expect(page.locator("#events-panel dd").first).to_have_text(str(seqs[1]))
    page.keyboard.press("Escape")
    expect(page.locator(".event-panel")).to_be_hidden()


def test_new_rows_arrive_at_the_top_by_themselves(live: Live, page: Page) -> None:
    send(live, "arriving", [_event(number) for number in range(200)])
    opened(page, live, "arriving")
    send(live, "arriving", [{"event_name": "newest", "payload": {}}])
    expect(page.locator('.ag-row[row-index="0"]').first).to_contain_text("newest")
    expect(page.locator("#events-count")).to_have_text("201 events")


def test_new_rows_do_not_move_what_somebody_reads(live: Live, page: Page) -> None:
    send(live, "reading", [_event(number) for number in range(300)])
    opened(page, live, "reading")
    before = scrolled_to(page, 120)
    send(live, "reading", [{"event_name": "newest", "payload": {}}])
    button = page.locator("#events-fresh")
    expect(button).to_have_text("1 new event")
    assert {place: seq for place, seq in shown(page).items() if place in before} == before
    button.click()
    expect(page.locator('.ag-row[row-index="0"]').first).to_contain_text("newest")
    expect(button).to_be_hidden()


def test_a_replaced_row_leaves_the_log(live: Live, page: Page) -> None:
    send(live, "twice", [{"event_name": "a", "event_id": "1", "payload": {}}, {"event_name": "b", "payload": {}}])
    opened(page, live, "twice")
    expect(page.locator("#events-count")).to_have_text("2 events")
    live.post("/c/twice/v1/events", {"event_name": "a", "event_id": "1", "payload": {}})
    expect(page.locator('.ag-center-cols-container .ag-row[row-index="0"]')).to_contain_text("\u00d72")
    expect(page.locator("#events-count")).to_have_text("2 events")


def test_whatever_was_sent_is_shown_as_text(live: Live, page: Page) -> None:
    send(
        live, "hostile", [{"event_name": HOSTILE, "user_id": HOSTILE, "payload": {HOSTILE: SPOKEN, "n": "x" * 300_000}}]
    )
    opened(page, live, "hostile")
    row = page.locator(".ag-pinned-left-cols-container .ag-row").first
    expect(row).to_contain_text("<script>")
    row.click()
    panel = page.locator("#events-panel")
    expect(panel.locator("h2")).to_have_text(HOSTILE)
    expect(panel).to_contain_text(SPOKEN)
    expect(panel).to_contain_text("more characters")
    assert page.evaluate("window.hit") is None
    assert page.evaluate("document.querySelectorAll('#events-panel script, #events-panel img').length") == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_grid_is_never_empty_when_there_are_events(live: Live, page: Page, long: str) -> None:
    for _ in range(10):
        opened(page, live, long)
        expect(page.locator("#events-count")).to_have_text("6,000 events")
        eventually(lambda: set(visible_places(page)) <= shown(page).keys())


def test_going_beyond_the_window_starts_a_window_there(live: Live, page: Page, long: str) -> None:
    def narrow(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(
            response=answer, body=answer.text().replace('"data-window-rows":500000', '"data-window-rows":1000')
        )

    page.route("**/_dash-update-component*", narrow)
    opened(page, live, long)
    expect(page.locator("#events-count")).to_have_text("the newest 1,000 of 6,000 events")
    target = live.get(f"/api/apps/{long}/events", offset=4_000, limit=1)["rows"][0]["seq"]
    page.goto(f"{live.dashboard}/apps/{long}/events?seq={target}")
    expect(page.locator('.ag-center-cols-container .ag-row[row-index="0"]')).to_have_attribute("row-id", str(target))
    expect(page.locator("#events-count")).to_have_text("the next 1,000 of 2,000 events")
    expect(page.locator("#events-fresh")).to_have_text("4,000 newer events")
    page.locator("#events-fresh").click()
    expect(page.locator("#events-count")).to_have_text("the newest 1,000 of 6,000 events")
