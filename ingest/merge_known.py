"""What the merger knows of each live part, read once: its size, what it hides, how much of it is hidden."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import polars as pl
import pyarrow.parquet as pq

from data.hidden import Cut, Hidden, cut_rows, hidden, widest
from data.parts import Part
from data.schema import HIDES
from ingest.merge_damage import UNREADABLE, first_line
from ingest.tiers import Sized

log = logging.getLogger(__name__)


@dataclass
class _Facts:
    """`present` of its rows are hidden by `near`, as far as that is known."""

    rows: int
    bytes: int
    written_at: float
    hides: Hidden
    near: Hidden | None = None
    present: int = 0
    deleted: bool = False


class Known:
    """Facts of live parts; those of others are forgotten."""

    def __init__(self) -> None:
        self._facts: dict[Part, _Facts] = {}
        self._unsound: dict[Part, tuple[tuple[str, int, int], ...]] = {}

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
        hides = _all([facts.hides for facts in self._facts.values()])
        return [self._sized(part, hides) for part in shown], hides

    def leave(self, part: Part, reason: str) -> None:
        """Take `part` for unreadable until one of its files changes."""
        log.error("part cannot be read, it is left as it is part=%s reason=%s", part.folder, reason)
        self._unsound[part] = _stamp(part)
        self._facts.pop(part, None)

    def _learn(self, part: Part) -> None:
        try:
            rows, size = _measured(part)
            self._facts[part] = _Facts(rows, size, part.folder.stat().st_mtime, hidden([part]))
        except UNREADABLE as error:
            self.leave(part, first_line(error))

    def _sized(self, part: Part, hides: Hidden) -> Sized:
        if part in self._facts:
            self._count_hidden(part, self._facts[part], hides.between(part.first, part.last))
        if part not in self._facts:
            return Sized(part.day, 0, 0, 0.0, sound=False)
        facts = self._facts[part]
        return Sized(part.day, facts.rows, facts.bytes, facts.written_at, facts.present, facts.deleted)

    def _count_hidden(self, part: Part, facts: _Facts, near: Hidden) -> None:
        """How many rows of the part `near` hides: some that it names may have been dropped by an earlier merge.

        What comes to be hidden later was visible until then, so that the part need not be read again.
        """
        more = len(near.seqs) - (len(facts.near.seqs) if facts.near else 0)
        if not near.any() or not facts.rows:
            facts.present, facts.deleted = 0, False
        elif facts.near is not None and near.cuts == facts.near.cuts and more >= 0:
            facts.present += more
        else:
            try:
                facts.present, facts.deleted = _hidden_rows(part, near)
            except UNREADABLE as error:
                self.leave(part, first_line(error))
        facts.near = near


def _measured(part: Part) -> tuple[int, int]:
    """The rows of the part's events, and the bytes of their columns without what every file has."""
    told = pq.read_metadata(part.file("events"))
    groups = [told.row_group(at) for at in range(told.num_row_groups)]
    return told.num_rows, sum(
        group.column(at).total_compressed_size for group in groups for at in range(group.num_columns)
    )


def _hidden_rows(part: Part, near: Hidden) -> tuple[int, bool]:
    """How many of the part's rows are hidden, and whether an app's log that was deleted is among them."""
    rows = pl.read_parquet(part.file("events"), columns=["seq", "app", "received_at"])
    deletions: list[Cut] = [cut for cut in near.cuts if cut.before is None]
    told = rows.select(near.rows().sum().alias("hidden"), cut_rows(deletions).any().alias("deleted"))
    return int(told["hidden"][0]), bool(told["deleted"][0])


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
