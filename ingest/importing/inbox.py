"""Takes in files dropped into `inbox/<app>/`: each once, moved to `done/` or, with the reason, to `failed/`."""

from __future__ import annotations

import logging
import os
import stat
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from data.layout import Store
from data.processes import status
from data.processes.lock import only_one
from data.processes.wake import woken
from ingest.importing.inbox_places import DONE, FAILED, REASON, beside, put_away, put_beside
from ingest.limits import Limits
from plans.model import PlanError, check_app

if TYPE_CHECKING:
    from ingest.importing.inbox_claims import Claims

log = logging.getLogger(__name__)

SETTLED_SECONDS: Final = 2.0
LOOK_SECONDS: Final = 0.5
UNFINISHED_ENDINGS: Final = (".tmp", ".part", ".partial", ".crdownload", ".download")
"""Names that programs give to what they are still writing."""

State = tuple[int, int, int]


def run(
    store: Store,
    inbox: Path,
    *,
    stop: threading.Event,
    limits: Limits | None = None,
    settled_seconds: float = SETTLED_SECONDS,
) -> None:
    """Take what is dropped into the folders of `inbox` until `stop` is set.

    A file is taken when it has not changed for `settled_seconds`. Raises AlreadyRunning when the store has such a
    process, OSError when the folder cannot be made.
    """
    inbox.mkdir(parents=True, exist_ok=True)
    with only_one(store, "inbox"):
        box = Inbox(store, inbox, limits or Limits(), stop, settled_seconds)
        while not stop.is_set():
            folders = box.folders()
            with woken([inbox, *folders]) as wake:
                while not stop.is_set() and box.folders() == folders:
                    if not box.step():
                        wake(LOOK_SECONDS)


@dataclass
class _Seen:
    """How a file looked last, and since when."""

    state: State
    since: float


@dataclass
class Inbox:
    """What the looks at the folders share."""

    store: Store
    root: Path
    limits: Limits
    stop: threading.Event
    settled_seconds: float = SETTLED_SECONDS
    _seen: dict[Path, _Seen] = field(default_factory=dict, init=False)
    _claims: Claims | None = field(default=None, init=False)

    def folders(self) -> list[Path]:
        """The folders of apps, by name."""
        return [path for path in _entries(self.root) if path.is_dir() and not path.is_symlink()]

    def step(self) -> bool:
        """Go on with what is being taken, and take what has come to rest; whether there may be more to do at once."""
        self._refuse_without_app()
        there = [path for folder in self.folders() for path in _entries(folder)]
        self._seen = {path: self._seen[path] for path in there if path in self._seen}
        waiting = [path for path in there if self._is_offered(path) and self._has_rested(path)]
        if not waiting and self._claims is None and not any(self.root.glob("*/.taking/*")):
            return False
        claims = self._claims = self._claims or self._open_claims()
        before = dict(claims.told)
        claims.step()
        for path in waiting:
            if claims.has_room():
                self._take(claims, path)
        if claims.told != before:
            status.tell(self.store, "inbox", claims.told)
        return claims.told != before

    def _open_claims(self) -> Claims:
        # What reads files is large, and most stores never get one this way.
        from ingest.importing.inbox_claims import Claims

        return Claims(self.store, self.root, self.limits, self.stop)

    def _take(self, claims: Claims, path: Path) -> None:
        try:
            check_app(path.parent.name)
            if not stat.S_ISREG(path.lstat().st_mode):
                put_away(path, path.parent / FAILED, "it is no file: only files are taken, not folders and not links")
            else:
                claims.take(path)
        except PlanError as error:
            put_away(path, path.parent / FAILED, error.message)
        except FileNotFoundError:
            log.info("taken away again before it was taken path=%s", path)

    def _is_offered(self, path: Path) -> bool:
        return path.name not in (DONE, FAILED) and not path.name.lower().endswith(UNFINISHED_ENDINGS)

    def _has_rested(self, path: Path) -> bool:
        """Whether it has not changed for long enough."""
        try:
            found = path.lstat()
        except FileNotFoundError:
            return False
        now, state = time.monotonic(), (found.st_ino, found.st_size, found.st_mtime_ns)
        seen = self._seen.get(path)
        if seen is None or seen.state != state:
            seen = self._seen[path] = _Seen(state, now)
        return max(now - seen.since, time.time() - found.st_mtime) >= self.settled_seconds

    def _refuse_without_app(self) -> None:
        """Files beside the apps' folders belong to nobody: they stay, and are told why."""
        for path in _entries(self.root):
            is_folder = path.is_dir() and not path.is_symlink()
            if not is_folder and not path.name.endswith(REASON) and not beside(path).exists():
                put_beside(path, "it lies in no app's folder: move it to inbox/<app>/")
                log.warning("not taken, for it lies in no app's folder path=%s", path)


def _entries(folder: Path) -> list[Path]:
    """What lies in a folder, by name, but for hidden names."""
    try:
        with os.scandir(folder) as entries:
            return sorted(Path(entry.path) for entry in entries if not entry.name.startswith("."))
    except (FileNotFoundError, NotADirectoryError):
        return []
