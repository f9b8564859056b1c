"""The merge policy, simulated: parts stay few and no event is rewritten often, whatever the traffic is like."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.tiers import FAN, TIERS, Limits, Sized, choose

LIMITS = Limits(rows=1_000_000, bytes=128 << 20, settle_seconds=30.0)
MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC).timestamp()
NOON, DAY_SECONDS, HOUR = MIDNIGHT + 43_200, 86_400, 3_600
BUSY, QUIET = 1.0, 60.0


def part(rows: int, *, age: float = BUSY, days_ago: int = 0, event_bytes: int = 45, **more: Any) -> Sized:
    """A part written `age` seconds before noon, some days ago."""
    day = date(2026, 11, 23) - timedelta(days_ago)
    return Sized(day, rows, rows * event_bytes, NOON - age - days_ago * DAY_SECONDS, **more)


def settled(parts: list[Sized], now: float = NOON) -> tuple[list[Sized], int]:
    """What is left when everything worth merging has been merged, and how many rows were written for it."""
    written = 0
    while stretch := choose(parts, LIMITS, now):
        some = parts[stretch.start : stretch.stop]
        rows = sum(each.rows - each.hidden for each in some)
        merged = Sized(some[0].day, rows, sum(each.bytes for each in some), max(each.written_at for each in some))
        parts = [*parts[: stretch.start], merged, *parts[stretch.stop :]]
        written += rows
    return parts, written


def rows_of(parts: Sequence[Sized]) -> list[int]:
    return [each.rows for each in parts]


def test_a_few_small_parts_are_left_while_events_come() -> None:
    assert not choose([part(10)] * (FAN - 1), LIMITS, NOON)


def test_neighbours_of_a_tier_are_merged_once_there_are_enough() -> None:
    assert choose([part(10)] * FAN, LIMITS, NOON) == range(FAN)


def test_a_day_that_is_quiet_is_merged_where_that_doubles_a_part() -> None:
    left, _ = settled([part(rows, age=QUIET) for rows in (700, 10, 300, 500, 5)])
    assert rows_of(left) == [1515]
    assert not choose([part(900_000, age=QUIET), part(50, age=QUIET)], LIMITS, NOON)


def test_small_parts_before_a_large_one_are_merged_without_it() -> None:
    left, _ = settled([part(rows, age=QUIET) for rows in (0, 0, 3, 3, 500_000, 2, 2)])
    assert rows_of(left) == [6, 500_000, 4]


def test_a_day_that_is_over_becomes_one_part_if_it_fits() -> None:
    left, _ = settled([part(rows, days_ago=1) for rows in (900_000, 50, 1)])
    assert rows_of(left) == [900_051]


def test_the_newest_day_is_not_over_before_it_is_quiet() -> None:
    assert not choose([part(900_000, days_ago=0), part(50, age=10)], LIMITS, MIDNIGHT + DAY_SECONDS + 1 - 43_200)


def test_days_are_never_merged_together() -> None:
    left, _ = settled([*[part(10, days_ago=1)] * 4, *[part(10, age=QUIET)] * 4])
    assert [(each.day.day, each.rows) for each in left] == [(22, 40), (23, 40)]


def test_parts_of_large_events_count_by_their_bytes() -> None:
    large = part(60, event_bytes=1_000_000)
    assert choose([large] * FAN, LIMITS, NOON) == range(2)
    assert not choose([part(100, event_bytes=1_000_000)] * FAN, LIMITS, NOON)


@pytest.mark.parametrize(
    ("hidden", "age", "chosen"),
    [
        ({"hidden": 0}, DAY_SECONDS, False),
        ({"hidden": 11}, QUIET, True),
        ({"hidden": 11}, BUSY, False),
        ({"hidden": 10}, QUIET, False),
        ({"hidden": 10}, DAY_SECONDS, True),
        ({"hidden": 1, "deleted": True}, QUIET, True),
        ({"hidden": 11, "sound": False}, QUIET, False),
    ],
)
def test_a_part_is_rewritten_for_many_hidden_rows_or_deleted_ones_or_after_a_day(
    hidden: dict[str, int | bool], age: float, chosen: bool
) -> None:
    assert choose([part(1_000, age=age, **hidden)], LIMITS, NOON) == range(int(chosen))


def test_a_part_that_cannot_be_read_stays_and_its_neighbours_are_merged_around_it() -> None:
    broken = part(10, days_ago=1, sound=False)
    left, _ = settled([*[part(10, days_ago=1)] * 9, broken, *[part(10, days_ago=1)] * 9])
    assert rows_of(left) == [90, 10, 90]


@dataclass
class Traffic:
    """A day of commits, simulated. Full parts stand aside, since the policy leaves them until the day is quiet."""

    day: date
    full: list[Sized] = field(default_factory=list)
    recent: list[Sized] = field(default_factory=list)
    stored: int = 0
    written: int = 0
    most: int = 0

    def commit(self, rows: int, second: float) -> None:
        self.recent.append(Sized(self.day, rows, rows * 45, second))
        self.stored += rows
        self.merge(second + 0.5)

    def merge(self, now: float) -> None:
        self.recent, written = settled(self.recent, now)
        self.written += written
        if len(self.full) % 100 == 1:
            assert not choose([*self.full[-2:], *self.recent], LIMITS, now)
        self.most = max(self.most, len(self.full) + len(self.recent))
        while self.recent and self.recent[0].rows >= TIERS[-1]:
            self.full.append(self.recent.pop(0))

    def over(self) -> list[Sized]:
        """What is left of the day when it is over."""
        left, written = settled([*self.full, *self.recent], self.midnight + DAY_SECONDS + QUIET)
        self.written += written
        return left

    @property
    def midnight(self) -> float:
        return datetime(self.day.year, self.day.month, self.day.day, tzinfo=UTC).timestamp()


def busy_by_day(day: int) -> Iterator[tuple[int, int]]:
    """(second, rows): 30,000 events a second for eight hours, single events at night, some hours wholly quiet."""
    yield from ((second, 1) for second in range(day * 60, 8 * HOUR, 700))
    yield from ((second, 30_000) for second in range(9 * HOUR, 17 * HOUR))
    yield from ((second, 1) for second in range(22 * HOUR, 24 * HOUR, 41))


def steadily_low(day: int) -> Iterator[tuple[int, int]]:
    """(second, rows): a few events every ten seconds."""
    yield from ((second, 1 + second % 3) for second in range(day % 10, 24 * HOUR, 10))


@pytest.mark.parametrize(("traffic", "rewritten"), [(busy_by_day, 3.0), (steadily_low, 8.0)])
def test_a_week_of_one_second_commits_keeps_few_parts_and_rewrites_each_event_few_times(
    traffic: Callable[[int], Iterator[tuple[int, int]]], rewritten: float
) -> None:
    settled_parts: list[Sized] = []
    stored = written = 0
    for number in range(7):
        day = Traffic(date(2026, 11, 23) + timedelta(number))
        quiet = 0.0
        for second, rows in traffic(number):
            if second - quiet > LIMITS.settle_seconds:
                day.merge(day.midnight + second)
            quiet = second
            day.commit(rows, day.midnight + second)
        full = day.stored / LIMITS.rows
        assert day.most <= 1.1 * full + 6 * FAN
        left = day.over()
        assert len(left) <= 1.1 * full + 1
        settled_parts += left
        stored, written = stored + day.stored, written + day.written
    assert written <= rewritten * stored
    assert settled(settled_parts, NOON + 30 * DAY_SECONDS) == (settled_parts, 0)


some_parts = st.lists(
    st.builds(
        part,
        st.integers(0, 1_200_000),
        age=st.sampled_from([BUSY, QUIET]),
        event_bytes=st.sampled_from([45, 5_000]),
        sound=st.sampled_from([True, True, True, False]),
    ),
    max_size=60,
)


@given(some_parts, st.sampled_from([NOON, NOON + DAY_SECONDS]))
def test_what_is_chosen_are_sound_neighbours_that_fit_one_part(parts: list[Sized], now: float) -> None:
    stretch = choose(parts, LIMITS, now)
    chosen = parts[stretch.start : stretch.stop]
    assert len(chosen) != 1
    assert all(each.sound for each in chosen)
    assert sum(each.rows for each in chosen) <= LIMITS.rows
    assert sum(each.bytes for each in chosen) <= LIMITS.bytes


@given(some_parts)
def test_merging_ends_and_leaves_no_two_neighbours_that_fit_one_part_on_a_day_that_is_over(parts: list[Sized]) -> None:
    left, _ = settled(parts, NOON + DAY_SECONDS)
    assert sum(rows_of(left)) == sum(rows_of(parts))
    for one, next_one in pairwise(left):
        too_many = one.rows + next_one.rows > LIMITS.rows or one.bytes + next_one.bytes > LIMITS.bytes
        assert too_many or not (one.sound and next_one.sound)
