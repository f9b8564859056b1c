"""Counts of what the intake has done, and everybody's figures as Prometheus reads them."""

import re
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from ingest.receipts import QUOTA, Batch
from ingest.segments import Held

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_NOT_IN_NAMES: Final = re.compile(r"[^a-z0-9_]")
_TOLD_BY_MERGER: Final = {
    "lvd_merge_live_parts": "Parts that count; every question reads its share of them.",
    "lvd_merge_write_amplification": "How often merges have written each stored event anew, on average.",
    "lvd_merge_unreadable_parts": "Live parts that cannot be read and are left as they are.",
    "lvd_merge_failures": "Merges that failed since the merger started, for want of room for example.",
}


class Counts:
    """What this process has done since it started; any thread counts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[int] = Counter()
        self._refused: Counter[str] = Counter()
        self._events: Counter[str] = Counter()
        self._over_quota = 0

    def request(self, status: int) -> None:
        with self._lock:
            self._requests[status] += 1

    def refusal(self, code: str) -> None:
        with self._lock:
            self._refused[code] += 1

    def events(self, batch: Batch) -> None:
        with self._lock:
            self._events["accepted"] += len(batch.events)
            self._events["error"] += len(batch.errors)
            self._events["rejected"] += len(batch.rejected)
            self._over_quota += sum(fault.code == QUOTA for fault in batch.rejected)

    def lines(self) -> Iterator[str]:
        with self._lock:
            requests, refused, events = self._requests.copy(), self._refused.copy(), self._events.copy()
        yield from _family("lvd_requests_total", "counter", "Requests answered.", "status", requests)
        yield from _family("lvd_refused_total", "counter", "Requests refused, by reason.", "code", refused)
        help_text = "Events accepted (those with an error among them), with an error, and rejected."
        yield from _family("lvd_events_total", "counter", help_text, "result", events)
        help_text = "Events rejected because their app had sent what it may on that day."
        yield from _family("lvd_over_quota_events_total", "counter", help_text, "", {"": self._over_quota})


def spool_lines(held: Held) -> Iterator[str]:
    """What waits for the writer."""
    age = 0.0 if held.oldest_at is None else max(0.0, time.time() - held.oldest_at)
    for name, help_text, value in (
        ("lvd_spool_bytes", "Bytes that wait in the spool.", held.bytes),
        ("lvd_spool_segments", "Segments that wait in the spool.", held.segments),
        ("lvd_spool_oldest_seconds", "Age of the oldest segment that waits.", age),
    ):
        yield from _family(name, "gauge", help_text, "", {"": value})


def status_lines(said: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    """Every figure of what each process last said of itself (`data.processes.status`)."""
    for process, facts in sorted(said.items()):
        for fact, value in facts.items():
            if isinstance(value, int | float):
                name = _NOT_IN_NAMES.sub("_", f"lvd_{process}_{fact}".lower())
                help_text = _TOLD_BY_MERGER.get(name, f"What the process `{process}` said of itself.")
                yield from _family(name, "gauge", help_text, "", {"": value})


def _family(
    name: str, kind: str, help_text: str, label: str, values: Mapping[str, float] | Mapping[int, float]
) -> Iterator[str]:
    yield f"# HELP {name} {help_text}"
    yield f"# TYPE {name} {kind}"
    for key, value in sorted(values.items()):
        labels = f'{{{label}="{key}"}}' if label else ""
        yield f"{name}{labels} {float(value):.6f}" if isinstance(value, float) else f"{name}{labels} {int(value)}"
