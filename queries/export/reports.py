"""Three reports for a spreadsheet: every field of every event, of each name's latest event, and a line a name."""

from __future__ import annotations

import csv
import io
from collections.abc import Generator, Iterator, Mapping
from itertools import islice
from typing import Any, Final

import polars as pl

from data.exported.cells import harmless
from data.layout import Store
from data.schema import STATUSES
from plans.judging.table import field_table, unjudged
from plans.model import shown_time
from plans.versions import Shelf
from queries.errors import Busy
from queries.export.ask import Asked
from queries.export.rows import Snapshot, snapshot
from queries.reader import Engine

MOST_NAMES: Final = 50_000
FIELDS: Final = ("time", "event", "key", "value", "expected type", "received type", "status", "comment")
SUMMARY: Final = ("event", "total", *STATUSES, "latest time", "latest status", "latest payload")
_LINES: Final = 1_000
_NAMED: Final = ("seq", "event_name", "event_type", "status")

Line = list[str]


def report(store: Store, plans: Shelf, engine: Engine, asked: Asked, kind: str) -> Generator[bytes]:
    """The report of that kind about the events asked for, as CSV, oldest event first; nothing (`b""`) before it.

    `rows` has a line for each field of each event, planned or sent; `latest` only of the newest event of each name;
    `summary` a line for each name. Events without a name and system events make no names. Raises OSError, Busy.
    """
    with snapshot(store, engine, asked) as taken:
        if kind == "rows":
            lines = _fields(taken.frames(), asked.app, plans)
        else:
            names = _names(taken)
            rows = taken.these(pl.Series(sorted(each["seq"] for each in names.values()), dtype=pl.Int64()))
            lines = _fields(rows, asked.app, plans) if kind == "latest" else _summary(rows, names)
        first = next(lines, None)
        yield b""
        yield _text([list(SUMMARY if kind == "summary" else FIELDS), *([first] if first else [])])
        while some := list(islice(lines, _LINES)):
            yield _text(some)


def _fields(frames: Iterator[pl.DataFrame], app: str, plans: Shelf) -> Iterator[Line]:
    for frame in frames:
        for row in frame.iter_rows(named=True):
            head = [shown_time(row["received_at"]), row["event_name"] or ""]
            for each in _table(row, app, plans):
                told = (each[name] for name in ("key", "value", "expected", "received", "status", "message"))
                yield [*head, *("" if cell is None else cell for cell in told)]


def _table(row: Mapping[str, Any], app: str, plans: Shelf) -> list[dict[str, Any]]:
    """The event's field table, by the plan version it was judged by."""
    version = row["plan_version"]
    plan = plans.at(app, version) if version is not None else None
    if plan is None:
        return unjudged(row["violations"] or (), row["event_name"], row["payload"])
    return field_table(plan, row["event_name"], row["payload"])


def _names(taken: Snapshot) -> dict[str, dict[str, Any]]:
    """For each name its newest seq, and how many events of each status it has."""
    names: dict[str, dict[str, Any]] = {}
    for frame in taken.events(_NAMED):
        named = frame.filter(pl.col("event_name").is_not_null() & (pl.col("event_type") != "system"))
        counted = [(pl.col("status") == status).sum().alias(status) for status in STATUSES]
        for row in named.group_by("event_name").agg(pl.col("seq").max(), *counted).iter_rows(named=True):
            known = names.setdefault(row["event_name"], {"seq": 0, **dict.fromkeys(STATUSES, 0)})
            known["seq"] = max(known["seq"], row["seq"])
            known.update({status: known[status] + row[status] for status in STATUSES})
        if len(names) > MOST_NAMES:
            raise Busy("too_many", f"there are more than {MOST_NAMES:,} event names; ask for some of them")
    return names


def _summary(frames: Iterator[pl.DataFrame], names: Mapping[str, Mapping[str, Any]]) -> Iterator[Line]:
    for frame in frames:
        for row in frame.iter_rows(named=True):
            counted = [names[row["event_name"]][status] for status in STATUSES]
            told = [row["event_name"], sum(counted), *counted, shown_time(row["received_at"]), row["status"]]
            yield [*map(str, told), row["payload"] or ""]


def _text(lines: list[Line]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([harmless(cell) for cell in line] for line in lines)
    return text.getvalue().encode()
