"""Writes `views.sql`: DuckDB views over exactly the live files, for anybody's shell."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from data.durable import publish_file
from data.layout import Store
from data.parts import Part, list_live
from data.processes.lock import turn
from data.schema import RELATIONS, VIOLATION

_TYPES = {pl.String: "varchar", pl.Int64: "bigint", pl.Datetime: "timestamp"}
_HEAD = "-- Views over the live files of this store; written anew after each commit and merge.\n"
_VISIBLE = "seq not in (select seq from hides)"


def sql(parts: Sequence[Part]) -> str:
    """`create or replace view` for every relation; `events` leaves hidden rows out.

    An empty store gives empty views with the right columns, because DuckDB refuses to read no files at all.
    """
    order = sorted(RELATIONS, key=lambda name: name == "events")
    return _HEAD + "".join(_view(name, _files(name, parts)) for name in order)


def write(store: Store) -> None:
    """Put `views.sql` of the parts now live in place, by rename; in turns, or an older list could win."""
    with turn(store, "views"):
        publish_file(store.views, sql(list_live(store)).encode())


def _files(relation: str, parts: Sequence[Part]) -> list[Path]:
    files = [part.file(relation) for part in parts]
    return [file for file in files if file.exists()] if relation == "hides" else files


def _view(relation: str, files: list[Path]) -> str:
    rows = "true" if relation != "events" else _VISIBLE
    read, rows = (source(files), rows) if files else (_nothing(relation), "false")
    return f"create or replace view {relation} as select * from {read} where {rows};\n"


def source(files: Sequence[Path]) -> str:
    """The rows of these files, as DuckDB reads them in a `from`."""
    listed = ",\n  ".join(quoted(str(file.absolute())) for file in files)
    return f"read_parquet([\n  {listed}\n], hive_partitioning = false)"


def quoted(text: str) -> str:
    """`text` as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def _nothing(relation: str) -> str:
    columns = ", ".join(f"null::{_type(dtype)} as {name}" for name, dtype in RELATIONS[relation].items())
    return f"(select {columns})"


def _type(dtype: pl.DataType) -> str:
    if isinstance(dtype, pl.List):
        return f"struct({', '.join(f'{field.name} varchar' for field in VIOLATION.fields)})[]"
    return _TYPES[type(dtype)]
