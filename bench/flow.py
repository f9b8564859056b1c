"""Events over HTTP until they can be asked for, through the real four processes and a real store."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any, Final

from bench.table import Figure, share
from bench.traffic import PER_REQUEST, bodies
from data.sample.faults import PLAN
from tests.live import Live, eventually, start

CLIENTS: Final = 2
AT_FULL_SPEED: Final = 600_000
PACED_EVENTS: Final = 400_000
PACED_RATE: Final = 20_000
PROBES: Final = 3
GOAL_RATE: Final = 20_000
GOAL_SECONDS: Final = 2.0
EVENTS_PATH: Final = "/c/shop/v1/events"


def flow() -> Iterator[Figure]:
    """Full speed first, then how late single events are while others come at a set rate."""
    fast, paced = bodies(1, AT_FULL_SPEED), bodies(2, PACED_EVENTS)
    with tempfile.TemporaryDirectory() as folder:
        live = start(Path(folder), settings={"LVD_LOG_LEVEL": "warning"})
        try:
            live.put_plan("shop", PLAN.read_bytes())
            yield full_speed(live, fast)
            yield from lateness(live, paced)
        finally:
            live.stop()


def full_speed(live: Live, file: Path) -> Figure:
    clients = [_client(live, file, number, 0) for number in range(CLIENTS)]
    receipts = [_receipt(client) for client in clients]
    sent = sum(receipt["accepted"] for receipt in receipts)
    eventually(lambda: _stored(live) == sent, 120)
    rate = sent / (time.monotonic() - min(receipt["began"] for receipt in receipts))
    answered = sent / (max(r["ended"] for r in receipts) - min(r["began"] for r in receipts))
    what = f"events/s from HTTP to queryable, {sent:,} in batches of {PER_REQUEST}"
    return Figure(what, f"{rate:,.0f}", f"≥ {GOAL_RATE:,} (202s: {answered:,.0f}/s)", rate >= GOAL_RATE)


def lateness(live: Live, file: Path) -> Iterator[Figure]:
    rate = PACED_RATE / PER_REQUEST / CLIENTS
    clients = [_client(live, file, number, rate) for number in range(CLIENTS)]
    numbers = count()
    with ThreadPoolExecutor(PROBES) as pool:
        probing = [pool.submit(_probe_beside, live, clients, numbers) for _ in range(PROBES)]
        late = [seconds for each in probing for seconds in each.result()]
    receipts = [_receipt(client) for client in clients]
    seconds = max(r["ended"] for r in receipts) - min(r["began"] for r in receipts)
    came = sum(receipt["accepted"] for receipt in receipts) / seconds
    for name, value in (("p50", share(late, 0.5)), ("p95", share(late, 0.95)), ("longest", max(late))):
        what = f"from an event's 202 to its row in the API, {came:,.0f} events/s beside it, {len(late)} events: {name}"
        yield Figure(what, f"{value:.2f} s", f"≤ {GOAL_SECONDS:.0f} s", value <= GOAL_SECONDS)


def _probe_beside(live: Live, clients: "list[subprocess.Popen[bytes]]", numbers: Iterator[int]) -> list[float]:
    late = []
    while any(client.poll() is None for client in clients):
        late.append(_probe(live, next(numbers)))
    return late


def _probe(live: Live, number: int) -> float:
    event = {"event_name": "probe", "event_id": f"probe-{number}", "payload": {"number": number}}
    assert live.post(EVENTS_PATH, event).status_code == 202
    answered = time.monotonic()

    def shown() -> bool:
        rows = live.get("/api/apps/shop/events", event="probe", limit=2 * PROBES)["rows"]
        return any(row["event_id"] == event["event_id"] for row in rows)

    eventually(shown, 60)
    return time.monotonic() - answered


def _client(live: Live, file: Path, number: int, rate: float) -> "subprocess.Popen[bytes]":
    host = live.ingest.removeprefix("http://")
    words = [host, EVENTS_PATH, str(file), str(number), str(CLIENTS), str(rate)]
    return subprocess.Popen([sys.executable, "-m", "bench.client", *words], stdout=subprocess.PIPE)


def _receipt(client: "subprocess.Popen[bytes]") -> dict[str, Any]:
    out, _ = client.communicate()
    assert client.returncode == 0
    receipt: dict[str, Any] = json.loads(out)
    return receipt


def _stored(live: Live) -> int:
    """Events that came and are stored, duplicates among them."""
    events = live.get("/api/apps/shop/stats")["events"]
    return int(events["total"] + events["replaced"])
