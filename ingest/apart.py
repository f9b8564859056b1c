"""Which values of a dimension the counts keep apart: senders may make up any number, and the rest is `(other)`."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from data.parts import Part
from data.schema import BY_HOUR, OTHER

OPEN: Final = ("event_name", "event_type", "source", "app_version", "platform", "environment")
"""Dimensions whose values somebody else chooses."""
APART: Final = 5_000
"""Values of a dimension kept apart per app and UTC day; as many planned names beside those that are not."""
IN_ALL: Final = 500_000
"""Values kept apart of all apps together, for the writer's memory."""

_FOLDS: Final = pl.any_horizontal((pl.col(name) == OTHER).any() for name in OPEN)

_Keys = tuple[str, str, bool]


class Apart:
    """The values of one day, from the first commit to the last: those seen first are kept apart."""

    def __init__(self, most: int = APART, in_all: int = IN_ALL) -> None:
        self._most, self._in_all = most, in_all
        self._day: date | None = None
        self._values: dict[_Keys, set[str]] = {}
        self._held = 0

    def recall(self, parts: Sequence[Part], day: date) -> None:
        """Learn from the parts of that day what was kept apart so far; one that cannot be read teaches nothing."""
        self._begin(day)
        for part in parts:
            if part.day == day:
                told = _told(part.file("by_hour"))
                for dimension in OPEN:
                    self._learn(dimension, told.filter(pl.col(dimension) != OTHER))

    def counted(self, events: pl.DataFrame, day: date) -> pl.DataFrame:
        """`events` (columns of `EVENTS`, with their verdict) with the values that counts should say of them."""
        self._begin(day)
        for dimension in OPEN:
            if over := self._learn(dimension, events):
                kept = [(app, value) for app in over for value in self._kept(app, dimension)]
                events = _folded(events, dimension, over, pl.DataFrame(kept, _pairs(dimension), orient="row"))
        return events

    def _begin(self, day: date) -> None:
        if day != self._day:
            self._day, self._values, self._held = day, {}, 0

    def _learn(self, dimension: str, events: pl.DataFrame) -> list[str]:
        """Keep new values of the dimension as long as there is room; the apps of which some are not kept."""
        planned = pl.col("status").is_in(["valid", "invalid"]) if dimension == "event_name" else pl.lit(False)
        seen = events.select("app", value=dimension, planned=planned).drop_nulls().unique(maintain_order=True)
        over: dict[str, None] = {}
        for app, value, is_planned in seen.iter_rows():
            mine = self._values.setdefault((app, dimension, is_planned), set())
            if value in mine or value in self._values.get((app, dimension, not is_planned), ()):
                continue
            if len(mine) < self._most and self._held < self._in_all:
                mine.add(value)
                self._held += 1
            else:
                over[app] = None
        return list(over)

    def _kept(self, app: str, dimension: str) -> set[str]:
        return self._values.get((app, dimension, True), set()) | self._values.get((app, dimension, False), set())


def as_counted(events: pl.DataFrame, by_hour: pl.DataFrame) -> pl.DataFrame:
    """`events` of a part with the values that the part's counts, of which `by_hour` is one table, say of them."""
    for dimension in OPEN:
        over = by_hour.filter(pl.col(dimension) == OTHER)["app"].unique().to_list()
        if over:
            # What was only taken back is counted in another part: such rows have no latest seq.
            kept = by_hour.filter(pl.col("latest_seq").is_not_null()).select("app", dimension).unique()
            events = _folded(events, dimension, over, kept)
    return events


def as_counted_in(parts: Sequence[Part], events: pl.DataFrame) -> pl.DataFrame:
    """Like `as_counted` for events (with a column `seq`) of these parts. Where counts cannot be read, nothing folds."""
    for part in parts:
        mine = pl.col("seq").is_between(part.first, part.last)
        if events.select(mine.any()).item() and (by_hour := _told(part.file("by_hour"))).select(_FOLDS).item():
            events = pl.concat([as_counted(events.filter(mine), by_hour), events.filter(~mine)])
    return events


def _folded(events: pl.DataFrame, dimension: str, apps: Sequence[str], kept: pl.DataFrame) -> pl.DataFrame:
    """`events` with `(other)` for the values of these apps that are not among `kept` (columns app and dimension)."""
    marked = events.join(kept.with_columns(_kept=True), on=["app", dimension], how="left", maintain_order="left")
    beyond = pl.col("app").is_in(apps) & pl.col(dimension).is_not_null() & pl.col("_kept").is_null()
    return marked.with_columns(pl.when(beyond).then(pl.lit(OTHER)).otherwise(dimension).alias(dimension)).drop("_kept")


def _pairs(dimension: str) -> Mapping[str, pl.DataType]:
    return {"app": pl.String(), dimension: pl.String()}


def _told(file: Path) -> pl.DataFrame:
    try:
        return pl.read_parquet(file).filter(pl.col("latest_seq").is_not_null())
    except (OSError, pl.exceptions.PolarsError):
        return BY_HOUR.to_frame()
