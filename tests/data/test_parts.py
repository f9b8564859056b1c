from datetime import date
from pathlib import Path

import pytest

from data import parts
from data.layout import Store
from data.parts import list_live, live, parse, part_at, stamp

DAY = date(2026, 11, 23)
STORE = Store(Path("/store"))


def ranges(*spans: tuple[int, int, int]) -> list[tuple[int, int, int]]:
    """The live ones of parts with these (first, last, generation)."""
    shown = live(part_at(STORE, DAY, *span) for span in spans)
    return [(part.first, part.last, part.generation) for part in shown]


def test_a_parts_name_is_read_back() -> None:
    part = part_at(STORE, DAY, 1, 4096, 2)
    assert part.folder == Path("/store/parts/day=2026-11-23/0000000000000001-0000000000004096-2")
    assert parse(part.folder) == part


@pytest.mark.parametrize(
    "name",
    [
        "day=2026-11-23/write.0123.tmp",
        "day=2026-11-23/1-2-0",
        "day=yesterday/0000000000000001-0000000000000002-0",
        "day=2026-13-32/0000000000000001-0000000000000002-0",
        "day=2026-11-23/0000000000000002-0000000000000001-0",
        "day=2026-11-23/0000000000000001-0000000000000002-0.tmp",
    ],
)
def test_other_names_are_no_parts(name: str) -> None:
    assert parse(STORE.parts / name) is None


def test_the_widest_range_wins_over_what_it_was_merged_from() -> None:
    assert ranges((1, 10, 0), (11, 20, 0), (1, 20, 0), (21, 30, 0)) == [(1, 20, 0), (21, 30, 0)]


def test_of_equal_ranges_the_highest_generation_wins() -> None:
    assert ranges((1, 10, 0), (1, 10, 2), (1, 10, 1)) == [(1, 10, 2)]


def test_a_store_without_parts_lists_none(store: Store) -> None:
    assert list_live(store) == ()


def test_an_equal_settled_stamp_vouches_for_a_listing(store: Store) -> None:
    before = stamp(store)
    assert before.still(stamp(store))
    part_at(store, DAY, 1, 10).folder.mkdir(parents=True)
    assert not before.still(stamp(store))


def test_a_stamp_taken_within_a_clock_tick_of_a_change_vouches_for_nothing(store: Store) -> None:
    part_at(store, DAY, 1, 10).folder.mkdir(parents=True)
    fresh = stamp(store)
    assert not fresh.settled or fresh.still(stamp(store))


def test_a_listing_that_missed_a_part_while_it_was_made_is_made_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seq in (1, 2, 3):
        part_at(store, DAY, seq, seq).folder.mkdir(parents=True)
    whole = parts.list_all(store)
    listings = iter([whole[:1] + whole[2:], whole])
    monkeypatch.setattr(parts, "list_all", lambda _: next(listings))
    assert [part.first for part in list_live(store)] == [1, 2, 3]


def test_a_part_that_is_gone_is_not_looked_for_forever(store: Store) -> None:
    for seq in (1, 3):
        part_at(store, DAY, seq, seq).folder.mkdir(parents=True)
    assert [part.first for part in list_live(store)] == [1, 3]
