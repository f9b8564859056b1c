"""The rows of an export: those the log shows for the same filter, oldest first, as they were at one moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import polars as pl

from data.exported.columns import ROWS, VIOLATIONS
from data.history import chosen
from data.layout import Store
from data.pins import Pinned, pinned
from data.views import source
from queries.conditions import of_events
from queries.export.ask import Asked
from queries.filter import Filter
from queries.reader import Engine

FRAME_ROWS: Final = 16_384
FRAME_BYTES: Final = 16 << 20
"""Of texts in one frame: there are several copies of it on the way into a file."""
TEXT_BYTES: Final = 4 << 20
"""Of texts that are looked into at once: the engine makes several copies of them."""
COLUMNS: Final = {"rows": ROWS, "typed": ROWS, "violations": VIOLATIONS}
_FROM_EVENTS: Final = [name for name in VIOLATIONS if name in ROWS]

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Snapshot:
    """What one export reads: the parts of one moment. No event of it has a seq above `through`."""

    asked: Asked
    through: int
    pin: Pinned
    engine: Engine

    def frames(self) -> Iterator[pl.DataFrame]:
        """The rows, as frames of the columns of their kind, none empty. Raises OSError, Busy."""
        for frame in self.events(ROWS.names()):
            made = violations(frame) if self.asked.kind == "violations" else frame
            if made.height:
                yield made

    def events(
        self, columns: Sequence[str], rows: int = FRAME_ROWS, batch_bytes: int = FRAME_BYTES
    ) -> Iterator[pl.DataFrame]:
        """The events, with these columns, as frames of at most so many rows or bytes. Raises OSError, Busy."""
        with_text = self.asked.chosen.q is not None
        read = ROWS.names() if with_text else columns
        for frame in chosen(self.pin, self.asked.app, self._choose, columns=read, rows=rows, batch_bytes=batch_bytes):
            shown = self._with_text(frame).select(columns) if with_text else frame
            if shown.height:
                yield shown

    def these(self, seqs: pl.Series) -> Iterator[pl.DataFrame]:
        """The events with one of `seqs`, which are ascending."""
        size = {"rows": FRAME_ROWS, "batch_bytes": FRAME_BYTES}
        yield from chosen(self.pin, self.asked.app, lambda _: seqs, columns=ROWS.names(), **size)

    def _choose(self, file: Path) -> pl.Series:
        """The seqs of one part that may be in it, by columns that are quick to read; texts are looked into later."""
        quick = of_events(replace(self.asked.chosen, q=None))
        sql = (
            f"select seq from {source([file])} as events where app = $app and seq > $after and {quick.sql} order by seq"
        )
        return self.engine.frame(sql, {"app": self.asked.app, "after": self.asked.after, **quick.values})["seq"]

    def _with_text(self, frame: pl.DataFrame) -> pl.DataFrame:
        text = of_events(Filter(q=self.asked.chosen.q))
        sql = f"select seq from events where {text.sql}"
        looked_at = frame.select("seq", "payload", "unread")
        few = max(frame.height * TEXT_BYTES // (int(frame.estimated_size()) + 1), 1)
        found = [self.engine.frame(sql, text.values, events=some)["seq"] for some in looked_at.iter_slices(few)]
        return frame.filter(pl.col("seq").is_in(pl.concat(found).implode()))


@contextmanager
def snapshot(store: Store, engine: Engine, asked: Asked) -> Iterator[Snapshot]:
    """The rows as they are now, readable until this is left, whatever is committed and merged meanwhile."""
    with pinned(store, asked.after + 1) as pin:
        yield Snapshot(asked, max([asked.after, *(part.last for part in pin.parts)]), pin, engine)


def violations(frame: pl.DataFrame) -> pl.DataFrame:
    """A row for each violation of these events, in the columns of `data.exported.columns.VIOLATIONS`."""
    broken = frame.filter(pl.col("violations").list.len() > 0).select(*_FROM_EVENTS, "violations")
    return broken.explode("violations").unnest("violations").select(VIOLATIONS.names())


class Tally:
    """What can be told of the rows once they are written: how many, and by which plan versions they were judged."""

    def __init__(self) -> None:
        self.rows = 0
        self._versions: set[int] = set()

    def add(self, frame: pl.DataFrame) -> None:
        self.rows += frame.height
        self._versions |= set(frame["plan_version"].drop_nulls().unique())

    def as_dict(self) -> dict[str, Any]:
        return {"rows": self.rows, "plan_versions": sorted(self._versions)}
