"""What counts do not know: looked for newest first, as long as there is time, and no further than it can be."""

from typing import Any

import polars as pl
import pytest

from data.parts import list_live
from data.schema import BLOCK, OTHER
from ingest.commit import commit
from ingest.count import rows
from ingest.dedup import Kept
from queries.events import FIRST, events
from queries.filter import Filter
from queries.page import Page
from queries.reader import Reader
from queries.seek import MAX_BLOCKS
from tests.queries.model import EXTRA, WRONG_TYPE, Model, event, frame

BLOCKS = 150
"""Every other of which holds events: more than an answer may hold, or a statement may name."""
SEARCHES = [
    {"session": ["s1"]},
    {"user_id": ["!u1"]},
    {"event_id": ["id-1", f"id-{BLOCKS * BLOCK // 2 + 1}"]},
    {"q": ["Needle"]},
    {"rule": ["missing"], "status": ["invalid"]},
    {"rule": ["!missing"]},
]
MISSING = WRONG_TYPE | {"rule": "missing"}


def ask(reader: Reader, given: dict[str, Any], page: Page = FIRST) -> dict[str, Any]:
    return events(reader, "shop", Filter.parse(given, "events"), page)


@pytest.fixture
def sparse(model: Model) -> Model:
    """Events of two kinds in every other block, in three parts of which two are merged."""
    of_search: dict[str, Any] = {
        "session": "s1",
        "payload": '{"a": "a needle"}',
        "status": "invalid",
        "violations": [MISSING],
    }
    for part in range(3):
        new = []
        for block in range(BLOCKS * part // 3, BLOCKS * (part + 1) // 3, 2):
            new += [event(block * BLOCK + 1, **of_search), event(block * BLOCK + 2, user_id="u1", session="s2")]
        model.add(*new)
    model.merge(0, 1)
    return model


@pytest.mark.parametrize("given", SEARCHES, ids=str)
@pytest.mark.parametrize("name", ["reader", "hurried"])
def test_a_search_finds_everything_however_often_it_has_to_go_on(
    sparse: Model, given: dict[str, Any], name: str, request: pytest.FixtureRequest
) -> None:
    reader: Reader = request.getfixturevalue(name)
    found = ask(reader, given)
    seqs = [row["seq"] for row in found["rows"]]
    while found["next"] is not None:
        assert found["complete"] or found["next"] == found["searched_to"]
        found = ask(reader, given, Page(cursor=found["next"]))
        seqs += [row["seq"] for row in found["rows"]]
    assert (found["complete"], found["searched_to"]) == (True, None)
    chosen = [e["seq"] for e in reversed(sparse.visible) if e["seq"] % BLOCK == 1]
    if "event_id" in given:
        chosen = [BLOCKS * BLOCK // 2 + 1, 1] if BLOCKS // 2 % 2 == 0 else [1]
    if given == {"rule": ["!missing"]}:
        chosen = [seq + 1 for seq in chosen]
    assert seqs == chosen


def test_a_search_without_time_answers_how_far_it_looked(sparse: Model, hurried: Reader) -> None:
    found = ask(hurried, {"q": ["nowhere to be found"]})
    assert (found["rows"], found["total"], found["complete"]) == ([], None, False)
    assert found["next"] == found["searched_to"] > (BLOCKS - 10) * BLOCK


def test_an_answer_holds_rows_of_so_many_blocks_only(sparse: Model, reader: Reader) -> None:
    found = ask(reader, {"session": ["s1"]}, Page(limit=1_000))
    assert len(found["rows"]) == MAX_BLOCKS
    assert found["next"] == found["searched_to"] == found["rows"][-1]["seq"]


def test_a_search_that_saw_everything_knows_its_total(sparse: Model, reader: Reader) -> None:
    assert ask(reader, {"event_id": ["id-1"]})["total"] == 1
    assert ask(reader, {"q": ["nowhere"]})["total"] == 0


def test_an_event_is_found_by_its_id_in_one_step_where_merged_parts_rule_the_rest_out(
    sparse: Model, hurried: Reader
) -> None:
    sparse.merge(1)
    found = ask(hurried, {"event_id": ["id-1"]})
    assert ([row["seq"] for row in found["rows"]], found["total"], found["complete"]) == ([1], 1, True)


def test_only_blocks_where_the_rule_was_broken_are_read(model: Model, hurried: Reader) -> None:
    model.add(event(1, violations=[MISSING]), *(event(block * BLOCK, violations=[EXTRA]) for block in range(1, 100)))
    for given in ({"rule": ["missing"]}, {"rule": ["missing"], "status": ["valid"]}):
        found = ask(hurried, given)
        assert ([row["seq"] for row in found["rows"]], found["total"], found["complete"]) == ([1], 1, True)


@pytest.mark.parametrize(
    ("given", "in_time", "without"),
    [
        ({"event": ["a"], "field": ["colour"], "rule": ["unplanned_field"]}, 120, 120),
        ({"field": ["items[].price"], "rule": ["wrong_type"]}, 80, 80),
        ({"field": ["items[].price", "colour"]}, 160, None),
        ({"field": ["colour"], "status": ["valid"]}, 120, None),
        ({"rule": ["!wrong_type"]}, 120, None),
    ],
    ids=str,
)
def test_a_total_of_violations_is_exact_for_one_kind_and_else_counted_in_time_or_null(
    model: Model, reader: Reader, hurried: Reader, given: dict[str, Any], in_time: int, without: int | None
) -> None:
    kinds = [[EXTRA], [WRONG_TYPE, WRONG_TYPE], [EXTRA], [EXTRA, WRONG_TYPE], []]
    model.add(*(event(seq * 9_999 + 1, event_name="a", violations=kinds[seq % 5]) for seq in range(200)))
    assert ask(reader, given, Page(5))["total"] == in_time
    assert ask(hurried, given, Page(5))["total"] == without


def test_an_event_that_breaks_a_rule_as_error_and_as_warning_counts_once(model: Model, reader: Reader) -> None:
    model.add(
        event(1, violations=[WRONG_TYPE, WRONG_TYPE | {"severity": "warning"}]), event(2, violations=[WRONG_TYPE])
    )
    assert ask(reader, {"rule": ["wrong_type"]}, Page(1))["total"] == 2


def test_names_that_are_counted_together_are_told_apart_by_the_events(model: Model, reader: Reader) -> None:
    new = frame([event(1, event_name="a"), event(2, event_name="b"), event(3, event_name="c")])
    folded = new.with_columns(
        event_name=pl.when(pl.col("event_name") == "a").then("event_name").otherwise(pl.lit(OTHER))
    )
    commit(model.store, Kept(events=new, told=rows(folded), known=pl.DataFrame(), hides=pl.DataFrame({"seq": []})), [])
    for given, seqs in (({"event": ["b"]}, [2]), ({"event": ["!b"]}, [3, 1]), ({"event": ["a", "c"]}, [3, 1])):
        found = ask(reader, given)
        assert ([row["seq"] for row in found["rows"]], found["total"]) == (seqs, len(seqs))


@pytest.mark.parametrize("bytes_left", [0, 100, 3_000])
def test_a_search_goes_on_beside_a_part_whose_file_is_cut_short(sparse: Model, reader: Reader, bytes_left: int) -> None:
    sparse.merge(1)
    damaged, _ = list_live(sparse.store)
    with damaged.file("events").open("r+b") as file:
        file.truncate(bytes_left)
    last = sparse.visible[-1]["event_id"]
    assert [row["event_id"] for row in ask(reader, {"event_id": ["id-1", last]})["rows"]] == [last]
    assert reader.damaged == (damaged,)
