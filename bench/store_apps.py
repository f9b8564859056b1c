"""Three hundred apps in one store, one of them with nine events of ten: what a small one's pages cost, and alone."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

import polars as pl
from tqdm import tqdm

from bench.asked import Api, dashboard
from bench.big_events import Stream
from bench.big_store import batches, big_store, store_of
from bench.store_log import PAGE
from bench.table import Figure, paired, share
from data.layout import Store

LONGER: Final = 2


def apps(stream: Stream, folder: Path, times: int) -> Iterator[Figure]:
    """A small app's pages and stats in the store of all apps, beside a store of its own with the same events."""
    small = stream.app(stream.apps // 2)
    together, alone = big_store(stream, folder), _alone(stream, small, folder)
    with dashboard(together) as among, dashboard(alone) as own:
        for each in (among, own):
            each.first_answer(small, "stats", hours=1)
        yield from _beside(among.api(small), own.api(small), stream, times)


def _beside(among: Api, own: Api, stream: Stream, times: int) -> Iterator[Figure]:
    total = among.get("events", limit=1)["total"]
    assert total == own.get("events", limit=1)["total"], "the apps' totals differ"
    last = max(0, total - PAGE - times)
    for name, place in (("first", 0), *((("middle", last // 2), ("last", last)) if last else ())):
        offsets = [place + 1 + n for n in range(times + 1)]
        assert _ids(among, place) == _ids(own, place), "the apps' pages differ"
        mine, other = paired(partial(_page, among, iter(offsets)), partial(_page, own, iter(offsets)), times)
        ratio = share(mine, 0.5) / share(other, 0.5)
        what = f"{PAGE} rows of one app of {stream.apps}, {total:,} of {stream.rows:,} events: {name}"
        told = f"alone: {share(other, 0.5):.1f} ms; {ratio:.2f} times as long (at most: {LONGER})"
        yield Figure(what, f"{share(mine, 0.5):.1f} ms", told, ratio <= LONGER)


def _page(api: Api, offsets: Iterator[int]) -> None:
    api.get("events", limit=PAGE, offset=next(offsets))


def _ids(api: Api, offset: int) -> list[str]:
    return [row["event_id"] for row in api.get("events", limit=PAGE, offset=offset)["rows"]]


def _alone(stream: Stream, app: str, folder: Path) -> Store:
    """A store of the events of that app alone; made anew each time, since it is small."""
    store = Store(folder / f"alone-{stream.rows}-{stream.apps}-{stream.seed}")
    with tqdm(total=stream.rows, unit=" events", unit_scale=True, desc="picking one app's", disable=None) as bar:
        some = []
        for each in batches(stream):
            some.append(each.filter(pl.col("app") == app))
            bar.update(each.height)
    return store_of(pl.concat(some), app, store)
