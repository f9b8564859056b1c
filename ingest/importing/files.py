"""Files of events, read a block at a time whatever their size: NDJSON, JSON, CSV and Parquet."""

import gzip
import zlib
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import IO, Final, cast

import msgspec

from ingest.adapters.shapes import Shapes
from ingest.bodies import BOM, GZIP
from ingest.importing.blocks import BLOCK_EVENTS, Block, CannotImport
from ingest.importing.tables import csv_blocks, parquet_blocks
from ingest.limits import Limits
from ingest.split import is_whole_object, member, split

BLOCK_BYTES: Final = 1 << 20
JSON_BYTES: Final = 512 << 20  # an array has to be in memory as a whole

_raws = Shapes(msgspec.Raw)


def blocks(path: Path, limits: Limits) -> Iterator[Block]:
    """The events of a file, in order. Raises CannotImport; OSError where it cannot be read."""
    with path.open("rb") as file:
        start = file.peek(1 << 12).removeprefix(BOM).lstrip()
        if start.startswith(b"PAR1"):
            yield from parquet_blocks(path)
        elif path.suffix.lower() == ".csv":
            yield from csv_blocks(path, file, limits)
        elif start.startswith(GZIP):
            yield from _unzipped(path, file, limits)
        elif start.startswith(b"[") or (start.startswith(b"{") and not _is_one_a_line(start)):
            yield from _whole(path, file)
        elif start.startswith(b"{") or not start:
            yield from _lines(file, file, limits)
        else:
            raise CannotImport(f"{path} is no file of events: NDJSON, JSON, CSV (.csv) and Parquet can be read")


def _is_one_a_line(start: bytes) -> bool:
    """Whether the first line is an event by itself, or goes on beyond what was looked at; else it begins a list."""
    if member(start, b'"events"') is not None and member(start, b'"event_name"') is None:
        return False
    line, end, _ = start.partition(b"\n")
    return not end or is_whole_object(line.strip())


def _unzipped(path: Path, file: BufferedReader, limits: Limits) -> Iterator[Block]:
    try:
        yield from _lines(file, cast("IO[bytes]", gzip.GzipFile(fileobj=file)), limits)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise CannotImport(f"{path} cannot be decompressed: {error}") from None


def _lines(on_disk: BufferedReader, file: IO[bytes], limits: Limits) -> Iterator[Block]:
    number = 0
    left = b""
    while block := file.read(BLOCK_BYTES):
        *lines, left = (left + block).split(b"\n")
        yield _block_of_lines(lines, number, on_disk.tell())
        number += len(lines)
        left = left[: limits.event_bytes + 1]  # longer, it will be rejected: no more of it is needed to see that
    yield _block_of_lines([left], number, on_disk.tell())


def _block_of_lines(lines: list[bytes], number: int, bytes_read: int) -> Block:
    found = [(at, line) for at, line in enumerate(lines, number + 1) if line and not line.isspace()]
    return Block([line.removeprefix(BOM).strip() for _, line in found], "line", [at for at, _ in found], bytes_read)


def _whole(path: Path, file: BufferedReader) -> Iterator[Block]:
    content = file.read(JSON_BYTES + 1)
    if len(content) > JSON_BYTES:
        raise CannotImport(f"{path} is one JSON document of more than {JSON_BYTES >> 20} MB: write it one event a line")
    content = content.removeprefix(BOM).strip()
    try:
        pieces = [bytes(raw) for raw in _raws.decode(content)[0]]
    except (msgspec.DecodeError, RecursionError):
        pieces = split(content, b'"event_name"', len(content))
    for at in range(0, len(pieces), BLOCK_EVENTS):
        some = pieces[at : at + BLOCK_EVENTS]
        bytes_read = len(content) * (at + len(some)) // len(pieces)
        yield Block(some, "event", list(range(at + 1, at + 1 + len(some))), bytes_read)
