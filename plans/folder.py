"""A folder that holds one plan: which of its files count, what they look like from outside, and their bytes."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from plans.archive import MAX_FILES, MAX_NAME, is_hidden, packed
from plans.model import MAX_PLAN_BYTES, PlanError

MAX_FOLDERS: Final = 2_000
State = tuple[tuple[str, int, int, int, int], ...]
"""Each file's name, times of change in ns (of content, of anything), size and inode; equal states are equal files."""


def state(path: Path) -> State:
    """What a file or a folder of files looks like from outside; OSError when it cannot be looked at, PlanError
    when it is no plan's: too many files, something that is no file.
    """
    if not path.is_dir():
        return (_looked("", path),)
    return tuple(_looked(name, file) for name, file in _files(path))


def changed_at(seen: State) -> int:
    """When the newest of the files changed, in ns of the clock."""
    return max((max(written, changed) for _, written, changed, _, _ in seen), default=0)


def contents(folder: Path, *, max_bytes: int = MAX_PLAN_BYTES) -> dict[str, bytes]:
    """The files of a folder by their paths in it, in order; PlanError for more than `max_bytes`."""
    found: dict[str, bytes] = {}
    left = max_bytes
    for name, path in _files(folder):
        _looked(name, path)
        with path.open("rb") as file:
            found[name] = file.read(left + 1)
        left -= len(found[name])
        if left < 0:
            raise PlanError(f"the folder holds more than {max_bytes:,} bytes", name)
    return found


def source(path: Path) -> bytes:
    """The bytes that are stored as a plan's source: those of a file, or a folder's files as one archive."""
    if path.is_dir():
        return packed(contents(path))
    with path.open("rb") as file:
        return file.read(MAX_PLAN_BYTES + 1)


def _looked(name: str, path: Path) -> tuple[str, int, int, int, int]:
    looked = path.stat()
    if not stat.S_ISREG(looked.st_mode):
        raise PlanError("is no file", name or path.name)
    return name, looked.st_mtime_ns, looked.st_ctime_ns, looked.st_size, looked.st_ino


def _files(folder: Path) -> list[tuple[str, Path]]:
    found: list[tuple[str, Path]] = []
    for name, path in _walk(folder):
        if len(name) > MAX_NAME:
            raise PlanError(f"a path longer than {MAX_NAME} characters", name[:100])
        found.append((name, path))
        if len(found) > MAX_FILES:
            raise PlanError(f"the folder has more than {MAX_FILES:,} files", folder.name)
    return sorted(found)


def _walk(folder: Path) -> Iterator[tuple[str, Path]]:
    """Every file that is not hidden; linked folders are not entered, so that no way leads round in a circle."""
    waiting = [""]
    for entered in range(MAX_FOLDERS + 1):
        if not waiting:
            return
        if entered == MAX_FOLDERS:
            raise PlanError(f"the folder has more than {MAX_FOLDERS:,} folders in it", folder.name)
        around = waiting.pop()
        with os.scandir(folder / around) as entries:
            for entry in entries:
                name = f"{around}{entry.name}"
                if is_hidden(name):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(f"{name}/")
                elif not entry.is_dir():
                    yield name, Path(entry.path)
