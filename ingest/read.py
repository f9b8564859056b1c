"""Sealed segments in, one frame of events out: the columns a batch is judged by."""

import io
from collections.abc import Sequence
from typing import Final

import polars as pl

from data.schema import INSTANT
from ingest.segments import Record

_TEXT = ("source", "app_version", "platform", "environment", "session", "user_id", "unread", "problem")
_ENVELOPE: Final = pl.Struct(
    {name: pl.String() for name in ("app", "event_name", "event_type", "event_id")}
    | {"occurred_at": pl.Int64()}
    | {name: pl.String() for name in _TEXT}
)
BATCH: Final = pl.Schema(
    {field.name: field.dtype for field in _ENVELOPE.fields}
    | {"occurred_at": INSTANT, "context": pl.String(), "payload": pl.String(), "received_at": INSTANT}
)


def read_batch(records: Sequence[Record]) -> pl.DataFrame:
    """All events of `records`, in their order, as the columns of `BATCH`.

    A line is cut at its two carriage returns, which stand nowhere else in it, so payload and context stay the
    very text that was sent; only the envelope before them is parsed.
    """
    if not any(record.events for record in records):
        return pl.DataFrame(schema=BATCH)
    lines = pl.read_lines(io.BytesIO(b"".join(record.body for record in records)), name="line")
    pieces = pl.col("line").str.split_exact("\r", 2).struct.rename_fields(["envelope", "context", "payload"])
    cut = lines.select(pieces.alias("pieces")).unnest("pieces")
    return (
        cut.with_columns(
            (pl.col("envelope") + "null}").str.json_decode(_ENVELOPE).alias("envelope"),
            _present(pl.col("context").str.strip_suffix(',"payload":')).alias("context"),
            _present(pl.col("payload").str.strip_suffix("}")).alias("payload"),
            _arrival(records),
        )
        .unnest("envelope")
        .with_columns(pl.col("occurred_at").cast(INSTANT))
        .select(BATCH.names())
    )


def _present(text: pl.Expr) -> pl.Expr:
    return pl.when(text != "null").then(text)


def _arrival(records: Sequence[Record]) -> pl.Series:
    arrived = pl.DataFrame(
        {"received_at": [record.received_at_us for record in records], "events": [record.events for record in records]},
        schema={"received_at": pl.Int64(), "events": pl.Int64()},
    )
    each = pl.col("received_at").repeat_by("events").explode(empty_as_null=False)
    return arrived.select(each.cast(INSTANT)).to_series()
