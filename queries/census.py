"""What each live part holds, in short, read once per part: so that a question names only the files it needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import polars as pl

from data.parts import Part
from data.schema import BY_HOUR, DIMENSIONS, OTHER

CENSUS: Final = pl.Schema(
    {
        "part": pl.String(),
        **{name: BY_HOUR[name] for name in ("app", "status", "events", "warned", "replaced", "last_at", "latest_seq")},
        "first_hour": BY_HOUR["hour"],
        "last_hour": BY_HOUR["hour"],
        "folded": pl.List(pl.String()),
    }
)
"""A row per part, app and status: sums of the part's `by_hour`, its first and last hour, dimensions with `(other)`."""


def census(parts: Sequence[Part]) -> pl.DataFrame:
    """The rows of these parts. Raises OSError or PolarsError when one of their files cannot be read."""
    if not parts:
        return CENSUS.to_frame()
    files = {str(part.file("by_hour")): part.name for part in parts}
    folded = [pl.when((pl.col(name) == OTHER).any()).then(pl.lit(name)) for name in DIMENSIONS]
    counted = (
        pl.scan_parquet(list(files), include_file_paths="file", hive_partitioning=False)
        .group_by("file", "app", "status")
        .agg(
            pl.col("events", "warned", "replaced").sum(),
            pl.col("last_at", "latest_seq").max(),
            first_hour=pl.col("hour").min(),
            last_hour=pl.col("hour").max(),
            folded=pl.concat_list(folded).first().list.drop_nulls(),
        )
        .collect()
    )
    named = counted.with_columns(part=pl.col("file").replace_strict(files, return_dtype=pl.String()))
    return named.select(CENSUS.names()).cast(CENSUS)


def kept(known: pl.DataFrame, parts: Sequence[Part]) -> pl.DataFrame:
    """The rows of `known` that are about these parts."""
    return known.filter(pl.col("part").is_in([part.name for part in parts]))


@dataclass(frozen=True)
class Held:
    """What the parts hold of one app: the hours each part's counts speak of, and what they do not keep apart."""

    hours: dict[str, tuple[datetime, datetime]]
    folded: frozenset[str]

    def parts(self, since: datetime | None, until: datetime | None) -> set[str]:
        """Names of the parts whose counts speak of that window."""
        start = since and since.replace(minute=0, second=0, microsecond=0)
        return {
            part
            for part, (first, last) in self.hours.items()
            if (start is None or last >= start) and (until is None or first < until)
        }


def held(known: pl.DataFrame, app: str) -> Held:
    """What the census says of one app; `folded` are the dimensions of which some values count as `(other)`."""
    rows = known.filter(pl.col("app") == app)
    hours = rows.group_by("part").agg(pl.col("first_hour").min(), pl.col("last_hour").max())
    spans = {part: (first, last) for part, first, last in hours.iter_rows()}
    return Held(spans, frozenset(rows["folded"].explode(empty_as_null=False, keep_nulls=False)))
