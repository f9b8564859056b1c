import shutil
import threading
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import views
from data.layout import Store
from data.parts import list_live, part_at
from data.schema import COUNTS
from data.settings_db import Apps
from data.store_id import FILE, store_id
from ingest.apps.deletion import everything_of
from ingest.check import check
from ingest.checking.tally import Tally, counted_less, stored_more
from ingest.pace import Batch
from ingest.segments import Record, sealed, write_sealed
from tests.damaging import fill, flip, problems, rewrite
from tests.storing import START_US, merge_all, put, spooled, writing


@pytest.fixture
def full(store: Store) -> Store:
    return fill(store)


def test_a_sound_store_has_no_problems(full: Store) -> None:
    findings = check(full)
    assert (findings.parts, findings.events, findings.problems) == (4, 12, ())
    assert [note.what for note in findings.notes] == ["1 segments wait to be stored, with 1 events"]


def test_an_empty_store_is_sound(store: Store) -> None:
    views.write(store)
    assert check(store).problems == ()


def test_progress_ends_with_every_byte(full: Store) -> None:
    told: list[tuple[int, int]] = []
    check(full, lambda done, of: told.append((done, of)))
    sizes = sum(file.stat().st_size for part in list_live(full) for file in part.folder.iterdir())
    assert told[-1] == (sizes, sizes)
    assert told == sorted(told)


@pytest.fixture(scope="module")
def one_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return fill(Store(tmp_path_factory.mktemp("whole") / "store").create())


@settings(max_examples=40)
@given(st.data())
def test_a_flipped_bit_anywhere_is_found_and_its_file_named(one_store: Store, data: st.DataObject) -> None:
    parts = [file for part in list_live(one_store) for file in sorted(part.folder.iterdir())]
    plans = sorted(one_store.plans.glob("*/*.json"))
    files = [*parts, *plans, *sealed(one_store.spool), one_store.views, one_store.root / FILE]
    file = data.draw(st.sampled_from(files))
    at, bit = data.draw(st.integers(0, file.stat().st_size - 1)), data.draw(st.integers(0, 7))
    flip(file, at, bit)
    try:
        assert str(file) in problems(one_store)
    finally:
        flip(file, at, bit)


def test_a_missing_part_is_named_by_its_seqs(full: Store) -> None:
    shutil.rmtree(list_live(full)[1].folder)
    assert "seq 7..9 is in no part" in problems(full)


def test_the_newest_part_is_missed_too_because_the_index_has_seen_it(full: Store) -> None:
    shutil.rmtree(list_live(full)[-1].folder)
    assert "seq 13..13 is in no part" in problems(full)


@pytest.mark.parametrize("relation", ["events", *COUNTS, "hides"])
def test_a_missing_file_is_named(full: Store, relation: str) -> None:
    file = list_live(full)[-1].file(relation)
    file.unlink()
    assert f"{file}: is missing" in problems(full)


def test_missing_digests_are_named(full: Store) -> None:
    file = list_live(full)[1].folder / "digests.json"
    file.unlink()
    assert problems(full) == f"{file}: is missing (--repair writes it from what is read)"


@pytest.mark.parametrize("left", [0, 3, 100, -20])
def test_a_truncated_file_is_named(full: Store, left: int) -> None:
    file = list_live(full)[0].file("events")
    file.write_bytes(file.read_bytes()[:left])
    assert f"{file}: is cut short" in problems(full)


def test_a_part_of_another_store_is_named(full: Store, tmp_path: Path) -> None:
    other = Store(tmp_path / "other").create()
    put(other, *(spooled(event_id=str(n)) for n in range(50)))
    (part,) = list_live(other)
    came = full.parts / part.folder.parent.name / part.folder.name
    shutil.copytree(part.folder, came)
    assert f"{came}: belongs to another store ({store_id(other.root)})" in problems(full)


def test_a_part_under_another_name_is_named(full: Store) -> None:
    newest = list_live(full)[-1]
    copied = part_at(full, newest.day, 14, 14)
    shutil.copytree(newest.folder, copied.folder)
    assert f"{copied.folder}: was committed as {newest.folder.parent.name}/{newest.name}" in problems(full)


def test_ranges_that_overlap_are_named(full: Store) -> None:
    overlapping = part_at(full, list_live(full)[-1].day, 12, 14)
    shutil.copytree(list_live(full)[-1].folder, overlapping.folder)
    assert f"{overlapping.folder}: shares seqs with" in problems(full)


@pytest.mark.parametrize("name", ["notes.txt", "day=2026-11-23/core.1", "day=2026-13-13"])
def test_a_file_that_is_no_part_is_named(full: Store, name: str) -> None:
    foreign = full.parts / name
    foreign.parent.mkdir(exist_ok=True)
    foreign.write_text("hello")
    assert f"{foreign}: is no part of a store" in problems(full)


def test_a_file_that_was_added_to_a_part_is_named(full: Store) -> None:
    first, *_, newest = list_live(full)
    shutil.copyfile(newest.file("hides"), first.file("hides"))
    assert f"{first.file('hides')}: is none of the files the part was committed with" in problems(full)


def test_counts_that_lie_are_named_with_a_group(full: Store) -> None:
    part = list_live(full)[2]
    rewrite(full, part, "by_minute", pl.read_parquet(part.file("by_minute")).with_columns(pl.col("events") + 1))
    assert "by_minute: does not equal a recount of the events in 1 groups, one of them off by: " in problems(full)
    assert "event_name sold" in problems(full)


