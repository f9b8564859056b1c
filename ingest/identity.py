"""Which events are the same event: one digest per event, equal exactly for duplicates."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl
import polars_hash as plh

from data.app_settings import AppSettings
from plans.judging.decode import normalise

DIGEST_BYTES: Final = 16
"""Half of the SHA-256: 4 million identities collide with a chance of one in 10^25."""


@dataclass(frozen=True)
class Policies:
    """The apps whose events are one when name and payload are equal, and those whose events never are."""

    payload: tuple[str, ...] = ()
    off: tuple[str, ...] = ()

    @classmethod
    def of(cls, apps: Mapping[str, AppSettings]) -> "Policies":
        named = {policy: tuple(app for app, each in apps.items() if each.duplicates == policy) for policy in _POLICIES}
        return cls(**named)


_POLICIES: Final = ("payload", "off")
AUTO: Final = Policies()


def identify(events: pl.DataFrame, policies: Policies = AUTO) -> pl.Series:
    """`identity`: bytes, one per row of `events` (columns of `data.schema.EVENTS` but for seq, verdict and copies).

    With an `event_id`: app and id. Without: app, name, user, session, the time it happened and its normalised
    payload, so that the same bytes sent twice are one event and two people's equal events stay two. Each part is
    preceded by its length; otherwise ("ab", "c") and ("a", "bc") would be one. Apps of `policies.payload` go by name
    and payload alone; those of `policies.off` are the caller's to leave out.
    """
    by_payload = pl.col("app").is_in(policies.payload)
    named = pl.col("event_id").is_not_null() & ~by_payload
    told = events.with_columns(content=_content(events, only=named))
    parts = [_part(c) for c in ("event_name", "user_id", "session", "occurred_at", "content")]
    source = (
        pl.when(named)
        .then(pl.concat_str(pl.lit("id "), _part("app"), _part("event_id")))
        .when(by_payload)
        .then(pl.concat_str(pl.lit("payload "), _part("app"), _part("event_name"), _part("content")))
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
