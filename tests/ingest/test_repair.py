import os
import random
import shutil
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import digests
from data.layout import Store
from data.parts import list_all, list_live, part_at
from data.processes.lock import AlreadyRunning, only_one
from data.schema import BLOCK, COUNTS
from data.store_id import FILE, store_id
from ingest.check import check
from ingest.index import DuplicateIndex
from ingest.pace import Batch
from ingest.quarantine import REASON
from ingest.repair import repair
from ingest.segments import sealed
from ingest.writer import Writer
from tests.damaging import fill, flip, problems, rewrite
from tests.storing import merge_all, put, seal, spooled, visible, writing


@pytest.fixture
def full(store: Store) -> Store:
    return fill(store)


def everything(store: Store) -> dict[str, bytes]:
    """Every file of a store, but for locks."""
    files = [path for path in sorted(store.root.rglob("*")) if path.is_file() and path.suffix not in (".lock", ".mdb")]
    return {str(path): path.read_bytes() for path in files}


def test_a_sound_store_is_left_as_it_is(full: Store) -> None:
    before = everything(full)
    assert repair(full) == []
    assert everything(full) == before


@pytest.mark.parametrize("relation", COUNTS)
@pytest.mark.parametrize("how", ["flipped", "missing", "lying", "empty"])
def test_counts_are_made_anew_and_nothing_is_lost(full: Store, relation: str, how: str) -> None:
    before = visible(full)
    for part in (list_live(full)[0], list_live(full)[-1]):
        file = part.file(relation)
        table = pl.read_parquet(file)
        if how == "flipped":
            flip(file, file.stat().st_size // 2)
        elif how == "missing":
            file.unlink()
        elif how == "empty":
            rewrite(full, part, relation, table.clear())
        else:
            rewrite(full, part, relation, table.with_columns(pl.col("events") + 1))
    assert problems(full) or how == "lying"
    repair(full)
    assert problems(full) == ""
    assert visible(full).equals(before)
    assert repair(full) == []


def test_values_that_are_counted_as_other_are_counted_so_again(store: Store) -> None:
    writer = Writer(store, DuplicateIndex(store.dedup), values_apart=2)
    for batch in range(3):
        writer.store_batch(seal(store, [spooled(event_id=f"{batch}-{n}", event_name=f"e{n}") for n in range(5)]))
    writer.close()
    merge_all(store)
    part = list_live(store)[-1]
    assert "(other)" in pl.read_parquet(part.file("by_minute"))["event_name"]
    flip(part.file("by_hour"), 100)
    flip(part.file("by_minute"), 100)
    repair(store)
    assert problems(store) == ""
    assert "(other)" in pl.read_parquet(list_live(store)[-1].file("by_minute"))["event_name"]


def test_only_parts_with_a_share_in_what_is_off_are_written_again(full: Store) -> None:
    part = list_live(full)[2]
    rewrite(full, part, "by_minute", pl.read_parquet(part.file("by_minute")).with_columns(pl.col("events") * 3))
    assert repair(full) == [f"{part.folder} counts again: by_minute"]
    assert [each.generation for each in list_live(full)] == [0, 0, 1, 0]


def test_lost_digests_are_written_from_what_was_read(full: Store) -> None:
    file = list_live(full)[1].folder / "digests.json"
    before = file.read_bytes()
    file.write_bytes(before[:40])
    assert problems(full) == f"{file}: is not what was written (--repair writes it from what is read)"
    repair(full)
    assert file.read_bytes() == before


@pytest.mark.parametrize("how", ["missing", "flipped"])
def test_what_newer_copies_replaced_is_hidden_again(full: Store, how: str) -> None:
    before, file = visible(full), list_live(full)[-1].file("hides")
    file.unlink() if how == "missing" else flip(file, 50)
    repair(full)
    assert problems(full) == ""
    assert visible(full).equals(before)


def test_a_damaged_part_keeps_its_whole_row_groups_and_says_what_is_lost(store: Store) -> None:
    numbers = random.Random(1)
    events = [spooled(event_id=str(n), payload={"n": numbers.random()}) for n in range(BLOCK + 10_000)]
    put(store, *events)
    put(store, spooled(event_id="later"))
    damaged, _ = list_live(store)
    flip(damaged.file("events"), damaged.file("events").stat().st_size - 20_000)
    done = repair(store)
    aside = store.quarantine / f"{damaged.folder.parent.name}.{damaged.folder.name}"
    assert f"{BLOCK} of {BLOCK + 10_000} rows were kept, the damaged part is now {aside}" in done[0]
    assert visible(store).height == BLOCK + 1
    assert [(part.first, part.last) for part in list_live(store)] == [(1, BLOCK + 10_000), (BLOCK + 10_001,) * 2]
    (left,) = check(store).problems
    assert left.where == str(aside)
    assert "was set aside: events.parquet is not what was written" in left.what
    assert repair(store) == []
    shutil.rmtree(aside)
    aside.with_name(f"{aside.name}{REASON}").unlink()
    assert problems(store) == ""


@pytest.mark.parametrize("how", ["cut short", "gone", "no Parquet"])
def test_a_part_of_which_nothing_can_be_read_leaves_its_place_empty(full: Store, how: str) -> None:
    file, before = list_live(full)[1].file("events"), visible(full)
    if how == "gone":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:-3] if how == "cut short" else b"hello")
    repair(full)
    assert "was set aside: events.parquet" in problems(full)
    assert len(check(full).problems) == 1
    assert visible(full).equals(before.filter(~pl.col("seq").is_between(7, 9)))
    put(full, spooled(event_id="next"))
    assert visible(full)["seq"].max() == 14


