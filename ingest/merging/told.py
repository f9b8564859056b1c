"""What the merger says of itself: in the log, and in its status, which /metrics shows."""

import logging
from collections.abc import Sequence
from typing import Final

import pyarrow.parquet as pq

from data.layout import Store
from data.parts import Part
from data.processes import status

log = logging.getLogger(__name__)

_NO_STATUS: Final = "the merger's status is not written"


class Told:
    """The merger's figures. What was written in all goes on from what an earlier merger of the store last said."""

    def __init__(self, store: Store) -> None:
        self._store = store
        said = status.heard(store).get("merge", {})
        written = said.get("rows_written", 0)
        self._rows_written = written if isinstance(written, int) else 0
        self._merges = self._failures = 0
        self._seconds = 0.0
        self._last: dict[str, object] = {}
        self._failed: set[str] = set()

    def merged(self, part: Part, seconds: float) -> None:
        """A merge made `part` in so many seconds."""
        self._merges += 1
        self._rows_written += pq.read_metadata(part.file("events")).num_rows
        self._seconds = round(seconds, 4)

    def failed(self, consequence: str, error: Exception) -> None:
        """Something failed that may go well later; the log tells its consequence once, until it `works` again."""
        self._failures += 1
        if consequence not in self._failed:
            self._failed.add(consequence)
            log.error("%s reason=%s", consequence, error)

    def works(self, consequence: str) -> None:
        """What had that consequence when it failed went well."""
        self._failed.discard(consequence)

    def tell(self, shown: Sequence[Part], *, unreadable: int) -> None:
        """Say how things stand, if that has changed: `shown` are live, and so many of them cannot be read."""
        events = shown[-1].last if shown else 0
        facts = {
            "live_parts": len(shown),
            "unreadable_parts": unreadable,
            "merges": self._merges,
            "failures": self._failures,
            "seconds": self._seconds,
            "rows_written": self._rows_written,
            "write_amplification": round(self._rows_written / events, 4) if events else 0.0,
        }
        if facts == self._last:
            return
        try:
            status.tell(self._store, "merge", facts)
            self._last = dict(facts)
            self.works(_NO_STATUS)
        except OSError as error:
            self.failed(_NO_STATUS, error)
