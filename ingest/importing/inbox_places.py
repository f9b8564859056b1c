"""Where a file of the inbox ends up, with the reason beside it."""

import logging
from pathlib import Path
from typing import Final

from data.durable import fsync_path, write_file

log = logging.getLogger(__name__)

DONE: Final = "done"
FAILED: Final = "failed"
REASON: Final = ".reason.txt"
_LONGEST: Final = 200
"""Of a name in bytes, so that there is room for what is added to it."""


def put_away(path: Path, folder: Path, reason: str | None, mark: str = "again") -> Path:
    """Move a file into `folder`, with the reason beside it first; under another name where its own is taken."""
    folder.mkdir(exist_ok=True)
    target = folder / _short(path.name)
    number = 1
    while target.exists() or target.is_symlink():
        target = folder / f"{_short(path.stem)}~{mark}{'' if number == 1 else number}{path.suffix[:20]}"
        number += 1
    if reason:
        put_beside(target, reason)
    path.rename(target)
    fsync_path(folder)
    log.info("file put away path=%s reason=%s", target, reason)
    return target


def put_beside(path: Path, reason: str) -> None:
    """Write why into `<name>.reason.txt`."""
    write_file(beside(path), (reason.rstrip() + "\n").encode("utf-8", "replace"))


def beside(path: Path) -> Path:
    return path.with_name(_short(path.name) + REASON)


def _short(name: str) -> str:
    return name if len(name.encode()) <= _LONGEST else name.encode()[-_LONGEST:].decode(errors="ignore")
