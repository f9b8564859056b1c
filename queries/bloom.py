"""Which row groups can hold a value, by their Bloom filters: of each 32 bytes are read, where engines read them whole.

The filters are Parquet's split blocks: https://parquet.apache.org/docs/file-format/bloomfilter/
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl
import polars_hash as plh
import pyarrow as pa
import pyarrow.parquet as pq

UNREADABLE: Final = (OSError, pa.ArrowException)
LAST_TEXT: Final = "\U0010ffff"
"""No text comes after it."""

_SALT: Final = (0x47B6137B, 0x44974D91, 0x8824AD5B, 0xA2B7289D, 0x705495C7, 0x2DF1424B, 0x9EFC4947, 0x5C6BFB31)
_BLOCK_BYTES: Final = 32
_LOW_32: Final = 2**32 - 1


@dataclass(frozen=True)
class Group:
    """A row group: its seqs `low..high`, its first and last app, and where the Bloom filters of some columns lie.

    A filter is at an offset in the file, so many bytes long.
    """

    low: int
    high: int
    apps: tuple[str, str]
    filters: dict[str, tuple[int, int]]


def groups(file: Path, columns: Iterable[str]) -> list[Group]:
    """The row groups of a file of events. Raises one of `UNREADABLE` for a file that cannot be read."""
    with pq.ParquetFile(file) as opened, file.open("rb") as raw:
        places = {opened.schema.column(place).path: place for place in range(len(opened.schema))}
        found = []
        for index in range(opened.num_row_groups):
            chunks = {name: opened.metadata.row_group(index).column(places[name]) for name in ("seq", "app", *columns)}
            seqs, apps = chunks["seq"].statistics, chunks["app"].statistics
            filters = {name: place for name in columns if (place := _blocks_of(chunks[name], raw.fileno()))}
            found.append(Group(seqs.min, seqs.max, (apps.min, apps.max), filters))
        return found


@dataclass(frozen=True)
class Mark:
    """What a value leaves in a filter: the bits of `bits` in the block that lies at `place` of 2**32."""

    place: int
    bits: int


def marks(values: Sequence[str]) -> list[Mark]:
    """The marks of texts."""
    hashed = pl.DataFrame({"value": values}).select(plh.col("value").nchash.xxhash64(seed=0)).to_series()
    return [Mark(each >> 32, sum(_bit(each, word) for word in range(len(_SALT)))) for each in hashed]


def can_hold(file: Path, some: Iterable[Group], column: str, any_of: Sequence[Mark]) -> list[Group]:
    """The row groups that can hold one of the values: all that do, and of the others, about one in a hundred."""
    with file.open("rb") as raw:
        number = raw.fileno()
        return [
            group
            for group in some
            if column not in group.filters or any(_has(number, *group.filters[column], mark) for mark in any_of)
        ]


def _blocks_of(chunk: Any, file: int) -> tuple[int, int] | None:
    """Where the blocks of a column's filter begin, after its header, and how many bytes they are; None for none."""
    offset, length = chunk.bloom_filter_offset, chunk.bloom_filter_length
    if offset is None or length is None:
        return None
    header = os.pread(file, _BLOCK_BYTES, offset)
    many = shift = 0
    for byte in header[1:]:  # the header's first field: the number of bytes, zigzag, seven bits at a time
        many |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    many >>= 1
    return (offset + length - many, many) if 0 < many < length and not many % _BLOCK_BYTES else None


def _has(file: int, offset: int, length: int, mark: Mark) -> bool:
    place = mark.place * (length // _BLOCK_BYTES) >> 32
    block = int.from_bytes(os.pread(file, _BLOCK_BYTES, offset + place * _BLOCK_BYTES), "little")
    return block & mark.bits == mark.bits


def _bit(hashed: int, word: int) -> int:
    """The one bit of a hash in that word of 32 bits."""
    return 1 << 32 * word + ((hashed & _LOW_32) * _SALT[word] >> 27 & 31)
