"""What a query string means, and what is refused in it."""

from datetime import datetime

import pytest
from werkzeug.datastructures import MultiDict

from queries.errors import BadRequest
from queries.filter import Chosen, Filter
from queries.page import Page
from queries.trend import bucket_of

NOW = datetime(2026, 11, 23, 15, 20, 31, 5)
THE_MINUTE = datetime(2026, 11, 23, 15, 20)


def parse(question: str, **given: str | list[str]) -> Filter:
    args = {name: [value] if isinstance(value, str) else value for name, value in given.items()}
    return Filter.parse(args, question, now=NOW)


@pytest.mark.parametrize("question", ["stats", "trend", "coverage", "violations"])
def test_a_question_of_counts_is_about_the_last_24_hours_unless_told(question: str) -> None:
    assert parse(question) == Filter(since=datetime(2026, 11, 22, 15, 20), as_of=THE_MINUTE)


def test_the_log_is_about_everything_unless_told() -> None:
    assert parse("events") == Filter()


@pytest.mark.parametrize(
    ("given", "since", "until"),
    [
        ({"hours": "1"}, datetime(2026, 11, 23, 14, 20), None),
        ({"hours": "0.5"}, datetime(2026, 11, 23, 14, 50), None),
        ({"since": "2026-11-23T10:30:59.9Z"}, datetime(2026, 11, 23, 10, 30), None),
        ({"since": "2026-11-23T10:30:00+02:00"}, datetime(2026, 11, 23, 8, 30), None),
        ({"since": "2026-11-23T10:30:00 02:00"}, datetime(2026, 11, 23, 8, 30), None),
        ({"since": "2026-11-23"}, datetime(2026, 11, 23), None),
        ({"since": "2026-11-01", "until": "2026-11-02T00:00:59Z"}, datetime(2026, 11, 1), datetime(2026, 11, 2)),
        ({"until": "2026-11-02"}, datetime(2026, 11, 1), datetime(2026, 11, 2)),
        ({"until": "2026-11-02", "hours": "2"}, datetime(2026, 11, 1, 22), datetime(2026, 11, 2)),
    ],
)
def test_a_window_of_counts_is_whole_minutes(given: dict[str, str], since: datetime, until: datetime | None) -> None:
    chosen = parse("stats", **given)
    assert (chosen.since, chosen.until) == (since, until)


def test_the_window_of_the_log_is_exact() -> None:
    chosen = parse("events", since="2026-11-23T10:30:59.9Z", until="2026-11-23T10:31:00.000001Z")
    assert chosen.since == datetime(2026, 11, 23, 10, 30, 59, 900_000)
    assert chosen.until == datetime(2026, 11, 23, 10, 31, 0, 1)


@pytest.mark.parametrize(
    ("question", "given", "key"),
    [
        ("stats", {}, "2026-11-23T15:20:00"),
        ("events", {"hours": "1"}, "2026-11-23T15:20:00"),
        ("trend", {"since": "2026-11-23"}, "2026-11-23T15:20:00"),
        ("stats", {"since": "2026-11-23"}, ""),
        ("trend", {"since": "2026-11-22", "until": "2026-11-23"}, ""),
        ("stats", {"hours": "1", "until": "2026-11-23"}, ""),
        ("events", {}, ""),
    ],
)
def test_the_minute_is_part_of_a_window_that_moves_with_it(question: str, given: dict[str, str], key: str) -> None:
    assert parse(question, **given).window_key == key


@pytest.mark.parametrize(
    ("given", "chosen"),
    [
        ({"event": "a"}, Chosen("event", ("a",), True)),
        ({"event": ["b", "a", "b"]}, Chosen("event", ("a", "b"), True)),
        ({"event": "!a"}, Chosen("event", ("a",), False)),
        ({"event": ["a", "b", "!b"]}, Chosen("event", ("a",), True)),
        ({"event": ["a", "!a"]}, Chosen("event", (), True)),
        ({"event": "\\!a"}, Chosen("event", ("!a",), True)),
        ({"event": "\\d"}, Chosen("event", ("\\d",), True)),
        ({"source": ""}, Chosen("source", ("",), True)),
        ({"status": ["valid", "error"]}, Chosen("status", ("error", "valid"), True)),
        ({"event_type": "!system"}, Chosen("event_type", ("system",), False)),
    ],
)
def test_values_are_chosen_or_left_out(given: dict[str, str], chosen: Chosen) -> None:
    assert parse("events", **given).chosen == (chosen,)


def test_the_order_of_values_does_not_make_another_filter() -> None:
    assert parse("stats", event=["a", "b"], status="valid") == parse("stats", status="valid", event=["b", "a"])


