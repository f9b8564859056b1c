"""What is asked of a store of a hundred million events, or as many as wanted, beside what else could be asked."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.asked import Dashboard, dashboard
from bench.big_events import BIG_APP, Stream, sent
from bench.big_store import big_store
from bench.merging import merging
from bench.store_apps import apps
from bench.store_counts import DAY, END, counts
from bench.store_log import ids, pages
from bench.store_sqlite import beside_sqlite
from bench.store_writer import writer
from bench.table import Figure, memory
from bench.traffic import ARTEFACTS
from data.layout import Store
from data.parts import list_live

ROWS: Final = 100_000_000
TIMES: Final = 60
SMALL: Final = 1_000_000
PEER_ROWS: Final = 10_000_000
STARTED_SECONDS: Final = 3.0
DASHBOARD_MB: Final = 700
SMALLER: Final = 6
SAMPLE: Final = 100_000


def store(rows: int = ROWS, times: int = TIMES, folder: Path = ARTEFACTS) -> Iterator[Figure]:
    """Figures of a store of `rows` events over 30 days; each thing is asked for `times` times.

    Stops when two sides give different answers.
    """
    stream, small = Stream(rows), Stream(min(rows, SMALL))
    big, little = big_store(stream, folder), big_store(small, folder)
    yield _size(big, stream)
    with dashboard(big) as asked:
        yield _first_answer(asked)
        with dashboard(little) as beside:
            beside.first_answer(BIG_APP, "stats", hours=1)
            yield from counts(asked, beside, big, times)
        yield from pages(asked, big, times)
        yield from ids(asked, big, times)
        yield memory("a dashboard process", asked.most_mb(), DASHBOARD_MB)
    yield from beside_sqlite(Stream(min(rows, PEER_ROWS)), folder, times)
    yield from apps(Stream(min(rows, PEER_ROWS), apps=300), folder, times)
    yield from writer()
    yield from merging()


def _size(big: Store, stream: Stream) -> Figure:
    parts = list_live(big)
    stored = sum(file.stat().st_size for part in parts for file in part.folder.iterdir())
    each = sent(stream, SAMPLE) / min(SAMPLE, stream.rows)
    told = f"{len(parts)} parts, {stored / 1e9:.2f} GB, 1/{each * stream.rows / stored:.1f} of the NDJSON"
    return Figure(f"{stream.rows:,} events stored", told, f"≤ 1/{SMALLER}", stored * SMALLER <= each * stream.rows)


def _first_answer(asked: Dashboard) -> Figure:
    asked.first_answer(BIG_APP, "stats", since=f"{END - DAY:%Y-%m-%dT%H:%M:%SZ}", until=f"{END:%Y-%m-%dT%H:%M:%SZ}")
    seconds = time.monotonic() - asked.began
    what = "from a dashboard's start to its first answer"
    return Figure(what, f"{seconds:.2f} s", f"≤ {STARTED_SECONDS:.0f} s", seconds <= STARTED_SECONDS)
