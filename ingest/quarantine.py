"""Where goes what cannot be judged or read: aside, whole, with the reason beside it."""

import logging
from itertools import count
from pathlib import Path
from typing import Final

from data.durable import fsync_path, write_file
from data.layout import Store

log = logging.getLogger(__name__)

REASON: Final = ".reason.txt"
"""Ends the name of the file beside what was set aside that says why."""


def set_aside(store: Store, path: Path, reason: str, *, called: str = "") -> Path:
    """Move a file or folder to the quarantine, as `called` or as it is named, and write why; returns where it is now.

    `check` names it until somebody has looked at it and removed it.
    """
    store.quarantine.mkdir(exist_ok=True)
    aside = _free(store.quarantine / (called or path.name))
    write_file(aside.with_name(f"{aside.name}{REASON}"), f"{reason}\n".encode())
    path.rename(aside)
    fsync_path(store.quarantine)
    fsync_path(path.parent)
    log.error("set aside path=%s reason=%s", path, reason)
    return aside


def note_loss(store: Store, called: str, reason: str) -> None:
    """Write down what is missing and cannot even be set aside."""
    store.quarantine.mkdir(exist_ok=True)
    write_file(_free(store.quarantine / f"{called}{REASON}"), f"{reason}\n".encode())


def _free(path: Path) -> Path:
    """`path`, or the first of its name with a number that is free."""
    numbered = (path.with_name(f"{path.name}.{number}") for number in count(1))
    return path if not path.exists() else next(each for each in numbered if not each.exists())