def test_a_damaged_part_gives_way_to_what_it_was_merged_from_while_that_is_there(full: Store) -> None:
    before = visible(full)
    merge_all(full)
    flip(list_live(full)[0].file("events"), 300)
    assert "the parts it was made of take its place" in repair(full)[0]
    assert visible(full).equals(before)
    assert len(list_live(full)) == 4


def test_a_part_that_is_missing_leaves_an_empty_one_and_a_note_of_what_is_lost(full: Store) -> None:
    shutil.rmtree(list_live(full)[1].folder)
    shutil.rmtree(list_live(full)[-1].folder)
    repair(full)
    lost = [
        f"{full.quarantine}/{seqs}: is lost: the events of seq {said}, whose part was missing"
        for seqs, said in (("13-13", "13..13"), ("7-9", "7..9"))
    ]
    assert problems(full) == "\n".join(lost)
    assert repair(full) == []
    put(full, spooled(event_id="next"))
    assert visible(full)["seq"].max() == 14


def test_what_does_not_belong_is_set_aside(full: Store, tmp_path: Path) -> None:
    before = visible(full)
    other = Store(tmp_path / "other").create()
    put(other, *(spooled(event_id=str(n)) for n in range(50)))
    (foreign,) = list_live(other)
    shutil.copytree(foreign.folder, full.parts / foreign.folder.parent.name / foreign.folder.name)
    newest = max(part for part in list_all(full) if part.last == 13)
    shutil.copytree(newest.folder, part_at(full, newest.day, 12, 14).folder)
    (full.parts / "notes.txt").write_text("hello")
    shutil.copyfile(
        newest.file("hides"), newest.folder.with_name(part_at(full, newest.day, 7, 9).name) / "hides.parquet"
    )
    repair(full)
    assert len(list(full.quarantine.glob(f"*{REASON}"))) == 4
    assert problems(full).count("\n") == 3
    assert all(problem.what.startswith("was set aside") for problem in check(full).problems)
    assert visible(full).equals(before)


