"""Writes the shop's events to a file: `python -m data.sample.generate 1000000 > events.ndjson`."""

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import BinaryIO, Final

import orjson
from tqdm import tqdm

from data.sample.traffic import traffic

START: Final = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
APART: Final = timedelta(milliseconds=50)
LINES_AT_ONCE: Final = 10_000


def lines(seed: int = 1, start: datetime = START) -> Iterator[bytes]:
    """Endless NDJSON, an event every 50 ms from `start` on; the same `seed` gives the same bytes."""
    ticks = iter(range(sys.maxsize))
    for event in traffic(seed, lambda: start + APART * next(ticks)):
        yield orjson.dumps(event, option=orjson.OPT_APPEND_NEWLINE)


def write(out: BinaryIO, count: int, seed: int) -> None:
    """`count` events to `out`, with a progress bar on stderr when somebody watches."""
    source = lines(seed)
    with tqdm(total=count, unit=" events", unit_scale=True, disable=None) as bar:
        for written in range(0, count, LINES_AT_ONCE):
            chunk = list(islice(source, min(LINES_AT_ONCE, count - written)))
            out.write(b"".join(chunk))
            bar.update(len(chunk))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m data.sample.generate", description=__doc__)
    parser.add_argument("count", type=int, help="How many events.")
    parser.add_argument("--seed", type=int, default=1, help="The same seed gives the same events (1).")
    asked = parser.parse_args()
    write(sys.stdout.buffer, asked.count, asked.seed)


if __name__ == "__main__":
    main()
