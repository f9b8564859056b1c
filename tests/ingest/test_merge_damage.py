"""The merger goes on, and loses nothing, where a part cannot be read or the disk is full."""

import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from data import views
from data.layout import Store
from data.parts import list_all, list_live
from data.processes import status
from ingest.merge import Merger
from ingest.rewrite import Rewriter
from ingest.tiers import Limits
from tests.storing import put, spooled, visible


def merger_of(store: Store, grace_seconds: float = 3_600.0) -> Merger:
    """A merger that merges whatever it can at once, and tries again at once what failed."""
    return Merger(store, Limits(settle_seconds=0.0), Rewriter(store), grace_seconds, pause_seconds=0.0)


def run_dry(merger: Merger) -> None:
    while merger.step():
        pass


def ranges(store: Store) -> list[tuple[int, int]]:
    return [(part.first, part.last) for part in list_live(store)]


def cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-100])


def flip_a_bit(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 4
    file.write_bytes(content)


@pytest.mark.parametrize("damage", [cut_short, flip_a_bit, Path.unlink])
@pytest.mark.parametrize("relation", ["events", "by_minute", "violations", "hides"])
def test_a_damaged_part_is_left_and_told_once_and_its_neighbours_are_merged(
    store: Store, caplog: pytest.LogCaptureFixture, relation: str, damage: Callable[[Path], None]
) -> None:
    for key in ("1", "2", "1", "4", "5"):
        put(store, spooled(event_id=key))
    broken = list_live(store)[2]
    sound = broken.file(relation).read_bytes()
    damage(broken.file(relation))
    merger = merger_of(store)
    for _ in range(3):
        run_dry(merger)
    assert ranges(store) == [(1, 2), (3, 3), (4, 5)]
    assert [record.levelname for record in caplog.records if str(broken.folder) in record.message] == ["ERROR"]
    assert status.heard(store)["merge"]["unreadable_parts"] == 1
    broken.file(relation).write_bytes(sound)
    run_dry(merger)
    assert ranges(store) == [(1, 5)]
    assert visible(store)["event_id"].to_list() == ["2", "1", "4", "5"]


def test_a_part_from_another_store_is_not_merged(store: Store, tmp_path: Path) -> None:
    other = Store(tmp_path / "other").create()
    for each in (store, other):
        for key in range(3):
            put(each, spooled(event_id=f"{each.root.name}{key}"))
    ours, theirs = list_live(store)[1], list_live(other)[1]
    ours.folder.rename(tmp_path / "away")
    theirs.folder.rename(ours.folder)
    run_dry(merger_of(store))
    assert ranges(store) == [(1, 1), (2, 2), (3, 3)]


def test_what_a_damaged_part_has_replaced_is_kept(store: Store) -> None:
    for key in range(3):
        put(store, spooled(event_id=str(key)))
    run_dry(merger_of(store))
    [merged] = list_live(store)
    flip_a_bit(merged.file("events"))
    run_dry(merger_of(store, grace_seconds=0.0))
    assert len(list_all(store)) == 4


@contextmanager
def no_room_for(size: int) -> Iterator[None]:
    """No file can grow beyond `size` bytes, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("room", [0, 1_000, 6_000, 12_000])
def test_a_full_disk_costs_nothing_but_time(store: Store, caplog: pytest.LogCaptureFixture, room: int) -> None:
    for part in range(4):
        put(store, *(spooled(event_id=f"{part}-{n}", payload={"n": n * 7_919 % 1_009}) for n in range(700)))
    before = visible(store)
    merger = merger_of(store, grace_seconds=0.0)
    with no_room_for(room):
        for _ in range(3):
            merger.step()
        assert visible(store).equals(before)
        assert list(store.parts.glob("*.tmp")) == []
    assert len([record for record in caplog.records if "nothing is merged" in record.message]) == 1
    run_dry(merger)
    merger.step()
    assert ranges(store) == [(1, before.height)]
    assert len(list_all(store)) == 1
    assert visible(store).equals(before)


def test_replaced_parts_make_room_on_a_full_disk(store: Store) -> None:
    for key in range(3):
        put(store, spooled(event_id=str(key)))
    run_dry(merger_of(store))
    with no_room_for(0):
        merger_of(store, grace_seconds=0.0).step()
    assert len(list_all(store)) == 1


def test_no_part_is_deleted_before_views_sql_has_stopped_naming_it(store: Store) -> None:
    for key in range(2):
        put(store, spooled(event_id=str(key)))
    named = store.views.read_bytes()
    run_dry(merger_of(store))
    store.views.write_bytes(named)  # as if the merger had been killed right after it renamed the merged part
    merger_of(store, grace_seconds=0.0).step()
    assert store.views.read_text() == views.sql(list_live(store))
    assert len(list_all(store)) == 1
