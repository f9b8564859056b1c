"""The Parquet file of merged events: how long its row groups and pages are, and how each column lies in it."""

from pathlib import Path
from types import TracebackType
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from data.schema import BLOCK, EVENTS, VIOLATION

SCHEMA: Final[Any] = EVENTS.to_frame().to_arrow().schema

PAGE_ROWS: Final = 4_096
"""Rows of a page, the least that is decoded for a row: half the time of 20,000 for a page of the log."""

_GROWING: Final = ("seq", "received_at", "occurred_at")
"""Written as differences, which take a tenth of the bytes and are read faster."""

DICTIONARY_BYTES: Final = 64 << 10
"""Largest dictionary of a column: a row is found only after its row group's dictionary was read whole."""

_UNIQUE: Final = ("event_id", "payload", "unread")
"""Never in a dictionary, which would be thrown away. Plain: pyarrow cannot read lengths apart by `read_dictionary`."""

_REPEATED: Final = [name for name in EVENTS if name not in (*_GROWING, *_UNIQUE, "violations")]
_IN_VIOLATIONS: Final = [f"violations.list.element.{field.name}" for field in VIOLATION.fields]

FOUND_BY: Final = ("event_id", "session", "user_id")
"""Columns with a Bloom filter in each row group: of a hundred without the value, one is read all the same."""
_FALSE_POSITIVES: Final = 0.01


class EventsFile:
    """Takes events and writes them to `path` in row groups of `BLOCK` rows, or less where these have `group_bytes`.

    `most_rows` is how many come at most. A context: the file is whole once it is left without an error.
    """

    def __init__(self, path: Path, *, most_rows: int, group_bytes: int, footer: dict[str, str]) -> None:
        self.rows = 0
        self._group_bytes = group_bytes
        self._footer = footer
        self._waiting: list[Any] = []
        self._waiting_rows = self._waiting_bytes = 0
        distinct = {"ndv": max(1, min(most_rows, BLOCK)), "fpp": _FALSE_POSITIVES}
        self._writer = pq.ParquetWriter(
            path,
            SCHEMA,
            compression="zstd",
            compression_level=1,
            use_dictionary=[*_REPEATED, *_IN_VIOLATIONS],
            dictionary_pagesize_limit=DICTIONARY_BYTES,
            column_encoding=dict.fromkeys(_GROWING, "DELTA_BINARY_PACKED"),
            max_rows_per_page=PAGE_ROWS,
            bloom_filter_options=dict.fromkeys(FOUND_BY, distinct),
        )

    def __enter__(self) -> "EventsFile":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            if kind is None:
                self._write()
                self._writer.add_key_value_metadata(self._footer)
        finally:
            self._writer.close()

    def add(self, events: Any) -> None:
        """Write a record batch of events, now or with later ones."""
        while events.num_rows:
            some = events.slice(0, min(BLOCK - self._waiting_rows, self._fitting(events)))
            self._waiting.append(some)
            self._waiting_rows += some.num_rows
            self._waiting_bytes += some.nbytes
            if self._waiting_rows == BLOCK or self._waiting_bytes >= self._group_bytes:
                self._write()
            events = events.slice(some.num_rows)

    def _fitting(self, events: Any) -> int:
        """How many of the rows should have the bytes that are left of the row group: one at least."""
        left = self._group_bytes - self._waiting_bytes
        return int(max(1, left * events.num_rows // max(1, events.nbytes)))

    def _write(self) -> None:
        if self._waiting:
            self._writer.write_table(pa.Table.from_batches(self._waiting, SCHEMA), row_group_size=BLOCK)
        self.rows += self._waiting_rows
        self._waiting, self._waiting_rows, self._waiting_bytes = [], 0, 0
