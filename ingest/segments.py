"""The spool's files: what a segment holds, how one is written, and which are ready to be read."""

import errno
import fcntl
import logging
import os
import secrets
import struct
import threading
import time
import uuid
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from data.durable import TEMPORARY, fsync_path

log = logging.getLogger(__name__)

OPEN = ".open"
SEALED = ".seg"
MAGIC = 0x4C564432
HEADER = struct.Struct("<IIIIq")  # magic, length of the body, CRC-32, events, received at (µs since 1970)
_MARK = MAGIC.to_bytes(4, "little")
_TOLD = struct.Struct("<Iq")  # what the CRC-32 covers before the body: events, received at

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_naming = threading.Lock()
_last_named_ns = 0


class SpoolFull(Exception):
    """There is no room for the record now; nothing of it was kept and it may be sent again."""


@dataclass(frozen=True, slots=True)
class Record:
    """One request: when it came (µs since 1970), how many events it holds, and one line for each of them.

    One of no events is an order to delete (`ingest.apps.deletion`).
    """

    received_at_us: int
    events: int
    body: bytes

    @property
    def is_order(self) -> bool:
        """Whether it holds no events, but says what to delete; it is alone in its segment."""
        return self.events == 0

    def header(self) -> bytes:
        return HEADER.pack(MAGIC, len(self.body), self.checksum(), self.events, self.received_at_us)

    def checksum(self) -> int:
        return zlib.crc32(self.body, zlib.crc32(_TOLD.pack(self.events, self.received_at_us)))


@dataclass(frozen=True, slots=True)
class Held:
    """What waits in a spool folder; `oldest_at` is in seconds since 1970, null when nothing waits."""

    segments: int
    bytes: int
    oldest_at: float | None


class OpenSegment:
    """A segment being written by this process, which holds its lock; used by one thread."""

    def __init__(self, folder: Path) -> None:
        name = new_name()
        self.path = folder / f"{name}{OPEN}"
        self.bytes = 0
        self.events = 0
        beside = folder / f"{name}{TEMPORARY}"
        self._descriptor = _create_locked(beside)
        try:
            with _no_room_means_full():
                beside.rename(self.path)
            fsync_path(folder)
        except BaseException:
            beside.unlink(missing_ok=True)
            os.close(self._descriptor)
            raise

    def write(self, content: bytes, events: int) -> None:
        """Append whole records. Where there is no room, nothing of them stays and SpoolFull is raised."""
        try:
            with _no_room_means_full():
                _write_all(self._descriptor, content)
        except (OSError, SpoolFull):
            os.ftruncate(self._descriptor, self.bytes)
            raise
        self.bytes += len(content)
        self.events += events

    def fileno(self) -> int:
        return self._descriptor

    def seal(self) -> None:
        """Hand it to the writer; the lock goes last, so that nobody takes it for abandoned before."""
        if self.bytes:
            self.path.rename(self.path.with_suffix(SEALED))
        else:
            self.path.unlink()
        self.abandon()

    def abandon(self) -> None:
        """Give up the lock: whoever seals abandoned segments reads it as far as its last whole record."""
        os.close(self._descriptor)


def new_name() -> str:
    """A UUIDv7 (RFC 9562, method 3): names sort by when they were made, also when the clock is set back meanwhile."""
    global _last_named_ns
    with _naming:
        now = _last_named_ns = max(time.time_ns(), _last_named_ns + 1_000)
    milliseconds, rest = divmod(now, 1_000_000)
    fraction = rest * 4096 // 1_000_000
    return str(uuid.UUID(int=milliseconds << 80 | 7 << 76 | fraction << 64 | 0b10 << 62 | secrets.randbits(62)))


def named_at(path: Path) -> float:
    """When a segment was begun, in seconds since 1970, as its name says."""
    return (uuid.UUID(path.stem).int >> 80) / 1_000


