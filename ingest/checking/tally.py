"""The counts of all parts together against the recount of their rows: a part alone need not add up, a store must."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import polars as pl

from data.schema import RELATIONS
from ingest.checking.findings import Problem

SUMS: Final = ("events", "warned", "replaced")
MOST: Final = 2_000_000
"""Groups off that are kept in memory. Those of deleted events are off one by one, until their parts are merged."""
_BUCKETS: Final = 16


def keys_of(relation: str) -> list[str]:
    """What `relation` counts by."""
    extremes = ("first_", "last_", "latest_")
    return [name for name in RELATIONS[relation].names() if name not in SUMS and not name.startswith(extremes)]


def sums_of(relation: str) -> list[str]:
    return [name for name in SUMS if name in RELATIONS[relation]]


def stored_more(relation: str, stored: pl.DataFrame) -> pl.DataFrame:
    """What a table of stored counts adds: its sums by key."""
    return stored.select(*keys_of(relation), *sums_of(relation))


def counted_less(relation: str, counted: pl.DataFrame) -> pl.DataFrame:
    """What a recount takes from that: in the end nothing should be left."""
    return counted.select(*keys_of(relation), *(-pl.col(name) for name in sums_of(relation)))


class Tally:
    """What adds up over parts, group by group. Only groups that are off are kept, the newest `most` in memory and
    the others in files below `folder`.
    """

    def __init__(self, folder: Path, most: int = MOST) -> None:
        self._folder, self.most = folder, most
        self._off: dict[str, pl.DataFrame] = {}
        self._spilled: dict[str, int] = {}
        self._unknown: dict[str, list[pl.DataFrame]] = {}
        self._skipped: set[str] = set()

    def add(self, relation: str, *tables: pl.DataFrame) -> bool:
        """Add tables of keys and sums; whether they leave anything by themselves."""
        if relation in self._skipped:
            return False
        found = _sum(relation, tables)
        kept = _sum(relation, [self._off[relation], found]) if relation in self._off else found
        self._off[relation] = kept if kept.height <= self.most else self._spill(relation, kept)
        return found.height > 0

    def leave_out(self, relation: str, stored: pl.DataFrame) -> None:
        """Say nothing of the groups in `stored`: what they should be cannot be known."""
        self._unknown.setdefault(relation, []).append(stored.select(keys_of(relation)).unique())

    def skip(self, relation: str) -> None:
        """Say nothing of that relation."""
        self._skipped.add(relation)
        self._off.pop(relation, None)

    def wrong(self) -> dict[str, pl.DataFrame]:
        """The groups that do not add up, by relation; at most `most` of each, and only relations with some."""
        found = {relation: self._wrong(relation) for relation in self._off}
        return {relation: groups for relation, groups in found.items() if groups.height}

    def problems(self) -> Iterator[Problem]:
        for relation, found in self.wrong().items():
            group = found.sort(found.columns).row(0, named=True)
            said = ", ".join(f"{name} {value}" for name, value in group.items() if value is not None)
            many = f"{found.height} groups" if found.height < self.most else f"{self.most} groups or more"
            what = f"does not equal a recount of the events in {many}, one of them off by: {said}"
            yield Problem(relation, what, "counts again")

    def _wrong(self, relation: str) -> pl.DataFrame:
        buckets = range(_BUCKETS) if relation in self._spilled else [None]
        groups = pl.concat([self._known(relation, self._bucket(relation, bucket)) for bucket in buckets])
        return groups.head(self.most)

    def _bucket(self, relation: str, bucket: int | None) -> pl.DataFrame:
        kept = self._off[relation]
        if bucket is None:
            return kept
        files = sorted(self._folder.glob(f"{relation}.*.{bucket}.parquet"))
        return _sum(relation, [kept.filter(_bucket_of(relation) == bucket), *map(pl.read_parquet, files)])

    def _spill(self, relation: str, kept: pl.DataFrame) -> pl.DataFrame:
        """Put `kept` into files by what each group is called; nothing is left of it in memory."""
        time = self._spilled[relation] = self._spilled.get(relation, 0) + 1
        for bucket in range(_BUCKETS):
            some = kept.filter(_bucket_of(relation) == bucket)
            some.write_parquet(self._folder / f"{relation}.{time}.{bucket}.parquet")
        return kept.clear()

    def _known(self, relation: str, found: pl.DataFrame) -> pl.DataFrame:
        for groups in self._unknown.get(relation, []):
            found = found.join(groups, on=keys_of(relation), how="anti", nulls_equal=True)
        return found


def _bucket_of(relation: str) -> pl.Expr:
    return pl.struct(keys_of(relation)).hash() % _BUCKETS


def _sum(relation: str, tables: Sequence[pl.DataFrame]) -> pl.DataFrame:
    sums = sums_of(relation)
    added = pl.concat(tables).group_by(keys_of(relation)).agg(pl.sum(name) for name in sums)
    return added.filter(pl.any_horizontal(pl.col(name) != 0 for name in sums))
