import os
from pathlib import Path

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from data.hidden import Hidden
from data.layout import Store
from data.parts import list_all, list_live
from data.processes import status
from data.schema import BLOCK, EVENTS
from ingest.check import check
from ingest.merge import Merger
from ingest.merging.slices import Slices
from ingest.metrics import status_lines
from ingest.rewrite import Rewriter
from ingest.segments import sealed
from ingest.tiers import FAN, Limits
from tests.storing import START_US, delete, merge_all, put, seal, spooled, visible, writing

EVENT = st.tuples(st.sampled_from(["shop", "web"]), st.sampled_from(["a", "b"]), st.integers(0, 8), st.integers(0, 2))
A_ROW = st.tuples(st.sampled_from("abcdef"), st.integers(0, 3_000))
"""The app of a row and how long its payload is."""


def test_a_merge_shows_the_same_events(store: Store) -> None:
    for key in range(5):
        put(store, spooled(event_id=str(key), event_name="a", payload={"n": key}, context={"c": [key]}))
    before = visible(store)
    merge_all(store)
    assert_frame_equal(visible(store), before)
    assert len(list_live(store)) == 1
    assert len(list_all(store)) == 6
    assert check(store).problems == ()


def test_a_merged_file_has_the_columns_of_the_contract(store: Store) -> None:
    put(store, spooled())
    put(store, spooled(event_name="other"))
    merge_all(store)
    assert pl.read_parquet(list_live(store)[0].file("events")).schema == EVENTS


def test_hidden_rows_are_gone_after_a_merge_and_nothing_hides_them_any_more(store: Store) -> None:
    put(store, spooled(event_id="1"))
    put(store, spooled(event_id="1"))
    merge_all(store)
    (part,) = list_live(store)
    assert pl.read_parquet(part.file("events"))["seq"].to_list() == [2]
    assert not part.file("hides").exists()


def test_a_part_still_hides_rows_of_parts_it_was_not_merged_with(store: Store) -> None:
    put(store, spooled(event_id="1"))
    put(store, spooled(event_id="1"))
    put(store, spooled(event_id="2"))
    first, *others = list_live(store)
    Rewriter(store, memory_mb=512).rewrite(others, [first, *others])
    assert visible(store)["seq"].to_list() == [2, 3]
    assert check(store).problems == ()


def test_rows_hidden_by_a_part_outside_the_merge_are_dropped_too(store: Store) -> None:
    put(store, spooled(event_id="1"))
    put(store, spooled(event_id="2"))
    put(store, spooled(event_id="1"))
    first, second, third = list_live(store)
    merged = Rewriter(store, memory_mb=512).rewrite([first, second], [first, second, third])
    assert pl.read_parquet(merged.file("events"))["seq"].to_list() == [2]
    assert check(store).problems == ()


def test_no_first_or_latest_seq_speaks_of_a_dropped_row(store: Store) -> None:
    put(store, spooled(event_id="1", event_name="a"), spooled(event_id="2", event_name="a"))
    put(store, spooled(event_id="2", event_name="b"))
    merge_all(store)
    (part,) = list_live(store)
    shown = set(visible(store)["seq"])
    for relation in ("by_minute", "by_block", "violations"):
        table = pl.read_parquet(part.file(relation))
        told = [
            seq for name in ("first_seq", "latest_seq") if name in table.columns for seq in table[name].drop_nulls()
        ]
        assert set(told) <= shown


def test_segments_still_in_the_spool_keep_being_named(store: Store) -> None:
    batch = seal(store, [spooled(event_id="1")])
    content = batch.segments[0].read_bytes()
    with writing(store) as writer:
        writer.store_batch(batch)
    batch.segments[0].write_bytes(content)
    parts = list_live(store)
    Rewriter(store, memory_mb=512).rewrite(parts, parts)
    with writing(store):
        assert sealed(store.spool) == []
    assert visible(store)["copies"].to_list() == [1]


