"""The real intake over real HTTP: what only a server with sockets and processes of its own can show."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import requests

from tests.live import Live, eventually

GOOD = b'{"event_name":"a","payload":{"n":%d}}\n'


def megabytes(count: int) -> Iterator[bytes]:
    for _ in range(count):
        yield bytes(1_000_000)


def most_memory(live: Live) -> int:
    """The most any worker of the intake has held, in bytes."""
    pid = live.pid("ingest")
    workers = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    lines = [line for worker in workers for line in Path(f"/proc/{worker}/status").read_text().splitlines()]
    return max(int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM"))


def test_a_body_of_100_megabytes_is_refused_without_being_held(running: Live) -> None:
    address = f"{running.ingest}/c/shop/v1/events"
    before = most_memory(running)
    for body in (bytes(100_000_000), megabytes(100)):
        refused = requests.post(address, data=body, timeout=60)
        assert refused.status_code == 413
        assert refused.json()["error"]["code"] == "too_large"
    assert most_memory(running) - before < 150_000_000
    assert requests.post(address, data=GOOD % 1, timeout=10).status_code == 202


def test_what_was_answered_is_counted_in_whichever_way_it_was_sent(running: Live) -> None:
    address = f"{running.ingest}/c/shop/v1/events"
    lines = [GOOD % n for n in range(4)]
    sent = [
        requests.post(address, data=lines[0], timeout=10),
        requests.post(address, data=iter(lines[1:3]), timeout=10),
        requests.post(f"{address}/", data=gzip.compress(lines[3]), headers={"Content-Encoding": "gzip"}, timeout=10),
    ]
    assert [answer.json()["accepted"] for answer in sent] == [1, 2, 1]
    eventually(lambda: running.get("/api/apps/shop/stats", hours=24)["events"]["total"] == 4)
    metrics = requests.get(f"{running.ingest}/metrics", timeout=10).text.splitlines()
    assert 'lvd_events_total{result="accepted"} 4' in metrics
    assert "lvd_write_last_seq 4" in metrics
