"""Stores of a million to a hundred million events, made with the product's own part-writing code and kept.

`python -m bench.big_store 5000000` prints the folder of such a store, made in `artefacts/bench` unless it is there.
"""

import argparse
import hashlib
import shutil
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import orjson
import polars as pl
from tqdm import tqdm

from bench import big_events
from bench.big_events import BIG_APP, NAMES, START, Stream, events
from bench.traffic import ARTEFACTS
from data import schema, views
from data.layout import Store
from data.parts import Part, list_live, part_at
from ingest import commit as committing
from ingest.commit import commit, publish, temporary, write_table
from ingest.count import count, rows
from ingest.dedup import Kept
from ingest.rewrite import Rewriter
from plans.read import read_plan
from plans.versions import put

PART: Final = 1_000_000
AT_ONCE: Final = 250_000
"""Events held in memory by one worker."""
FRESH: Final = (20_000, 20_000, 2_300, 2_300, 2_300)
"""The last events lie in parts as the writer leaves them."""
BYTES_PER_EVENT: Final = 120
"""What must be free on the disk: more than an event takes, since a part lies there twice while it is rewritten."""
WORKERS: Final = 2
RECIPE: Final = "recipe"


@dataclass(frozen=True)
class Stretch:
    """The seqs `first .. first + rows - 1`, one merged part of that day."""

    day: date
    first: int
    rows: int


class NoRoom(Exception):
    """The disk has too little room for the store that is asked for."""


def big_store(stream: Stream, folder: Path = ARTEFACTS, *, workers: int = WORKERS) -> Store:
    """A store of the stream's events: a new one, or the one made earlier by the same recipe.

    Merged parts of up to a million events, as the merger writes them, and a few fresh ones. Raises NoRoom.
    """
    store = Store(folder / f"big-{stream.rows}-{stream.apps}-{stream.days}-{stream.seed}")
    recipe = _recipe()
    made = store.root / RECIPE
    if not made.exists() or made.read_text() != recipe:
        shutil.rmtree(store.root, ignore_errors=True)
        _check_room(folder, stream.rows)
        _fill(store.create(), stream, workers)
        made.write_text(recipe)
    return store


def store_of(told: pl.DataFrame, app: str, store: Store) -> Store:
    """A new store of these events of one app (columns of `EVENTS`, at least one), renumbered, a merged part a day."""
    shutil.rmtree(store.root, ignore_errors=True)
    _put_plan(store.create(), app)
    rewriter, last = Rewriter(store, memory_mb=512), 0
    for (day,), some in told.sort("seq").group_by(pl.col("received_at").dt.date(), maintain_order=True):
        numbered = some.with_columns(seq=pl.int_range(last + 1, last + 1 + some.height, dtype=pl.Int64))
        last += some.height
        assert isinstance(day, date)
        _merge(store, rewriter, [_fresh(store, day, numbered)])
    return store


def stretches(stream: Stream) -> Iterator[Stretch]:
    """The merged parts; the last few events are left for fresh ones."""
    merged = stream.rows - sum(FRESH)
    for number in range(stream.days):
        first, end = stream.rows * number // stream.days + 1, min(stream.rows * (number + 1) // stream.days, merged) + 1
        for start in range(first, end, PART):
            yield Stretch(START.date() + timedelta(days=number), start, min(PART, end - start))


def batches(stream: Stream) -> Iterator[pl.DataFrame]:
    """All events of such a store in seq order, a part of them at once."""
    for stretch in stretches(stream):
        for first, many in _pieces(stretch):
            yield events(stream, first, many)
    for first, many in _fresh_pieces(stream):
        yield events(stream, first, many)


def _pieces(stretch: Stretch) -> Iterator[tuple[int, int]]:
    end = stretch.first + stretch.rows
    return ((first, min(AT_ONCE, end - first)) for first in range(stretch.first, end, AT_ONCE))