def sealed(folder: Path) -> list[Path]:
    """The segments ready to be read, oldest first."""
    return sorted(folder.glob(f"*{SEALED}"))


def opened(folder: Path) -> list[Path]:
    """The segments that are being written, or were when their process died."""
    return sorted(folder.glob(f"*{OPEN}"))


def held(folder: Path) -> Held:
    """What waits in the folder, sealed or open."""
    size = 0
    oldest: str | None = None
    segments = 0
    with os.scandir(folder) as entries:
        for entry in entries:
            if not entry.name.endswith((OPEN, SEALED)):
                continue
            try:
                size += entry.stat().st_size
            except FileNotFoundError:  # stored, or sealed, since the folder was listed
                continue
            segments += 1
            oldest = entry.name if oldest is None else min(oldest, entry.name)
    return Held(segments, size, None if oldest is None else named_at(Path(oldest)))


def read_segment(path: Path, *, quietly: bool = False) -> list[Record]:
    """The whole records of a segment, in order; those between them that are broken are left out and logged."""
    content = path.read_bytes()
    found = list(_records(content))
    torn = _between(found, len(content))
    if torn and not quietly:
        log.warning("segment damaged path=%s bytes=%d torn=%s", path, len(content), torn)
    return [record for _, record in found]


def holds_order(path: Path) -> bool:
    """Whether a segment begins with an order to delete, by its first header alone."""
    with path.open("rb") as file:
        header = file.read(HEADER.size)
    return len(header) == HEADER.size and HEADER.unpack(header)[3] == 0


def damaged(path: Path) -> list[tuple[int, int]]:
    """The stretches of a segment that are no whole record, as first and following byte."""
    content = path.read_bytes()
    return _between(list(_records(content)), len(content))


def whole_bytes(content: bytes) -> int:
    """Where the last whole record of a segment's content ends."""
    ends = [at + HEADER.size + len(record.body) for at, record in _records(content)]
    return ends[-1] if ends else 0


def write_sealed(folder: Path, records: Iterable[Record]) -> Path:
    """Put records into the folder as one sealed segment, on disk when this returns; SpoolFull without room."""
    name = new_name()
    beside, path = folder / f"{name}{TEMPORARY}", folder / f"{name}{SEALED}"
    descriptor = _create_locked(beside)
    try:
        with _no_room_means_full():
            for record in records:
                _write_all(descriptor, record.header() + record.body)
            os.fsync(descriptor)
            beside.rename(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)
    fsync_path(folder)
    return path


def _records(content: bytes) -> Iterator[tuple[int, Record]]:
    """Each whole record and where it begins. After a broken one the next is looked for by its magic and checksum,
    which no event can imitate: JSON text holds no zero bytes.
    """
    at = 0
    while at + HEADER.size <= len(content):
        record = _record_at(content, at)
        if record:
            yield at, record
            at += HEADER.size + len(record.body)
        else:
            following = content.find(_MARK, at + 1)
            at = following if following >= 0 else len(content)


def _record_at(content: bytes, at: int) -> Record | None:
    magic, length, checksum, events, received_at_us = HEADER.unpack_from(content, at)
    if magic != MAGIC or at + HEADER.size + length > len(content):
        return None
    record = Record(received_at_us, events, content[at + HEADER.size : at + HEADER.size + length])
    return record if record.checksum() == checksum else None


def _between(found: Iterable[tuple[int, Record]], size: int) -> list[tuple[int, int]]:
    """The stretches of a content of `size` bytes that are in none of the records found."""
    torn, end = [], 0
    for at, record in found:
        if at > end:
            torn.append((end, at))
        end = at + HEADER.size + len(record.body)
    return [*torn, (end, size)] if end < size else torn


@contextmanager
def _no_room_means_full() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        raise SpoolFull(f"no room on the spool's disk: {error.strerror}") from error


def _create_locked(path: Path) -> int:
    with _no_room_means_full():
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o644)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


def _write_all(descriptor: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]
