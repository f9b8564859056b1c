"""What a merged part must go on hiding: rows that may still lie in live parts it was not merged from."""

import time
from collections.abc import Sequence
from typing import Any, Final

import polars as pl
import pyarrow.parquet as pq

from data.hidden import Cut, hidden
from data.parts import Part
from data.schema import BLOCK
from ingest.merging.damage import UNREADABLE

_TOLD: Final = ("seq", "app", "received_at")
LISTED_SECONDS: Final = 10.0
"""Whoever lists parts while some are merged may still see, of a part younger than this, what it replaced."""


def still_hidden(neighbours: Sequence[Part], shown: Sequence[Part]) -> tuple[pl.Series, tuple[Cut, ...]]:
    """The seqs (ascending) and cuts of `neighbours` that can hide a row of another of the `shown` parts.

    Only the files tell which rows an earlier merge has dropped. They are read for large merges; small ones keep more.
    """
    told = hidden(neighbours)
    first, last = neighbours[0].first, neighbours[-1].last
    seqs = told.seqs.filter((told.seqs < first) | (told.seqs > last))
    others = [part for part in shown if not first <= part.first <= last]
    if last - first >= BLOCK and len(seqs):
        seqs = pl.concat([seqs.clear(), *(_held(part, seqs) for part in others)])
    return seqs, tuple(cut for cut in told.cuts if any(_may_hold(part, cut) for part in others))


def _held(part: Part, seqs: pl.Series) -> pl.Series:
    """Those of `seqs` whose row the part may hold."""
    inside = seqs.filter(seqs.is_between(part.first, part.last))
    if not len(inside) or _is_young(part):
        return inside
    try:
        rows = pl.read_parquet(part.file("events"), columns=["seq"])["seq"]
    except UNREADABLE:
        return inside
    return inside.filter(inside.is_in(rows.implode()))


def _may_hold(part: Part, cut: Cut) -> bool:
    """Whether the part may hold a row that the cut hides, by the statistics of its row groups."""
    if part.first > cut.through:
        return False
    if _is_young(part):
        return True
    try:
        told = pq.read_metadata(part.file("events"))
    except UNREADABLE:
        return True
    places = {told.schema.column(place).path: place for place in range(told.num_columns)}
    groups = [told.row_group(at) for at in range(told.num_row_groups)]
    return any(_reaches(cut, *(group.column(places[name]).statistics for name in _TOLD)) for group in groups)


def _reaches(cut: Cut, seq: Any, app: Any, received_at: Any) -> bool:
    """Whether the cut hides rows among those with such smallest and largest values."""
    if not all(each is not None and each.has_min_max for each in (seq, app, received_at)):
        return True
    early = cut.before is None or received_at.min < cut.before
    return bool(seq.min <= cut.through and app.min <= cut.app <= app.max and early)


def _is_young(part: Part) -> bool:
    try:
        return time.time() - part.folder.stat().st_mtime < LISTED_SECONDS
    except OSError:
        return True
