"""A store's own name for itself, made once: by it a part says where it belongs."""

import json
import os
import uuid
from collections import Counter
from pathlib import Path
from typing import Final

from data.durable import TEMPORARY, fsync_path

FILE: Final = "store.id"
DIGESTS: Final = "digests.json"
"""The file of a part that names its store; see `data.digests`."""


def store_id(root: Path) -> str:
    """The id of the store at `root`; made when it has none, or taken from its parts when it was lost."""
    path = root / FILE
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        beside = root / f"{FILE}.{uuid.uuid4().hex}{TEMPORARY}"
        beside.write_text(f"{named_by_parts(root) or uuid.uuid4()}\n")
    fsync_path(beside)
    try:
        os.link(beside, path)  # of two processes that make one at once, one wins
    except FileExistsError:
        pass
    finally:
        beside.unlink()
    fsync_path(root)
    return path.read_text().strip()


def named_by_parts(root: Path, preferred: str = "") -> str | None:
    """The store that most of the parts say they belong to, or `preferred` where any says it; None where none does."""
    said = Counter(filter(None, map(_named_by, root.glob(f"parts/day=*/*/{DIGESTS}"))))
    return preferred if preferred in said else said.most_common(1)[0][0] if said else None


def _named_by(digests: Path) -> str | None:
    try:
        said = json.loads(digests.read_bytes())
        return str(said["store"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
