"""What merging costs a core and what its files are like: their size, a page and an id in them, beside other writers."""

import multiprocessing
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, Final

import duckdb
import polars as pl

from bench.asked import most_mb
from bench.stored import SENT, unmerged
from bench.table import Figure, beside, paired
from data import views
from data.layout import Store
from data.parts import Part, list_live
from data.schema import BLOCK, EVENTS, HIDES
from ingest.commit import commit
from ingest.count import rows
from ingest.dedup import Kept
from ingest.rewrite import Rewriter
from ingest.tiers import Limits, Sized, choose

STORED: Final = 300_000
INTAKE: Final = 30_000
CORES: Final = 0.5
SMALLER: Final = 6
MEMORY_MB: Final = 1_024
TIMES: Final = 15
PAGE: Final = 100
LARGE_PARTS: Final = 4
LARGE_EVENTS: Final = 50
LARGE_BYTES: Final = 1_000_000


def merging() -> Iterator[Figure]:
    source = unmerged(STORED)
    with TemporaryDirectory(dir=source.root.parent) as folder:
        store = Store(Path(folder) / "store")
        shutil.copytree(source.root, store.root)
        parts = list_live(store)
        merged, cpu_seconds = _merged(store, parts)
        yield _pace(parts, cpu_seconds)
        yield from _beside_others(parts, merged, Path(folder))
        yield _size(store, merged)
    yield _memory()


def _merged(store: Store, parts: Sequence[Part]) -> tuple[Part, float]:
    """The parts as one, and the processor seconds that took, in the second of two runs."""
    Rewriter(store).rewrite(parts[:1], parts)
    began = time.process_time()
    merged = Rewriter(store).rewrite(parts, parts)
    return merged, time.process_time() - began


def _pace(parts: Sequence[Part], cpu_seconds: float) -> Figure:
    a_second = parts[-1].last / cpu_seconds
    often = _rewritten()
    cores = INTAKE * often / a_second
    what = f"cores that merge {INTAKE:,} events a second, each rewritten {often:.1f} times"
    return Figure(what, f"{cores:.2f}; a core: {a_second:,.0f} rows/s", f"≤ {CORES}", cores <= CORES)


def _rewritten() -> float:
    """How often an event is rewritten in an hour of commits every second, by the policy."""
    parts: list[Sized] = []
    written, seconds, day = 0, 3_600, date(2026, 11, 23)
    for second in range(seconds):
        parts.append(Sized(day, INTAKE, INTAKE * 50, float(second)))
        while stretch := choose(parts, Limits(), float(second)):
            total = sum(part.rows for part in parts[stretch.start : stretch.stop])
            parts[stretch.start : stretch.stop] = [Sized(day, total, total * 50, float(second))]
            written += total
    return written / (seconds * INTAKE)


def _size(store: Store, merged: Part) -> Figure:
    stored = sum(file.stat().st_size for file in merged.folder.iterdir())
    sent = int((store.root / SENT).read_text())
    told = f"1/{sent / stored:.1f} of what was sent ({stored / STORED:.0f} of {sent / STORED:.0f} bytes an event)"
    return Figure("stored size", told, f"≤ 1/{SMALLER}", sent >= SMALLER * stored)


def _beside_others(parts: Sequence[Part], merged: Part, folder: Path) -> Iterator[Figure]:
    """The same events as DuckDB and polars write them unless told otherwise, but for the row groups."""
    source = views.source([part.file("events") for part in parts])
    by_duckdb, by_polars, ours = folder / "duckdb.parquet", folder / "polars.parquet", merged.file("events")
    engine = duckdb.connect(config={"threads": 1})
    copy = f"copy (from {source}) to '{by_duckdb}' (format parquet, compression zstd, row_group_size {BLOCK})"
    files = [part.file("events") for part in parts]
    their_seconds = [
        _cpu(lambda: engine.execute(copy)),
        _cpu(lambda: pl.scan_parquet(files).sink_parquet(by_polars, row_group_size=BLOCK)),
    ]
    for name, path, seconds in zip(("DuckDB", "polars"), (by_duckdb, by_polars), their_seconds, strict=True):
        size, mine = path.stat().st_size / STORED, ours.stat().st_size / STORED
        told = f"{name}: {STORED / seconds:,.0f} rows/s a core, {size:.0f} bytes an event"
        yield Figure("a file of events", f"{mine:.0f} bytes an event", told)
        for what, question in _questions(merged):
            yield beside(what, *_asked(engine, question, ours, f"{name}'s file", path))


def _questions(merged: Part) -> Iterator[tuple[str, Callable[[Random], str]]]:
    def page(random: Random) -> str:
        low = random.randrange(merged.first, merged.last - PAGE)
        return f"seq >= {low} and seq < {low + PAGE}"

    yield f"{PAGE} rows by seq", page
    yield "an id that is not there", lambda random: f"event_id = '{random.randbytes(16).hex()}'"


def _asked(
    engine: duckdb.DuckDBPyConnection, question: Callable[[Random], str], ours: Path, peer: str, theirs: Path
) -> tuple[list[float], str, list[float]]:
    random = Random(1)

    def ask(path: Path, some: Random = random) -> Callable[[], Any]:
        return lambda: engine.sql(f"from {views.source([path])} where {question(some)}").fetchall()

    assert sorted(ask(ours, Random(0))()) == sorted(ask(theirs, Random(0))())
    mine, other = paired(ask(ours), ask(theirs), TIMES)
    return mine, peer, other


def _cpu(work: Callable[[], object]) -> float:
    """Processor seconds of the second of two runs."""
    work()
    began = time.process_time()
    work()
    return time.process_time() - began


def _memory() -> Figure:
    """What a process needs that merges parts of events as large as these may be."""
    random, ends = Random(2), range(LARGE_EVENTS, LARGE_PARTS * LARGE_EVENTS + 1, LARGE_EVENTS)
    with TemporaryDirectory() as folder, multiprocessing.get_context("spawn").Pool(1) as pool:
        store = Store(Path(folder) / "store").create()
        for end in ends:
            events = _large(random, range(end - LARGE_EVENTS + 1, end + 1))
            commit(store, Kept(events, rows(events), pl.DataFrame(), HIDES.to_frame()), [])
        most = pool.apply(_merged_alone, (store.root,))
    what = f"memory to merge {ends[-1]} events of {LARGE_BYTES / 1e6:.0f} MB"
    return Figure(what, f"{most:,.0f} MB", f"≤ {MEMORY_MB} MB", most <= MEMORY_MB)


def _large(random: Random, seqs: range) -> pl.DataFrame:
    usual = {"event_name": "large", "event_type": "track", "status": "valid", "violations": [], "copies": 1}
    return pl.DataFrame(
        [
            {"seq": seq, "app": f"app{seq % 3}", "received_at": datetime(2026, 11, 23), "payload": text} | usual
            for seq in seqs
            for text in [f'{{"text":"{random.randbytes(LARGE_BYTES // 2).hex()}"}}']
        ],
        schema=EVENTS,
    )


def _merged_alone(root: Path) -> float:
    """The most megabytes this process has held after merging that store."""
    store = Store(root)
    parts = list_live(store)
    Rewriter(store).rewrite(parts, parts)
    return most_mb(os.getpid())