def test_counts_that_lie_are_found_beside_a_damaged_part(full: Store) -> None:
    part = list_live(full)[2]
    rewrite(full, part, "by_minute", pl.read_parquet(part.file("by_minute")).with_columns(pl.col("events") + 1))
    flip(list_live(full)[0].file("events"), 200)
    assert "by_minute: does not equal a recount of the events in 1 groups" in problems(full)


def test_a_replaced_event_that_shows_again_is_named(full: Store) -> None:
    newest = list_live(full)[-1]
    rewrite(full, newest, "hides", pl.DataFrame({"seq": [2]}))
    assert "1 replaced events are visible, seq 1 among them" in problems(full)


@pytest.mark.parametrize(
    ("column", "value", "what"),
    [
        ("seq", 99, "holds seqs outside 7..9"),
        ("seq", 8, "holds 2 rows whose seq is there already"),
        ("app", None, "holds rows without seq, app or time"),
        ("status", "fine", "holds rows with another status than valid"),
        ("copies", 0, "holds rows of no copy"),
        ("supersedes", 9, "holds rows that replace themselves or later ones"),
    ],
)
def test_rows_that_cannot_be_are_named(full: Store, column: str, value: object, what: str) -> None:
    part = list_live(full)[1]
    events = pl.read_parquet(part.file("events"))
    rewrite(full, part, "events", events.with_columns(pl.lit(value, events.schema[column]).alias(column)))
    assert f"{part.file('events')}: {what}" in problems(full)


def test_a_torn_segment_is_named(full: Store) -> None:
    (path,) = sealed(full.spool)
    size = path.stat().st_size
    path.write_bytes(path.read_bytes() + b"half a header")
    assert f"{path}: bytes {size}..{size + 12} are no whole record" in problems(full)


def test_a_segment_that_is_stored_already_is_noted(full: Store) -> None:
    (path,) = sealed(full.spool)
    content = path.read_bytes()
    with writing(full) as writer:
        writer.store_batch(Batch.of(path))
    path.write_bytes(content)
    assert any(f"{path}: is stored already" in str(note) for note in check(full).notes)


@pytest.mark.parametrize(("content", "what"), [(None, "is missing, and stored events"), (b"{", "is no plan: ")])
def test_a_plan_that_stored_events_were_judged_by_must_be_there(full: Store, content: bytes | None, what: str) -> None:
    path = full.plans / "shop" / "1.json"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    assert f"{path}: {what}" in problems(full)


@pytest.mark.parametrize("carried_out", [False, True])
def test_an_app_that_is_deleted_while_its_store_is_checked_needs_no_plans(full: Store, carried_out: bool) -> None:
    order = write_sealed(full.spool, [Record(START_US, 0, everything_of(full, Apps(full), "shop").encode())])

    def meanwhile(done: int, of: int) -> None:
        shutil.rmtree(full.plans / "shop", ignore_errors=True)
        if carried_out and order.exists():
            with writing(full) as writer:
                writer.store_batch(Batch.of(order))

    assert check(full, meanwhile).problems == ()


def test_settings_that_are_no_database_are_named(full: Store) -> None:
    full.settings.write_bytes(b"SQLite format 3\0" + bytes(5_000))
    assert f"{full.settings}: " in problems(full)


def test_views_that_name_other_files_are_named(full: Store) -> None:
    full.views.write_text("select 1")
    assert f"{full.views}: does not name the live files" in problems(full)


def test_an_index_that_cannot_be_read_is_named(full: Store) -> None:
    file = next(file for file in full.dedup.glob("*/data.mdb"))
    file.write_bytes(b"x" * 20_000)
    assert f"{file.parent}: cannot be read" in problems(full)


def test_what_dead_processes_left_is_noted(full: Store) -> None:
    left = [full.parts / "merge.0.tmp", full.pins / "0"]
    for folder in left:
        folder.mkdir(parents=True)
    notes = "\n".join(map(str, check(full).notes))
    assert f"{left[0]}: is temporary" in notes
    assert not left[1].exists()


def test_counts_add_up_whether_they_fit_into_memory_or_not(full: Store, tmp_path: Path) -> None:
    stored = pl.concat([pl.read_parquet(part.file("by_minute")) for part in list_live(full)])
    in_memory, on_disk = Tally(tmp_path), Tally(tmp_path, most=1)
    for tally in (in_memory, on_disk):
        for row in stored.iter_slices(1):
            tally.add("by_minute", stored_more("by_minute", row))
        for row in stored[2:].iter_slices(1):
            tally.add("by_minute", counted_less("by_minute", row))
    left = in_memory.wrong()["by_minute"]
    assert left.height == 2
    assert on_disk.wrong()["by_minute"].join(left, on=left.columns, how="semi", nulls_equal=True).height == 1


def test_a_store_is_checked_while_it_is_written_and_merged(store: Store) -> None:
    stop = threading.Event()

    def keep_going() -> None:
        for key in range(10_000):
            put(store, spooled(event_id=str(key % 7), event_name="sold", payload={"n": key}))
            if key % 5 == 4:
                merge_all(store)
            if stop.is_set():
                return

    put(store, spooled())
    at_work = threading.Thread(target=keep_going)
    at_work.start()
    try:
        assert [check(store).problems for _ in range(5)] == [()] * 5
    finally:
        stop.set()
        at_work.join()
