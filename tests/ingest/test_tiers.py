from collections.abc import Sequence
from datetime import date
from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from ingest.tiers import FAN, Limits, Sized, choose

DAY = date(2026, 11, 23)
LIMITS = Limits(rows=1_000_000, bytes=128 << 20, settle_seconds=30.0)


def sized(rows: Sequence[int], *, age: float = 1.0, day: date = DAY, event_bytes: int = 60) -> list[Sized]:
    return [Sized(place, day, count, count * event_bytes, age) for place, count in enumerate(rows)]


def merged(rows: list[int], *, age: float = 1.0) -> tuple[list[int], int]:
    """What is left when everything worth merging has been merged, and how many rows were written for it."""
    written = 0
    while stretch := choose(sized(rows, age=age), LIMITS):
        total = sum(part.rows for part in stretch)
        rows[stretch[0].place : stretch[-1].place + 1] = [total]
        written += total
    return rows, written


def test_a_few_small_parts_are_left_while_events_come() -> None:
    assert choose(sized([10] * (FAN - 1)), LIMITS) == []


def test_neighbours_of_a_tier_are_merged_once_there_are_enough() -> None:
    assert len(choose(sized([10] * FAN), LIMITS)) == FAN


def test_a_day_that_is_quiet_settles_to_one_part() -> None:
    assert merged([700, 10, 300, 5], age=60.0)[0] == [1015]


def test_a_large_part_is_not_rewritten_for_a_small_neighbour() -> None:
    assert choose(sized([900_000, 50], age=60.0), LIMITS) == []


def test_days_are_never_merged_together() -> None:
    days = [*sized([10] * 4, age=60.0), *sized([10] * 4, age=60.0, day=date(2026, 11, 24))]
    placed = [Sized(place, part.day, part.rows, part.bytes, part.age) for place, part in enumerate(days)]
    assert {part.day for part in choose(placed, LIMITS)} == {DAY}


def test_a_busy_day_of_commits_keeps_few_parts_and_writes_each_event_few_times() -> None:
    rows: list[int] = []
    written = stored = most = 0
    for _ in range(3_600):
        rows, more = merged([*rows, 500])
        written, stored, most = written + more, stored + 500, max(most, len(rows))
    assert most <= 4 * FAN
    assert written <= 6 * stored


@given(st.lists(st.integers(1, 1_200_000), max_size=60), st.sampled_from([1.0, 60.0]))
def test_what_is_chosen_are_neighbours_that_fit_one_part(rows: list[int], age: float) -> None:
    stretch = choose(sized(rows, age=age), LIMITS)
    places = [part.place for part in stretch]
    assert places == list(accumulate(places[1:], lambda place, _: place + 1, initial=places[0])) if places else True
    assert sum(part.rows for part in stretch) <= LIMITS.rows
    assert sum(part.bytes for part in stretch) <= LIMITS.bytes
    assert len(stretch) != 1


@given(st.lists(st.integers(1, 1_200_000), max_size=60), st.sampled_from([1.0, 60.0]))
def test_merging_comes_to_an_end(rows: list[int], age: float) -> None:
    before = sum(rows)
    assert sum(merged(rows, age=age)[0]) == before
