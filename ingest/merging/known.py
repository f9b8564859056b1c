"""What the merger knows of each live part, read once: its size, what it hides, how much of it is hidden."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Final

import numpy as np
import polars as pl
import pyarrow.parquet as pq

from data.hidden import Cut, Hidden, cut_rows, hidden, widest
from data.parts import Part
from data.schema import HIDES
from ingest.merging.damage import UNREADABLE, first_line
from ingest.merging.hides import LISTED_SECONDS
from ingest.tiers import Sized

log = logging.getLogger(__name__)

_RECOUNT_SECONDS: Final = 60.0
"""How long hidden rows of a part are not counted again, however often more is cut off."""
_MANY: Final = 1_000
"""Hidden rows that are gone for which a part is published anew: every reader of the store holds them in memory."""
_LEAST_COMPRESSED: Final = 8
"""Bytes in memory that count as one in the file, so that a part of much repeated text is no load either."""


@dataclass
class _Facts:
    """`present` of its rows are hidden, some by a deletion when `deleted`: of `named` seqs, and by `cuts`.

    That is `known` once the rows were read for it, at the monotonic time `counted_at`, or when nothing was named yet.
    """

    rows: int
    bytes: int
    written_at: float
    first_at: datetime
    hides: Hidden
    present: int = 0
    deleted: bool = False
    named: int = 0
    cuts: tuple[Cut, ...] = ()
    known: bool = False
    counted_at: float = float("-inf")


class Known:
    """Facts of live parts; those of others are forgotten."""

    def __init__(self) -> None:
        self._facts: dict[Part, _Facts] = {}
        self._unsound: dict[Part, tuple[tuple[str, int, int], ...]] = {}
        self._hiding: list[Part] = []
        self._hides = _all([])
        self._looked_through: tuple[list[Part], list[Part]] = ([], [])

    @property
    def unsound(self) -> int:
        """How many live parts cannot be read."""
        return len(self._unsound)

    def look(self, shown: Sequence[Part]) -> tuple[list[Sized], Hidden]:
        """The sizes of the live parts, in their order, and what they all hide."""
        self._facts = {part: self._facts[part] for part in shown if part in self._facts}
        self._unsound = {part: told for part, told in self._unsound.items() if part in shown and told == _stamp(part)}
        for part in shown:
            if part not in self._facts and part not in self._unsound:
                self._learn(part)
        hiding = [part for part, facts in self._facts.items() if facts.hides.any()]
        if hiding != self._hiding:
            self._hiding, self._hides = hiding, _all([self._facts[part].hides for part in hiding])
        self._count_hidden()
        return [self._sized(part) for part in shown], self._hides

    def redundant(self, now: float) -> tuple[Part, pl.Series] | None:
        """A part that hides many rows that no part holds any more, and the seqs it must go on hiding; None without one.

        These rows lay in parts that were written without them so long before `now` that every listing knows it.
        """
        clean = sorted(
            part
            for part, facts in self._facts.items()
            if facts.named and facts.known and not facts.present and now - facts.written_at > LISTED_SECONDS
        )
        if (clean, self._hiding) == self._looked_through:
            return None
        for part in self._hiding if clean else ():
            seqs = self._facts[part].hides.seqs
            gone = _between(seqs, clean)
            if gone.sum() >= _MANY:
                return part, seqs.filter(~gone)
        self._looked_through = clean, self._hiding
        return None

    def leave(self, part: Part, reason: str) -> None:
        """Take `part` for unreadable until one of its files changes."""
        log.error("part cannot be read, it is left as it is part=%s reason=%s", part.folder, reason)
        self._unsound[part] = _stamp(part)
        self._facts.pop(part, None)

    def _learn(self, part: Part) -> None:
        try:
            self._facts[part] = _facts(part)
        except UNREADABLE as error:
            self.leave(part, first_line(error))

    def _sized(self, part: Part) -> Sized:
        facts = self._facts.get(part)
        if facts is None:
            return Sized(part.day, 0, 0, 0.0, sound=False)
        return Sized(part.day, facts.rows, facts.bytes, facts.written_at, facts.present, facts.deleted)

    def _count_hidden(self) -> None:
        """Keep up how many rows of each part are hidden.

        Some that are named may have been dropped by an earlier merge: only the part tells. What comes to be named
        later was visible until then, so that the part need not be read for it.
        """
        seqs = self._hides.seqs.to_numpy()
        parts = list(self._facts)
        starts = np.searchsorted(seqs, [part.first for part in parts], "left")
        ends = np.searchsorted(seqs, [part.last for part in parts], "right")
        for part, named in zip(parts, (ends - starts).tolist(), strict=True):
            facts = self._facts[part]
            cuts = tuple(cut for cut in self._hides.cuts if _may_cut(cut, part, facts)) if self._hides.cuts else ()
            if facts.named <= named and facts.cuts == cuts and (facts.known or not named):
                facts.present, facts.named, facts.known = facts.present + named - facts.named, named, True
            elif time.monotonic() - facts.counted_at > _RECOUNT_SECONDS:
                self._read_hidden(part, facts, named, cuts)

    def _read_hidden(self, part: Part, facts: _Facts, named: int, cuts: tuple[Cut, ...]) -> None:
        near = Hidden(self._hides.between(part.first, part.last).seqs, cuts)
        try:
            facts.present, facts.deleted = _hidden_rows(part, near) if near.any() else (0, False)
        except UNREADABLE as error:
            self.leave(part, first_line(error))
        facts.named, facts.cuts, facts.known, facts.counted_at = named, cuts, True, time.monotonic()


def _facts(part: Part) -> _Facts:
    told = pq.read_metadata(part.file("events"))
    groups = [told.row_group(at) for at in range(told.num_row_groups)]
    stored = sum(group.column(at).total_compressed_size for group in groups for at in range(group.num_columns))
    size = max(stored, sum(group.total_byte_size for group in groups) // _LEAST_COMPRESSED)
    received = {told.schema.column(at).path: at for at in range(told.num_columns)}["received_at"]
    times = [group.column(received).statistics for group in groups]
    known = all(each is not None and each.has_min_max for each in times)
    first_at = min((each.min for each in times), default=datetime.max) if known else datetime.min
    return _Facts(told.num_rows, size, part.folder.stat().st_mtime, first_at, hidden([part]))


def _may_cut(cut: Cut, part: Part, facts: _Facts) -> bool:
    return cut.through >= part.first and (cut.before is None or cut.before > facts.first_at) and facts.rows > 0


def _hidden_rows(part: Part, near: Hidden) -> tuple[int, bool]:
    """How many of the part's rows are hidden, and whether an app's log that was deleted is among them."""
    rows = pl.read_parquet(part.file("events"), columns=["seq", "app", "received_at"])
    deletions = [cut for cut in near.cuts if cut.before is None]
    told = rows.select(near.rows().sum().alias("hidden"), cut_rows(deletions).any().alias("deleted"))
    return int(told["hidden"][0]), bool(told["deleted"][0])


def _between(seqs: pl.Series, parts: Sequence[Part]) -> pl.Series:
    """Which of `seqs` lie in one of `parts` (at least one, in their order)."""
    lasts = np.array([part.last for part in parts])
    places = np.searchsorted(lasts, seqs.to_numpy(), "left")
    firsts = np.array([*(part.first for part in parts), np.iinfo(np.int64).max])
    return pl.Series(seqs.to_numpy() >= firsts[places])


def _all(some: Sequence[Hidden]) -> Hidden:
    seqs = pl.concat([pl.Series("seq", [], HIDES["seq"]), *(each.seqs for each in some if len(each.seqs))])
    return Hidden(seqs.unique().sort(), widest(chain.from_iterable(each.cuts for each in some)))


def _stamp(part: Part) -> tuple[tuple[str, int, int], ...]:
    """What the part's files look like from outside; it changes when one is mended."""
    try:
        files = [(file.name, file.stat()) for file in sorted(part.folder.iterdir())]
    except OSError:
        return ()
    return tuple((name, told.st_mtime_ns, told.st_size) for name, told in files)
