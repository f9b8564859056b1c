"""Numbers, shares, windows and links as people read them."""

import pytest

from dashboard import wording


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (1_204, "1,204"), (9_999_999, "9,999,999"), (12_340_000, "12.3 M"), (4_200_000_000, "4.2 B")],
)
def test_counts_are_exact_until_they_are_long(number: int, text: str) -> None:
    assert wording.count(number) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(0, 10, "0 %"), (10, 10, "100 %"), (1, 100_000, "<0.1 %"), (99_999, 100_000, ">99.9 %"), (1, 8, "12.5 %")],
)
def test_a_share_never_hides_an_exception(part: int, whole: int, text: str) -> None:
    assert wording.share(part, whole) == text


def test_a_share_of_nothing_is_not_zero() -> None:
    assert wording.share(0, 0) == wording.NONE


@pytest.mark.parametrize("key", [None, "", "9y"])
def test_an_unknown_window_is_the_usual_one(key: str | None) -> None:
    assert wording.window(key) == wording.DEFAULT_WINDOW


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("bought", "/apps/my%2Fapp/events?event=bought"),
        ("a b&c", "/apps/my%2Fapp/events?event=a+b%26c"),
        ("!bang", "/apps/my%2Fapp/events?event=%5C%21bang"),
        (None, "/apps/my%2Fapp/events"),
    ],
)
def test_a_link_to_events_survives_any_name(name: str | None, path: str) -> None:
    assert wording.events_path("my/app", name) == path


@pytest.mark.parametrize("name", ["bought", "!bang", "\\slash", "a!b"])
def test_a_name_comes_back_from_its_filter_value(name: str) -> None:
    assert wording.name_of(wording.exactly(name)) == name
