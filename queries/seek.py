"""Where in the log a page lies: positions are found by adding up counts, and only blocks that hold events are read."""

from collections.abc import Sequence
from itertools import takewhile
from typing import Final

from data.schema import BLOCK
from queries.conditions import of_events
from queries.filter import Filter
from queries.parameters import LARGEST
from queries.reader import Look, Row

MAX_BLOCKS: Final = 32
"""Blocks of events that one answer may read for its rows; it then says how far it got."""
MAX_CUT_BLOCKS: Final = 16
"""Blocks across an edge of the window that one answer may count row by row."""


class OutOfBlocks(Exception):
    """More blocks would have to be counted row by row than one answer may; `searched_to` is the seq it came down to."""

    def __init__(self, searched_to: int) -> None:
        super().__init__(searched_to)
        self.searched_to = searched_to


class Log:
    """An app's events under a filter and below seq `before`, newest first, as the blocks that hold any."""

    def __init__(self, look: Look, app: str, chosen: Filter, before: int | None) -> None:
        self._look = look
        self._app = app
        self._chosen = of_events(chosen)
        self._top = LARGEST if before is None else before
        self._blocks = look.rows("blocks", app=app, top=self._top, block_size=BLOCK, **chosen.values())
        self._cut_blocks = MAX_CUT_BLOCKS

    def total(self) -> int | None:
        """How many events there are; None where that takes more counting than one answer may do."""
        try:
            return sum(self._count(block) for block in self._blocks)
        except OutOfBlocks:
            return None

    def place_of(self, offset: int) -> tuple[int, int]:
        """The block that holds the event at this position, by its place among the blocks, and the events to skip in it.

        Raises OutOfBlocks.
        """
        for place, block in enumerate(self._blocks):
            count = self._count(block)
            if offset < count:
                return place, offset
            offset -= count
        return len(self._blocks), 0

    def below(self, cursor: int) -> int:
        """The place of the first block that can hold seqs below `cursor`."""
        return sum(1 for _ in takewhile(lambda block: _low(block) >= cursor, self._blocks))

    def seqs(self, place: int, skip: int, below: int, wanted: int) -> tuple[list[int], int | None]:
        """Up to `wanted` seqs below `below`, from the block at `place` on after `skip` events.

        The second value is None, or the seq down to which was looked before this had read as many blocks as it may.
        """
        found: list[int] = []
        left = MAX_BLOCKS
        while len(found) < wanted and place < len(self._blocks):
            if not left:
                return found, min(_high(self._blocks[place]), self._top)
            missing = wanted - len(found)
            run = self._run(place, missing + skip, left)
            found += self._read(run, skip, below, missing)
            place, skip, left = place + len(run), 0, left - len(run)
        return found, None

    def _run(self, place: int, wanted: int, most: int) -> list[Row]:
        """Blocks without a gap between them that should hold enough events, to be read at once."""
        run = [self._blocks[place]]
        events = run[0]["events"]
        for block in self._blocks[place + 1 : place + most]:
            if events >= wanted or block["block"] != run[-1]["block"] - 1:
                break
            run.append(block)
            events += block["events"]
        return run

    def _read(self, run: Sequence[Row], skip: int, below: int, limit: int) -> list[int]:
        low, high = _low(run[-1]), min(_high(run[0]), self._top, below)
        self._look.narrow(low, high)
        rows = self._look.rows("page", self._chosen, app=self._app, low=low, high=high, skip=skip, limit=limit)
        return [row["seq"] for row in rows]

    def _count(self, block: Row) -> int:
        """The block's events within the window and below the top, counted once."""
        if not block["whole"]:
            if not self._cut_blocks:
                raise OutOfBlocks(min(_high(block), self._top))
            self._cut_blocks -= 1
            low, high = _low(block), min(_high(block), self._top)
            self._look.narrow(low, high)
            [counted] = self._look.rows("rows_in_block", self._chosen, app=self._app, low=low, high=high)
            block.update(counted, whole=True)
        return int(block["events"])


def _low(block: Row) -> int:
    return int(block["block"]) * BLOCK


def _high(block: Row) -> int:
    return _low(block) + BLOCK
