"""When something occurred, in whichever way a sender writes it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.instants import instant

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
AT = 1_795_447_201_123_456


@pytest.mark.parametrize(
    ("said", "us"),
    [
        (None, None),
        ("2026-11-23T15:20:01.123456Z", AT),
        ("2026-11-23T15:20:01.123456789Z", AT),
        ("2026-11-23 15:20:01.123456", AT),
        ("2026-11-23T16:20:01.123456+01:00", AT),
        ("2026-11-23T20:50:01,123456+0530", AT),
        ("2026-11-23T15:20:01Z", 1_795_447_201_000_000),
        ("2026-11-23T15:20Z", 1_795_447_200_000_000),
        ("2026-11-23", 1_795_392_000_000_000),
        (1_795_447_201, 1_795_447_201_000_000),
        (1_795_447_201.123, 1_795_447_201_123_000),
        (1_795_447_201_123, 1_795_447_201_123_000),
        (1_795_447_201_123.456, AT),
        (AT, AT),
        ("1795447201", 1_795_447_201_000_000),
        ("1795447201.123", 1_795_447_201_123_000),
        ("1795447201123456", AT),
        (0, 0),
        (-1, -1_000_000),
        ("0001-01-01", -62_135_596_800_000_000),
        ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
    ],
)
def test_every_usual_way_is_read(said: str | float | None, us: int | None) -> None:
    assert instant(said) == us


NO_TIMES = ["", "yesterday", "2026-13-01", "2026-11-23T25:00Z", "1e5", "NaN", "9" * 40]
OUT_OF_RANGE = ["0001-01-01T00:00+05:00", "9999-12-31T23:59-05:00", 10**18, -(10**18), float("inf"), 1e300]


@pytest.mark.parametrize("said", [*NO_TIMES, *OUT_OF_RANGE, float("nan")])
def test_what_is_no_time_is_a_fault_that_names_it(said: str | float) -> None:
    with pytest.raises(ValueError, match=r"timestamp"):
        instant(said)


@given(st.datetimes(timezones=st.timezones()))
def test_iso_8601_comes_back_to_the_microsecond(at: datetime) -> None:
    us = (at - EPOCH) // timedelta(microseconds=1)
    try:
        assert instant(at.isoformat()) == us
    except ValueError:
        assert at.utcoffset() != timedelta(0)
