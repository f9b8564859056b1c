"""Events from files: through the same adapters into sealed segments, and stored before it returns."""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from data.exported.columns import ABOUT_FILE, VIOLATIONS_FILE
from data.layout import Store
from data.processes.lock import AlreadyRunning
from ingest.adapters.each import Form, Sender, read_pieces
from ingest.adapters.exported import EXPORTED, is_ours, was_unreadable
from ingest.adapters.native import NATIVE
from ingest.adapters.original import ORIGINAL
from ingest.importing.blocks import Block, CannotImport
from ingest.importing.files import blocks
from ingest.limits import Limits
from ingest.lines import encode
from ingest.receipts import Batch
from ingest.segments import Record, SpoolFull, held, write_sealed
from ingest.writer import run as run_writer
from plans.model import check_app

log = logging.getLogger(__name__)

SOURCE: Final = "import"
BESIDE_BYTES: Final = 4 << 20
"""What the row of an export may say of an event beside the event: its violations, and what could not be read."""
SEGMENT_BYTES: Final = 8 << 20
SEGMENT_EVENTS: Final = 20_000
MAX_SPOOL_BYTES: Final = 256 << 20
LOOK_SECONDS: Final = 0.05
WRITER_SECONDS: Final = 1.0

Progress = Callable[[int, int], None]


@dataclass
class Imported:
    """What became of the events of the files; `rejected` are those too large or nested too deep to keep."""

    events: int = 0
    errors: int = 0
    rejected: int = 0
    rejections: list[str] = field(default_factory=list)


def import_files(
    app: str,
    paths: Sequence[Path],
    store: Store,
    plans_folder: Path,
    *,
    progress: Progress = lambda done, total: None,
    limits: Limits | None = None,
    max_spool_bytes: int = MAX_SPOOL_BYTES,
) -> Imported:
    """Store the events of `paths`, files and folders of files, as `app`'s, in their order.

    `progress` is told bytes read and bytes there are.
    Where no writer works on the store, this process writes. Raises CannotImport, PlanError for an impossible app,
    OSError; what was read before that is stored all the same.
    """
    check_app(app)
    paths, limits = files_of(paths), limits or Limits()
    total = sum(path.stat().st_size for path in paths)
    result = Imported()
    with somebody_writing(store, plans_folder) as check:
        segments = _Segments(store, max_spool_bytes, check)
        try:
            done = 0
            for path in paths:
                for block in blocks(path, roomy(limits)):
                    segments.add(read_block(block, path, Sender(app), limits, result))
                    progress(done + block.bytes_read, total)
                done += path.stat().st_size
        finally:
            segments.finish()
        progress(total, total)
    return result


def files_of(paths: Sequence[Path]) -> list[Path]:
    """The files themselves, a folder's being those below it but for hidden ones and what only tells of an export."""
    found: list[Path] = []
    for path in paths:
        below = sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
        found += [each for each in below if each == path or _holds_events(each, path)]
    return found


def _holds_events(path: Path, folder: Path) -> bool:
    hidden = any(step.startswith(".") for step in path.relative_to(folder).parts)
    tells = path.name.endswith(ABOUT_FILE) or path.stem.partition("~")[0] == VIOLATIONS_FILE
    return not (hidden or tells)


def roomy(limits: Limits) -> Limits:
    """Room for what an export's row says beside the event itself."""
    return replace(limits, event_bytes=limits.event_bytes + BESIDE_BYTES)


def read_block(block: Block, path: Path, sender: Sender, limits: Limits, result: Imported) -> Batch:
    """The events of a block; what became of them is added to `result`, each fault with its place in the file."""
    form = _form(block)
    batch = read_pieces(block.pieces, form, sender, roomy(limits) if form is EXPORTED else limits)
    rejected = {fault.index for fault in batch.rejected}
    stay = [at for at in range(len(block.pieces)) if at not in rejected]
    for event, at in zip(batch.events, stay, strict=True):
        if form is not EXPORTED:
            event.source = SOURCE
        if event.problem is not None and not (form is EXPORTED and was_unreadable(block.pieces[at])):
            event.problem = f"{path.name}, {block.unit} {block.numbers[at]}: {event.problem}"
    result.events += len(batch.events)
    result.errors += len(batch.errors)
    result.rejected += len(batch.rejected)
    for fault in batch.rejected[: 20 - len(result.rejections)]:
        result.rejections.append(f"{path.name}, {block.unit} {block.numbers[fault.index]}: {fault.message}")
    return batch


def _form(block: Block) -> Form:
    first = block.pieces[0] if block.pieces else b""
    if block.ours or is_ours(first):
        return EXPORTED
    return ORIGINAL if b'"eventName"' in first and b'"event_name"' not in first else NATIVE


class _Segments:
    """Collects events into sealed segments, no faster than they are stored."""

    def __init__(self, store: Store, max_spool_bytes: int, check: Callable[[], None]) -> None:
        self._store, self._max_spool_bytes, self._check = store, max_spool_bytes, check
        self._records: list[Record] = []
        self._made: list[Path] = []
        self._pause = threading.Event()

    def add(self, batch: Batch) -> None:
        if batch.events:
            body = encode(batch.events)
            self._records.append(Record(time.time_ns() // 1_000, len(batch.events), body))
        size = sum(len(record.body) for record in self._records)
        if size >= SEGMENT_BYTES or sum(record.events for record in self._records) >= SEGMENT_EVENTS:
            self._seal()

    def finish(self) -> None:
        """Returns when everything is stored. Raises CannotImport when a segment had to be set aside."""
        self._seal()
        while any(path.exists() for path in self._made):
            self._wait()
        aside = [name for path in self._made if (name := self._store.quarantine / path.name).exists()]
        if aside:
            raise CannotImport(f"{len(aside)} segments could not be stored and were set aside; one is {aside[0]}")

    def _seal(self) -> None:
        while self._records:
            try:
                if held(self._store.spool).bytes <= self._max_spool_bytes:
                    self._made.append(write_sealed(self._store.spool, self._records))
                    self._records = []
                    return
            except SpoolFull as reason:
                log.warning("waiting for room reason=%s", reason)
            self._wait()

    def _wait(self) -> None:
        self._check()
        self._pause.wait(LOOK_SECONDS)


@contextmanager
def somebody_writing(store: Store, plans_folder: Path) -> Iterator[Callable[[], None]]:
    """Has a writer work on the store: the one there is, else one of our own. Gives a function that raises its error."""
    stop = threading.Event()
    failed: list[BaseException] = []

    def write() -> None:
        while not stop.is_set():
            try:
                run_writer(store, plans_folder, stop=stop)
            except AlreadyRunning:
                stop.wait(WRITER_SECONDS)
            except BaseException as error:
                failed.append(error)
                return

    def check() -> None:
        if failed:
            raise failed[0]

    thread = threading.Thread(target=write, name="writer", daemon=True)
    thread.start()
    try:
        yield check
    finally:
        stop.set()
        thread.join()