def test_an_older_plan_gets_its_checksum(full: Store) -> None:
    path = full.plans / "shop" / "1.json"
    before = path.read_bytes()
    path.write_bytes(before.rpartition(b',"crc32":')[0] + b"}")
    assert problems(full) == f"{path}: has no checksum, so that nobody would notice a flipped bit (--repair adds it)"
    repair(full)
    assert path.read_bytes() == before


def test_a_lost_id_is_taken_from_the_parts(full: Store) -> None:
    before = store_id(full.root)
    (full.root / FILE).write_text("another\n")
    assert "says another, but the parts say" in problems(full)
    repair(full)
    assert (store_id(full.root), problems(full)) == (before, "")


def test_index_views_and_leftovers_are_made_anew_or_removed(full: Store) -> None:
    index = next(iter(full.dedup.glob("*/data.mdb")))
    index.write_bytes(b"x" * 20_000)
    full.views.write_text("select 1")
    left = [full.parts / "merge.0.tmp", full.plans / "shop" / "0.tmp"]
    left[0].mkdir()
    left[1].write_bytes(b"")
    os.utime(left[1], (0, 0))
    assert len(repair(full)) == 4
    assert problems(full) == ""
    assert not any(path.exists() for path in left)
    put(full, spooled(event_id="1-0", event_name="sold", payload={"price": 1}))
    assert visible(full).filter(pl.col("event_id") == "1-0")["copies"].to_list() == [2]


@pytest.mark.parametrize("how", ["flipped", "no Parquet"])
def test_a_part_without_its_cuts_stays_as_it_is_because_what_was_deleted_would_show(full: Store, how: str) -> None:
    newest = list_live(full)[-1]
    pl.DataFrame(
        [("shop", 5, None)], schema={"app": pl.String, "through": pl.Int64, "before": pl.Datetime("us")}, orient="row"
    ).write_parquet(newest.file("cuts"))
    digests.write(newest.folder, store_id(full.root), newest)
    if how == "flipped":
        flip(newest.file("cuts"), 50)
    else:
        newest.file("cuts").write_bytes(b"hello")
    repair(full)
    assert f"{newest.file('cuts')}: is " in problems(full)
    assert problems(full).count("\n") == 0
    assert "--repair" not in problems(full)
    with writing(full) as writer:
        writer.store_batch(Batch.of(*sealed(full.spool)))
    assert list_live(full)[-1].last == 14


@pytest.mark.parametrize("process", ["write", "merge"])
def test_a_repair_beside_a_writer_or_merger_is_refused(full: Store, process: str) -> None:
    with only_one(full, process), pytest.raises(AlreadyRunning, match="a repair has to be alone: stop it first"):
        repair(full)


@pytest.fixture(scope="module")
def one_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return fill(Store(tmp_path_factory.mktemp("whole") / "store").create())


@settings(max_examples=8)
@given(flips=st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 7)), min_size=1, max_size=4))
def test_whatever_bits_are_flipped_a_repair_ends_with_a_store_that_adds_up_and_goes_on(
    tmp_path_factory: pytest.TempPathFactory, one_store: Store, flips: list[tuple[int, int]]
) -> None:
    store = Store(tmp_path_factory.mktemp("store") / "store")
    shutil.copytree(one_store.root, store.root)
    before = visible(store)
    for place, bit in flips:
        files = [file for part in list_live(store) for file in sorted(part.folder.iterdir())]
        file = files[place % len(files)]
        flip(file, place // len(files) % file.stat().st_size, bit)
    repair(store)
    assert [problem.what.startswith("was set aside") for problem in check(store).problems] == [True] * len(
        list(store.quarantine.glob(f"*{REASON}"))
    )
    assert repair(store) == []
    after = visible(store)
    assert after.equals(before.filter(pl.col("seq").is_in(after["seq"].implode())))
    with writing(store) as writer:
        writer.store_batch(Batch.of(*sealed(store.spool)))
    assert "waiting" in visible(store)["event_id"]
