"""Whole columns of JSON text taken apart by DuckDB: tokens of fields, keys of objects, elements of arrays."""

from __future__ import annotations

import threading
from typing import Any

import duckdb
import polars as pl

THREADS = 2
MEMORY_LIMIT = "1GB"
_CHUNK = 8_192
_FEW = 1_024

_guard = threading.Lock()

INEXACT = r"[:\[,]\s*-?(?:[0-9]+(?:\.[0-9]+)?[eE]|[0-9]+\.[0-9]{12,}|[0-9]{5,}\.[0-9]{7,}|[0-9]{10,}\.)"
"""Finds each number a double may not hold as written (DuckDB reads fractions as doubles), and some others."""


def readable(texts: pl.Series) -> pl.Series:
    """Which of the texts are JSON that DuckDB reads; false for null."""
    return _ask("select coalesce(json_valid(t), false) as c from texts", texts)["c"]


def normalise(texts: pl.Series) -> pl.Series:
    """Each JSON text with its keys sorted and its spaces dropped; null where DuckDB could not keep its meaning."""
    kept = "json_valid(t) and not regexp_matches(t, $inexact)"
    sql = f"select case when {kept} then json_normalize(t)::varchar end as c from texts"
    return _ask(sql, texts, {"inexact": INEXACT})["c"].alias(texts.name)


class Unreadable(ValueError):
    """Some of the texts are not JSON that DuckDB reads; ask `readable` which."""


def fields(objects: pl.Series) -> tuple[pl.Series, pl.Series]:
    """For each object its keys and the tokens of their values, in order and repeated ones repeated.

    Keys come as the text of a JSON array. Raises Unreadable when a text is not JSON.
    """
    found = _ask("select to_json(json_keys(t))::varchar as k, json_extract(t, '$.*') as c from texts", objects)
    return found["k"], found["c"]


def elements(arrays: pl.Series) -> tuple[pl.Series, pl.Series, pl.Series]:
    """The elements of all arrays as (which array, index in it, token); nulls have none."""
    column = _ask("select json_extract(t, '$[*]') as c from texts", arrays)["c"]
    frame = pl.DataFrame({"parent": pl.int_range(len(arrays), dtype=pl.UInt32, eager=True), "token": column})
    index = pl.int_ranges(0, pl.col("token").list.len(), dtype=pl.Int64())
    full = frame.filter(pl.col("token").list.len() > 0).with_columns(index=index)
    spread = full.explode("token", "index")
    return spread["parent"], spread["index"], spread["token"]


def lengths(arrays: pl.Series) -> pl.Series:
    """How many elements each array has; null for null."""
    return _ask("select json_array_length(t)::bigint as c from texts", arrays)["c"]


def _ask(sql: str, texts: pl.Series, params: dict[str, Any] | None = None) -> pl.DataFrame:
    return _run(sql, texts.rename("t").to_frame(), params)


def _run(sql: str, texts: pl.DataFrame, params: dict[str, Any] | None = None) -> pl.DataFrame:
    with _connection().cursor() as cursor:
        cursor.register("texts", _cut(texts))
        try:
            found: pl.DataFrame = cursor.sql(sql, params=params or {}).pl()
            return found
        except (duckdb.InvalidInputException, UnicodeDecodeError) as error:  # its message may end within a character
            raise Unreadable(str(error)) from None


def _cut(texts: pl.DataFrame) -> pl.DataFrame:
    """The frame in chunks, which is what DuckDB shares among its threads; a frame of one chunk keeps one busy."""
    if texts.height <= _FEW:
        return texts
    size = min(_CHUNK, -(-texts.height // THREADS))
    return pl.concat([texts[start : start + size] for start in range(0, texts.height, size)], rechunk=False)


_open: list[duckdb.DuckDBPyConnection] = []


def _connection() -> duckdb.DuckDBPyConnection:
    """The one connection of this process; a cursor of its own for each call."""
    with _guard:
        if not _open:
            options: dict[str, str | bool | int | float | list[str]] = {
                "threads": THREADS,
                "memory_limit": MEMORY_LIMIT,
            }
            _open.append(duckdb.connect(config=options))
        return _open[0]
