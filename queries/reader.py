"""Runs the questions' SQL over exactly the live parts of a store: the only file that knows which engine answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache, cached_property, wraps
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

import duckdb
import polars as pl

from data import views
from data.hidden import Hidden, hidden
from data.layout import Store
from data.parts import Part, Stamp, list_live, stamp
from plans.versions import Shelf
from queries.conditions import EVERYTHING, Conditions
from queries.errors import Busy
from queries.page import MAX_LIMIT

Row = dict[str, Any]
P = ParamSpec("P")
T = TypeVar("T")

_SQL: Final = Path(__file__).parent / "sql"
_PARAMETER: Final = re.compile(r"\$(\w+)")
_GONE: Final = (duckdb.IOException, FileNotFoundError)
_LISTED: Final = 1_000
"""Hidden seqs that are written into a statement; above that many, reading them from their files is faster."""


class Reader:
    """Answers questions about one store from any number of threads, a bounded number at once.

    An answer is about one set of live parts from its first look to its last. Nothing is ever written to the store.
    """

    def __init__(
        self,
        store: Store,
        *,
        plans: Shelf | None = None,
        threads: int = 2,
        memory_mb: int = 384,
        concurrency: int = 8,
        wait_seconds: float = 5.0,
        max_ms: int = 20_000,
    ) -> None:
        self.store = store
        self.plans = plans or Shelf(store.plans)
        self._places = BoundedSemaphore(concurrency)
        self._wait_seconds = wait_seconds
        self._max_ms = max_ms
        self._lock = Lock()
        self._live: _Live | None = None
        self._defined = 0
        self._kept = 0
        self._engine = _engine(threads, memory_mb)

    def ask(self, question: Callable[[Look], T]) -> T:
        """The answer of `question`, which may look several times; it is asked again when a merge deleted what it reads.

        Raises Busy when no place gets free in time, or when the answer takes too long or too much memory.
        """
        with self._place():
            try:
                return self._ask(question)
            except _GONE:
                return self._ask(question, anew=True)

    @property
    def live_sets(self) -> int:
        """How many sets of live parts are kept: the newest, and older ones that are still being read."""
        return self._kept

    def close(self) -> None:
        self._engine.close()

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self._places.acquire(timeout=self._wait_seconds):
            raise Busy("busy", "too many questions are being answered; ask again in a moment")
        try:
            yield
        finally:
            self._places.release()

    def _ask(self, question: Callable[[Look], T], anew: bool = False) -> T:
        with self._held(anew) as live, closing(self._engine.cursor()) as cursor:
            cursor.execute(
                f"use {live.schema}; set max_execution_time = {self._max_ms}; set enable_progress_bar = false"
            )
            try:
                return question(Look(self.store, self.plans, live, cursor))
            except duckdb.InterruptException:
                raise Busy("too_slow", f"no answer within {self._max_ms} ms; ask for less") from None
            except duckdb.OutOfMemoryException:
                raise Busy("busy", "the answer needs more memory than is free; ask for less") from None

    @contextmanager
    def _held(self, anew: bool) -> Iterator[_Live]:
        """The parts that are live now, kept defined until they are let go."""
        with self._lock:
            live = self._current(anew)
            live.users += 1
        try:
            yield live
        finally:
            with self._lock:
                live.users -= 1
                self._drop_unused(live)

    def _current(self, anew: bool) -> _Live:
        seen, live = stamp(self.store), self._live
        if live is not None and not anew and live.stamp.still(seen):
            return live
        parts = list_live(self.store)
        if live is not None and live.parts == parts:
            live.stamp = seen
            return live
        self._live = self._define(parts, seen)
        if live is not None:
            self._drop_unused(live)
        return self._live

    def _define(self, parts: tuple[Part, ...], seen: Stamp) -> _Live:
        self._defined += 1
        schema = f"live_{self._defined}"
        with closing(self._engine.cursor()) as cursor:
            cursor.execute(f"create schema {schema}; use {schema}")
            cursor.execute(views.sql(parts))
        self._kept += 1
        return _Live(schema, parts, seen)

    def _drop_unused(self, live: _Live) -> None:
        if live is not self._live and not live.users:
            self._engine.execute(f"drop schema {live.schema} cascade")
            self._kept -= 1


class Look:
    """What one question sees: the relations of one set of live parts, and the plans."""

    def __init__(self, store: Store, plans: Shelf, live: _Live, cursor: duckdb.DuckDBPyConnection) -> None:
        self.plans = plans
        self._store = store
        self._live = live
        self._cursor = cursor

    def rows(self, question: str, conditions: Conditions = EVERYTHING, /, **values: object) -> list[Row]:
        """The rows of `sql/<question>.sql` under these conditions; it takes of `values` what it names."""
        text, names = _read(question)
        given = {name: values[name] for name in names} | dict(conditions.values)
        found = self._cursor.execute(conditions.put_into(text), given)
        columns = [column[0] for column in found.description or ()]
        return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]

    def once(self, question: str) -> list[Row]:
        """Like `rows` of a question without parameters, remembered as long as the same parts are live."""
        if question not in self._live.remembered:
            self._live.remembered[question] = self.rows(question)
        return self._live.remembered[question]

    def narrow(self, low: int, high: int) -> None:
        """From here on, `events` reads only the parts that can hold seqs from `low` on and below `high`."""
        files = [part.file("events") for part in self._live.parts if part.last >= low and part.first < high]
        if files:
            visible = _visible(self._live.hidden, low, high)
            read = f"select * from {views.source(files)} as events where {visible}"
            self._cursor.execute(f"create or replace temp view events as {read}")

    def everything(self) -> tuple[int, int]:
        """The range of seqs, `low` and `high` as in `narrow`, that holds every event."""
        parts = self._live.parts
        return (parts[0].first, parts[-1].last + 1) if parts else (0, 0)

    def hides_any(self, app: str, low: int, high: int) -> bool:
        """Whether some row of the app, from seq `low` on and below `high`, may be hidden."""
        return self._live.hidden.between(low, high - 1).of(app).any()

    def planned_apps(self) -> set[str]:
        """The apps that have a plan in force."""
        with suppress(FileNotFoundError):
            return {folder.name for folder in self._store.plans.iterdir() if self.plans.in_force(folder.name)}
        return set()


@dataclass
class _Live:
    """The parts that were live at one moment; the engine has their relations in `schema`."""

    schema: str
    parts: tuple[Part, ...]
    stamp: Stamp
    users: int = 0
    remembered: dict[str, list[Row]] = field(default_factory=dict)

    @cached_property
    def hidden(self) -> Hidden:
        return hidden(self.parts)


class Engine:
    """An engine of its own for long work such as an export, so that no question has to wait for it."""

    def __init__(self, threads: int = 1, memory_mb: int = 256) -> None:
        self._connection = _engine(threads, memory_mb)

    def frame(self, sql: str, values: Mapping[str, object], **tables: pl.DataFrame) -> pl.DataFrame:
        """What `sql` gives, which may name `tables`. Raises OSError for what cannot be read, Busy for too much."""
        with closing(self._connection.cursor()) as cursor:
            for name, table in tables.items():
                cursor.register(name, table.to_arrow())
            try:
                found: pl.DataFrame = cursor.sql(sql, params=dict(values)).pl()
                return found
            except duckdb.OutOfMemoryException:
                raise Busy("busy", "this needs more memory than it may take; ask for less") from None
            except duckdb.Error as error:
                raise OSError(str(error).partition("\n")[0]) from None

    def close(self) -> None:
        self._connection.close()


def question(answer: Callable[Concatenate[Look, P], T]) -> Callable[Concatenate[Reader, P], T]:
    """Makes a function of one look a question to ask a reader."""

    @wraps(answer)
    def ask(reader: Reader, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return reader.ask(lambda look: answer(look, *args, **kwargs))

    return ask


def _engine(threads: int, memory_mb: int) -> duckdb.DuckDBPyConnection:
    """An engine that keeps nothing on disk and reads the footers of immutable files once."""
    engine = duckdb.connect(config={"threads": threads, "memory_limit": f"{memory_mb}MB", "temp_directory": ""})
    engine.execute("set global parquet_metadata_cache = true")
    engine.execute(f"set global late_materialization_max_rows = {MAX_LIMIT + 1}")
    return engine


@cache
def _read(question: str) -> tuple[str, frozenset[str]]:
    text = (_SQL / f"{question}.sql").read_text()
    return text, frozenset(_PARAMETER.findall(text))


def _visible(hidden: Hidden, low: int, high: int) -> str:
    near = hidden.between(low, high - 1)
    uncut = views.uncut(near.cuts)
    if not len(near.seqs):
        return uncut
    if len(near.seqs) <= _LISTED:
        return f"seq not in (select unnest([{', '.join(map(str, near.seqs))}]::bigint[])) and {uncut}"
    return f"seq not in (select seq from hides where seq >= {low} and seq < {high}) and {uncut}"
