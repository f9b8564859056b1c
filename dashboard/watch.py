"""Notices commits and new plans, so that the newest versions are in memory before anybody asks for them."""

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path

from data.layout import Store
from data.parts import Stamp, stamp
from data.processes.wake import woken

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
"""How long a lost notice can go unseen by the watcher; whoever asks is never told an old version."""
ASKED_SECONDS = 30.0
"""Nothing is kept ready for people who have left."""


@dataclass(frozen=True)
class _Known:
    versions: Mapping[str, str]
    parts: Stamp
    plans: Mapping[str, int]
    settings: Hashable


class Versions:
    """The version of every app: from memory while no part, no plan and no setting has moved, else asked of `work_out`.

    `settings` tells by another answer when what is set for some app has changed.
    """

    def __init__(
        self, store: Store, work_out: Callable[[], Mapping[str, str]], settings: Callable[[], Hashable] = lambda: None
    ) -> None:
        self._store, self._settings = store, settings
        self._work_out = work_out
        self._known: _Known | None = None
        self._asked_at = 0.0
        self._turn = threading.Lock()

    def of(self, app: str) -> str | None:
        """The version of that app's data right now; None for an app that has sent nothing and has no plan."""
        self._asked_at = time.monotonic()
        return self._look(lambda known: known.plans.get(app, 0) == _moved_ns(self._store.plans / app)).get(app)

    def of_all(self) -> str:
        """A version that moves when any app's does."""
        self._asked_at = time.monotonic()
        versions = self._look(self._no_plan_moved)
        return hashlib.blake2b(repr(sorted(versions.items())).encode(), digest_size=12).hexdigest()

    def refresh(self) -> None:
        """Look again, unless nobody has asked lately."""
        if time.monotonic() - self._asked_at < ASKED_SECONDS:
            self._look(self._no_plan_moved)

    def _look(self, plans_still: Callable[[_Known], bool]) -> Mapping[str, str]:
        known = self._known
        if known is not None and self._still(known) and plans_still(known):
            return known.versions
        with self._turn:
            known = self._known
            if known is None or not (self._still(known) and plans_still(known)):
                parts, plans, settings = stamp(self._store), _plans(self._store.plans), self._settings()
                known = self._known = _Known(self._work_out(), parts, plans, settings)
            return known.versions

    def _still(self, known: _Known) -> bool:
        return known.parts.still(stamp(self._store)) and known.settings == self._settings()

    def _no_plan_moved(self, known: _Known) -> bool:
        return known.plans == _plans(self._store.plans)


def keep_ready(store: Store, versions: Versions, stop: threading.Event) -> threading.Thread:
    """Start the thread that refreshes `versions` when a commit or a plan lands; it ends within a second of `stop`."""
    thread = threading.Thread(target=_keep_ready, args=(store, versions, stop), name="watch", daemon=True)
    thread.start()
    return thread


def _keep_ready(store: Store, versions: Versions, stop: threading.Event) -> None:
    # Every commit and every merge renames views.sql into the root: one folder tells of all parts.
    with woken([store.root, store.plans]) as wait:
        while not stop.is_set():
            wait(LOOK_SECONDS)
            try:
                versions.refresh()
            except Exception as failure:  # whoever asks next meets it too, and is told
                log.warning("versions were not refreshed reason=%s", str(failure).partition("\n")[0])


def _plans(folder: Path) -> dict[str, int]:
    """When each app's plan last moved: a new version is a new file in the app's folder."""
    try:
        return {entry.name: _moved_ns(entry) for entry in folder.iterdir()}
    except FileNotFoundError:
        return {}


def _moved_ns(folder: Path) -> int:
    try:
        return folder.stat().st_mtime_ns
    except FileNotFoundError:
        return 0
