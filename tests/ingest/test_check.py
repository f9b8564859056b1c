import shutil

import polars as pl
import pytest

from data import digests
from data.layout import Store
from data.parts import list_live
from data.store_id import store_id
from ingest.check import check
from ingest.segments import Record, write_sealed
from tests.storing import START_US, put, spooled


@pytest.fixture
def full(store: Store) -> Store:
    """Three parts, the second replacing an event of the first."""
    put(store, spooled(event_id="1", event_name="a"), spooled(event_id="2", event_name="b"))
    put(store, spooled(event_id="1", event_name="a"))
    put(store, spooled(event_id="3", event_name="c"))
    return store


def found(store: Store) -> str:
    return "\n".join(f"{problem.where}: {problem.what}" for problem in check(store).problems)


def test_a_sound_store_has_no_problems(full: Store) -> None:
    findings = check(full)
    assert (findings.parts, findings.events, findings.problems) == (3, 3, ())


def test_an_empty_store_is_sound(store: Store) -> None:
    from data import views

    views.write(store)
    assert check(store).problems == ()


def test_a_missing_part_is_named_by_its_seqs(full: Store) -> None:
    shutil.rmtree(list_live(full)[1].folder)
    assert "seq 3..3 is in no part" in found(full)


def test_a_truncated_file_is_named(full: Store) -> None:
    file = list_live(full)[0].file("events")
    file.write_bytes(file.read_bytes()[:-20])
    assert f"{file}: is cut short" in found(full)


def test_counts_that_lie_are_named(full: Store) -> None:
    part = list_live(full)[2]
    file = part.file("by_minute")
    pl.read_parquet(file).with_columns(pl.col("events") + 1).write_parquet(file)
    digests.write(part.folder, store_id(full.root), part)
    assert "by_minute: does not equal a recount" in found(full)


def test_a_replaced_event_that_shows_again_is_named(full: Store) -> None:
    list_live(full)[1].file("hides").unlink()
    assert "1 replaced events are visible, seq 1" in found(full)


def test_a_torn_segment_is_named(full: Store) -> None:
    path = write_sealed(full.spool, [Record(START_US, 1, b"{}\n")])
    path.write_bytes(path.read_bytes() + b"half a header")
    assert f"{path}: bytes 27..39 are no whole record" in found(full)


def test_views_that_name_other_files_are_named(full: Store) -> None:
    full.views.write_text("select 1")
    assert f"{full.views}: does not name the live files" in found(full)
