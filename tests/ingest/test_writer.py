import shutil
import threading
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from data.layout import Store
from data.parts import day_folder, list_live
from data.processes.lock import AlreadyRunning, only_one
from ingest import writer as writing_process
from ingest.check import check
from ingest.pace import Batch
from ingest.segments import Record, sealed, write_sealed
from plans.read import read_plan
from plans.versions import put as put_plan
from tests.live import eventually
from tests.storing import START_US, put, seal, spooled, visible, writing

MINUTE_US = 60_000_000
PLAN = b"eventName,eventPayload,dataType\nsold,price,float\n"


def counts(store: Store, relation: str = "by_minute") -> dict[tuple[object, ...], int]:
    """Events by (time, name, status), or violations by (time, name, path), summed over the live parts."""
    time, *by = {"by_minute": ["minute", "event_name", "status"], "violations": ["minute", "event_name", "path"]}[
        relation
    ]
    tables = pl.concat([pl.read_parquet(part.file(relation)) for part in list_live(store)])
    sums = tables.group_by(pl.col(time).to_physical() // MINUTE_US - START_US // MINUTE_US, *by).agg(pl.sum("events"))
    return {tuple(row[:-1]): row[-1] for row in sums.filter(pl.col("events") != 0).iter_rows()}


def test_a_batch_of_segments_becomes_one_part_and_the_segments_go(store: Store) -> None:
    seal(store, [spooled(event_name="a"), spooled(event_name="b", event_id="1")])
    seal(store, [spooled(event_name="c")])
    with writing(store) as writer:
        writer.store_batch(Batch.of(*sealed(store.spool)))
    assert [(part.first, part.last) for part in list_live(store)] == [(1, 3)]
    assert visible(store)["event_name"].to_list() == ["a", "b", "c"]
    assert sealed(store.spool) == []


def test_a_retry_replaces_the_older_copy(store: Store) -> None:
    put(store, spooled(event_id="1", event_name="sold", payload={"try": 1}))
    put(store, spooled(event_id="1", event_name="sold", payload={"try": 2}), received_at_us=START_US + MINUTE_US)
    shown = visible(store)
    assert shown.select("seq", "payload", "copies", "supersedes").rows() == [(2, '{"try": 2}', 2, 1)]
    assert counts(store) == {(1, "sold", "unplanned"): 1}


def test_copies_within_a_batch_are_one_event(store: Store) -> None:
    put(store, *(spooled(event_id="1", payload={"try": n}) for n in range(3)), spooled(event_id="2"))
    assert visible(store).select("seq", "copies", "supersedes").rows() == [(1, 3, None), (2, 1, None)]


@pytest.mark.parametrize("differing", ["user_id", "session", "event_name", "app"])
def test_equal_payloads_of_two_people_are_two_events(store: Store, differing: str) -> None:
    same = {"app": "shop", "event_name": "seen", "user_id": "u", "session": "s"}
    put(store, spooled(**same, payload={"page": 1}), spooled(**(same | {differing: "other"}), payload={"page": 1}))
    assert visible(store).height == 2


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (b'{"a":1,"b":2}', b'{ "b": 2, "a": 1 }', True),
        (b'{"a":1}', b'{"a":1.0}', False),
        (b'{"a":18446744073709551617}', b'{"a":18446744073709551618}', False),
        (b'{"a":"1"}', b'{"a":1}', False),
    ],
)
def test_without_an_id_equal_content_is_one_event(store: Store, one: bytes, other: bytes, same: bool) -> None:
    put(store, spooled(event_name="seen", payload=one))
    put(store, spooled(event_name="seen", payload=other))
    assert visible(store).height == (1 if same else 2)


def test_parts_of_an_identity_cannot_be_shifted_into_each_other(store: Store) -> None:
    put(store, spooled(event_name="ab", user_id="c"), spooled(event_name="a", user_id="bc"))
    assert visible(store).height == 2


def test_what_a_replaced_event_counted_is_taken_back_where_it_was_counted(store: Store) -> None:
    put_plan(store.plans, read_plan(PLAN, app="shop", content_type="text/csv")[0], PLAN)
    put(store, spooled(event_id="1", event_name="sold", payload={"price": "x"}))
    assert counts(store, "violations") == {(0, "sold", "price"): 1}
    put(store, spooled(event_id="1", event_name="sold", payload={"price": 1.5}), received_at_us=START_US + MINUTE_US)
    assert counts(store) == {(1, "sold", "valid"): 1}
    assert counts(store, "violations") == {}
    assert check(store).problems == ()


