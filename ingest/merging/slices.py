"""The visible events of neighbouring parts, one batch after another: by seq, or by app and seq, without a sort."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.hidden import Hidden
from ingest.merging.counts import COUNTED
from ingest.merging.file import SCHEMA

_BATCH_ROWS: Final = 8_192
_MOST_DROPPED: Final = 65_536
_ROW_BYTES: Final = 250
"""What a row takes in memory beside the bytes its columns have in a file: offsets, and texts that repeat."""


@dataclass(frozen=True)
class Group:
    """One row group of a part's events: how many rows it has, and about how many bytes these take in memory."""

    file: Any
    index: int
    rows: int
    bytes: int

    @cached_property
    def apps(self) -> dict[str, int]:
        """How many rows each app has."""
        column = self.file.read_row_group(self.index, columns=["app"], use_threads=False)["app"]
        return {each["values"]: each["counts"] for each in column.value_counts().to_pylist()}


class Slices:
    """The events in `files` of neighbouring parts, in part order, without those that `hidden` hides.

    A context, which holds the files open. Raises OSError or pyarrow.ArrowException for a file that cannot be read.
    """

    def __init__(self, files: Sequence[Path], hidden: Hidden) -> None:
        self._hidden = hidden
        self._dropped: list[pl.DataFrame] = []
        self._dropped_rows = 0
        self._open = ExitStack()
        with self._open as cleanup:
            opened = [cleanup.enter_context(pq.ParquetFile(path)) for path in files]
            self._groups = [_group(file, index) for file in opened for index in range(file.num_row_groups)]
            self.rows = sum(group.rows for group in self._groups)
            self._open = cleanup.pop_all()

    @property
    def dropped(self) -> list[pl.DataFrame] | None:
        """The hidden rows met so far, columns `COUNTED`; None when these are too many to hold."""
        return self._dropped if self._dropped_rows <= _MOST_DROPPED else None

    def __enter__(self) -> "Slices":
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def by_seq(self) -> Iterator[Any]:
        """Record batches as they lie in the parts, which is by seq where none of these is in another order."""
        for group in self._groups:
            yield from self._batches(group)

    def by_app(self, budget: int) -> Iterator[Any]:
        """Record batches by app and then seq. About `budget` bytes are held at once.

        An app's slices are read in part order; small apps are read together, each batch put in order by its apps.
        """
        for apps in _together(self._groups, budget):
            yield from self._of(apps, budget)

    def _of(self, apps: Sequence[str], budget: int) -> Iterator[Any]:
        found = (batch for group in self._groups for batch in self._batches(group, apps))
        if len(apps) == 1:
            yield from found
            return
        held: list[Any] = []
        size = 0
        for batch in found:
            held.append(batch)
            size += batch.nbytes
            if size > 2 * budget:  # their rows are larger than those of the apps they lay beside
                held.clear()
                middle = len(apps) // 2
                yield from self._of(apps[:middle], budget)
                yield from self._of(apps[middle:], budget)
                return
        if held:
            yield _in_order(held, apps)

    def _batches(self, group: Group, apps: Sequence[str] | None = None) -> Iterator[Any]:
        """The group's visible rows, of `apps` only where these are given."""
        wanted = None if apps is None or group.apps.keys() <= set(apps) else group.apps.keys() & set(apps)
        if wanted is not None and not wanted:
            return
        for batch in group.file.iter_batches(_BATCH_ROWS, [group.index], use_threads=False):
            if wanted is not None:
                batch = batch.filter(pc.is_in(batch["app"], pa.array(wanted, batch["app"].type)))
            if batch.num_rows and (shown := self._visible(batch.cast(SCHEMA))).num_rows:
                yield shown

    def _visible(self, batch: Any) -> Any:
        if not self._hidden.any():
            return batch
        seqs = pc.min_max(batch["seq"])
        near = self._hidden.between(seqs["min"].as_py(), seqs["max"].as_py())
        if not near.any():
            return batch
        told = pl.DataFrame(pl.from_arrow(batch.select(["seq", "app", "received_at"])))
        hidden = told.select(near.rows()).to_series()
        self._keep_dropped(batch, hidden)
        return batch.filter((~hidden).to_arrow())

    def _keep_dropped(self, batch: Any, hidden: pl.Series) -> None:
        self._dropped_rows += int(hidden.sum())
        if self._dropped_rows > _MOST_DROPPED:
            self._dropped.clear()
        elif hidden.any():
            told = batch.select(COUNTED).filter(hidden.to_arrow())
            self._dropped.append(pl.DataFrame(pl.from_arrow(told)))


def _group(file: Any, index: int) -> Group:
    told = file.metadata.row_group(index)
    return Group(file, index, told.num_rows, told.total_byte_size + told.num_rows * _ROW_BYTES)


def _together(groups: Sequence[Group], budget: int) -> Iterator[list[str]]:
    """The apps in order, neighbours together as long as their events should take no more than `budget` bytes."""
    sizes: dict[str, int] = {}
    for group in groups:
        for app, rows in group.apps.items():
            sizes[app] = sizes.get(app, 0) + group.bytes * rows // group.rows
    some: list[str] = []
    total = 0
    for app in sorted(sizes):
        if some and total + sizes[app] > budget:
            yield some
            some, total = [], 0
        some.append(app)
        total += sizes[app]
    if some:
        yield some


def _in_order(batches: list[Any], apps: Sequence[str]) -> Any:
    """The events of `batches`, which is emptied: each app's are in order already, the apps come in that of `apps`."""
    [whole] = pa.Table.from_batches(batches).combine_chunks().to_batches()
    batches.clear()
    places = pc.index_in(whole["app"], pa.array(apps, SCHEMA.field("app").type))
    return whole.take(pa.array(np.argsort(places.to_numpy(), kind="stable")))
