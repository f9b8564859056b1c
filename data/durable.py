"""Writes that survive a power cut: sync the bytes, rename, sync the folder, in that order."""

import os
import uuid
from pathlib import Path

TEMPORARY = ".tmp"


def fsync_path(path: Path) -> None:
    """Sync one file or folder. A failure is raised and must never be retried: the kernel may have dropped the pages."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_file(path: Path, content: bytes) -> None:
    """Put `content` at `path` so that a reader sees all of it or what was there before."""
    beside = path.with_name(f"{path.name}.{uuid.uuid4().hex}{TEMPORARY}")
    try:
        with beside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.rename(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    fsync_path(path.parent)


def publish_file(path: Path, content: bytes) -> None:
    """Like `write_file` without the syncs: for what can be made again from the store."""
    beside = path.with_name(f"{path.name}.{uuid.uuid4().hex}{TEMPORARY}")
    try:
        beside.write_bytes(content)
        beside.rename(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def publish_folder(made: Path, final: Path) -> None:
    """Make the folder `made` visible as `final`, with every file in it on disk first. The rename is the commit.

    Raises OSError when `final` is there already.
    """
    for file in made.iterdir():
        fsync_path(file)
    fsync_path(made)
    new_day = not final.parent.exists()
    final.parent.mkdir(parents=True, exist_ok=True)
    if new_day:
        fsync_path(final.parent.parent)
    made.rename(final)
    fsync_path(final.parent)
