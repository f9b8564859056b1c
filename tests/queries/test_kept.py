"""What a reader keeps is bounded, and what was used last stays."""

from data.schema import BLOCK
from queries.events import events
from queries.filter import Filter
from queries.kept import Kept
from queries.reader import Reader
from tests.queries.model import Model, event


def test_what_was_used_longest_ago_makes_room() -> None:
    kept = Kept(max_rows=10)
    for key in "abc":
        kept.put(key, [key] * 3)
    assert kept.get("a") == ["a"] * 3
    kept.put("d", ["d"] * 3)
    assert [kept.get(key) is not None for key in "abcd"] == [True, False, True, True]
    assert kept.rows == 9


def test_rows_put_anew_are_counted_once_and_nothing_takes_room_too() -> None:
    kept = Kept(max_rows=10)
    for _ in range(5):
        kept.put("a", [1] * 6)
    kept.put("nothing", [])
    assert (kept.rows, kept.get("nothing")) == (7, [])
    kept.put("too large", [1] * 11)
    assert (kept.rows, kept.get("too large")) == (0, None)


def test_counts_of_a_part_are_summed_once_for_a_filter(model: Model, reader: Reader) -> None:
    model.add(*(event(block * BLOCK) for block in range(1, 4)))
    for _ in range(3):
        assert events(reader, "shop", Filter())["total"] == 3
    assert reader.kept.rows == 3
    model.add(event(5 * BLOCK))
    assert events(reader, "shop", Filter())["total"] == 4
    assert reader.kept.rows == 4
