"""Partitioned exports: Hive folders for any value, with few files open and little in memory."""

from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.exported.columns import Kind
from data.exported.names import LONGEST, NO_VALUE, name_of
from data.layout import Store
from queries.export.ask import Asked
from queries.export.folders import Folder
from queries.reader import Engine
from tests.queries.export.conftest import exported, rows


@settings(max_examples=30)
@given(st.lists(st.none() | st.text(), unique=True))
def test_every_value_has_a_safe_name_of_its_own(values: list[str | None]) -> None:
    names = [name_of(value) for value in values]
    assert len(set(names)) == len(values)
    for name in names:
        assert len(name) <= LONGEST
        assert not set(name) & set("/\\\0:*?\"<>| '")
        assert name == NO_VALUE or name[:1] not in (".", "_")


def test_long_values_that_begin_alike_have_names_of_their_own() -> None:
    assert name_of("x" * 900 + "1") != name_of("x" * 900 + "2")


@pytest.mark.parametrize("kind", ["parquet", "csv", "ndjson"])
def test_a_partitioned_export_has_every_row_in_the_folder_of_its_values(
    filled: Store, engine: Engine, tmp_path: Path, kind: Any
) -> None:
    told = exported(filled, engine, tmp_path / "out", Asked("shop", format=kind), partition_by=["day", "event_name"])
    visible = rows(filled)
    assert told["rows"] == visible.height
    folders = {str(path.parent.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob(f"*.{kind}")}
    assert folders == {f"day=2026-11-23/event_name={name_of(name)}" for name in visible["event_name"].unique()}


def test_other_tools_read_the_folders_as_one_table(filled: Store, engine: Engine, tmp_path: Path) -> None:
    exported(filled, engine, tmp_path / "out", Asked("shop"), partition_by=["status", "event_name"])
    visible = rows(filled)
    with duckdb.connect() as connection:
        connection.execute(f"set variable files = '{tmp_path}/out/**/*.parquet'")
        read = "read_parquet(getvariable('files'), hive_partitioning = true)"
        counted = connection.execute(f"select event_name, status, count(*) from {read} group by all").fetchall()
    wanted = visible.group_by("event_name", "status").len().rows()
    assert sorted(map(repr, counted)) == sorted(map(repr, wanted))
    assert pl.read_parquet(tmp_path / "out/**/*.parquet", hive_partitioning=False).sort("seq").equals(visible)


def test_few_files_are_open_and_few_rows_wait_whatever_the_number_of_tables(tmp_path: Path) -> None:
    folder = Folder(tmp_path, "csv", {}, most_open=3, most_bytes=1 << 20)
    most = 0
    for n in range(40):
        frame = pl.DataFrame({"seq": range(n * 100, n * 100 + 100), "text": ["x" * 50] * 100})
        for key in range(10):
            folder.add(f"k={key}/rows", frame.filter(pl.col("seq") % 10 == key))
        most = max(most, len(folder._open))
        assert folder._bytes <= 1 << 20
    folder.close()
    assert most == 3
    for key in range(10):
        files = sorted((tmp_path / f"k={key}").glob("rows*.csv"))
        assert len(files) > 1
        assert [seq for file in files for seq in pl.read_csv(file)["seq"]] == list(range(key, 4_000, 10))


def test_a_folder_that_is_not_empty_is_left_alone(filled: Store, engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").touch()
    with pytest.raises(FileExistsError):
        exported(filled, engine, tmp_path, Asked("shop", kind="typed"))
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_export_that_fails_leaves_nothing(filled: Store, engine: Engine, tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise OSError("the disk is full")

    ways: list[tuple[Kind, list[str]]] = [("rows", []), ("typed", []), ("rows", ["status"])]
    for kind, by in ways:
        with pytest.raises(OSError, match="full"):
            exported(filled, engine, tmp_path / "out", Asked("shop", kind=kind), partition_by=by, progress=stop)
    assert not any(tmp_path.iterdir())
    assert not any(filled.pins.iterdir())
