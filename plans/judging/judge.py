"""A batch of events in, a status and violations for each out: the same verdict whichever way it is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import polars as pl

from plans.judging import decode
from plans.judging.odd import odd
from plans.judging.one import Violation, unplanned, unreadable, violations_of
from plans.judging.validate import validate
from plans.judging.violations import FOUND, NAMES
from plans.model import Plan
from plans.rules.compiled import compiled
from plans.rules.frames import Compiled

VERDICT: Final = pl.Schema(
    {
        "status": pl.String(),
        "violations": pl.List(pl.Struct({name: pl.String() for name in NAMES})),
        "plan_version": pl.Int64(),
    }
)
COLUMNS_FROM: Final = 500
"""From so many events of one name on, judging them as columns is faster than one by one (measured)."""
GLANCED: Final = 8_000
"""Below so many events of one name, a glance at each costs less than setting up the columns (measured)."""
_TOKENS: Final = 4_000_000
"""How many tokens of a group are taken apart at once: with many fields it is judged in slices."""
_CELLS: Final = 150
"""With so many fields, setting up the columns costs twice as much, and it takes twice the events to be worth it."""


def judge(
    events: pl.DataFrame,
    plan_of: Callable[[str], Plan | None],
    *,
    columns_from: int = COLUMNS_FROM,
    glanced: int = GLANCED,
) -> pl.DataFrame:
    """`status`, `violations` and `plan_version` for each row of `events`, in its order.

    `events` has app, event_name, event_type, payload (JSON text or null) and problem (why it could not be read, or
    null). Whatever a payload holds, its row gets a verdict; nothing is raised for an event.
    """
    told, names = _named(events, plan_of)
    found = [_told_by_sender(told)]
    planned = told.filter(pl.col("name").is_not_null())
    for (at,), group in planned.partition_by("name", as_dict=True).items():
        row, payload = group.get_column("row"), group.get_column("payload")
        ready, plan = compiled(names[at].plan, names[at].name), names[at].plan
        if ready.glance and len(row) < glanced:
            doubtful = _doubtful(ready.glance, payload)
            row, payload = row.filter(doubtful), payload.filter(doubtful)
        found.append(_group(ready, plan, row, payload, columns_from))
    return _verdicts(told, pl.concat(found))


@dataclass(frozen=True)
class _Name:
    plan: Plan
    name: str


def _named(events: pl.DataFrame, plan_of: Callable[[str], Plan | None]) -> tuple[pl.DataFrame, list[_Name]]:
    """The events with their row, the number of the planned name each means, and the version of its plan."""
    judged = pl.col("problem").is_null() & (pl.col("event_type").fill_null("") != "system")
    told = events.select("app", "event_name", "payload", "problem", judged=judged).with_row_index("row")
    met = told.filter("judged").select("app", "event_name").unique(maintain_order=True)
    plans = {app: plan_of(app) for app in met["app"].unique(maintain_order=True)}
    names: dict[tuple[str, str], int] = {}
    kept: list[_Name] = []
    rows: list[tuple[str, str | None, int | None, int | None]] = []
    for app, event_name in met.iter_rows():
        plan = plans[app]
        name = plan.canonical(event_name) if plan and event_name is not None else None
        if plan and name is not None and (app, name) not in names:
            names[app, name] = len(kept)
            kept.append(_Name(plan, name))
        number = names[app, name] if name is not None else None
        rows.append((app, event_name, number, plan.version if plan else None))
    schema = {"app": pl.String(), "event_name": pl.String(), "name": pl.Int64(), "plan_version": pl.Int64()}
    table = pl.DataFrame(rows, schema=schema, orient="row").with_columns(judged=pl.lit(True))
    on = ["app", "event_name", "judged"]
    return told.join(table, on=on, how="left", nulls_equal=True, maintain_order="left"), kept


def _told_by_sender(told: pl.DataFrame) -> pl.DataFrame:
    """The one violation of each event that could not be read, and of each that is not planned."""
    problems = told.filter(pl.col("problem").is_not_null()).select("row", "problem")
    strange = told.filter(pl.col("judged") & pl.col("name").is_null()).select("row", "event_name")
    return pl.concat(
        [
            _alike(problems.rename({"problem": "received"}), unreadable(None)),
            _alike(strange.rename({"event_name": "received"}), unplanned(None)),
        ]
    )


def _alike(rows: pl.DataFrame, said: Violation) -> pl.DataFrame:
    same = [pl.lit(value, pl.String()).alias(name) for name, value in said.items() if name != "received"]
    return rows.with_columns(same).select(FOUND.names())


def _group(ready: Compiled, plan: Plan, row: pl.Series, payload: pl.Series, columns_from: int) -> pl.DataFrame:
    """What the events of one name break; large groups as columns, as many at once as fit the memory meant for it."""
    step = max(_TOKENS // ready.cells, 1)
    worth = columns_from * (1 + ready.cells / _CELLS)
    if ready.why or min(len(row), step) < worth:
        return _one_by_one(ready, plan, row, payload)
    starts = range(0, len(row), step)
    slices = [(row.slice(start, step), payload.slice(start, step)) for start in starts]
    return pl.concat([_as_columns(ready, plan, *each, worth) for each in slices])


def _as_columns(ready: Compiled, plan: Plan, row: pl.Series, payload: pl.Series, few: float) -> pl.DataFrame:
    """The same by one pass over columns, but for the payloads that must be read exactly."""
    text = payload.str.strip_chars(" \t\n\r").fill_null("{}").replace("null", "{}")
    strange = odd(text)
    try:
        judged = validate(ready, text.filter(~strange), few)
    except decode.Unreadable:
        strange |= ~decode.readable(text)
        judged = validate(ready, text.filter(~strange), few)
    even = row.filter(~strange)
    found = judged.violations.with_columns(even.gather(judged.violations["row"]).alias("row"))
    rest = pl.concat([row.filter(strange), even.gather(judged.left)])
    texts = pl.concat([payload.filter(strange), payload.filter(~strange).gather(judged.left)])
    return pl.concat([found, _one_by_one(ready, plan, rest, texts)])


def _one_by_one(ready: Compiled, plan: Plan, row: pl.Series, payload: pl.Series) -> pl.DataFrame:
    def each() -> Iterator[tuple[int | str | None, ...]]:
        for at, text in zip(row.to_list(), payload.to_list(), strict=True):
            for said in violations_of(ready, plan, text):
                yield (at, *said.values())

    return pl.DataFrame(list(each()), schema=FOUND, orient="row")


def _doubtful(surely: Callable[[str], bool], payload: pl.Series) -> pl.Series:
    """Which payloads are not seen at a glance to break nothing."""
    inexact = payload.str.contains(decode.INEXACT).fill_null(True).to_list()
    told = [odd or not surely(text) for odd, text in zip(inexact, payload.to_list(), strict=True)]
    return pl.Series(told, dtype=pl.Boolean())


def _verdicts(told: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    each = (
        found.sort("row", maintain_order=True)
        .group_by("row", maintain_order=True)
        .agg(
            violations=pl.struct(NAMES),
            unread=(pl.col("rule") == "unreadable").any(),
            broken=(pl.col("severity") == "error").any(),
        )
    )
    whole = told.join(each, on="row", how="left", maintain_order="left")
    status = (
        pl.when("unread")
        .then(pl.lit("error"))
        .when(pl.col("judged") & pl.col("name").is_null())
        .then(pl.lit("unplanned"))
        .when("broken")
        .then(pl.lit("invalid"))
        .otherwise(pl.lit("valid"))
    )
    empty = pl.lit([], VERDICT["violations"])
    return whole.select(status.alias("status"), pl.col("violations").fill_null(empty), "plan_version").cast(VERDICT)
