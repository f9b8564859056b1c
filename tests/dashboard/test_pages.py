"""Each page as Dash would ask for it: what it shows, in each of its states, and what every graph must not do."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from data.layout import Store
from data.processes.status import tell
from tests.dashboard.test_fields import marked, texts, walk

PAGES = ("/", "/apps/shop", "/apps/shop?window=15m", "/apps/shop/events?status=invalid", "/apps/shop/coverage")


def opened(client: FlaskClient, url: str) -> Any:
    """The content Dash puts in place for that address."""
    path, _, query = url.partition("?")
    address = [
        {"id": "_pages_location", "property": "pathname", "value": path},
        {"id": "_pages_location", "property": "search", "value": f"?{query}" if query else ""},
    ]
    outputs = [{"id": "_pages_content", "property": "children"}, {"id": "_pages_store", "property": "data"}]
    answer = client.post(
        "/_dash-update-component",
        json={
            "output": ".._pages_content.children..._pages_store.data..",
            "outputs": outputs,
            "inputs": address,
            "state": address,
            "changedPropIds": ["_pages_location.pathname"],
        },
    )
    assert answer.status_code == 200, answer.text
    return answer.get_json()["response"]["_pages_content"]["children"]


def panel_of(client: FlaskClient, seq: int | None) -> Any:
    """The side panel the log's callback draws for that event."""
    answer = client.post(
        "/_dash-update-component",
        json={
            "output": "events-panel.children",
            "outputs": {"id": "events-panel", "property": "children"},
            "inputs": [{"id": "events-open", "property": "data", "value": seq}],
            "state": [{"id": "_pages_location", "property": "pathname", "value": "/apps/shop/events"}],
            "changedPropIds": ["events-open.data"],
        },
    )
    assert answer.status_code == 200, answer.text
    return answer.get_json()["response"]["events-panel"]["children"]


@pytest.mark.parametrize("url", PAGES)
def test_no_graph_offers_to_upload_what_it_shows(looked_at: FlaskClient, url: str) -> None:
    for component in walk(opened(looked_at, url)):
        if component["type"] == "Graph":
            assert component["props"]["config"]["showSendToCloud"] is False
            assert component["props"]["config"]["displaylogo"] is False


def test_the_overview_shows_the_numbers_of_its_window(looked_at: FlaskClient) -> None:
    page = opened(looked_at, "/apps/shop?window=15m")
    assert marked(page, "number-value") == ["33.3 %", "4", "1", "1", "1", *marked(page, "number-value")[5:]]
    assert "items[].sku has the wrong type in bought" in marked(page, "violation-text")
    assert marked(page, "is-here") == ["Overview", "15 min"]


def test_a_violation_leads_to_its_events(looked_at: FlaskClient) -> None:
    links = [
        part["props"]["href"]
        for part in walk(opened(looked_at, "/apps/shop"))
        if "violation" in str(part["props"].get("className")).split()
    ]
    assert "/apps/shop/events?event=bought&status=invalid" in links
    assert "/apps/shop/events?event=strolled&status=unplanned" in links
    assert "/apps/shop/events?status=error" in links


def test_coverage_lists_what_came_and_what_did_not(looked_at: FlaskClient) -> None:
    page = opened(looked_at, "/apps/shop/coverage?window=1h")
    assert "left" in marked(page, "list-missing")[0]
    assert "bought" in marked(page, "list-captured")[0]
    assert "strolled" in marked(page, "list-unplanned")[0]


def test_the_log_takes_its_filters_from_the_address(looked_at: FlaskClient) -> None:
    page = {
        part["props"]["id"]: part["props"]
        for part in walk(opened(looked_at, "/apps/shop/events?event=bought&event=left&status=error"))
        if "id" in part["props"]
    }
    assert page["events-names"]["value"] == ["bought", "left"]
    assert set(page["events-names"]["data"]) == {"bought", "left", "strolled"}
    assert page["events-statuses"]["value"] == ["error"]


def test_an_event_opens_beside_the_log(looked_at: FlaskClient) -> None:
    assert "price" in texts(panel_of(looked_at, 2))
    assert "This event is gone" in texts(panel_of(looked_at, 999))
    assert panel_of(looked_at, None) == []


def test_before_the_first_event_the_page_says_how_to_send_it(client: FlaskClient, store: Store) -> None:
    tell(store, "ingest", {"host": "127.0.0.1", "port": 12345})
    page = texts(opened(client, "/"))
    assert "No events yet" in page
    assert "curl http://127.0.0.1:" in page


def test_the_line_to_paste_names_the_address_the_intake_listens_on(store: Store) -> None:
    from dashboard.first_steps import put_plan, send_event

    tell(store, "ingest", {"host": "::1", "port": 12345})
    assert "http://[::1]:12345/v1/events" in send_event(store)
    assert "http://[::1]:12345/v1/apps/shop/plan" in put_plan(store, "shop")


@pytest.mark.parametrize(
    ("url", "heading"),
    [
        ("/apps/nobody", "No such app"),
        ("/apps/nobody/events", "No such app"),
        ("/apps/nobody/coverage", "No such app"),
        ("/apps/shop/nowhere", "No such page"),
        ("/nowhere", "No such page"),
    ],
)
def test_an_address_of_nothing_leads_back(looked_at: FlaskClient, url: str, heading: str) -> None:
    page = opened(looked_at, url)
    assert marked(page, "empty-title") == [heading]
    assert [part["props"]["href"] for part in walk(page) if part["props"].get("className") == "button"] == ["/"]


@pytest.mark.parametrize(
    "query", ["app=other", "path=/apps/other", "questions=1", "reader=1", "window=9y", "event=%00", "_=1"]
)
def test_no_query_of_an_address_breaks_its_page(looked_at: FlaskClient, query: str) -> None:
    assert "shop" in texts(opened(looked_at, f"/apps/shop?{query}"))
