"""How many blocks to read at once when nobody knows what they hold: few at first, more as long as that is quick."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Final

from queries.filter import Filter

QUICK_SECONDS: Final = 0.05
"""A statement that takes less is followed by one over twice as many blocks; one that takes twice as long, by half."""
MAX_AT_ONCE: Final = 256


class Pace:
    """`blocks` is how many to read next, between 1 and `most`."""

    def __init__(self, blocks: int, most: int = MAX_AT_ONCE) -> None:
        self.blocks, self._most = blocks, most
        self._seconds_a_block = 0.0

    @staticmethod
    def of(chosen: Filter) -> Pace:
        """The first steps for a filter that counts cannot answer: text is slow to read, an id is quickly ruled out."""
        if chosen.q is not None:
            return Pace(1)
        return Pace(64 if "event_id" in chosen.dimensions() else 4)

    def seconds(self, blocks: int) -> float:
        """About how long so many blocks should take, going by the last ones; 0 before the first."""
        return self._seconds_a_block * blocks

    @contextmanager
    def taken(self, blocks: int) -> Iterator[None]:
        """Learn from how long it takes to read so many blocks."""
        began = monotonic()
        yield
        taken = monotonic() - began
        self._seconds_a_block = taken / blocks
        if taken < QUICK_SECONDS:
            self.blocks = min(self.blocks * 2, self._most)
        elif taken > 2 * QUICK_SECONDS:
            self.blocks = max(self.blocks // 2, 1)
