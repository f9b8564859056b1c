"""An app's stored events as batches, oldest first: what replays, drafts and exports read, in bounded memory."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from data.hidden import Hidden
from data.layout import Store
from data.parts import Damaged, Part
from data.pins import Pinned, pinned
from data.schema import EVENTS

ROWS: Final = 50_000
BATCH_BYTES: Final = 64 << 20
"""A batch is given early when its texts have so many bytes: events may be a megabyte each."""
_STEP_ROWS: Final = 1_024
_FEWEST_ROWS: Final = 16
_TOLD: Final = ("app", "seq", "received_at")
"""The columns a range looks at."""


@dataclass(frozen=True)
class Range:
    """Events received from `since` on and before `until` (UTC without a zone), with seqs from `first_seq` to
    `last_seq`, both included; None is no bound.
    """

    since: datetime | None = None
    until: datetime | None = None
    first_seq: int | None = None
    last_seq: int | None = None


def batches(
    store: Store,
    app: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    first_seq: int | None = None,
    last_seq: int | None = None,
    columns: Sequence[str],
    rows: int = ROWS,
    batch_bytes: int = BATCH_BYTES,
) -> Iterator[pl.DataFrame]:
    """The visible events of `app` in a range, in seq order, as frames of `columns` with at most `rows` rows.

    They are the events that were visible when the first batch was asked for; commits and merges do not disturb.
    A batch is never empty. Close the iterator to let the parts go early. Raises OSError, Damaged among them.
    """
    asked = Range(since, until, first_seq, last_seq)
    with pinned(store, first_seq or 0, last_seq) as pin:
        yield from _together(_pieces(pin, app, asked, columns, rows, batch_bytes), rows, batch_bytes)


def chosen(
    pin: Pinned,
    app: str,
    choose: Callable[[Path], pl.Series],
    *,
    columns: Sequence[str],
    rows: int = ROWS,
    batch_bytes: int = BATCH_BYTES,
) -> Iterator[pl.DataFrame]:
    """The visible events of `app` among those `choose` picks, as `batches` gives them.

    `choose` gets the file of each part's events, and gives the seqs of some, ascending; the texts of others are not
    read where a whole row group can be left out.
    """

    def pieces() -> Iterator[pl.DataFrame]:
        for part, path in pin.each():
            with _named(part):
                seqs = choose(path)
            if len(seqs):
                one, asked = Pinned((part,), (path,), pin.hidden), Range(None, None, int(seqs[0]), int(seqs[-1]))
                yield from _pieces(one, app, asked, columns, rows, batch_bytes, seqs)

    yield from _together(pieces(), rows, batch_bytes)


def count(
    store: Store,
    app: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    first_seq: int | None = None,
    last_seq: int | None = None,
) -> int:
    """How many events `batches` would give now. Raises OSError."""
    asked = Range(since, until, first_seq, last_seq)
    with pinned(store, first_seq or 0, last_seq) as pin:
        return sum(len(_seqs(part, file, app, asked, pin.hidden)) for part, file in pin.each())


def newest(store: Store, app: str, events: int, asked: Range) -> int | None:
    """The seq from which on the range holds just its newest `events`; None when it holds no more than that."""
    with pinned(store, asked.first_seq or 0, asked.last_seq) as pin:
        left = events
        for part, file in reversed(pin.each()):
            seqs = _seqs(part, file, app, asked, pin.hidden).sort()
            if len(seqs) > left:
                return int(seqs[-left]) if left else int(seqs[-1]) + 1
            left -= len(seqs)
    return None


@contextmanager
def _named(part: Part) -> Iterator[None]:
    try:
        yield
    except Damaged:
        raise
    except (pa.ArrowException, pl.exceptions.PolarsError, OSError) as error:
        reason = (str(error).splitlines() or ["no reason given"])[0]
        raise Damaged(f"{part.file('events')} cannot be read: {reason}") from None


def _seqs(part: Part, file: Path, app: str, asked: Range, hidden: Hidden) -> pl.Series:
    """The visible seqs of one part that are in the range."""
    with _named(part):
        found = pl.scan_parquet(file).select(_TOLD).filter(_wanted(app, asked)).collect()
        return _visible(found, hidden)["seq"]


def _pieces(
    pin: Pinned,
    app: str,
    asked: Range,
    columns: Sequence[str],
    rows: int,
    batch_bytes: int,
    seqs: pl.Series | None = None,
) -> Iterator[pl.DataFrame]:
    """The wanted rows of each part, of `seqs` where these are given, a few thousand at a time, fewer where long."""
    schema: Any = {name: EVENTS[name] for name in columns}
    read = list(dict.fromkeys((*columns, *_TOLD)))
    for part, path in pin.each():
        with _named(part), pq.ParquetFile(path) as file:
            for group in range(file.num_row_groups):
                told = file.metadata.row_group(group)
                step = min(rows, _step(told, batch_bytes)) if _may_hold(told, app, asked, seqs) else 0
                for batch in file.iter_batches(step, [group], columns=read, use_threads=False) if step else ():
                    frame = pl.DataFrame(pl.from_arrow(batch)).filter(_wanted(app, asked))
                    picked = frame if seqs is None else _picked(frame, seqs)
                    found = _visible(picked, pin.hidden).select(columns).cast(schema)
                    if found.height:
                        # A file says how long its texts are, but not how often a repeated one comes.
                        yield from found.iter_slices(max(found.height * batch_bytes // (_bytes(found) + 1), 1))


def _together(pieces: Iterator[pl.DataFrame], rows: int, batch_bytes: int) -> Iterator[pl.DataFrame]:
    """The same rows in fewer frames."""
    waiting: list[pl.DataFrame] = []
    height = size = 0
    for piece in pieces:
        if waiting and (height + piece.height > rows or size + _bytes(piece) > batch_bytes):
            yield pl.concat(waiting)
            waiting, height, size = [], 0, 0
        waiting.append(piece)
        height, size = height + piece.height, size + _bytes(piece)
    if waiting:
        yield pl.concat(waiting)


def _wanted(app: str, asked: Range) -> pl.Expr:
    wanted = pl.col("app") == app
    if asked.since is not None:
        wanted &= pl.col("received_at") >= asked.since
    if asked.until is not None:
        wanted &= pl.col("received_at") < asked.until
    if asked.first_seq is not None:
        wanted &= pl.col("seq") >= asked.first_seq
    if asked.last_seq is not None:
        wanted &= pl.col("seq") <= asked.last_seq
    return wanted


def _picked(frame: pl.DataFrame, seqs: pl.Series) -> pl.DataFrame:
    """The rows with one of `seqs`."""
    if not frame.height:
        return frame
    first, last = frame.select(first=pl.col("seq").min(), last=pl.col("seq").max()).row(0)
    near = seqs[seqs.search_sorted(first, "left") : seqs.search_sorted(last, "right")]
    return frame if len(near) == frame.height else frame.filter(pl.col("seq").is_in(near.implode()))


def _visible(frame: pl.DataFrame, hidden: Hidden) -> pl.DataFrame:
    """What is not hidden of some rows of one app."""
    if not frame.height or not hidden.any():
        return frame
    first, last = frame.select(pl.col("seq").min().alias("first"), pl.col("seq").max().alias("last")).row(0)
    near = hidden.between(first, last).of(frame["app"][0])
    return frame.filter(~near.rows()) if near.any() else frame


def _may_hold(group: Any, app: str, asked: Range, seqs: pl.Series | None) -> bool:
    """Whether a row group's statistics leave room for a row of the range, with one of `seqs` where these are given."""
    told = {}
    for at in range(group.num_columns):
        column = group.column(at)
        if column.path_in_schema in _TOLD and column.statistics is not None and column.statistics.has_min_max:
            told[column.path_in_schema] = (column.statistics.min, column.statistics.max)
    if seqs is not None and "seq" in told and not _any_between(seqs, *told["seq"]):
        return False
    bounds = [("app", app, app), ("seq", asked.first_seq, asked.last_seq), ("received_at", asked.since, asked.until)]
    return not any(name in told and _apart(told[name], low, high) for name, low, high in bounds)


def _any_between(seqs: pl.Series, low: int, high: int) -> bool:
    return bool(seqs.search_sorted(low, "left") < seqs.search_sorted(high, "right"))


def _apart(told: tuple[Any, Any], low: Any, high: Any) -> bool:
    return (low is not None and told[1] < low) or (high is not None and told[0] > high)


def _step(group: Any, batch_bytes: int) -> int:
    """Rows to read at once, so that they are about half a batch at most."""
    each = max(group.total_byte_size // max(group.num_rows, 1), 1)
    return int(min(max(batch_bytes // 2 // each, _FEWEST_ROWS), _STEP_ROWS))


def _bytes(frame: pl.DataFrame) -> int:
    return int(frame.estimated_size())
