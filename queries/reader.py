"""Runs the questions' SQL over exactly the live parts of a store: the only file that knows which engine answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import wraps
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import Concatenate, Final, ParamSpec, TypeVar

import duckdb
import polars as pl

from data.layout import Store
from data.parts import Part, list_live, stamp
from data.settings_db import Apps
from plans.versions import Shelf
from queries.errors import Busy
from queries.kept import Kept
from queries.live_set import UNREADABLE, LiveSet, broken_among, live_set, without
from queries.look import Look, Row
from queries.page import MAX_LIMIT

__all__ = ["Engine", "Look", "Reader", "Row", "question"]

P = ParamSpec("P")
T = TypeVar("T")

_FAILED: Final = (duckdb.Error, *UNREADABLE)
_TRIES: Final = 3
"""Times a question is asked: parts may have been merged meanwhile, and then one may turn out to be damaged."""


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
        scan_ms: int = 500,
    ) -> None:
        self.store = store
        self.plans, self.apps = plans or Shelf(store.plans), Apps(store)
        self.kept = Kept()
        self.scan_seconds = scan_ms / 1_000
        self._places = BoundedSemaphore(concurrency)
        self._wait_seconds = wait_seconds
        self._max_ms = max_ms
        self._lock = Lock()
        self.live: LiveSet | None = None
        """What was live when somebody asked last."""
        self._engine = _engine(threads, memory_mb)

    def ask(self, question: Callable[[Look], T]) -> T:
        """The answer of `question`, which may look several times; it is asked again when a merge deleted what it reads.

        A part that turns out to be damaged is left out from then on, until its files change. Raises Busy when no place
        gets free in time, or when the answer takes too long or too much memory.
        """
        with self._place():
            for _ in range(_TRIES - 1):
                files: set[Path] = set()
                live = None
                try:
                    live = self._current()
                    return self._answer(question, live, files)
                except _FAILED:
                    if not self._is_other_now(live, files):
                        raise
            return self._answer(question, self._current(), set())

    @property
    def damaged(self) -> tuple[Part, ...]:
        """Live parts that cannot be read, and are left out of every answer."""
        return tuple(self.live.damaged) if self.live else ()

    def close(self) -> None:
        self._engine.close()
        self.apps.close()

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self._places.acquire(timeout=self._wait_seconds):
            raise Busy("busy", "too many questions are being answered; ask again in a moment")
        try:
            yield
        finally:
            self._places.release()

    def _answer(self, question: Callable[[Look], T], live: LiveSet, files: set[Path]) -> T:
        with closing(self._engine.cursor()) as cursor:
            cursor.execute(f"set max_execution_time = {self._max_ms}; set enable_progress_bar = false")
            try:
                return question(Look(self, live, cursor, files))
            except duckdb.InterruptException:
                raise Busy("too_slow", f"no answer within {self._max_ms} ms; ask for less") from None
            except duckdb.OutOfMemoryException:
                raise Busy("busy", "the answer needs more memory than is free; ask for less") from None

    def _current(self) -> LiveSet:
        """The parts that are live now."""
        with self._lock:
            seen, live = stamp(self.store), self.live
            if live is not None and live.stamp.still(seen):
                return live
            listed = list_live(self.store)
            if live is not None and live.listed == listed and not live.damaged:
                live.stamp = seen
                return live
            self.live = live_set(listed, seen, live)
            return self.live

    def _is_other_now(self, live: LiveSet | None, files: Iterable[Path]) -> bool:
        """Whether asking again can help after `live` could not be read: other parts are live, or some are damaged."""
        with self._lock:
            seen, listed = stamp(self.store), list_live(self.store)
            if live is None or listed != live.listed:
                self.live = live_set(listed, seen, self.live)
                return True
            broken = broken_among(live.parts, files)
            if broken:
                self.live = without(live, broken)
            return bool(broken)


class Engine:
    """An engine of its own for long work such as an export, so that no question has to wait for it."""

    def __init__(self, threads: int = 1, memory_mb: int = 256) -> None:
        self._connection = _engine(threads, memory_mb)
        # Each export pins its files under names of their own: what is remembered of them would never be asked for.
        self._connection.execute("set global parquet_metadata_cache = false")

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
