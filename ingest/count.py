"""What a part counts: tables of events by block and by time, and one of violations; linear, so that parts add up."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from data.schema import BLOCK, COUNTS, DIMENSIONS, RELATIONS

BROKEN: Final = ("path", "rule", "severity")
COUNTED: Final = pl.Struct(
    {name: pl.String() for name in DIMENSIONS}
    | {"warned": pl.Boolean(), "broken": pl.List(pl.Struct({name: pl.String() for name in BROKEN}))}
)
"""What was counted for one event besides its seq, minute and copies: needed again when a newer copy replaces it."""

ROW: Final = pl.Schema(
    {"seq": pl.Int64(), "received_at": pl.Datetime("us"), "copies": pl.Int64(), "counted": COUNTED, "sign": pl.Int64()}
)
"""One event to count (`sign` 1) or one to take back (-1, with the minute it was counted in as `received_at`)."""

_KEYS: Final = {
    "by_block": ("block", *DIMENSIONS),
    "by_minute": ("minute", *DIMENSIONS),
    "by_hour": ("hour", *DIMENSIONS),
    "by_status": ("minute", "app", "event_type", "status"),
    "violations": ("block", "minute", "app", "event_name", "path", "rule", "severity", "app_version"),
}


def counted(events: pl.DataFrame) -> pl.Series:
    """`COUNTED` of each row of `events` (which has its verdict)."""
    of_violation = pl.element().struct.field
    broken = pl.struct(*(of_violation(name) for name in BROKEN)).unique(maintain_order=True)
    told = pl.struct(
        *DIMENSIONS,
        warned=pl.col("violations").list.eval(of_violation("severity") == "warning").list.any(),
        broken=pl.col("violations").list.eval(broken),
    )
    return events.select(told.cast(COUNTED).alias("counted")).to_series()


def rows(events: pl.DataFrame, *, sign: int = 1) -> pl.DataFrame:
    """`events` as rows to count."""
    return events.select("seq", "received_at", "copies", counted(events), pl.lit(sign, pl.Int64).alias("sign"))


def count(told: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The count tables, by relation, of `told` (columns of `ROW`); groups in the order of their keys."""
    flat = told.unnest("counted").with_columns(
        block=pl.col("seq") // BLOCK,
        minute=pl.col("received_at").dt.truncate("1m"),
        hour=pl.col("received_at").dt.truncate("1h"),
        events=pl.col("sign"),
        warned=pl.col("warned").cast(pl.Int64) * pl.col("sign"),
        replaced=(pl.col("copies") - 1) * pl.col("sign"),
        at=pl.when(pl.col("sign") > 0).then("received_at"),
        shown=pl.when(pl.col("sign") > 0).then("seq"),
    )
    each = flat.with_columns(first_at="at", last_at="at", first_seq="shown", latest_seq="shown")
    broken = each.explode("broken", empty_as_null=False, keep_nulls=False).unnest("broken")
    return {relation: _sum(relation, broken if relation == "violations" else each) for relation in COUNTS}


def add(relation: str, tables: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The count tables of several parts as one."""
    return _sum(relation, pl.concat(tables))


def taken_back(table: pl.LazyFrame) -> pl.LazyFrame:
    """What, added to a count table, leaves nothing of what it counts: its sums negated, row by row."""
    names = table.collect_schema().names()
    extremes = [name for name in names if name.startswith(("first_", "last_", "latest_"))]
    sums = [-pl.col(name) for name in ("events", "warned", "replaced") if name in names]
    return table.with_columns(*sums, *(pl.when(False).then(name).alias(name) for name in extremes))


def _sum(relation: str, table: pl.DataFrame) -> pl.DataFrame:
    schema, keys = RELATIONS[relation], _KEYS[relation]
    how = {"events": pl.Expr.sum, "warned": pl.Expr.sum, "replaced": pl.Expr.sum}
    how |= {"first_at": pl.Expr.min, "last_at": pl.Expr.max, "first_seq": pl.Expr.min, "latest_seq": pl.Expr.max}
    columns = [how[name](pl.col(name)) for name in schema if name not in keys]
    return table.group_by(keys).agg(columns).sort(keys).select(schema.names()).cast(schema)
