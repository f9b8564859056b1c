"""Duplicates replaced by their newest copy: within a batch at once, in older parts by hiding and taking back."""

from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from data.schema import EVENTS
from ingest.apart import Apart
from ingest.count import ROW, counted, rows
from ingest.environment import KNOWN
from ingest.identity import AUTO, Policies, identify
from ingest.index import DuplicateIndex


@dataclass(frozen=True)
class Kept:
    """A batch without duplicates: the events to store, all there is to count, and what the index must remember."""

    events: pl.DataFrame
    told: pl.DataFrame
    known: pl.DataFrame
    hides: pl.DataFrame


def keep_newest(
    judged: pl.DataFrame, index: DuplicateIndex, next_seq: int, policies: Policies = AUTO, apart: Apart | None = None
) -> Kept:
    """Give every event that stays its seq, from `next_seq` on, in the order they came.

    `judged` has the columns of `EVENTS` but for seq, copies and supersedes. Of equal events the last one stays.
    `apart` knows which values counts keep apart; without it that is all.
    """
    newest = _last_of_each(judged.with_columns(identity=_identities(judged, policies)))
    before = index.find(newest["identity"])
    numbered = newest.with_row_index("row").with_columns(seq=pl.col("row").cast(pl.Int64) + next_seq)
    older = before.select("identity", supersedes="seq", earlier="copies")
    events = numbered.join(older, on="identity", how="left", maintain_order="left").with_columns(
        copies=pl.col("came") + pl.col("earlier").fill_null(0)
    )
    told = apart.counted(events, datetime.now(UTC).date()) if apart else events
    taken_back = before.with_columns(sign=pl.lit(-1, pl.Int64)).select(ROW.names())
    return Kept(
        events=events.select(EVENTS.names()).cast(EVENTS),
        told=pl.concat([rows(told), taken_back]),
        known=known(told.filter(~pl.col("app").is_in(policies.off))),
        hides=before.select("seq").sort("seq"),
    )


def known(events: pl.DataFrame) -> pl.DataFrame:
    """What the index remembers of stored `events` (columns of `EVENTS` and `identity`, identities unique)."""
    return events.select("identity", "seq", "received_at", "copies", counted(events)).cast(KNOWN)


def _identities(events: pl.DataFrame, policies: Policies) -> pl.Series:
    """As `identify`; events that are never duplicates have one of their own each, which nothing remembers."""
    told = events.with_columns(identity=identify(events, policies))
    if not policies.off:
        return told["identity"]
    own = pl.int_range(pl.len()).cast(pl.String).cast(pl.Binary)
    return told.select(pl.when(pl.col("app").is_in(policies.off)).then(own).otherwise("identity").alias("identity"))[
        "identity"
    ]


def _last_of_each(events: pl.DataFrame) -> pl.DataFrame:
    came = events.group_by("identity").agg(came=pl.len().cast(pl.Int64))
    last = events.unique("identity", keep="last", maintain_order=True)
    return last.join(came, on="identity", how="left", maintain_order="left")
