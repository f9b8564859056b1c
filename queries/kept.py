"""What a reader has worked out and may need again: a bounded memory, because filters never end."""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Any, Final

MAX_ROWS: Final = 200_000
"""Rows kept together, some 150 bytes each; those used longest ago go first."""


class Kept:
    """Rows by key, safe from several threads; whoever gets them must not change them."""

    def __init__(self, max_rows: int = MAX_ROWS) -> None:
        self._max_rows = max_rows
        self._lock = Lock()
        self._rows: OrderedDict[Hashable, list[Any]] = OrderedDict()
        self.rows = 0

    def get(self, key: Hashable) -> list[Any] | None:
        with self._lock:
            found = self._rows.get(key)
            if found is not None:
                self._rows.move_to_end(key)
            return found

    def put(self, key: Hashable, rows: list[Any]) -> None:
        """Keep the rows, and drop others if there is no room; an empty list takes the room of one row."""
        with self._lock:
            self._drop(key)
            self._rows[key] = rows
            self.rows += _room(rows)
            while self.rows > self._max_rows:
                self._drop(next(iter(self._rows)))

    def _drop(self, key: Hashable) -> None:
        dropped = self._rows.pop(key, None)
        if dropped is not None:
            self.rows -= _room(dropped)


def _room(rows: list[Any]) -> int:
    return max(1, len(rows))
