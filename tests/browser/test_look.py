"""How the pages look and behave: both themes, no layout that overflows, a server that goes and comes back."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PLAN, send
from tests.live import Live

PAGES = ("", "/apps/look", "/apps/look/events", "/apps/look/coverage", "/apps/look/violations")
LIGHT, DARK = "rgb(245, 246, 248)", "rgb(15, 18, 23)"


@pytest.fixture(scope="module", autouse=True)
def _look(live: Live) -> None:
    live.put_plan("look", PLAN)
    prices = [number if number % 9 else str(number) for number in range(60)]
    send(live, "look", [{"event_name": "bought", "payload": {"price": price}} for price in prices])


def ground(page: Page) -> str:
    colour: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return colour


@pytest.mark.parametrize(("scheme", "colour"), [("light", LIGHT), ("dark", DARK)])
def test_the_theme_follows_the_system(live: Live, page: Page, scheme: str, colour: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(f"{live.dashboard}/apps/look")
    expect(page.locator("#overview-trend .main-svg").first).to_be_visible()
    assert ground(page) == colour


def test_a_theme_once_chosen_is_remembered_everywhere(live: Live, page: Page) -> None:
    page.emulate_media(color_scheme="light")
    page.goto(f"{live.dashboard}/apps/look")
    page.get_by_label("Switch between light and dark").click()
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    page.goto(f"{live.dashboard}/apps/look/events")
    expect(page.locator(".ag-center-cols-container .ag-row").first).to_be_visible()
    assert ground(page) == DARK
    assert page.evaluate("getComputedStyle(document.querySelector('.ag-row')).backgroundColor") == "rgb(23, 27, 33)"


def test_a_chart_offers_no_way_to_send_its_data_away(live: Live, page: Page) -> None:
    page.goto(f"{live.dashboard}/apps/look")
    page.locator("#overview-trend .main-svg").first.hover()
    assert page.evaluate("document.querySelectorAll('.modebar-btn').length") == 0
    expect(page.get_by_text("Share")).to_have_count(0)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [1_024, 1_280, 1_920])
def test_no_page_is_wider_than_its_window(live: Live, page: Page, path: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(live.dashboard + path)
    expect(page.locator("#main")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_refresh_keeps_the_chart_it_has(live: Live, page: Page) -> None:
    page.goto(f"{live.dashboard}/apps/look?window=15m")
    expect(page.locator("#overview-trend .main-svg").first).to_be_visible()
    page.evaluate("window.kept = document.querySelector('#overview-trend .main-svg')")
    send(live, "look", [{"event_name": "bought", "payload": {"price": 1_000}}])
    expect(page.locator("#overview-numbers .number-value").nth(1)).to_have_text("61")
    assert page.evaluate("window.kept.isConnected")


def test_the_page_asks_for_a_bundle_only_when_the_version_moved(live: Live, page: Page) -> None:
    asked: list[str] = []
    with page.expect_response(lambda answer: "/overview?" in answer.url):
        page.goto(f"{live.dashboard}/apps/look?window=7d")
    page.on("request", lambda request: asked.append(request.url))
    for _ in range(3):
        with page.expect_response(lambda answer: answer.url.endswith("/version")):
            pass
    bundles = [url for url in asked if "/overview?" in url]
    assert len(bundles) <= 1  # one more if a minute began meanwhile


def test_a_server_that_is_gone_is_noticed_and_its_return_too(live: Live, page: Page) -> None:
    page.goto(f"{live.dashboard}/apps/look")
    page.route("**/api/**", lambda route: route.abort("connectionrefused"))
    expect(page.locator(".notice")).to_be_visible()
    page.unroute("**/api/**")
    expect(page.locator(".notice")).to_be_hidden()


def test_a_page_outlives_the_server_it_came_from(running: Live, browser: Browser) -> None:
    send(running, "look", [{"event_name": "bought", "payload": {}}])
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{running.dashboard}/apps/look")
    expect(page.locator("#overview-numbers .number-value").nth(1)).to_have_text("1")
    running.kill("dashboard")
    running.post("/c/look/v1/events", {"event_name": "bought", "payload": {"price": 2}})
    expect(page.locator("#overview-numbers .number-value").nth(1)).to_have_text("2")
    expect(page.locator(".notice")).to_be_hidden()
    context.close()
