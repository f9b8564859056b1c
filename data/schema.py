"""The columns of the store's Parquet files and the words that stand in them: the contract every reader relies on."""

from typing import Final

import polars as pl

BLOCK: Final = 65_536
"""Sequence numbers a block holds; also the rows of a row group, so that a block is a few row groups at most."""

STATUSES: Final = ("valid", "invalid", "unplanned", "error")

DIMENSIONS: Final = (
    "app",
    "event_name",
    "event_type",
    "status",
    "source",
    "app_version",
    "platform",
    "environment",
)
"""What counts are kept by; a filter on these never reads an event."""

OTHER: Final = "(other)"
"""What counts call the values of a dimension beyond as many as they keep apart."""

INSTANT: Final = pl.Datetime("us")
"""UTC without a zone: DuckDB would want pytz to hand out zoned times."""

VIOLATION: Final = pl.Struct(
    {
        "field": pl.String(),
        "path": pl.String(),
        "rule": pl.String(),
        "severity": pl.String(),
        "expected": pl.String(),
        "received": pl.String(),
        "value": pl.String(),
    }
)

EVENTS: Final = pl.Schema(
    {
        "seq": pl.Int64(),
        "app": pl.String(),
        "event_name": pl.String(),
        "event_type": pl.String(),
        "event_id": pl.String(),
        "received_at": INSTANT,
        "occurred_at": INSTANT,
        "status": pl.String(),
        "violations": pl.List(VIOLATION),
        "plan_version": pl.Int64(),
        "source": pl.String(),
        "app_version": pl.String(),
        "platform": pl.String(),
        "environment": pl.String(),
        "session": pl.String(),
        "user_id": pl.String(),
        "context": pl.String(),
        "payload": pl.String(),
        "unread": pl.String(),
        "copies": pl.Int64(),
        "supersedes": pl.Int64(),
    }
)

_DIMENSION_COLUMNS: Final = {name: pl.String() for name in DIMENSIONS}

BY_MINUTE: Final = pl.Schema(
    {
        "minute": INSTANT,
        **_DIMENSION_COLUMNS,
        "events": pl.Int64(),
        "warned": pl.Int64(),
        "replaced": pl.Int64(),
        "latest_seq": pl.Int64(),
    }
)

BY_HOUR: Final = pl.Schema(
    {
        "hour": INSTANT,
        **_DIMENSION_COLUMNS,
        "events": pl.Int64(),
        "warned": pl.Int64(),
        "replaced": pl.Int64(),
        "last_at": INSTANT,
        "latest_seq": pl.Int64(),
    }
)

BY_STATUS: Final = pl.Schema(
    {
        "minute": INSTANT,
        "app": pl.String(),
        "event_type": pl.String(),
        "status": pl.String(),
        "events": pl.Int64(),
    }
)

BY_BLOCK: Final = pl.Schema(
    {
        "block": pl.Int64(),
        **_DIMENSION_COLUMNS,
        "events": pl.Int64(),
        "warned": pl.Int64(),
        "replaced": pl.Int64(),
        "first_at": INSTANT,
        "last_at": INSTANT,
        "latest_seq": pl.Int64(),
    }
)

VIOLATIONS: Final = pl.Schema(
    {
        "block": pl.Int64(),
        "minute": INSTANT,
        "app": pl.String(),
        "event_name": pl.String(),
        "path": pl.String(),
        "rule": pl.String(),
        "severity": pl.String(),
        "app_version": pl.String(),
        "events": pl.Int64(),
        "first_at": INSTANT,
        "last_at": INSTANT,
        "first_seq": pl.Int64(),
        "latest_seq": pl.Int64(),
    }
)

HIDES: Final = pl.Schema({"seq": pl.Int64()})

CUTS: Final = pl.Schema({"app": pl.String(), "through": pl.Int64(), "before": INSTANT})

RELATIONS: Final = {
    "events": EVENTS,
    "by_block": BY_BLOCK,
    "by_minute": BY_MINUTE,
    "by_hour": BY_HOUR,
    "by_status": BY_STATUS,
    "violations": VIOLATIONS,
    "hides": HIDES,
    "cuts": CUTS,
}
"""File name (without `.parquet`) in a part → its columns."""

COUNTS: Final = ("by_block", "by_minute", "by_hour", "by_status", "violations")
"""Relations that are sums over events: linear, so that the counts of several parts add up."""

OPTIONAL: Final = ("hides", "cuts")
"""Relations whose file may be absent: such a part hides nothing, and cuts nothing off."""
