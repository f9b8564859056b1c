import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from data.layout import Store
from data.parts import list_all, list_live
from data.schema import BLOCK, EVENTS
from ingest.check import check
from ingest.merge import Merger
from ingest.rewrite import Rewriter
from ingest.segments import sealed
from ingest.tiers import FAN, Limits
from tests.storing import START_US, merge_all, put, seal, spooled, visible, writing

EVENT = st.tuples(st.sampled_from(["shop", "web"]), st.sampled_from(["a", "b"]), st.integers(0, 8), st.integers(0, 2))


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
