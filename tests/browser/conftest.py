"""A running product the browser tests share, each with an app of its own, and a page that is watched."""

import json
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import ConsoleMessage, Page, Request, expect

from tests.live import Live, eventually, start

PLAN = b"eventName,eventPayload,dataType\nbought,price,float\n,items[].sku,text\nleft,why,text\nseen,n,integer\n"
BATCH = 500

expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The real four processes; tests keep apart by the app they send to."""
    running = start(tmp_path_factory.mktemp("live"))
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.stop()


@pytest.fixture(autouse=True)
def _watched(page: Page) -> Iterator[None]:
    """Nothing on the console, no error on the page, and no request to any other host, whatever a test does."""
    said: list[str] = []
    foreign: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        # What Chromium itself says of a server that is gone; the page has its own words for it.
        if message.type in ("error", "warning") and "net::ERR_CONNECTION_REFUSED" not in message.text:
            said.append(message.text)

    def look(asked: Request) -> None:
        if urlsplit(asked.url).hostname not in ("127.0.0.1", None):
            foreign.append(asked.url)

    page.on("console", listen)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", look)
    yield
    assert foreign == []
    assert said == []


def send(live: Live, app: str, events: Sequence[dict[str, Any]]) -> None:
    """Send the events and wait until they can be asked for."""
    before = _stored(live, app)
    for at in range(0, len(events), BATCH):
        body = b"\n".join(json.dumps(event).encode() for event in events[at : at + BATCH])
        answer = live.post(f"/c/{app}/v1/events", body, headers={"Content-Type": "application/x-ndjson"})
        assert answer.status_code == 202, answer.text
    eventually(lambda: _stored(live, app) == before + len(events), 60)


def _stored(live: Live, app: str) -> int:
    return next((int(row["events"]) for row in live.get("/api/apps") if row["app"] == app), 0)
