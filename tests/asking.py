"""Processes that ask a store without pause, each in its way; every answer must be of a state the store has been in."""

import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any, Final

import duckdb
import polars as pl

from data import Store, live
from queries.events import events
from queries.filter import Filter
from queries.page import Page
from queries.reader import Reader
from queries.stats import stats
from tests.scene import APPS, Log, Scene

GRACE_SECONDS: Final = 1.0
"""How long the files stay that `views.sql` or a listing named before a merge replaced them."""
_SPAWN: Final = get_context("spawn")


@dataclass
class Told:
    """What the process that makes the scene and those that ask tell each other."""

    begun: Any = field(default_factory=lambda: _SPAWN.Value("q", 0))
    done: Any = field(default_factory=lambda: _SPAWN.Value("q", 0))
    stop: Any = field(default_factory=_SPAWN.Event)
    problems: Any = field(default_factory=_SPAWN.Queue)


class Asker:
    """One process that asks; `rounds` says how often it has asked everything."""

    def __init__(self, ask: Callable[[Path, "Moments"], None], root: Path, told: Told) -> None:
        self._rounds = _SPAWN.Value("q", 0)
        self.process = _SPAWN.Process(target=_run, args=(ask, root, told, self._rounds))
        self.process.start()

    @property
    def rounds(self) -> int:
        return int(self._rounds.value)


class Moments:
    """The states in which the store has been while something was asked."""

    def __init__(self, told: Told, rounds: Any) -> None:
        self._scene, self._told, self._rounds = Scene(), told, rounds

    def ask(self, question: Callable[[], Any]) -> tuple[Any, list[dict[str, Log]]]:
        """The answer, and the states of which it may be."""
        first = self._told.done.value
        answer = question()
        last = self._told.begun.value
        self._scene.play(last)
        return answer, self._scene.states[first : last + 1]

    def go_on(self) -> bool:
        self._rounds.value += 1
        return not self._told.stop.is_set()


def _run(ask: Callable[[Path, Moments], None], root: Path, told: Told, rounds: Any) -> None:
    try:
        ask(root, Moments(told, rounds))
    except Exception:
        told.problems.put(traceback.format_exc())


def by_reader(root: Path, moments: Moments) -> None:
    """Totals, pages at an offset and walks by cursor, as the dashboard asks for them."""
    reader, random = Reader(Store(root), threads=1), Random(1)
    while moments.go_on():
        for app in APPS:
            _totals(reader, app, moments)
            _page(reader, app, moments, random.randrange(200))
            _walk(reader, app, moments)
    reader.close()


def _totals(reader: Reader, app: str, moments: Moments) -> None:
    told, states = moments.ask(lambda: stats(reader, app, Filter())["events"])
    found = told["total"], told["replaced"]
    assert found in [(len(state[app]), sum(state[app].values()) - len(state[app])) for state in states], found


def _page(reader: Reader, app: str, moments: Moments, offset: int) -> None:
    told, states = moments.ask(lambda: events(reader, app, Filter(), Page(9, offset=offset)))
    found = [row["seq"] for row in told["rows"]], told["total"]
    assert found in [(_newest_first(state[app])[offset : offset + 9], len(state[app])) for state in states], found


def _walk(reader: Reader, app: str, moments: Moments) -> None:
    """What is visible throughout comes once, in order; and nothing that never was."""

    def walk() -> list[int]:
        walked: list[int] = []
        page = Page(40)
        while True:
            told = events(reader, app, Filter(), page)
            walked += [row["seq"] for row in told["rows"]]
            if told["next"] is None:
                return walked
            page = Page(40, cursor=told["next"])

    walked, states = moments.ask(walk)
    assert walked == sorted(set(walked), reverse=True)
    assert set.intersection(*(set(state[app]) for state in states)) <= set(walked)
    assert set(walked) <= set().union(*(state[app] for state in states))


def by_files(root: Path, moments: Moments) -> None:
    """The events and their counts, as anybody's DuckDB and polars read them: from files that may go after the grace."""
    store = Store(root)
    while moments.go_on():
        for look in (_by_views, _by_live):
            began = time.monotonic()
            try:
                found, states = moments.ask(lambda look=look: look(store))  # type: ignore[misc]
            except (OSError, duckdb.IOException, pl.exceptions.ComputeError):
                if time.monotonic() - began < GRACE_SECONDS:
                    raise
                continue
            assert found in states, found


def _by_views(store: Store) -> dict[str, Log]:
    with duckdb.connect(config={"threads": 1}) as shell:
        shell.execute(store.views.read_text())
        rows = shell.execute("select app, seq, copies from events").fetchall()
        counted = shell.execute("select app, sum(events), sum(replaced) from by_minute group by app").fetchall()
    logs = _logs(rows)
    sums = {app: (events, replaced) for app, events, replaced in counted if events}
    assert sums == {app: (len(log), sum(log.values()) - len(log)) for app, log in logs.items() if log}
    return logs


def _by_live(store: Store) -> dict[str, Log]:
    return _logs(live(store).select("app", "seq", "copies").collect().rows())


def _logs(rows: Sequence[tuple[str, int, int]]) -> dict[str, Log]:
    assert len({seq for _, seq, _ in rows}) == len(rows), "a row comes twice"
    return {app: {seq: copies for name, seq, copies in rows if name == app} for app in APPS}


def _newest_first(log: Log) -> list[int]:
    return sorted(log, reverse=True)