@pytest.mark.parametrize(
    ("question", "given", "where"),
    [
        ("stats", {"nonsense": "1"}, "nonsense"),
        ("stats", {"limit": "1"}, "limit"),
        ("stats", {"bucket": "60"}, "bucket"),
        ("events", {"bucket": "60"}, "bucket"),
        ("violations", {"cursor": "60"}, "cursor"),
        *(("stats", {name: "x"}, name) for name in ("field", "rule", "session", "user_id", "event_id", "q")),
        ("events", {"rule": "broken"}, "rule"),
        ("events", {"rule": ["missing", "!x"]}, "rule"),
        ("events", {"q": ""}, "q"),
        ("events", {"q": ["a", "b"]}, "q"),
        ("events", {"format": "csv"}, "format"),
        ("export", {"limit": "1"}, "limit"),
        ("stats", {"status": "foo"}, "status"),
        ("stats", {"status": "!foo"}, "status"),
        ("stats", {"status": ""}, "status"),
        ("stats", {"hours": "abc"}, "hours"),
        ("stats", {"hours": ""}, "hours"),
        ("stats", {"hours": "0"}, "hours"),
        ("stats", {"hours": "-1"}, "hours"),
        ("stats", {"hours": "1e3"}, "hours"),
        ("stats", {"hours": "NaN"}, "hours"),
        ("stats", {"hours": "87601"}, "hours"),
        ("stats", {"hours": ["1", "2"]}, "hours"),
        ("stats", {"hours": "\u0661"}, "hours"),
        ("stats", {"hours": "1", "since": "2026-11-23"}, "hours"),
        ("stats", {"since": "yesterday"}, "since"),
        ("stats", {"since": "0001-01-01T00:00:00+14:00"}, "since"),
        ("stats", {"until": ""}, "until"),
        ("events", {"since": "2026-11-23", "until": "2026-11-22"}, "until"),
        ("events", {"event": ["a"] * 201}, "event"),
        ("events", {"event": "a" * 2_001}, "event"),
        ("events", {"event": "\ud800"}, "event"),
    ],
)
def test_what_a_question_cannot_take_is_refused_by_name(question: str, given: dict[str, str], where: str) -> None:
    with pytest.raises(BadRequest) as refused:
        parse(question, **given)
    assert refused.value.where == where


def test_a_window_may_reach_back_beyond_the_first_of_days() -> None:
    assert parse("stats", until="0001-01-02", hours="87600").since == datetime.min


def test_the_parameters_of_a_web_request_are_read() -> None:
    args = MultiDict([("event", "a"), ("event", "b"), ("limit", "7"), ("before", "12")])
    assert Filter.parse(args, "events").chosen == (Chosen("event", ("a", "b"), True),)
    assert Page.parse(args) == Page(limit=7, before=12)
    assert bucket_of(MultiDict([("bucket", "300")])) == 300


@pytest.mark.parametrize(
    ("given", "page"),
    [
        ({}, Page(100, None, None, None)),
        ({"limit": "1000", "cursor": "0"}, Page(1_000, 0, None, None)),
        ({"offset": "5", "before": "9223372036854775807"}, Page(100, None, 5, 2**63 - 1)),
    ],
)
def test_a_page_is_read(given: dict[str, str], page: Page) -> None:
    assert Page.parse({name: [value] for name, value in given.items()}) == page


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"limit": "0"}, "limit"),
        ({"brief": "1"}, "brief"),
        ({"limit": "5000"}, "limit"),
        ({"limit": "ten"}, "limit"),
        ({"cursor": "-1"}, "cursor"),
        ({"cursor": "9223372036854775808"}, "cursor"),
        ({"offset": "1.5"}, "offset"),
        ({"before": ""}, "before"),
        ({"cursor": "1", "offset": "1"}, "offset"),
        ({"page": "1"}, "page"),
    ],
)
def test_a_page_that_cannot_be_is_refused_by_name(given: dict[str, str], where: str) -> None:
    with pytest.raises(BadRequest) as refused:
        Page.parse({name: [value] for name, value in given.items()})
    assert refused.value.where == where


@pytest.mark.parametrize("bucket", ["90", "0", "59", "-60", "1m", "", "60.0"])
def test_a_bucket_is_whole_minutes(bucket: str) -> None:
    with pytest.raises(BadRequest) as refused:
        bucket_of({"bucket": [bucket]})
    assert refused.value.where == "bucket"


def test_a_bucket_is_a_minute_unless_told() -> None:
    assert bucket_of({}) == 60