def _fresh_pieces(stream: Stream) -> Iterator[tuple[int, int]]:
    first = stream.rows - sum(FRESH) + 1
    for many in FRESH:
        yield first, many
        first += many


def _fill(store: Store, stream: Stream, workers: int) -> None:
    for number in range(stream.apps):
        _put_plan(store, stream.app(number))
    # A store has one merger: it is this process, and the workers are ahead of it by a few parts.
    rewriter, work = Rewriter(store, memory_mb=512), stretches(stream)
    with (
        ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool,
        tqdm(total=stream.rows, unit=" events", unit_scale=True, desc="making a big store", disable=None) as bar,
    ):
        ahead = deque(pool.submit(_make, store, stream, stretch) for stretch in islice(work, 2 * workers))
        while ahead:
            fresh = ahead.popleft().result()
            ahead.extend(pool.submit(_make, store, stream, stretch) for stretch in islice(work, 1))
            _merge(store, rewriter, fresh)
            bar.update(fresh[-1].last - fresh[0].first + 1)
    for first, many in _fresh_pieces(stream):
        some = events(stream, first, many)
        commit(store, Kept(some, rows(some), pl.DataFrame(), pl.DataFrame(schema=schema.HIDES)), [])
    views.write(store)


def _make(store: Store, stream: Stream, stretch: Stretch) -> list[Part]:
    """Fresh parts that will be one merged part, each small enough to be held in memory."""
    return [_fresh(store, stretch.day, events(stream, first, many)) for first, many in _pieces(stretch)]


def _fresh(store: Store, day: date, some: pl.DataFrame) -> Part:
    """A part as `commit` makes it, but of that day."""
    made = temporary(store, "write")
    for relation, table in {"events": some, **count(rows(some))}.items():
        write_table(table, made / f"{relation}.parquet", {})
    return publish(store, made, part_at(store, day, int(some["seq"][0]), int(some["seq"][-1])))


def _merge(store: Store, rewriter: Rewriter, fresh: list[Part]) -> None:
    rewriter.rewrite(fresh, fresh)
    for part in fresh:
        shutil.rmtree(part.folder)


def _put_plan(store: Store, app: str) -> None:
    field = {"type": "object", "properties": {"product_id": {"type": "string"}, "price": {"type": "number"}}}
    source = orjson.dumps({"events": [{"name": name, "schema": field} for name in (*NAMES, "never_sent")]})
    put(store.plans, read_plan(source, app=app, filename="plan.json")[0], source)


def _check_room(folder: Path, many: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    free, needed = shutil.disk_usage(folder).free, many * BYTES_PER_EVENT + (1 << 30)
    if free < needed:
        raise NoRoom(f"{folder} has {free >> 30} GB free; a store of {many:,} events needs {needed >> 30} GB")


def _recipe() -> str:
    """Names everything that decides what lies in the store."""
    ingest = Path(committing.__file__).parent
    sources = (Path(__file__), Path(big_events.__file__), Path(schema.__file__))
    written = sorted(path for kind in ("commit", "count", "rewrite", "merging/*") for path in ingest.glob(f"{kind}.py"))
    return hashlib.blake2b(b"".join(path.read_bytes() for path in (*sources, *written)), digest_size=12).hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.big_store", description=__doc__)
    parser.add_argument("rows", type=int, help="How many events.")
    parser.add_argument("--apps", type=int, default=1, help=f"How many apps; {BIG_APP} has nine of ten events (1).")
    parser.add_argument("--days", type=int, default=30, help="Over how many days they came (30).")
    parser.add_argument("--folder", type=Path, default=ARTEFACTS, help=f"Where it is kept ({ARTEFACTS}).")
    asked = parser.parse_args()
    store = big_store(Stream(asked.rows, asked.apps, asked.days), asked.folder)
    parts = list_live(store)
    print(f"{store.root}: {len(parts)} parts, {sum(part.last - part.first + 1 for part in parts):,} events")


if __name__ == "__main__":
    main()
