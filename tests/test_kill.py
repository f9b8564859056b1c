"""SIGKILL of each process at random moments under load: what was accepted is there once, afterwards and for good."""

import itertools
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
import requests

from data import live as visible
from ingest.check import check
from tests.live import Live, eventually, start

EVENTS_PER_REQUEST = 50
KILLS = ("ingest", "write", "merge", "dashboard", "write", "ingest", "write", "merge")


def send(running: Live, client: int, stop: threading.Event) -> int:
    """Post numbered events until `stop`, each request again until it is accepted, as SDKs do; how many there were."""
    sent = 0
    for number in itertools.count():
        if stop.is_set():
            return sent
        ids = range(number * EVENTS_PER_REQUEST, (number + 1) * EVENTS_PER_REQUEST)
        batch: list[dict[str, object]] = [
            {"event_name": "sold", "event_id": f"{client}-{n}", "payload": {"n": n}} for n in ids
        ]
        eventually(partial(accepted, running, batch), 30)
        sent += EVENTS_PER_REQUEST
    raise AssertionError("numbers do not end")


def accepted(running: Live, batch: list[dict[str, object]]) -> bool:
    try:
        return running.post("/c/shop/v1/events", batch).status_code == 202
    except requests.RequestException:
        return False


def restarted(running: Live, process: str, before: int) -> bool:
    return running.pid(process) != before


@pytest.mark.parametrize("seed", [1, 2])
def test_killing_any_process_loses_and_doubles_nothing_that_was_accepted(tmp_path: Path, seed: int) -> None:
    moments = random.Random(seed)
    running = start(tmp_path)
    stop = threading.Event()
    try:
        with ThreadPoolExecutor(3) as pool:
            clients = [pool.submit(send, running, client, stop) for client in range(3)]
            try:
                for process in KILLS:
                    stop.wait(moments.uniform(0.2, 1.5))
                    before = running.kill(process)
                    eventually(partial(restarted, running, process, before), 30)
            finally:
                stop.set()
            sent = [client.result() for client in clients]
        expected = {f"{client}-{n}" for client, count in enumerate(sent) for n in range(count)}
        assert eventually(lambda: shown(running) == len(expected), 60)
    finally:
        running.stop()
    ids = visible(running.store).select("event_id").collect()["event_id"].to_list()
    assert len(ids) == len(set(ids))
    assert set(ids) == expected
    assert check(running.store).problems == ()


def shown(running: Live) -> int:
    total: int = running.get("/api/apps/shop/stats")["events"]["total"]
    return total
