"""Turns small neighbouring parts into large ones, off the hot path; the only process that ever deletes a part."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from data import views
from data.hidden import Hidden
from data.layout import Store
from data.parts import Part, list_all, live
from data.processes.lock import only_one
from data.processes.wake import woken
from ingest.commit import sweep
from ingest.merging.damage import UNREADABLE, damage_of, first_line, unreadable
from ingest.merging.known import Known
from ingest.merging.replaced import Replaced
from ingest.merging.told import Told
from ingest.rewrite import Rewriter
from ingest.tiers import NOTHING, Limits, choose

log = logging.getLogger(__name__)

_LOOK_SECONDS: Final = 1.0
_NO_MERGE: Final = "nothing is merged for a while"
_NO_VIEWS: Final = "views.sql is not written, and no part is deleted that it names"


def run(
    store: Store,
    *,
    stop: threading.Event,
    limits: Limits | None = None,
    grace_seconds: float = 30.0,
    memory_mb: int = 512,
) -> None:
    """Merge what is worth merging until `stop` is set. Raises AlreadyRunning when the store has a merger.

    Replaced parts stay for `grace_seconds`, longer than the longest query, since readers may still hold their names.
    """
    # Every commit renames views.sql into the root: one folder tells of all parts.
    with only_one(store, "merge"), woken([store.root]) as wake:
        sweep(store, "merge")
        merger = Merger(store, limits or Limits(), Rewriter(store, memory_mb=memory_mb), grace_seconds)
        while not stop.is_set():
            if not merger.step():
                wake(_LOOK_SECONDS)


@dataclass
class Merger:
    """What the steps share: the store, how large parts may get, how long replaced ones stay, what is known of each.

    After a merge that failed for no part's fault (a full disk, most likely) none is tried for `pause_seconds`.
    """

    store: Store
    limits: Limits
    rewriter: Rewriter
    grace_seconds: float
    pause_seconds: float = 10.0
    _resume_at: float = field(default=0.0, init=False)
    _views_are_old: bool = field(default=True, init=False)
    _known: Known = field(init=False)
    _replaced: Replaced = field(init=False)
    _told: Told = field(init=False)

    def __post_init__(self) -> None:
        self._known = Known()
        self._replaced = Replaced(self.store, self.grace_seconds)
        self._told = Told(self.store)
        self._write_views()  # a merger that was killed may have left them as they were

    def step(self) -> bool:
        """Merge one stretch of neighbours if one is worth it, and delete what was replaced long enough ago.

        True when there was one. A part that cannot be read is left as it is, and what is beside it is merged.
        """
        parts = list_all(self.store)
        shown = live(parts)
        self._write_views()
        self._replaced.delete(parts, shown)
        sized, hides = self._known.look(shown)
        stretch = choose(sized, self.limits, time.time()) if time.monotonic() >= self._resume_at else NOTHING
        more = self._merge(shown[stretch.start : stretch.stop], shown, hides) if stretch else self._shed()
        self._told.tell(shown, unreadable=self._known.unsound)
        return more

    def _write_views(self) -> None:
        """Write `views.sql` if that is to be done: no part is deleted that it names."""
        if self._views_are_old:
            try:
                views.write(self.store)
                self._views_are_old = False
                self._told.works(_NO_VIEWS)
            except UNREADABLE as error:
                self._told.failed(_NO_VIEWS, error)

    def _merge(self, neighbours: Sequence[Part], shown: Sequence[Part], hides: Hidden) -> bool:
        """Whether there is reason to look again at once: not when nothing could be written."""
        first, last = neighbours[0].first, neighbours[-1].last
        if [part for part in live(list_all(self.store)) if first <= part.first <= last] != list(neighbours):
            return True  # the listing had missed one between them, which their merged part would take the place of
        if self._leave(neighbours, partial(damage_of, self.store)):
            return True
        began = time.monotonic()
        try:
            merged = self.rewriter.replace(neighbours, shown, hides)
        except Exception as error:
            return self._leave(neighbours, unreadable) or self._failed(neighbours, error)
        seconds = time.monotonic() - began
        log.info("merge parts=%d seq=%d..%d seconds=%.3f", len(neighbours), first, last, seconds)
        self._told.merged(merged, seconds)
        self._told.works(_NO_MERGE)
        self._views_are_old = True
        self._write_views()
        return True

    def _shed(self) -> bool:
        """Publish a part anew that hides many rows that are gone; whether there was one."""
        redundant = self._known.redundant(time.time()) if time.monotonic() >= self._resume_at else None
        if redundant is None:
            return False
        part, seqs = redundant
        if self._leave([part], partial(damage_of, self.store)):
            return True
        try:
            self.rewriter.hide_only(part, seqs)
        except OSError as error:
            return self._failed([part], error)
        log.info("hides dropped part=%s left=%d", part.name, len(seqs))
        self._views_are_old = True
        self._write_views()
        return True

    def _leave(self, neighbours: Sequence[Part], wrong: Callable[[Part], str | None]) -> bool:
        """Leave those as they are that something is `wrong` with; whether there are any."""
        left = [(part, reason) for part in neighbours if (reason := wrong(part))]
        for part, reason in left:
            self._known.leave(part, reason)
        return bool(left)

    def _failed(self, neighbours: Sequence[Part], error: Exception) -> bool:
        """Wait for room where nothing could be written; else leave the neighbours as they are. Whether to go on."""
        if isinstance(error, OSError | MemoryError):
            self._told.failed(_NO_MERGE, error)
            self._resume_at = time.monotonic() + self.pause_seconds
            return False
        log.error("parts cannot be merged, though each can be read", exc_info=error)
        for part in neighbours:
            self._known.leave(part, first_line(error))
        return True
