"""Beyond so many values of a dimension per app and day the counts fold them; events keep theirs, and answers hold."""

from collections.abc import Iterator
from datetime import date

import polars as pl
import pytest

from data.layout import Store
from data.parts import list_live
from data.schema import EVENTS, OTHER
from ingest.apart import Apart, as_counted
from ingest.check import check
from ingest.index import DuplicateIndex
from ingest.writer import Writer
from queries.coverage import coverage
from queries.events import events
from queries.filter import Filter
from queries.page import Page
from queries.reader import Reader
from queries.stats import stats
from queries.trend import trend
from queries.violations import violations
from tests.storing import merge_all, seal, spooled, visible

DAY = date(2026, 11, 23)
WINDOW = {"since": ["2000-01-01"], "until": ["2100-01-01"]}


def told(values: list[str | None], app: str = "shop", status: str = "unplanned") -> pl.DataFrame:
    rows = [{"seq": n, "app": app, "event_name": value, "status": status} for n, value in enumerate(values)]
    return pl.DataFrame(rows, schema=EVENTS)


def names(apart: Apart, values: list[str | None], day: date = DAY, **fields: str) -> list[str | None]:
    return apart.counted(told(values, **fields), day)["event_name"].to_list()


def test_the_values_that_came_first_are_kept_apart_for_the_day() -> None:
    apart = Apart(most=2)
    assert names(apart, ["a", None, "b", "a"]) == ["a", None, "b", "a"]
    assert names(apart, ["c", "b", None, "d"]) == [OTHER, "b", None, OTHER]
    assert names(apart, ["c"], app="web") == ["c"]
    assert names(apart, ["d", "a", "e"], day=date(2026, 11, 24)) == ["d", "a", OTHER]


def test_planned_names_have_room_of_their_own() -> None:
    apart = Apart(most=2)
    assert names(apart, ["x", "y", "z"]) == ["x", "y", OTHER]
    assert names(apart, ["planned", "broken"], status="invalid") == ["planned", "broken"]
    assert names(apart, ["planned", "w"]) == ["planned", OTHER]


def test_all_apps_together_have_a_bound() -> None:
    apart = Apart(most=10, in_all=3)
    assert names(apart, ["a", "b"], app="one") == ["a", "b"]
    assert names(apart, ["a", "b"], app="two") == ["a", OTHER]
    assert names(apart, ["a"], app="three") == [OTHER]


def test_what_was_only_taken_back_does_not_tell_how_events_were_counted() -> None:
    counts = pl.DataFrame(
        {"app": "shop", "event_name": ["kept", "taken back", OTHER], "latest_seq": [1, None, 2]},
    ).with_columns(pl.lit(None, pl.String()).alias(name) for name in EVENTS if name not in ("app", "event_name", "seq"))
    assert as_counted(told(["kept", "taken back", "more"]), counts)["event_name"].to_list() == ["kept", OTHER, OTHER]


@pytest.fixture
def writer(store: Store) -> Iterator[Writer]:
    writer = Writer(store, DuplicateIndex(store.dedup), values_apart=3)
    yield writer
    writer.close()


@pytest.fixture
def folded(store: Store, writer: Writer) -> Store:
    """Two commits and a restart between a third, of names 0…9, four of them sent twice; and a merge of some."""
    for start in (0, 5):
        batch = [spooled(event_name=f"n{n}", event_id=str(n)) for n in range(start, start + 5)]
        writer.store_batch(seal(store, batch))
    merge_all(store)
    writer.close()
    again = Writer(store, DuplicateIndex(store.dedup), values_apart=3)
    again.store_batch(seal(store, [spooled(event_name=f"n{n}", event_id=str(n)) for n in (1, 4, 8, 9, 11)]))
    again.close()
    return store


def test_events_keep_their_values_and_every_sum_stays_true(folded: Store) -> None:
    assert sorted(visible(folded)["event_name"]) == sorted(f"n{n}" for n in (*range(10), 11))
    counted = pl.read_parquet([part.file("by_hour") for part in list_live(folded)])
    sums = dict(counted.group_by("event_name").agg(pl.col("events").sum()).iter_rows())
    assert sums == {"n0": 1, "n1": 1, "n2": 1, OTHER: 8}
    assert check(folded).problems == ()
    merge_all(folded)
    assert check(folded).problems == ()


@pytest.mark.parametrize(
    ("asked", "expected"),
    [(["n1"], 1), (["n9"], 1), (["n0", "n7"], 2), (["!n1"], 10), (["!n9", "!n0"], 9), (["absent"], 0), ([OTHER], 0)],
    ids=str,
)
def test_a_filter_by_a_folded_dimension_is_answered_from_the_events(
    folded: Store, asked: list[str], expected: int
) -> None:
    reader = Reader(folded)
    given = {**WINDOW, "event": asked}
    assert stats(reader, "shop", Filter.parse(given, "stats"))["events"]["total"] == expected
    hourly = {"since": ["2026-11-23"], "until": ["2026-11-25"], "event": asked}
    buckets = trend(reader, "shop", Filter.parse(hourly, "trend"), 3_600)["buckets"]
    assert sum(bucket["unplanned"] for bucket in buckets) == expected
    assert len(coverage(reader, "shop", Filter.parse(given, "coverage"))["unplanned_events"]) == expected
    assert sum(row["count"] for row in violations(reader, "shop", Filter.parse(given, "violations"))) == expected
    page = events(reader, "shop", Filter.parse(given, "events"), Page())
    assert (len(page["rows"]), page["complete"]) == (expected, True)
    assert page["total"] in (expected, None)
    reader.close()
