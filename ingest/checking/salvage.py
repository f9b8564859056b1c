"""What can still be read of a damaged part: its whole row groups, copied to a file of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from ingest.checking.files import Stretch
from ingest.checking.rows import batch_rows
from ingest.commit import SEGMENTS

_UNREADABLE: Final = (OSError, pa.ArrowException)


@dataclass(frozen=True)
class Whole:
    """The row groups of a file that are whole, their rows, and the rows of all; None where the footer is gone."""

    groups: tuple[int, ...]
    rows: int
    of: int | None

    def __str__(self) -> str:
        return f"{self.rows} of {'its' if self.of is None else self.of} rows"


def whole_groups(file: Path, stretches: Sequence[Stretch]) -> Whole:
    """The row groups that touch none of the damaged `stretches` and decode."""
    try:
        with pq.ParquetFile(file) as opened:
            told = opened.metadata
            groups = [n for n in range(told.num_row_groups) if not _touched(told.row_group(n), stretches)]
            sound = tuple(n for n in groups if _decodes(opened, n))
            return Whole(sound, sum(told.row_group(n).num_rows for n in sound), told.num_rows)
    except _UNREADABLE:
        return Whole((), 0, None)


def copy_groups(file: Path, whole: Whole, target: Path) -> None:
    """Write the whole row groups of an events file, and the segments it names, to `target`."""
    with pq.ParquetFile(file) as opened, pq.ParquetWriter(target, opened.schema_arrow, compression="zstd") as writer:
        for group in whole.groups:
            for batch in opened.iter_batches(batch_rows(opened.metadata.row_group(group)), [group]):
                writer.write_batch(batch)
        segments = (opened.metadata.metadata or {}).get(SEGMENTS.encode(), b"[]")
        writer.add_key_value_metadata({SEGMENTS: segments.decode()})


def _touched(group: Any, stretches: Sequence[Stretch]) -> bool:
    columns = [group.column(at) for at in range(group.num_columns)]
    first = min(min(each.data_page_offset, each.dictionary_page_offset or each.data_page_offset) for each in columns)
    following = max(
        min(each.data_page_offset, each.dictionary_page_offset or each.data_page_offset) + each.total_compressed_size
        for each in columns
    )
    return any(begins < following and first < ends for begins, ends in stretches)


def _decodes(opened: Any, group: int) -> bool:
    try:
        for _ in opened.iter_batches(batch_rows(opened.metadata.row_group(group)), [group]):
            pass
    except _UNREADABLE:
        return False
    return True
