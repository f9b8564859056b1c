"""Every row of a part's events, decoded whole in bounded memory: what is wrong with them, and what they count."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from data.hidden import Hidden
from data.parts import Part
from data.schema import BLOCK, BY_HOUR, DIMENSIONS, EVENTS, STATUSES
from ingest.apart import OPEN, as_counted
from ingest.count import add, count, rows

STEP_BYTES: Final = 64 << 20
"""Uncompressed bytes of a file that are read at once."""
_LOOKED_AT: Final = ("seq", *DIMENSIONS, "received_at", "violations", "plan_version", "copies", "supersedes")
_FEWEST: Final = 16
_TOGETHER: Final = 16
"""Frames whose counts are kept before they are added up."""
_COPIES: Final = pl.col("copies")
_TEXTS: Final = [name for name, kind in EVENTS.items() if kind == pl.String()]


@dataclass
class Rows:
    """What a part's rows are: how many are shown, what is wrong with some, what is counted for the shown ones.

    `shown` and `superseded` are seqs, ascending; `versions` pairs of app and plan version; `counts` a table each, in
    which a group may be more than once.
    """

    events: int = 0
    wrong: list[str] = field(default_factory=list)
    shown: pl.Series = field(default_factory=lambda: pl.Series("seq", [], pl.Int64))
    superseded: pl.Series = field(default_factory=lambda: pl.Series("seq", [], pl.Int64))
    versions: set[tuple[str, int]] = field(default_factory=set)
    counts: dict[str, pl.DataFrame] = field(default_factory=dict)


def frames(file: Path) -> Iterator[pl.DataFrame]:
    """The rows of an events file, every column decoded, as frames of what a check looks at.

    Raises OSError or pyarrow's ArrowException for what cannot be read.
    """
    with pq.ParquetFile(file, read_dictionary=_TEXTS) as opened:
        for group in range(opened.num_row_groups):
            told = opened.metadata.row_group(group)
            for batch in opened.iter_batches(batch_rows(told), [group]):
                yield pl.DataFrame(pl.from_arrow(_plain(batch.select(_LOOKED_AT))))


def look_through(part: Part, hidden: Hidden, sound: Callable[[str], bool] = lambda relation: True) -> Rows:
    """Read the events of `part`, of which `hidden` may hide some. Raises as `frames` does.

    What they should count depends on which values the part keeps apart: one of its `sound` count tables tells.
    """
    found, near = Rows(), hidden.between(part.first, part.last)
    apart: pl.DataFrame | None = None
    seqs: list[pl.Series] = []
    tables: dict[str, list[pl.DataFrame]] = {}
    for frame in frames(part.file("events")):
        apart = _kept_apart(part, sound) if apart is None else apart
        seqs.append(frame["seq"])
        shown = near.visible(frame.lazy()).collect() if near.any() else frame
        found.events += shown.height
        found.shown.append(shown["seq"])
        found.superseded.append(frame["supersedes"].drop_nulls().rename("seq"))
        found.versions |= set(shown.select("app", "plan_version").drop_nulls().unique().iter_rows())
        for relation, table in count(rows(as_counted(shown, apart))).items():
            tables.setdefault(relation, []).append(table)
            if len(tables[relation]) >= _TOGETHER:
                tables[relation] = [add(relation, tables[relation])]
        found.wrong += [what for what in _wrong(part, frame) if what not in found.wrong]
    if seqs and (twice := sum(map(len, seqs)) - pl.concat(seqs).n_unique()):
        found.wrong.append(f"holds {twice} rows whose seq is there already")
    found.shown, found.superseded = found.shown.sort(), found.superseded.unique().sort()
    found.counts = {relation: pl.concat(kept) for relation, kept in tables.items()}
    return found


def _kept_apart(part: Part, sound: Callable[[str], bool]) -> pl.DataFrame:
    """The values that the part's counts keep apart, as rows of a count table; none where no table can be read."""
    names = ("app", *OPEN, "latest_seq")
    for relation in filter(sound, ("by_hour", "by_minute", "by_block")):
        with suppress(OSError, pl.exceptions.PolarsError):
            told = pl.scan_parquet(part.file(relation)).filter(pl.col("latest_seq").is_not_null())
            return told.select(names).unique(names[:-1]).collect()
    return BY_HOUR.to_frame().select(names)


def _wrong(part: Part, frame: pl.DataFrame) -> Iterator[str]:
    """What no row may be."""
    no_row = {
        f"holds seqs outside {part.first}..{part.last}": ~pl.col("seq").is_between(part.first, part.last),
        "holds rows without seq, app or time": pl.any_horizontal(pl.col("seq", "app", "received_at").is_null()),
        f"holds rows with another status than {', '.join(STATUSES)}": ~pl.col("status").is_in(STATUSES),
        "holds rows of no copy": _COPIES.is_null() | (_COPIES < 1),
        "holds rows that replace themselves or later ones": pl.col("supersedes") >= pl.col("seq"),
    }
    found = frame.select(**{what: wrong.fill_null(False).any() for what, wrong in no_row.items()})
    yield from (what for what in no_row if frame.height and found[what][0])


def batch_rows(group: Any) -> int:
    """Rows of a row group to read at once, so that they are some `STEP_BYTES` long."""
    each = max(group.total_byte_size // max(group.num_rows, 1), 1)
    return int(min(max(STEP_BYTES // each, _FEWEST), BLOCK))


def _plain(batch: Any) -> Any:
    """Texts that are told by number as texts."""
    plain = [column.dictionary_decode() if pa.types.is_dictionary(column.type) else column for column in batch.columns]
    return pa.RecordBatch.from_arrays(plain, names=batch.schema.names)
