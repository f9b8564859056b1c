"""What a dead intake leaves in the spool: its last segment is sealed as far as it is whole, the rest goes."""

import fcntl
import logging
import os
import time
from pathlib import Path

from data.durable import TEMPORARY, fsync_path
from ingest.segments import OPEN, SEALED, read_segment, whole_bytes

log = logging.getLogger(__name__)

LEFT_BEHIND_SECONDS = 60.0  # between making a file and locking it, it looks like a dead process's: only for an instant


def seal_abandoned(folder: Path) -> int:
    """Seal what dead processes left open, cut after its last whole record; returns how many segments that gave."""
    _remove_left_behind(folder)
    count = sum(_seal_if_abandoned(path) for path in sorted(folder.glob(f"*{OPEN}")))
    if count:
        fsync_path(folder)
    return count


def _seal_if_abandoned(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        if not _try_lock(descriptor) or not _still_named(descriptor, path):
            return False
        records = read_segment(path)
        if not records:
            path.unlink()
            return False
        os.ftruncate(descriptor, whole_bytes(path.read_bytes()))
        os.fsync(descriptor)
        path.rename(path.with_suffix(SEALED))
        log.info("sealed an abandoned segment path=%s events=%d", path, sum(record.events for record in records))
        return True
    finally:
        os.close(descriptor)


def _remove_left_behind(folder: Path) -> None:
    for path in folder.glob(f"*{TEMPORARY}"):
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            continue
        try:
            old = time.time() - os.fstat(descriptor).st_mtime > LEFT_BEHIND_SECONDS
            if old and _try_lock(descriptor):
                path.unlink(missing_ok=True)
        finally:
            os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _still_named(descriptor: int, path: Path) -> bool:
    """Whether the path still names the opened file: its owner may have sealed it between our opening and our lock."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