def test_a_large_merge_orders_rows_by_app_then_seq(store: Store) -> None:
    for part in range(2):
        put(store, *(spooled(app="ab"[n % 2], event_id=f"{part}-{n}") for n in range(BLOCK * 3 // 4)))
    merge_all(store)
    rows = pl.read_parquet(list_live(store)[0].file("events"), columns=["app", "seq"])
    assert_frame_equal(rows, rows.sort("app", "seq"))
    assert check(store).problems == ()


def test_replaced_parts_stay_for_the_grace_and_then_go(store: Store) -> None:
    for key in range(FAN):
        put(store, spooled(event_id=str(key)))
    rewriter = Rewriter(store, memory_mb=512)
    patient = Merger(store, Limits(), rewriter, grace_seconds=3_600.0)
    while patient.step():
        pass
    assert len(list_all(store)) == FAN + 1
    hasty = Merger(store, Limits(), rewriter, grace_seconds=0.0)
    hasty.step()
    assert len(list_all(store)) == 1
    assert list(store.parts.glob("*.tmp")) == []
    assert visible(store).height == FAN


@settings(max_examples=25)
@given(st.lists(st.tuples(st.lists(EVENT, min_size=1, max_size=6), st.booleans()), min_size=1, max_size=6))
def test_counts_equal_a_recount_whatever_is_repeated_and_merged(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[list[tuple[str, str, int, int]], bool]]
) -> None:
    store = Store(tmp_path_factory.mktemp("store")).create()
    accepted = set()
    for minute, (batch, then_merge) in enumerate(steps):
        events = [spooled(app=app, event_name=name, event_id=str(key), payload={"n": n}) for app, name, key, n in batch]
        put(store, *events, received_at_us=START_US + minute * 40_000_000)
        accepted |= {(app, str(key)) for app, _, key, _ in batch}
        if then_merge:
            merge_all(store)
        assert check(store).problems == ()
    shown = visible(store)
    assert set(shown.select("app", "event_id").iter_rows()) == accepted
    assert shown["copies"].sum() == sum(len(batch) for batch, _ in steps)


def test_a_part_with_many_hidden_rows_is_written_anew_without_them(store: Store) -> None:
    put(store, *(spooled(event_id=str(key)) for key in range(200)))
    put(store, *(spooled(event_id=str(key)) for key in range(3)))
    before = visible(store)
    settled(store)
    first, second = list_live(store)
    assert (first.generation, second.generation) == (1, 0)
    assert pl.read_parquet(first.file("events")).height == 197
    assert_frame_equal(visible(store), before)
    assert check(store).problems == ()


def test_a_deleted_log_goes_from_the_files_however_little_it_is(store: Store) -> None:
    put(store, *(spooled(event_id=str(key)) for key in range(500)), spooled(app="web", event_id="1"))
    settled(store)
    delete(store, "web")
    settled(store)
    events = pl.concat([pl.read_parquet(part.file("events")) for part in list_live(store)])
    assert events["app"].unique().to_list() == ["shop"]
    assert check(store).problems == ()


def test_hides_go_once_no_live_part_holds_the_row_they_hide(store: Store) -> None:
    put(store, *(spooled(event_id=str(key)) for key in range(200)))
    put(store, *(spooled(event_id=str(key)) for key in range(3)), *(spooled(event_id=f"{n}.") for n in range(BLOCK)))
    rewriter = Rewriter(store)
    old, new = list_live(store)
    kept = rewriter.rewrite([new], [old, new])
    assert pl.read_parquet(kept.file("hides"))["seq"].to_list() == [1, 2, 3]
    emptied = rewriter.rewrite([old], [old, kept])
    still_seen = rewriter.rewrite([kept], [emptied, kept])
    assert still_seen.file("hides").exists(), "a reader may have listed the older part a moment ago"
    long_ago = emptied.folder.stat().st_mtime - 60
    os.utime(emptied.folder, (long_ago, long_ago))
    assert not rewriter.rewrite([still_seen], [emptied, still_seen]).file("hides").exists()
    assert check(store).problems == ()


def test_a_part_stops_hiding_many_rows_that_are_gone(store: Store) -> None:
    put(store, *(spooled(event_id=str(key)) for key in range(3_000)))
    put(store, *(spooled(event_id=str(key)) for key in range(1_200)))
    before = visible(store)
    settled(store)
    emptied, hiding = list_live(store)
    assert (emptied.generation, hiding.generation) == (1, 0)
    long_ago = emptied.folder.stat().st_mtime - 60
    os.utime(emptied.folder, (long_ago, long_ago))
    settled(store)
    _, hides_none = list_live(store)
    assert hides_none.generation == 1
    assert not hides_none.file("hides").exists()
    assert_frame_equal(visible(store), before)
    assert check(store).problems == ()


def test_one_app_of_many_has_row_groups_of_its_own(store: Store) -> None:
    for part in range(2):
        apps = ["big" if n % 10 else f"small{n % 90}" for n in range(BLOCK)]
        put(store, *(spooled(app=app, event_id=f"{part}-{n}") for n, app in enumerate(apps)))
    merge_all(store)
    told = pq.read_metadata(list_live(store)[0].file("events"))
    groups = [told.row_group(at) for at in range(told.num_row_groups)]
    apps_of = [(group.column(1).statistics.min, group.column(1).statistics.max) for group in groups]
    assert [group.num_rows for group in groups] == [BLOCK, 2 * BLOCK - BLOCK]
    assert apps_of == [("big", "big"), ("big", "small80")]


def test_bloom_filters_tell_which_row_groups_can_hold_an_id_a_session_or_a_user(store: Store) -> None:
    sent = [spooled(event_id=f"e{n}", session=f"s{n % 99}", user_id=f"u{n % 77}") for n in range(500)]
    put(store, *sent[:250])
    put(store, *sent[250:])
    merge_all(store)
    file = list_live(store)[0].file("events")
    for column, there in (("event_id", "e123"), ("session", "s12"), ("user_id", "u12")):
        assert reads_the_row_group(file, column, there)
        assert sum(reads_the_row_group(file, column, f"{there}?{n}") for n in range(20)) <= 4


def reads_the_row_group(file: Path, column: str, value: str) -> bool:
    """Whether DuckDB reads the only row group for that value, which lies between its least and largest."""
    told = duckdb.execute(f"explain analyze select seq from '{file}' where {column} = '{value}'").fetchall()
    return "Row Groups Scanned: 1 / 1" in told[0][1]


@settings(max_examples=30)
@given(
    st.lists(st.lists(A_ROW, max_size=40), min_size=1, max_size=4),
    st.integers(1, 60_000),
    st.integers(1, 5),
)
def test_slices_by_app_are_in_order_however_few_bytes_are_held(
    tmp_path_factory: pytest.TempPathFactory, parts: list[list[tuple[str, int]]], budget: int, every: int
) -> None:
    folder, files, seq = tmp_path_factory.mktemp("slices"), [], 0
    for number, rows in enumerate(parts):
        told = [{"seq": seq + at, "app": app, "payload": "x" * size} for at, (app, size) in enumerate(rows)]
        seq += len(told)
        files.append(folder / f"{number}.parquet")
        pl.DataFrame(told, schema=EVENTS).write_parquet(files[-1], row_group_size=7)
    hidden = Hidden(pl.Series("seq", list(range(0, seq, every)), pl.Int64), ())
    everything = pl.concat([pl.read_parquet(file) for file in files])
    with Slices(files, hidden) as events:
        found = [pl.DataFrame(pl.from_arrow(batch)) for batch in events.by_app(budget)]
    expected = everything.filter(pl.col("seq") % every != 0).sort("app", "seq")
    assert_frame_equal(pl.concat([expected.clear(), *found]), expected)


def test_row_groups_of_large_events_are_bounded_by_their_bytes(store: Store) -> None:
    for part in range(2):
        put(store, *(spooled(event_id=f"{part}-{n}", payload={"text": "x" * 50_000}) for n in range(40)))
    parts = list_live(store)
    merged = Rewriter(store, memory_mb=8).rewrite(parts, parts)
    told = pq.read_metadata(merged.file("events"))
    sizes = [told.row_group(at).total_byte_size for at in range(told.num_row_groups)]
    assert len(sizes) >= 4
    assert max(sizes) < 2_000_000
    assert check(store).problems == ()


def test_live_parts_and_write_amplification_are_among_the_metrics(store: Store) -> None:
    for key in range(FAN):
        put(store, spooled(event_id=str(key)))
    for _ in range(2):  # a merger that starts goes on from what the last one said
        settled(store)
    lines = list(status_lines(status.heard(store)))
    assert "lvd_merge_live_parts 1" in lines
    assert "lvd_merge_rows_written 8" in lines
    assert "lvd_merge_write_amplification 1.000000" in lines


def settled(store: Store) -> Merger:
    """A merger that has just done all it thinks worthwhile in a store where nothing more comes."""
    merger = Merger(store, Limits(settle_seconds=0.0), Rewriter(store), grace_seconds=3_600.0)
    while merger.step():
        pass
    return merger
