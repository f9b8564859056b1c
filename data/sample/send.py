"""Sends the shop's events over HTTP, as any client would: `python -m data.sample.send http://127.0.0.1:8051`."""

import argparse
import http.client
import time
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import orjson

from data.sample.traffic import traffic

SAMPLE: Final = Path(__file__).with_name("events.ndjson")
PATH: Final = "/c/shop/v1/events"
EVENTS_PER_SECOND: Final = 20.0
BATCH: Final = 5
LONGEST_WAIT_SECONDS: Final = 5.0


def post(host: str, body: bytes) -> None:
    """One request; raises OSError or HTTPException when it was not accepted with 202."""
    connection = http.client.HTTPConnection(host, timeout=5)
    try:
        connection.request("POST", PATH, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 202:
            raise OSError(f"answered {answer.status}")
    finally:
        connection.close()


def deliver(host: str, body: bytes) -> None:
    """Post until it is accepted, less and less often; meanwhile nothing new is made, so nothing piles up."""
    wait = 0.25
    while True:
        try:
            return post(host, body)
        except (OSError, http.client.HTTPException):
            time.sleep(wait)
            wait = min(LONGEST_WAIT_SECONDS, wait * 2)


def send(host: str, rate: float, seed: int) -> None:
    """Live traffic for ever, `rate` events a second in small batches."""
    events = traffic(seed, lambda: datetime.now(UTC))
    due = time.monotonic()
    while True:
        deliver(host, orjson.dumps(list(islice(events, BATCH))))
        due = max(due + BATCH / rate, time.monotonic() - 1)
        time.sleep(max(0.0, due - time.monotonic()))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m data.sample.send", description=__doc__)
    parser.add_argument("address", help="Where the intake listens, such as http://127.0.0.1:8051.")
    parser.add_argument("--rate", type=float, default=EVENTS_PER_SECOND, help="Events a second (20).")
    parser.add_argument("--sample", action="store_true", help="Send the events of events.ndjson first, all at once.")
    asked = parser.parse_args()
    host = urlsplit(asked.address).netloc
    if asked.sample:
        deliver(host, SAMPLE.read_bytes())
    send(host, asked.rate, seed=time.time_ns())


if __name__ == "__main__":
    main()
