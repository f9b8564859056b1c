"""Where accepted events wait: each request is on disk before it is answered, and many share one sync."""

import logging
import os
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

from ingest.abandoned import seal_abandoned
from ingest.segments import Held, OpenSegment, Record, SpoolFull, held, read_segment, sealed, write_sealed

__all__ = [
    "Held",
    "Record",
    "Spool",
    "SpoolBroken",
    "SpoolFull",
    "held",
    "read_segment",
    "seal_abandoned",
    "sealed",
    "write_sealed",
]

log = logging.getLogger(__name__)

SEAL_SECONDS = 0.2
SEAL_BYTES = 8 << 20
SEAL_EVENTS = 20_000
MAX_BYTES = 4 << 30
MEASURED_EVERY_SECONDS = 0.5


class SpoolBroken(Exception):
    """The spool takes nothing any more: it was closed, or the disk failed and only a restart can tell what it kept."""


@dataclass(eq=False, slots=True)
class _Waiting:
    record: Record
    header: bytes
    done: "Future[str]" = field(default_factory=Future)

    @property
    def bytes(self) -> int:
        return len(self.header) + len(self.record.body)


class Spool:
    """The spool folder as one intake process writes it: any thread appends, one thread owns the file.

    A segment is sealed `seal_seconds` after its first record, or at `seal_bytes` or `seal_events`. `max_bytes` bounds
    the folder, whoever wrote what is in it. `sync` puts a written file on disk. `failed` is called once when the disk
    has failed, and everybody who waited was told.
    """

    def __init__(
        self,
        folder: Path,
        *,
        seal_seconds: float = SEAL_SECONDS,
        seal_bytes: int = SEAL_BYTES,
        seal_events: int = SEAL_EVENTS,
        max_bytes: int = MAX_BYTES,
        sync: Callable[[int], None] = os.fdatasync,
        failed: Callable[[], object] = lambda: None,
    ) -> None:
        self.folder = folder
        self._seal_seconds = seal_seconds
        self._seal_bytes = seal_bytes
        self._seal_events = seal_events
        self._max_bytes = max_bytes
        self._sync = sync
        self._failed = failed
        self._segment: OpenSegment | None = None
        self._seal_at = 0.0
        self._held_bytes = 0
        self._measured_at = float("-inf")
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._order: _Waiting | None = None
        self._gate = threading.Lock()
        self._closing = False
        self._broken = ""
        self._told = False
        self._thread = threading.Thread(target=self._run, name="spool", daemon=True)
        self._thread.start()

    @property
    def takes_more(self) -> bool:
        """Whether there is any use in appending: not when the disk failed or there is no room left."""
        return not self._broken and not self._closing and held(self.folder).bytes < self._max_bytes

    def append(self, lines: bytes, events: int, received_at_us: int) -> None:
        """Keep the events of one request; returns once they are on disk.

        Raises SpoolFull (nothing of them was kept) or SpoolBroken (they may or may not have been kept).
        """
        record = Record(received_at_us, events, lines)
        self._accept(record)

    def order(self, body: bytes, received_at_us: int) -> str:
        """Keep an order to delete in a segment of its own, after everything accepted before; its name, once on disk.

        Raises like `append`, but not for the bound of the folder: who deletes makes room.
        """
        return self._accept(Record(received_at_us, 0, body))

    def _accept(self, record: Record) -> str:
        waiting = _Waiting(record, record.header())
        with self._gate:
            if self._broken or self._closing:
                raise SpoolBroken(self._broken or "the spool is closed")
            self._queue.put(waiting)
        return waiting.done.result()

    def close(self) -> None:
        """Seal what is open and take nothing more; everything appended before is kept."""
        with self._gate:
            self._closing = True
            self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (group := self._next_group()) is not None:
            if group:
                self._keep(group)
            if self._segment and self._is_due(self._segment):
                self._seal()
            if self._broken and not self._told:
                self._told = True
                self._failed()
        self._seal()

    def _next_group(self) -> list[_Waiting] | None:
        """Everybody who waits now, up to one segment's worth; empty when it is time to seal, None at the end.

        An order to delete is a group by itself.
        """
        if self._order:
            order, self._order = self._order, None
            return [order]
        group: list[_Waiting] = []
        size = events = 0
        while size < self._seal_bytes and events < self._seal_events:
            try:
                waiting = self._queue.get_nowait() if group else self._queue.get(timeout=self._until_seal())
            except queue.Empty:
                break
            if waiting is None:
                if not group:
                    return None
                self._queue.put(None)
                break
            if waiting.record.is_order:
                if not group:
                    return [waiting]
                self._order = waiting
                break
            group.append(waiting)
            size += waiting.bytes
            events += waiting.record.events
        return group

    def _until_seal(self) -> float | None:
        return max(0.0, self._seal_at - time.monotonic()) if self._segment and self._segment.bytes else None

    def _is_due(self, segment: OpenSegment) -> bool:
        full = segment.bytes >= self._seal_bytes or segment.events >= self._seal_events
        return full or (segment.bytes > 0 and time.monotonic() >= self._seal_at)

    def _keep(self, group: list[_Waiting]) -> None:
        """Write and sync one group, and let everybody in it go; nobody is left waiting, whatever happens."""
        try:
            if self._broken:
                raise SpoolBroken(self._broken)
            name = self._write(group)
        except (SpoolFull, SpoolBroken) as error:
            _refuse(group, type(error), str(error))
        except Exception as error:  # a failed sync is never tried again: the kernel may have dropped what it held
            self._break(error)
            _refuse(group, SpoolBroken, self._broken)
        else:
            for waiting in group:
                waiting.done.set_result(name)

    def _write(self, group: list[_Waiting]) -> str:
        """The name of the segment that the group is in now."""
        is_order = group[0].record.is_order
        content = b"".join(piece for waiting in group for piece in (waiting.header, waiting.record.body))
        if self._measure() + len(content) > self._max_bytes and not is_order:
            raise SpoolFull(f"the spool holds {self._held_bytes} bytes of at most {self._max_bytes}")
        if is_order:
            self._seal()
            if self._broken:
                raise SpoolBroken(self._broken)
        if self._segment is None:
            self._segment = OpenSegment(self.folder)
        if self._segment.bytes == 0:
            self._seal_at = time.monotonic() + self._seal_seconds
        self._segment.write(content, sum(waiting.record.events for waiting in group))
        self._sync(self._segment.fileno())
        self._held_bytes += len(content)
        name = self._segment.path.stem
        if is_order:
            self._seal()
        return name

    def _measure(self) -> int:
        now = time.monotonic()
        if now - self._measured_at > MEASURED_EVERY_SECONDS:
            self._held_bytes, self._measured_at = held(self.folder).bytes, now
        return self._held_bytes

    def _seal(self) -> None:
        if self._segment is None:
            return
        try:
            self._segment.seal()
            self._segment = None
        except OSError as error:
            self._break(error)

    def _break(self, error: Exception) -> None:
        """Take nothing more, and let go of the lock so that the writer can have what was synced before."""
        log.critical("the spool takes nothing before a restart folder=%s", self.folder, exc_info=error)
        with self._gate:
            self._broken = f"the spool's disk failed: {error}"
        if self._segment:
            self._segment.abandon()
            self._segment = None


def _refuse(group: list[_Waiting], kind: type[Exception], reason: str) -> None:
    log.warning("refused requests=%d reason=%s", len(group), reason)
    for waiting in group:
        waiting.done.set_exception(kind(reason))
