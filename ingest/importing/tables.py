"""Rows of CSV and Parquet files as events: a column for each key of an event, or for each field of the payload."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from io import BufferedReader, TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from data.exported.columns import kind_of
from ingest.importing.blocks import BLOCK_EVENTS, Block, CannotImport
from ingest.importing.exports import json_text, of_csv, of_parquet
from ingest.limits import Limits

TEXTS: Final = frozenset({"event_id", "session", "user_id", "app_version", "platform", "environment"})
OBJECTS: Final = frozenset({"payload", "context"})
KEYS: Final = frozenset({"event_name", "timestamp"}) | TEXTS | OBJECTS
RENAMED: Final = {"eventName": "event_name", "occurred_at": "timestamp"}
# What our own files say beside what was sent.
OURS: Final = frozenset({"seq", "app", "event_type", "received_at", "status", "violations", "plan_version", "source"})
OURS_TOO: Final = frozenset({"unread", "copies", "supersedes"})
_PAYLOAD: Final = "payload."
_BATCH_BYTES: Final = 16 << 20
"""Of rows of a Parquet file that are read at once, as far as the file tells how long they are."""

Written = Callable[[str, Any], bytes]


def csv_blocks(path: Path, file: BufferedReader, limits: Limits) -> Iterator[Block]:
    """Rows below a header; an empty cell is an absent key. Raises CannotImport."""
    csv.field_size_limit(limits.event_bytes)
    text = TextIOWrapper(file, "utf-8-sig", "surrogateescape", newline="")  # bad bytes make one bad event, no bad file
    rows = csv.reader(text, strict=True)
    try:
        header = next(rows, [])
        kind = kind_of(header)
        piece = of_csv(path, kind, header) if kind else partial(_piece, _columns(path, header))
        while some := [(rows.line_num, row) for row in islice(rows, BLOCK_EVENTS)]:
            pieces = [piece(row) for _, row in some]
            yield Block(pieces, "line", [number for number, _ in some], file.tell(), kind is not None)
    except csv.Error as error:
        raise CannotImport(f"{path}: line {rows.line_num} is not CSV: {error}") from None
    finally:
        text.detach()  # the file is its opener's to close


def parquet_blocks(path: Path) -> Iterator[Block]:
    """Rows; null is an absent key. Raises CannotImport."""
    try:
        with pq.ParquetFile(path) as file:
            names = file.schema_arrow.names
            kind = kind_of(names)
            piece = of_parquet(path, kind, names, file.metadata.metadata or {}) if kind else _rows(path, names)
            size, total, done = path.stat().st_size, file.metadata.num_rows, 0
            for batch in _batches(file):
                columns = (batch.column(at).to_pylist() for at in range(batch.num_columns))
                pieces = [piece(row) for row in zip(*columns, strict=True)]
                numbers = list(range(done + 1, done + 1 + len(pieces)))
                done += len(pieces)
                yield Block(pieces, "row", numbers, size * done // total, kind is not None)
    except pa.ArrowException as error:
        raise CannotImport(f"{path} is no Parquet file that can be read: {error}") from None


def _batches(file: pq.ParquetFile) -> Iterator[pa.RecordBatch]:
    """A block's rows at once, fewer where they are long."""
    for group in range(file.num_row_groups):
        told = file.metadata.row_group(group)
        fitting = _BATCH_BYTES * told.num_rows // max(told.total_byte_size, 1)
        yield from file.iter_batches(min(max(fitting, 1), BLOCK_EVENTS), [group], use_threads=False)


def _rows(path: Path, names: list[str]) -> Callable[[Sequence[Any]], bytes]:
    columns = _columns(path, names)
    return lambda row: _event(zip(columns, row, strict=True), _value)


def _columns(path: Path, names: list[str]) -> list[str]:
    """What each column is: a key of an event, `payload.<field>` for what is none, empty for what is left out."""
    named = [RENAMED.get(name, name) for name in names]
    if "event_name" not in named:
        raise CannotImport(f"{path} has no column event_name; it has {', '.join(names) or 'none'}")
    fields = [name for name in named if name not in KEYS | OURS | OURS_TOO]
    if "payload" in named and fields:
        raise CannotImport(f"{path} has a column payload, so {fields[0]!r} cannot be one of its fields")
    return [
        _PAYLOAD + name.removeprefix(_PAYLOAD) if name in fields else name if name in KEYS else "" for name in named
    ]


def _piece(columns: list[str], row: list[str]) -> bytes:
    if len(row) > len(columns):  # no event: as it stands, so that the error row shows it
        return ",".join(row).encode("utf-8", "surrogateescape")
    return _event(((column, cell or None) for column, cell in zip(columns, row, strict=False)), _cell)


def _event(cells: Iterable[tuple[str, Any]], written: Written) -> bytes:
    own: list[bytes] = []
    fields: list[bytes] = []
    for column, value in cells:
        if column and value is not None:
            members = fields if column.startswith(_PAYLOAD) else own
            members.append(json_text(column.removeprefix(_PAYLOAD)) + b":" + written(column, value))
    if fields:
        own.append(b'"payload":{' + b",".join(fields) + b"}")
    return b"{" + b",".join(own) + b"}"


def _cell(column: str, text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape") if column in OBJECTS else json_text(text)


def _value(column: str, value: Any) -> bytes:
    if column in OBJECTS and isinstance(value, str):
        return value.encode()
    if column in TEXTS and isinstance(value, int | float):
        return json_text(str(value))
    return msgspec.json.encode(value)
