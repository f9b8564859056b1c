"""Writes frames as Parquet, CSV or NDJSON, a piece at a time and in bounded memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal, Protocol

import msgspec
import polars as pl
import pyarrow.parquet as pq

from data.exported.cells import guarded
from data.exported.columns import ABOUT
from data.schema import BLOCK

Format = Literal["parquet", "csv", "ndjson"]

GROUP_BYTES: Final = 16 << 20
"""A row group is written when its texts have so many bytes, though it has fewer rows than a block."""
CHUNK_ROWS: Final = 8_192
"""Rows that are made into text at once."""
_TIME: Final = "%Y-%m-%dT%H:%M:%S%.6fZ"
_RAW: Final = ("context", "payload")
"""JSON texts, which stand in NDJSON as they are."""


class File(Protocol):
    """Where the bytes go."""

    def write(self, piece: bytes, /) -> int: ...


class Table(Protocol):
    """A table being written to a file, to be closed or abandoned. `flush` leaves no rows in memory; `about` is told at
    the end, where the format has a place for it.
    """

    def write(self, frame: pl.DataFrame) -> None: ...

    def flush(self) -> None: ...

    def close(self, about: dict[str, Any]) -> None: ...

    def abandon(self) -> None: ...


def table(kind: Format, file: File, columns: pl.Schema) -> Table:
    """A table of these columns in that format, whose frames have just them. The file is its opener's to close."""
    makers: dict[Format, Callable[[Any, pl.Schema], Table]]
    makers = {"parquet": ParquetTable, "csv": CsvTable, "ndjson": NdjsonTable}
    return makers[kind](file, columns)


class ParquetTable:
    """Row groups of a block's rows, or fewer where texts are long."""

    def __init__(self, file: File, columns: pl.Schema) -> None:
        schema = columns.to_frame(eager=True).to_arrow().schema
        self._writer = pq.ParquetWriter(file, schema, compression="zstd", compression_level=3, store_schema=False)
        self._waiting: list[pl.DataFrame] = []
        self._rows = self._bytes = 0

    def write(self, frame: pl.DataFrame) -> None:
        self._waiting.append(frame)
        self._rows += frame.height
        self._bytes += int(frame.estimated_size())
        if self._rows >= BLOCK or self._bytes >= GROUP_BYTES:
            self.flush()

    def close(self, about: dict[str, Any]) -> None:
        self.flush()
        self._writer.add_key_value_metadata({ABOUT: msgspec.json.encode(about).decode()})
        self._writer.close()

    def abandon(self) -> None:
        self._writer.is_open = False  # else it would write its footer when it is let go, into a file that is gone

    def flush(self) -> None:
        if self._waiting:
            self._writer.write_table(pl.concat(self._waiting).to_arrow(), row_group_size=BLOCK)
        self._waiting, self._rows, self._bytes = [], 0, 0


class CsvTable:
    """A header and a line for each row; every text is quoted, and guarded against being run as a formula."""

    def __init__(self, file: File, columns: pl.Schema) -> None:
        self._file = file
        file.write((",".join(columns.names()) + "\n").encode())

    def write(self, frame: pl.DataFrame) -> None:
        for some in frame.iter_slices(CHUNK_ROWS):
            lines = some.select(_cells(some.schema)).write_csv(include_header=False, quote_style="non_numeric")
            self._file.write(lines.encode())

    def flush(self) -> None:
        """Nothing waits."""

    def close(self, about: dict[str, Any]) -> None:
        """What is told stands beside it."""

    def abandon(self) -> None:
        """Nothing is held."""


class NdjsonTable:
    """An object a line: the columns by name, payload and context as the JSON that was sent."""

    def __init__(self, file: File, columns: pl.Schema) -> None:
        self._file = file

    def write(self, frame: pl.DataFrame) -> None:
        for some in frame.iter_slices(CHUNK_ROWS):
            # The line is JSON already: with this quoting and nothing to part, CSV is the line as it is.
            lines = some.select(_line(some.schema)).write_csv(include_header=False, quote_style="never")
            self._file.write(lines.encode())

    def flush(self) -> None:
        """Nothing waits."""

    def close(self, about: dict[str, Any]) -> None:
        """What is told stands beside it."""

    def abandon(self) -> None:
        """Nothing is held."""


def _cells(columns: pl.Schema) -> list[pl.Expr]:
    return [
        (guarded(_text(name, kind)) if _is_text(kind) else pl.col(name)).alias(name) for name, kind in columns.items()
    ]


def _is_text(kind: pl.DataType) -> bool:
    return isinstance(kind, pl.String | pl.Datetime | pl.List)


def _text(name: str, kind: pl.DataType) -> pl.Expr:
    if isinstance(kind, pl.List):
        return _json([name]).str.strip_prefix(f'{{"{name}":').str.strip_suffix("}")
    return _said(name, kind)


def _said(name: str, kind: pl.DataType) -> pl.Expr:
    return pl.col(name).dt.to_string(_TIME) if isinstance(kind, pl.Datetime) else pl.col(name)


def _json(names: list[str]) -> pl.Expr:
    return pl.struct(*names).struct.json_encode()


def _line(columns: pl.Schema) -> pl.Expr:
    plain = pl.struct(*(_said(name, kind) for name, kind in columns.items() if name not in _RAW))
    line = plain.struct.json_encode().str.strip_suffix("}")
    raw = [pl.lit(f',"{name}":') + pl.col(name).fill_null("null") for name in _RAW if name in columns]
    return pl.concat_str(line, *raw, pl.lit("}"))