def test_seqs_go_on_where_the_last_writer_stopped(store: Store) -> None:
    put(store, spooled(event_id="1"))
    put(store, spooled(event_id="2"), spooled(event_id="3"))
    assert visible(store)["seq"].to_list() == [1, 2, 3]


def test_a_segment_that_is_in_a_part_is_not_stored_again(store: Store) -> None:
    batch = seal(store, [spooled(event_id="1")])
    content = batch.segments[0].read_bytes()
    with writing(store) as writer:
        writer.store_batch(batch)
    batch.segments[0].write_bytes(content)
    with writing(store):
        assert sealed(store.spool) == []
    assert visible(store)["copies"].to_list() == [1]


def test_an_index_that_missed_a_commit_catches_up(store: Store, tmp_path: Path) -> None:
    put(store, spooled(event_id="0"))
    shutil.copytree(store.dedup, tmp_path / "behind")
    put(store, spooled(event_id="1"))
    shutil.rmtree(store.dedup)
    shutil.copytree(tmp_path / "behind", store.dedup)
    put(store, spooled(event_id="1"))
    assert visible(store).select("event_id", "copies", "supersedes").rows() == [("0", 1, None), ("1", 2, 2)]
    assert check(store).problems == ()


def test_an_index_that_is_ahead_of_the_parts_is_made_anew(store: Store) -> None:
    put(store, spooled(event_id="1"))
    put(store, spooled(event_id="2"))
    shutil.rmtree(list_live(store)[-1].folder)
    put(store, spooled(event_id="1"), spooled(event_id="2"))
    assert visible(store).select("event_id", "copies", "supersedes").rows() == [("1", 2, 1), ("2", 1, None)]


def test_a_lost_index_is_made_anew_from_the_parts(store: Store) -> None:
    put(store, spooled(event_id="1"), spooled(event_name="seen", payload={"page": 1}, occurred_at=START_US))
    shutil.rmtree(store.dedup)
    put(store, spooled(event_id="1"), spooled(event_name="seen", payload={"page": 1}, occurred_at=START_US))
    assert visible(store)["copies"].to_list() == [2, 2]


def test_a_commit_that_fails_leaves_no_trace_and_can_be_repeated(store: Store) -> None:
    batch = seal(store, [spooled(event_id="1")])
    in_the_way = day_folder(store, datetime.now(UTC).date())
    in_the_way.write_text("a file where a folder should be")
    with writing(store) as writer, pytest.raises(OSError, match="day="):
        writer.store_batch(batch)
    in_the_way.unlink()
    assert list_live(store) == ()
    with writing(store) as writer:
        writer.store_batch(batch)
    assert visible(store)["copies"].to_list() == [1]
    assert list(store.parts.glob("*.tmp")) == []


def test_a_segment_that_cannot_be_judged_is_set_aside_and_its_neighbour_is_stored(store: Store) -> None:
    write_sealed(store.spool, [Record(START_US, 1, b"no line of an event\n")])
    seal(store, [spooled(event_id="1")])
    with writing(store) as writer:
        writer.store_batch(Batch.of(*sealed(store.spool)))
    assert visible(store)["event_id"].to_list() == ["1"]
    assert sealed(store.spool) == []
    assert [problem.what.startswith("was set aside") for problem in check(store).problems] == [True]


def test_two_writers_cannot_share_a_store(store: Store, tmp_path: Path) -> None:
    with only_one(store, "write"), pytest.raises(AlreadyRunning):
        writing_process.run(store, tmp_path, stop=threading.Event())


def test_a_quiet_store_shows_an_event_without_waiting_for_more(store: Store, tmp_path: Path) -> None:
    stop = threading.Event()
    process = threading.Thread(
        target=writing_process.run, args=(store, tmp_path / "plans"), kwargs={"stop": stop, "seconds": 3_600.0}
    )
    process.start()
    seal(store, [spooled(event_id="1")], received_at_us=START_US)
    assert eventually(lambda: list_live(store))
    stop.set()
    process.join()
