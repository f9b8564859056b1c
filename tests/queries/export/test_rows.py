"""An export has exactly the rows the log shows for the same filter, oldest first, as they were at one moment."""

import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.layout import Store
from data.parts import Damaged, list_all, list_live
from plans.versions import Shelf
from queries.events import events
from queries.export.ask import Asked
from queries.export.command import expected
from queries.export.rows import snapshot
from queries.export.stream import stream
from queries.filter import DIMENSIONS, Filter
from queries.page import Page
from queries.reader import Engine, Reader
from tests.queries.export.conftest import ODD, exported, fill, rows
from tests.storing import merge_all, put, spooled

CHOICES: dict[str, list[str]] = {
    "event": ["bought", "strolled", "!left", "=1+1", "nowhere"],
    "status": ["valid", "invalid", "!unplanned", "error"],
    "event_type": ["track", "!system"],
    "source": ["http", "!http"],
    "app_version": ["1.0", "!1.1"],
    "field": ["price", "!note"],
    "rule": ["wrong_type", "!empty"],
    "session": ["", "a\rb", "!'"],
    "user_id": ["ann", "!bob"],
    "event_id": ["0-1", "again-2"],
    "since": ["2026-11-23T15:01:00Z"],
    "until": ["2026-11-23T15:03:00.000001Z"],
    "q": ["Ł", "oops", "zip", '"price":1.5'],
}
FILTERS = st.fixed_dictionaries(
    {},
    optional={
        name: st.lists(st.sampled_from(values), min_size=1, max_size=1 if name in ("since", "until", "q") else 2)
        for name, values in CHOICES.items()
    },
)


def shown(log: Reader, app: str, chosen: Filter) -> list[int]:
    """The seqs the log shows, walked page by page, oldest first."""
    found: list[int] = []
    page = events(log, app, chosen, Page(limit=50))
    while True:
        found += [row["seq"] for row in page["rows"]]
        if page["next"] is None:
            return found[::-1]
        page = events(log, app, chosen, Page(limit=50, cursor=page["next"]))


@settings(max_examples=60)
@given(given_filter=FILTERS, app=st.sampled_from(["shop", "web"]), after=st.sampled_from([0, 30, 10_000]))
def test_an_export_has_the_rows_the_log_shows_oldest_first(
    filled: Store, log: Reader, engine: Engine, given_filter: dict[str, list[str]], app: str, after: int
) -> None:
    asked = Asked.parse(app, {**given_filter, "after": [str(after)]})
    with snapshot(filled, engine, asked) as taken:
        found = [seq for frame in taken.frames() for seq in frame["seq"]]
    assert found == [seq for seq in shown(log, app, asked.chosen) if seq > after]
    counts_know = not set(given_filter) - set(DIMENSIONS)
    assert expected(log, asked) == len(found) if counts_know else expected(log, asked) >= len(found)


def test_every_cell_is_that_of_the_store(filled: Store, engine: Engine, tmp_path: Path) -> None:
    told = exported(filled, engine, tmp_path / "a.parquet", Asked("shop"))
    found = pl.read_parquet(tmp_path / "a.parquet")
    assert found.equals(rows(filled))
    assert (told["rows"], told["plan_versions"]) == (found.height, [1])


def test_one_export_goes_on_where_the_last_one_ended(store: Store, engine: Engine, tmp_path: Path) -> None:
    fill(store)
    first = exported(store, engine, tmp_path / "1.parquet", Asked("shop"))
    put(store, *(spooled(event_name="bought", event_id=f"new-{n}") for n in range(5)), spooled(app="web"))
    then = exported(store, engine, tmp_path / "2.parquet", Asked("shop", after=first["through"]))
    last = exported(store, engine, tmp_path / "3.parquet", Asked("shop", after=then["through"]))
    found = pl.concat(pl.read_parquet(tmp_path / f"{n}.parquet") for n in (1, 2, 3))
    assert found["seq"].to_list() == rows(store)["seq"].to_list()
    assert (then["rows"], last["rows"], last["through"]) == (5, 0, then["through"])


@pytest.mark.parametrize("app", ["shop", "web"])
def test_commits_and_merges_meanwhile_change_nothing(store: Store, engine: Engine, app: str) -> None:
    before = rows(fill(store), app)
    with snapshot(store, engine, Asked(app)) as taken:
        frames = taken.events(before.columns, rows=10)
        read = [next(frames)]
        put(store, *(spooled(app=app, event_id=f"again-{n}", event_name="bought") for n in range(24)))
        merge_all(store)
        for part in set(list_all(store)) - set(list_live(store)):
            shutil.rmtree(part.folder)
        read += list(frames)
    assert pl.concat(read).equals(before)
    assert not any(store.pins.iterdir())


def test_an_export_that_is_left_early_lets_its_parts_go(filled: Store, engine: Engine) -> None:
    pieces = stream(filled, Shelf(filled.plans), engine, Asked("shop", format="ndjson"))
    about: Any = next(pieces)
    assert about["through"] == list_live(filled)[-1].last
    assert len(list(filled.pins.iterdir())) == 1
    pieces.close()
    assert not any(filled.pins.iterdir())


@pytest.mark.parametrize("cut", [0.2, 0.95])
def test_a_damaged_part_is_named_and_its_rows_are_not_left_out(store: Store, engine: Engine, cut: float) -> None:
    part = list_live(fill(store))[0]
    content = bytearray(part.file("events").read_bytes())
    at = int(len(content) * cut)
    content[at : at + 40] = bytes(40)
    part.file("events").write_bytes(content)
    with pytest.raises(Damaged, match=part.name), snapshot(store, engine, Asked("shop")) as taken:
        list(taken.frames())


def test_rows_of_a_megabyte_come_a_few_at_a_time(store: Store, engine: Engine) -> None:
    put(
        store, *(spooled(event_name="big", event_id=str(n), payload={"text": str(n % 10) * 900_000}) for n in range(40))
    )
    with snapshot(store, engine, Asked("shop")) as taken:
        heights = [frame.height for frame in taken.events(["seq", "payload"], batch_bytes=4 << 20)]
    assert sum(heights) == 40
    assert max(heights) <= 4


def test_odd_names_are_there(filled: Store, log: Reader) -> None:
    names = {row["event_name"] for row in events(log, "shop", Filter(), Page(limit=1_000))["rows"]}
    assert len(names & set(ODD)) > len(ODD) // 2
