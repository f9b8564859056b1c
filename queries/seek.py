"""Where in the log a page lies: positions are found by adding up counts, and only blocks that can hold it are read."""

from collections.abc import Sequence
from itertools import islice, pairwise, takewhile
from time import monotonic
from typing import Final

from data.schema import BLOCK
from queries.blocks import Block, blocks, is_uncounted
from queries.conditions import both, of_events, of_seqs
from queries.filter import Filter
from queries.find import left
from queries.pace import Pace
from queries.parameters import LARGEST
from queries.reader import Look

MAX_BLOCKS: Final = 32
"""Blocks whose rows one answer may hold; it then says how far it got."""
COUNTED_AT_ONCE: Final = 16
"""Blocks that are counted row by row in one go, where a filter is one that counts know."""
MAX_RANGES: Final = 32
"""Ranges of seqs in one statement."""


class OutOfTime(Exception):
    """More blocks would have to be counted row by row than there is time for; `searched_to` is the seq it came to."""

    def __init__(self, searched_to: int) -> None:
        super().__init__(searched_to)
        self.searched_to = searched_to


class Log:
    """An app's events under a filter and below seq `before`, newest first, as the blocks that can hold any.

    From when it is made there is `look.scan_seconds` for all that counts cannot tell.
    """

    def __init__(self, look: Look, app: str, chosen: Filter, before: int | None) -> None:
        self._look, self._app = look, app
        self._chosen = of_events(chosen)
        self._top = LARGEST if before is None else before
        self._blocks = left(look, app, chosen, blocks(look, app, chosen, self._top))
        self._scans = is_uncounted(look, app, chosen)
        self._pace = Pace.of(chosen) if self._scans else Pace(COUNTED_AT_ONCE, COUNTED_AT_ONCE)
        self._ends = monotonic() + look.scan_seconds

    def total(self) -> int | None:
        """How many events there are; None where that takes more time than is left."""
        unsure = [block for block in self._blocks if not block.sure]
        while unsure:
            some, unsure = unsure[: self._pace.blocks], unsure[self._pace.blocks :]
            if self._pace.seconds(len(some) + len(unsure)) > self._ends - monotonic():
                return None
            self._count(some)
        return sum(block.events for block in self._blocks)

    def place_of(self, offset: int) -> tuple[int, int]:
        """The block that holds the event at this position, by its place among the blocks, and the events to skip in it.

        Raises OutOfTime.
        """
        for place, block in enumerate(self._blocks):
            if not block.sure:
                if place and monotonic() > self._ends:
                    raise OutOfTime(min(block.high, self._top))
                unsure = (each for each in islice(self._blocks, place, None) if not each.sure)
                self._count(list(islice(unsure, self._pace.blocks)))
            if offset < block.events:
                return place, offset
            offset -= block.events
        return len(self._blocks), 0

    def below(self, cursor: int) -> int:
        """The place of the first block that can hold seqs below `cursor`."""
        return sum(1 for _ in takewhile(lambda block: block.low >= cursor, self._blocks))

    def seqs(self, place: int, skip: int, below: int, wanted: int) -> tuple[list[int], int | None]:
        """Up to `wanted` seqs below `below`, from the block at `place` on after `skip` events.

        The second value is None, or the seq down to which was looked before this had done as much as it may.
        """
        found: list[int] = []
        read = 0
        while len(found) < wanted and place < len(self._blocks):
            if read and self._is_enough(read):
                return found, min(self._blocks[place].high, self._top)
            missing = wanted - len(found)
            run = self._run(place, missing + skip, read)
            found += self._read(run, skip, below, missing)
            place, skip, read = place + len(run), 0, read + len(run)
        return _of_few_blocks(found)

    def _is_enough(self, read: int) -> bool:
        return monotonic() > self._ends if self._scans else read >= MAX_BLOCKS

    def _run(self, place: int, wanted: int, read: int) -> list[Block]:
        """The next blocks, to be read at once: as many as should hold enough, or as the pace allows."""
        if self._scans:
            return self._blocks[place : place + self._pace.blocks]
        run: list[Block] = []
        for block in self._blocks[place : place + MAX_BLOCKS - read]:
            run.append(block)
            wanted -= block.events
            if wanted <= 0:
                break
        return run

    def _read(self, run: Sequence[Block], skip: int, below: int, limit: int) -> list[int]:
        ranges = _ranges(run, min(self._top, below))
        if not ranges:
            return []
        self._look.narrow(self._app, *ranges)
        with self._pace.taken(len(run)):
            asked = both(of_seqs(ranges), self._chosen)
            rows = self._look.rows("page", asked, app=self._app, skip=skip, limit=limit)
        return [row["seq"] for row in rows]

    def _count(self, some: Sequence[Block]) -> None:
        """Make these blocks sure."""
        ranges = _ranges(some, self._top)
        self._look.narrow(self._app, *ranges)
        with self._pace.taken(len(some)):
            rows = self._look.rows(
                "rows_in_blocks", both(of_seqs(ranges), self._chosen), app=self._app, block_size=BLOCK
            )
        counted = {row["block"]: row["events"] for row in rows}
        for block in some:
            block.events, block.sure = counted.get(block.number, 0), True


def _ranges(some: Sequence[Block], below: int) -> list[tuple[int, int]]:
    """The seqs of these blocks, newest first and below `below`, as few ranges: wider ones where that would be many.

    What lies between blocks that can hold events holds none, so that wider ranges only cost time.
    """
    ends = [0, *(place for place, (newer, older) in enumerate(pairwise(some), 1) if newer.low != older.high), len(some)]
    step = -(-(len(ends) - 1) // MAX_RANGES)
    kept = [*ends[:-1:step], ends[-1]]
    each = ((some[last - 1].low, min(some[first].high, below)) for first, last in pairwise(kept))
    return [(low, high) for low, high in each if low < high]


def _of_few_blocks(found: list[int]) -> tuple[list[int], int | None]:
    """The seqs in the first blocks of as many as an answer may hold; then, the last of them is how far it got."""
    seen: set[int] = set()
    for place, seq in enumerate(found):
        seen.add(seq // BLOCK)
        if len(seen) > MAX_BLOCKS:
            return found[:place], found[place - 1]
    return found, None
