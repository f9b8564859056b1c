"""Keeps parts readable for a long reader: hard links beside the store, which no merger deletes."""

import fcntl
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from data.hidden import Hidden, hidden
from data.layout import Store
from data.parts import Part, list_live
from data.processes.lock import turn

TRIES: Final = 20
"""How often the parts are listed again because a merger deleted one meanwhile."""
_LOCK: Final = "held"


@dataclass(frozen=True)
class Pinned:
    """The parts that were live at one moment, the file of each one's events, and what was hidden then."""

    parts: tuple[Part, ...]
    files: tuple[Path, ...]
    hidden: Hidden

    def each(self) -> list[tuple[Part, Path]]:
        """Each part with its file, in seq order."""
        return list(zip(self.parts, self.files, strict=True))


@contextmanager
def pinned(store: Store, first_seq: int = 0, last_seq: int | None = None) -> Iterator[Pinned]:
    """The live parts with seqs of that range, readable until this is left, whatever is merged meanwhile.

    Links of a process that died go with the next pin. Raises OSError where the store's disk takes no hard links.
    """
    with held_folder(store) as folder:
        yield _linked(store, folder, first_seq, last_seq)


@contextmanager
def held_folder(store: Store) -> Iterator[Path]:
    """A folder of this process in the store's pins, for hard links; it goes when this is left."""
    store.pins.mkdir(exist_ok=True)
    folder = store.pins / uuid.uuid4().hex
    with turn(store, "pins"):
        _sweep(store.pins)
        folder.mkdir()
        held = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        fcntl.flock(held, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)


def _linked(store: Store, folder: Path, first_seq: int, last_seq: int | None) -> Pinned:
    for attempt in range(TRIES):
        shown = list_live(store)
        parts = tuple(part for part in shown if part.last >= first_seq and (last_seq is None or part.first <= last_seq))
        files = tuple(folder / f"{attempt}.{part.name}.parquet" for part in parts)
        try:
            hides = hidden(shown)
            for part, file in zip(parts, files, strict=True):
                os.link(part.file("events"), file)
        except FileNotFoundError:
            continue
        return Pinned(parts, files, hides)
    raise FileNotFoundError(f"the parts of {store.root} were replaced faster than they could be read")


def _sweep(pins: Path) -> None:
    """Remove what readers left that died: the kernel gave their locks back."""
    for folder in pins.iterdir():
        try:
            held = os.open(folder / _LOCK, os.O_RDWR)
        except FileNotFoundError:
            shutil.rmtree(folder, ignore_errors=True)
            continue
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        except BlockingIOError:
            continue
        finally:
            os.close(held)
