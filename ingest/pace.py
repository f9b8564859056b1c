"""When a batch is due: at once on a quiet store, and so that a batch is visible a set time after its first event."""

import time
from dataclasses import dataclass, field
from pathlib import Path

from ingest.segments import Record, holds_order, named_at, opened, read_segment, sealed


@dataclass(frozen=True)
class Batch:
    """Whole sealed segments, oldest first, and their records; an order to delete is a batch by itself."""

    segments: list[Path]
    records: list[Record]

    @classmethod
    def of(cls, *segments: Path) -> "Batch":
        return cls(list(segments), [record for path in segments for record in read_segment(path)])

    @property
    def events(self) -> int:
        return sum(record.events for record in self.records)

    @property
    def order(self) -> Record | None:
        return self.records[0] if self.records and self.records[0].is_order else None


@dataclass
class Pace:
    """`rows` and `bytes` end a batch; `seconds` is the most its first event waits, what storing took among it.

    Somebody waits for an order to delete: what is before it is stored at once, and then it is carried out.
    """

    rows: int
    bytes: int
    seconds: float
    _began: float = field(default=float("-inf"), init=False)
    _cost: float = field(default=0.0, init=False)

    def next_batch(self, spool: Path) -> Batch | None:
        """The next batch when it is due, else None. Raises OSError when a segment cannot be read."""
        still_open = opened(spool)
        waiting = sealed(spool)
        if not waiting or not self._is_due(waiting):
            return None
        batch = self._take(waiting)
        # What was accepted before an order to delete is stored before it, also what a dead process left open.
        is_early = batch.order and any(path.stem < batch.segments[0].stem for path in still_open)
        return None if is_early else batch

    def took(self, seconds: float) -> None:
        """Tell what storing the last batch cost; the next deadline allows for it."""
        self._began = time.monotonic() - seconds
        self._cost = min(seconds, self.seconds / 2)

    def _is_due(self, waiting: list[Path]) -> bool:
        quiet = time.monotonic() - self._began >= self.seconds
        late = time.time() - named_at(waiting[0]) >= self.seconds - self._cost
        full = sum(path.stat().st_size for path in waiting) >= self.bytes
        return quiet or late or full or any(map(holds_order, waiting))

    def _take(self, waiting: list[Path]) -> Batch:
        batch, size = Batch([], []), 0
        for path in waiting:
            if batch.segments and (batch.events >= self.rows or size >= self.bytes):
                break
            records = read_segment(path)
            is_order = bool(records) and records[0].is_order
            if is_order and batch.segments:
                break
            batch.segments.append(path)
            batch.records.extend(records)
            size += path.stat().st_size
            if is_order:
                break
        return batch
