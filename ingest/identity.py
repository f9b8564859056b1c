"""Which events are the same event: one digest per event, equal exactly for duplicates."""

from typing import Final

import polars as pl
import polars_hash as plh

from plans.judging.decode import normalise

DIGEST_BYTES: Final = 16
"""Half of the SHA-256: 4 million identities collide with a chance of one in 10^25."""


def identify(events: pl.DataFrame) -> pl.Series:
    """`identity`: bytes, one per row of `events` (columns of `data.schema.EVENTS` but for seq, verdict and copies).

    With an `event_id`: app and id. Without: app, name, user, session, the time it happened and its normalised
    payload, so that the same bytes sent twice are one event and two people's equal events stay two. Each part is
    preceded by its length; otherwise ("ab", "c") and ("a", "bc") would be one.
    """
    named = pl.col("event_id").is_not_null()
    told = events.with_columns(content=_content(events, only=named))
    parts = [_part(c) for c in ("event_name", "user_id", "session", "occurred_at", "content")]
    source = (
        pl.when(named)
        .then(pl.concat_str(pl.lit("id "), _part("app"), _part("event_id")))
        .otherwise(pl.concat_str(pl.lit("content "), _part("app"), *parts))
    )
    text = told.select(identity=source)
    digest = text.select(plh.col("identity").chash.sha2_256())
    return digest.select(pl.col("identity").str.head(2 * DIGEST_BYTES).str.decode("hex")).to_series()


def _content(events: pl.DataFrame, *, only: pl.Expr) -> pl.Series:
    """What the sender meant, for rows without an id: keys sorted and spaces dropped, where it could be read at all."""
    told = pl.when(only).then(None).otherwise(pl.coalesce("unread", "payload"))
    said = events.select(told.alias("content")).to_series()
    if said.null_count() == len(said):
        return said
    return normalise(said).fill_null(said)


def _part(column: str) -> pl.Expr:
    text = pl.col(column).cast(pl.Int64).cast(pl.String) if column == "occurred_at" else pl.col(column)
    measured = pl.concat_str(text.str.len_bytes().cast(pl.String), pl.lit(":"), text)
    return pl.when(text.is_null()).then(pl.lit("-")).otherwise(measured)
