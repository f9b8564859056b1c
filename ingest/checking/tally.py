"""The counts of all parts together against the recount of their rows: a part alone need not add up, a store must."""

from collections.abc import Iterator, Mapping
from typing import Final

import polars as pl

from data.schema import RELATIONS
from ingest.checking.findings import Problem

SUMS: Final = ("events", "warned", "replaced")
MOST: Final = 2_000_000
"""Groups that may be off before no more of them are kept: some in parts that others make good, all in a wrong store."""


def keys_of(relation: str) -> list[str]:
    """What `relation` counts by."""
    extremes = ("first_", "last_", "latest_")
    return [name for name in RELATIONS[relation].names() if name not in SUMS and not name.startswith(extremes)]


def sums_of(relation: str) -> list[str]:
    return [name for name in SUMS if name in RELATIONS[relation]]


def off(relation: str, stored: pl.DataFrame, counted: pl.DataFrame) -> pl.DataFrame:
    """The groups in which `stored` is not `counted`: keys, and by how much it is more."""
    keys, sums = keys_of(relation), sums_of(relation)
    less = counted.select(*keys, *(-pl.col(name) for name in sums))
    return _sum(relation, [stored.select(*keys, *sums), less])


class Tally:
    """What adds up over parts, group by group; only what is off is kept."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._off: dict[str, pl.DataFrame] = {}
        self._unknown: dict[str, list[pl.DataFrame]] = {}
        self._skipped: set[str] = set()
        self._flooded: set[str] = set()

    def add(self, differences: Mapping[str, pl.DataFrame]) -> None:
        """The groups that are off in one part, by relation."""
        for relation, found in differences.items():
            if relation in self._skipped | self._flooded or not found.height:
                continue
            kept = _sum(relation, [self._off[relation], found]) if relation in self._off else found
            self._off[relation] = kept
            if kept.height > self._most:
                self._flooded.add(relation)
                del self._off[relation]

    def leave_out(self, relation: str, stored: pl.DataFrame) -> None:
        """Say nothing of the groups in `stored`: what they should be cannot be known."""
        self._unknown.setdefault(relation, []).append(stored.select(keys_of(relation)).unique())

    def skip(self, relation: str) -> None:
        """Say nothing of that relation."""
        self._skipped.add(relation)
        self._off.pop(relation, None)

    def wrong(self) -> dict[str, pl.DataFrame]:
        """The groups that do not add up, by relation; only relations with some."""
        left = {relation: self._known(relation, found) for relation, found in self._off.items()}
        return {relation: found for relation, found in left.items() if found.height}

    def problems(self) -> Iterator[Problem]:
        for relation in sorted(self._flooded - self._skipped):
            yield Problem(relation, f"does not equal a recount of the events in more than {self._most} groups")
        for relation, found in self.wrong().items():
            group = found.sort(found.columns).row(0, named=True)
            said = ", ".join(f"{name} {value}" for name, value in group.items() if value is not None)
            what = f"does not equal a recount of the events in {found.height} groups, one of them off by: {said}"
            yield Problem(relation, what, "counts again")

    def _known(self, relation: str, found: pl.DataFrame) -> pl.DataFrame:
        for groups in self._unknown.get(relation, []):
            found = found.join(groups, on=keys_of(relation), how="anti", nulls_equal=True)
        return found


def _sum(relation: str, tables: list[pl.DataFrame]) -> pl.DataFrame:
    sums = sums_of(relation)
    added = pl.concat(tables).group_by(keys_of(relation)).agg(pl.sum(name) for name in sums)
    return added.filter(pl.any_horizontal(pl.col(name) != 0 for name in sums))
