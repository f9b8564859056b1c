"""A batch of events in, a status and violations for each out: the same verdict whichever way it is found."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import polars as pl
import pyarrow as pa

from plans.judging import decode
from plans.judging.cells import numbered
from plans.judging.evaluated import evaluated
from plans.judging.loosened import Told
from plans.judging.odd import odd
from plans.judging.one import Violation, unplanned, unreadable, violations_in, violations_of
from plans.judging.soundness import look
from plans.judging.typed import Typed, typed
from plans.judging.validate import validate
from plans.judging.violations import FOUND, NAMES
from plans.model import Plan
from plans.rules.compiled import compiled
from plans.rules.ecma import TooMuchWork
from plans.rules.frames import Compiled

VERDICT: Final = pl.Schema(
    {
        "status": pl.String(),
        "violations": pl.List(pl.Struct({name: pl.String() for name in NAMES})),
        "plan_version": pl.Int64(),
    }
)
COLUMNS_FROM: Final = 1_500
"""From so many events on, judging them as columns is faster than one by one, whatever their names (measured)."""
SLICE_BYTES: Final = 64_000_000
"""How much of the payloads is unfolded at once, which takes a few times as much memory."""
SLICE_EVENTS: Final = 100_000
"""And how many events."""
_IN_FIELDS: Final = pl.Schema({"like": pl.Int64()} | {name: pl.String() for name in NAMES})


def judge(
    events: pl.DataFrame,
    plan_of: Callable[[str], Plan | None],
    *,
    columns_from: int = COLUMNS_FROM,
    glanced: bool = True,
) -> pl.DataFrame:
    """`status`, `violations` and `plan_version` for each row of `events`, in its order.

    `events` has app, event_name, event_type, payload (JSON text or null) and problem (why it could not be read, or
    null). Whatever a payload holds, its row gets a verdict; nothing is raised for an event.
    """
    told, names = _named(events, plan_of)
    planned = told.filter(pl.col("name").is_not_null()).select("row", "name", "payload")
    found = [_told_by_sender(told), *_planned(planned, names, columns_from, glanced)]
    return _verdicts(told, pl.concat(found))


@dataclass(frozen=True)
class _Name:
    plan: Plan
    name: str

    @property
    def ready(self) -> Compiled:
        """What its events are judged by."""
        return compiled(self.plan, self.name)

    @property
    def typed(self) -> Typed | None:
        """What most of them are passed over by."""
        plan = self.plan
        found = typed(plan.event(self.name), plan.strict_float, plan.format)
        if found and self.ready.why:  # then a field is not judged by itself
            return replace(found, loosened=None)
        return found or evaluated(self.ready, plan.format)


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


def _planned(planned: pl.DataFrame, names: list[_Name], columns_from: int, glanced: bool) -> Iterator[pl.DataFrame]:
    """What planned events break: each that is in doubt is judged, but for those that break what another one does."""
    if not glanced:
        yield from _judged(planned, names, columns_from)
        return
    looked = look(planned, [each.typed for each in names])
    yield from _judged(looked.left, names, columns_from)
    yield looked.alike.join(_by_fields(looked.fields, names), on="like", maintain_order="left_right").drop("like")


def _judged(planned: pl.DataFrame, names: list[_Name], columns_from: int) -> Iterator[pl.DataFrame]:
    """What these events break: most of them as columns, what is beyond these one by one."""
    beyond = planned["name"].is_in([at for at, each in enumerate(names) if each.ready.why])
    plain = planned.filter(~beyond)
    if plain.height < columns_from:
        yield _one_by_one(plain, names)
    else:
        for part in _slices(plain):
            try:
                yield from list(_as_columns(part, names))
            except TooMuchWork:  # one text would keep a pattern busy: one by one, only its own event is left unjudged
                yield _one_by_one(part, names)
    yield _one_by_one(planned.filter(beyond), names)


def _slices(planned: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The events in order, cut so that each piece fits the memory meant for it; a larger one stands alone."""
    size = planned["payload"].str.len_bytes().fill_null(0).cum_sum()
    number = (size // SLICE_BYTES).cast(pl.Int64()) + pl.int_range(planned.height, eager=True) // SLICE_EVENTS
    starts = [*(number != number.shift()).fill_null(True).arg_true().to_list(), planned.height]
    for start, end in itertools.pairwise(starts):
        yield planned[start:end]


def _as_columns(planned: pl.DataFrame, names: list[_Name]) -> Iterator[pl.DataFrame]:
    """All names at once, but for the payloads that must be read exactly."""
    met = planned["name"].unique().to_list()
    cells = numbered(names[at].ready for at in met)
    payload_cells = pl.Series([cells.payload(names[at].ready) for at in met], dtype=pl.UInt32())
    cell = planned["name"].replace_strict(met, payload_cells, return_dtype=pl.UInt32())
    text = planned["payload"].fill_null("{}")
    strange = odd(text)
    try:
        judged = validate(cells, cell.filter(~strange), text.filter(~strange))
    except decode.Unreadable:
        strange |= ~decode.readable(text)
        judged = validate(cells, cell.filter(~strange), text.filter(~strange))
    even = planned.filter(~strange)
    yield judged.violations.with_columns(even["row"].gather(judged.violations["row"]))
    yield _one_by_one(pl.concat([planned.filter(strange), even[judged.left]]), names)


def _one_by_one(planned: pl.DataFrame, names: list[_Name]) -> pl.DataFrame:
    said = ((row, violations_of(names[at].ready, names[at].plan, text)) for row, at, text in planned.iter_rows())
    return _listed(said, FOUND)


def _by_fields(fields: Sequence[tuple[int, Told]], names: list[_Name]) -> pl.DataFrame:
    """What fields break that were told apart, with the place of each in `fields` as `like`."""
    said = ((place, violations_in(names[at].ready, *told)) for place, (at, told) in enumerate(fields))
    return _listed(said, _IN_FIELDS)


def _listed(said: Iterable[tuple[int, list[Violation]]], schema: pl.Schema) -> pl.DataFrame:
    rows = ((number, *each.values()) for number, violations in said for each in violations)
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pl.DataFrame(dict(zip(schema, columns, strict=True)), schema=schema)


def _verdicts(told: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """The verdict of each event: all that was found of it, in the order it was found in."""
    ordered = found if found["row"].is_sorted() else found.sort("row", maintain_order=True)
    rows = pl.int_range(told.height, dtype=pl.UInt32(), eager=True)
    broken = rows.is_in(ordered["row"].filter(ordered["severity"] == "error").implode())
    unread = rows.is_in(ordered["row"].filter(ordered["rule"] == "unreadable").implode())
    status = (
        pl.when(unread)
        .then(pl.lit("error"))
        .when(pl.col("judged") & pl.col("name").is_null())
        .then(pl.lit("unplanned"))
        .when(broken)
        .then(pl.lit("invalid"))
        .otherwise(pl.lit("valid"))
    )
    return told.select(status.alias("status"), _lists(ordered, told.height), "plan_version").cast(VERDICT)


def _lists(ordered: pl.DataFrame, height: int) -> pl.Series:
    """The violations of each row as a list, from those of all rows in order."""
    counts = np.bincount(ordered["row"].to_numpy(), minlength=height)
    offsets = pa.array(np.concatenate([[0], np.cumsum(counts)]), pa.int64())
    values = ordered.select(pl.struct(NAMES).alias("violations"))["violations"].to_arrow()
    lists = pl.from_arrow(pa.LargeListArray.from_arrays(offsets, values))
    assert isinstance(lists, pl.Series)
    return lists.alias("violations")
