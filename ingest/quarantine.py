"""Where a segment goes that cannot be judged: aside, whole, with the reason beside it."""

import logging
from pathlib import Path

from data.durable import fsync_path, write_file
from data.layout import Store

log = logging.getLogger(__name__)


def set_aside(store: Store, segment: Path, error: Exception) -> None:
    """Move `segment` to the quarantine folder and write why; `check` names it until somebody has looked."""
    store.quarantine.mkdir(exist_ok=True)
    write_file(store.quarantine / f"{segment.stem}.txt", f"{type(error).__name__}: {error}\n".encode())
    segment.rename(store.quarantine / segment.name)
    fsync_path(store.quarantine)
    fsync_path(store.spool)
    log.error("segment set aside segment=%s reason=%s", segment.name, error)
