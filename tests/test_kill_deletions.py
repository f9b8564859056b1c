"""SIGKILL around deletions: what was accepted before one is gone for good, what was accepted after it is there once."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests

from data import live as visible
from ingest.check import check
from tests.live import Live, eventually, start

EVENTS = 40
ROUNDS = ("write", "ingest", "write")
DELETIONS = ("/v1/apps/shop/events", "/v1/apps/shop/events?user_id=ann", "/v1/apps/shop")


def send(running: Live, app: str, ids: list[str]) -> None:
    """Have the events accepted, each request again until it is, as SDKs do; one in two is ann's."""
    events: list[dict[str, Any]] = [
        {"event_name": "sold", "event_id": each, "payload": {}, "user_id": "ann" if n % 2 else "bob"}
        for n, each in enumerate(ids)
    ]
    eventually(partial(answered, lambda: running.post(f"/c/{app}/v1/events", events)), 30)


def answered(ask: Callable[[], requests.Response]) -> bool:
    try:
        return ask().status_code in (200, 202)
    except requests.RequestException:
        return False


@pytest.mark.parametrize("seed", [1, 2])
def test_killing_any_process_brings_nothing_deleted_back_and_deletes_nothing_sent_later(
    tmp_path: Path, seed: int
) -> None:
    moments = random.Random(seed)
    running = start(tmp_path)
    expected: dict[str, int] = {}
    pause = threading.Event()
    try:
        send(running, "web", [f"{n}" for n in range(EVENTS)])
        with ThreadPoolExecutor(1) as pool:
            for turn, process in enumerate(ROUNDS):
                path = moments.choice(DELETIONS)
                ids = [f"{turn % 2}-{n}" for n in range(EVENTS)]
                send(running, "shop", ids)
                expected |= {each: n % 2 for n, each in enumerate(ids)}
                deletion = pool.submit(delete, running, path)
                pause.wait(moments.uniform(0.0, 0.4))
                before = running.kill(process)
                deletion.result()
                gone = {each for each, is_ann in expected.items() if is_ann or "user_id" not in path}
                expected = {each: whose for each, whose in expected.items() if each not in gone}
                again = sorted(gone)[: EVENTS // 2]
                send(running, "shop", again)
                expected |= {each: n % 2 for n, each in enumerate(again)}
                eventually(lambda process=process, before=before: running.pid(process) != before, 30)  # type: ignore[misc]
        assert eventually(lambda: shown(running, "shop") == len(expected), 60)
        assert shown(running, "web") == EVENTS
    finally:
        running.stop()
    found: Any = visible(running.store).select("app", "event_id").collect()
    ids_left = found.filter(app="shop")["event_id"].to_list()
    assert sorted(ids_left) == sorted(expected)
    assert check(running.store).problems == ()


def delete(running: Live, path: str) -> None:
    eventually(partial(answered, lambda: requests.delete(running.ingest + path, timeout=30)), 60)


def shown(running: Live, app: str) -> int:
    total: int = running.get(f"/api/apps/{app}/stats")["events"]["total"]
    return total
