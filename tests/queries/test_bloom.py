"""Bloom filters as Parquet files have them: no row group that holds a value is ever ruled out, and most others are."""

from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.bloom import can_hold, groups, marks

GROUP_ROWS = 500
GROUPS = 8


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ids `0` to `3999` and a few sessions in eight row groups; no filter for the sessions' owner."""
    path = tmp_path_factory.mktemp("bloom") / "events.parquet"
    seqs = range(GROUPS * GROUP_ROWS)
    table = pl.DataFrame({"seq": seqs, "app": "shop", "owner": "a"}).with_columns(
        event_id=pl.col("seq").cast(pl.String), session="s" + (pl.col("seq") // 700).cast(pl.String)
    )
    distinct = {"event_id": {"ndv": GROUP_ROWS, "fpp": 0.01}, "session": {"ndv": 4, "fpp": 0.01}}
    pq.write_table(table.to_arrow(), path, row_group_size=GROUP_ROWS, bloom_filter_options=distinct)
    return path


def test_a_group_that_holds_a_value_is_never_ruled_out_and_nearly_all_others_are(file: Path) -> None:
    some = groups(file, ["event_id"])
    left = [can_hold(file, some, "event_id", marks([str(seq)])) for seq in range(0, GROUPS * GROUP_ROWS, 7)]
    for seq, can in zip(range(0, GROUPS * GROUP_ROWS, 7), left, strict=True):
        assert some[seq // GROUP_ROWS] in can
    assert sum(len(can) for can in left) < 1.1 * len(left)


def test_several_values_leave_the_groups_of_each(file: Path) -> None:
    some = groups(file, ["session"])
    left = can_hold(file, some, "session", marks(["s0", "s5", "nobody"]))
    assert {(group.low, group.high) for group in left} >= {(0, 499), (500, 999), (3_500, 3_999)}
    assert len(left) < GROUPS


def test_a_column_without_filters_rules_nothing_out(file: Path) -> None:
    some = groups(file, ["owner"])
    assert can_hold(file, some, "owner", marks(["b"])) == some


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_any_text_leaves_eight_bits_in_a_block(text: str) -> None:
    [mark] = marks([text])
    assert (mark.bits.bit_count(), mark.bits < 2**256, mark.place < 2**32) == (8, True, True)
