"""Fixtures every test may ask for: an empty store, the running product, a real browser's page."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, Page, sync_playwright

from data.layout import Store
from tests.live import Live, start

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

settings.register_profile("shared-machine", deadline=None, print_blob=True)
settings.load_profile("shared-machine")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store with its folders."""
    return Store(tmp_path / "store").create()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Live]:
    """The real four processes on an empty store and free ports."""
    live = start(tmp_path)
    try:
        yield live
    finally:
        if live.process.poll() is None:
            live.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The Chromium of this machine ($CHROMIUM, else the first one on the path), without a window."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found:
        pytest.fail("no Chromium found: install one (Debian: apt-get install chromium) or name it in $CHROMIUM")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=list(QUIET))
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page in a browser profile of its own, 1440 by 900."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield context.new_page()
    context.close()
