"""Which of an export's tables a row goes to: by its event name, by its values, or all to one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import polars as pl

from data.exported.columns import VIOLATIONS_FILE, Kind
from data.exported.names import name_of
from plans.model import Plan
from queries.export.rows import violations
from queries.export.typed import Typed, typed
from queries.filter import DIMENSIONS

PARTITIONS: Final = ("day", "event_name", *(name for name in DIMENSIONS if name != "event"))
"""What a folder can be divided by; `day` is the UTC day an event was received on."""
_ROWS_FILE: Final = "rows"
Piece = tuple[str, pl.DataFrame, dict[str, Any]]
"""The path of a table's file without its ending, rows for it, and what is told of it beside what all are told."""


class Layout:
    """Which table a row goes to: one of its event name where tables are typed, in a folder for each value."""

    def __init__(self, kind: Kind, plan: Plan | None, partition_by: Sequence[str]) -> None:
        self._typed, self._plan, self._by = kind == "typed", plan, tuple(partition_by)
        self._tables: dict[str | None, Typed] = {}

    def divided(self, frame: pl.DataFrame) -> Iterator[Piece]:
        """The rows, each with the table it goes to."""
        if self._typed:
            for (name,), rows in frame.partition_by("event_name", as_dict=True, maintain_order=True).items():
                one = self._table(name)
                yield from self._placed(name_of(name), one.of(rows), {"json": one.json})
            broken = violations(frame)
            if broken.height:
                yield VIOLATIONS_FILE, broken, {"kind": "violations"}
        else:
            yield from self._placed(None, frame, {})

    def _table(self, name: str | None) -> Typed:
        if name not in self._tables:
            self._tables[name] = typed(self._plan, name)
        return self._tables[name]

    def _placed(self, name: str | None, frame: pl.DataFrame, told: dict[str, Any]) -> Iterator[Piece]:
        if not self._by:
            yield name or _ROWS_FILE, frame, told
            return
        keys = [f"_{at}" for at in range(len(self._by))]
        values = {key: _value(by) for key, by in zip(keys, self._by, strict=True)}
        parts = frame.with_columns(**values).partition_by(keys, as_dict=True, include_key=False, maintain_order=True)
        for told_by, rows in parts.items():
            folders = [f"{by}={name_of(value)}" for by, value in zip(self._by, told_by, strict=True)]
            yield "/".join([*([name] if name else []), *folders, _ROWS_FILE]), rows, told


def _value(by: str) -> pl.Expr:
    return pl.col("received_at").dt.to_string("%Y-%m-%d") if by == "day" else pl.col(by)
