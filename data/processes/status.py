"""What a process without a port says of itself: one small JSON file, replaced by rename."""

import json
import os
import time
from collections.abc import Mapping

from data.durable import publish_file
from data.layout import Store


def tell(store: Store, process: str, facts: Mapping[str, object]) -> None:
    """Write `status-<process>.json`: the facts, the process id and `told_at` (seconds since 1970)."""
    said = {"process": process, "pid": os.getpid(), "told_at": time.time(), **facts}
    publish_file(store.status(process), json.dumps(said).encode())


def heard(store: Store) -> dict[str, dict[str, object]]:
    """What every process last said, by its name; a file that cannot be read is left out."""
    said: dict[str, dict[str, object]] = {}
    for file in sorted(store.root.glob("status-*.json")):
        try:
            facts = json.loads(file.read_bytes())
        except (OSError, ValueError):
            continue
        if isinstance(facts, dict):
            said[file.stem.removeprefix("status-")] = facts
    return said
