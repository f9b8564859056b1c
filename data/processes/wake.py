"""Waits until a folder changes: watchdog where it can watch, plain waiting where it cannot."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from watchdog.events import DirMovedEvent, FileClosedEvent, FileMovedEvent, FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

log = logging.getLogger(__name__)

_FINISHED: list[type[FileSystemEvent]] = [DirMovedEvent, FileClosedEvent, FileMovedEvent]
"""Renames and closed files: a segment being written tells of every write, thousands a second."""


class _Waker(FileSystemEventHandler):
    def __init__(self) -> None:
        self.moved = threading.Event()

    def on_any_event(self, event: FileSystemEvent) -> None:
        self.moved.set()


@contextmanager
def woken(folders: Iterable[Path]) -> Iterator[Callable[[float], None]]:
    """Gives `wait(seconds)`, which returns when something in `folders` moved or the seconds are over.

    Watching only saves waiting: whoever is woken looks for itself, so a lost notice costs `seconds` and nothing else.
    """
    waker, observer = _Waker(), None
    try:
        observer = Observer()  # takes its place among the few a system has at once
        for folder in folders:
            if folder.is_dir():
                observer.schedule(waker, str(folder), event_filter=_FINISHED)
        observer.start()
    except OSError as error:
        log.warning("folders are not watched, looking from time to time instead reason=%s", error)

    def wait(seconds: float) -> None:
        waker.moved.wait(seconds)
        waker.moved.clear()

    try:
        yield wait
    finally:
        if observer is not None and observer.is_alive():
            observer.stop()
            observer.join()
