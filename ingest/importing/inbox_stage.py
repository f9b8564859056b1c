"""A file's events as sealed segments in a folder of their own, on their way into the spool."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import msgspec

from ingest.adapters.each import Sender
from ingest.importing.blocks import CannotImport
from ingest.importing.files import blocks
from ingest.importing.importer import SEGMENT_BYTES, SEGMENT_EVENTS, Imported, read_block, roomy
from ingest.limits import Limits
from ingest.lines import encode
from ingest.segments import Record, write_sealed


class Staged(msgspec.Struct):
    """What a claimed file held, and how it looked: the names of its segments, and what is to be said of its events."""

    claim: str
    state: tuple[int, int]
    segments: list[str]
    events: int
    errors: int
    rejected: int
    rejections: list[str]

    def remarks(self) -> str | None:
        """What was wrong with some of the events; None when nothing was."""
        if not self.errors and not self.rejected:
            return None
        told = f"{self.events} events stored, {self.errors} of them unreadable; {self.rejected} rejected"
        return "\n  ".join([told, *self.rejections])


def state_of(file: Path) -> tuple[int, int]:
    """What changes when somebody writes to it."""
    found = file.stat()
    return found.st_size, found.st_mtime_ns


class Stopped(Exception):
    """The process is to end; the file is read anew by the next."""


def stage(app: str, file: Path, folder: Path, limits: Limits, stop: threading.Event) -> Staged:
    """Read all of a file.

    Raises CannotImport, also when it changed meanwhile; OSError; SpoolFull without room; Stopped once `stop` is set.
    """
    before, result, segments = state_of(file), Imported(), list[str]()
    records: list[Record] = []

    def seal() -> None:
        if records:
            segments.append(write_sealed(folder, records).name)
            records.clear()

    for block in blocks(file, roomy(limits)):
        if stop.is_set():
            raise Stopped
        batch = read_block(block, file, Sender(app), limits, result)
        if batch.events:
            records.append(Record(time.time_ns() // 1_000, len(batch.events), encode(batch.events)))
        size, events = sum(len(each.body) for each in records), sum(each.events for each in records)
        if size >= SEGMENT_BYTES or events >= SEGMENT_EVENTS:
            seal()
    seal()
    if state_of(file) != before:
        raise CannotImport(f"{file.name} was changed while it was read; move it back when it is complete")
    told = (result.events, result.errors, result.rejected, result.rejections)
    return Staged(str(file.parent.absolute()), before, segments, *told)
