from datetime import datetime, timedelta

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import history
from data.hidden import Cut, Hidden, cut_rows, cuts, widest
from data.layout import Store
from data.parts import list_live
from data.schema import HIDES, RELATIONS
from data.views import uncut
from ingest.apps.removal import Removal
from ingest.commit import commit_removal
from ingest.count import count, rows
from ingest.recover import last_seq
from queries.events import events
from queries.filter import Filter
from queries.reader import Reader
from tests.storing import START_US, merge_all, put, spooled, visible

START = datetime(1970, 1, 1) + timedelta(microseconds=START_US)
MINUTE_US = 60_000_000

some_cuts = st.lists(
    st.builds(
        Cut,
        st.sampled_from(["shop", "web", "it's"]),
        st.integers(0, 12),
        st.one_of(st.none(), st.integers(0, 12).map(lambda minute: START + timedelta(minutes=minute))),
    ),
    max_size=6,
)


def cut(store: Store, *some: Cut) -> None:
    """Commit `some` cuts, counting back what they hide."""
    shown = visible(store)
    gone = count(rows(shown.filter(cut_rows(some)), sign=-1))
    counts = {relation: table.lazy() for relation, table in gone.items()}
    commit_removal(store, Removal(counts, HIDES.to_frame(), some), last_seq(store) + 1)


def seqs_everywhere(store: Store, app: str) -> set[tuple[int, ...]]:
    """The app's visible seqs, as every reader has them."""
    with duckdb.connect() as connection:
        connection.execute(store.views.read_text())
        by_views = connection.execute("select seq from events where app = ? order by seq", [app]).fetchall()
    reader = Reader(store, threads=1)
    by_reader = [row["seq"] for row in events(reader, app, Filter())["rows"]]
    reader.close()
    by_history = [seq for batch in history.batches(store, app, columns=["seq"]) for seq in batch["seq"]]
    by_polars = visible(store).filter(pl.col("app") == app)["seq"]
    assert len(by_history) == history.count(store, app)
    return {tuple(by_polars), tuple(seq for (seq,) in by_views), tuple(by_reader[::-1]), tuple(by_history)}


@pytest.mark.parametrize(
    ("made", "left"),
    [
        ([Cut("shop", 4)], (5, 7)),
        ([Cut("shop", 0)], (1, 3, 5, 7)),
        ([Cut("web", 8)], (1, 3, 5, 7)),
        ([Cut("shop", 8, START + timedelta(minutes=2))], (5, 7)),
        ([Cut("shop", 2, START + timedelta(minutes=9)), Cut("shop", 5)], (7,)),
        ([Cut("shop", 3), *(Cut(f"other-{n}", 99) for n in range(40))], (5, 7)),
    ],
)
def test_every_reader_leaves_out_what_is_cut_off(store: Store, made: list[Cut], left: tuple[int, ...]) -> None:
    for minute in range(4):
        put(
            store,
            spooled("shop", event_id=f"{minute}"),
            spooled("web", event_id=f"{minute}"),
            received_at_us=START_US + minute * MINUTE_US,
        )
    cut(store, *made)
    assert seqs_everywhere(store, "shop") == {left}
    merge_all(store)
    assert seqs_everywhere(store, "shop") == {left}
    assert cuts(list_live(store)) == ()


@settings(max_examples=60)
@given(some_cuts)
def test_frames_sql_and_plain_words_agree_on_what_is_cut_off(some: list[Cut]) -> None:
    told = [(seq, app, START + timedelta(minutes=12 - seq)) for seq in range(13) for app in ("shop", "web", "it's")]
    frame = pl.DataFrame(
        told, schema={"seq": pl.Int64(), "app": pl.String(), "received_at": pl.Datetime("us")}, orient="row"
    )
    gone = {
        row
        for row in told
        if any(row[1] == c.app and row[0] <= c.through and (c.before is None or row[2] < c.before) for c in some)
    }
    kept = [row for row in told if row not in gone]
    hides = Hidden(pl.Series("seq", [], pl.Int64()), widest(some))
    assert frame.filter(~hides.rows()).rows() == kept
    assert hides.visible(frame.lazy()).collect().rows() == kept
    assert frame.filter(pl.col("seq") >= 5).filter(~hides.between(5, 12).rows()).rows() == [
        r for r in kept if r[0] >= 5
    ]
    with duckdb.connect() as connection:
        connection.register("events", frame)
        assert connection.execute(f"select * from events where {uncut(hides.cuts)} order by all").fetchall() == sorted(
            kept
        )


def test_only_cuts_that_hide_something_more_are_kept() -> None:
    old, older = START, START - timedelta(days=1)
    some = [
        Cut("a", 5),
        Cut("a", 9),
        Cut("a", 7, old),
        Cut("a", 12, old),
        Cut("a", 11, older),
        Cut("b", 1),
        Cut("b", 1),
    ]
    assert widest(some) == (Cut("a", 9), Cut("a", 12, old), Cut("b", 1))


def test_a_part_that_cuts_off_nothing_has_no_file_for_it(store: Store) -> None:
    put(store, spooled())
    (part,) = list_live(store)
    assert {file.stem for file in part.folder.glob("*.parquet")} == RELATIONS.keys() - {"hides", "cuts"}
