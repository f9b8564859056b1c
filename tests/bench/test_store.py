"""The benchmark of the large store at a million events: all sides give the same answers, and memory stays bounded."""

from pathlib import Path

import polars as pl

from bench.big_events import Stream, events
from bench.big_store import batches, big_store
from bench.store import store
from data import live
from data.schema import EVENTS
from ingest.check import check

ROWS = 1_000_000
TIMES = 5


def test_at_a_million_events_every_side_answers_the_same_in_bounded_memory(tmp_path: Path) -> None:
    figures = list(store(ROWS, TIMES, tmp_path))  # it stops where two sides differ
    bounded = {figure.what: figure.reached for figure in figures if figure.what.startswith("memory ")}
    assert len(bounded) >= 3
    assert all(bounded.values()), [figure for figure in figures if figure.what in bounded]


def test_a_big_store_is_a_real_one_and_made_once(tmp_path: Path) -> None:
    stream = Stream(60_000, apps=3, days=2)
    made = big_store(stream, tmp_path, workers=1)
    assert check(made).problems == ()
    expected = pl.concat(list(batches(stream)))
    assert live(made).sort("seq").collect().equals(expected)
    views = made.views.stat().st_mtime_ns
    assert big_store(stream, tmp_path, workers=1).views.stat().st_mtime_ns == views


def test_the_same_stretch_of_a_stream_is_the_same_events() -> None:
    stream = Stream(1_000_000, apps=300)
    some = events(stream, 500_001, 1_000)
    assert some.equals(events(stream, 500_001, 1_000))
    assert dict(some.schema) == dict(EVENTS)
    assert some["seq"].to_list() == list(range(500_001, 501_001))
    assert some["app"].n_unique() > 50
