"""Turns small neighbouring parts into large ones, off the hot path; the only process that ever deletes a part."""

import logging
import shutil
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from data.durable import TEMPORARY
from data.layout import Store
from data.parts import Part, list_all, live
from data.processes import status
from data.processes.lock import only_one
from data.processes.wake import woken
from ingest.commit import sweep
from ingest.rewrite import Rewriter
from ingest.tiers import Limits, Sized, choose

log = logging.getLogger(__name__)

_LOOK_SECONDS = 1.0


def run(
    store: Store,
    *,
    stop: threading.Event,
    limits: Limits | None = None,
    grace_seconds: float = 30.0,
    memory_mb: int = 512,
    threads: int = 1,
) -> None:
    """Merge what is worth merging until `stop` is set. Raises AlreadyRunning when the store has a merger.

    Replaced parts stay for `grace_seconds`, longer than the longest query, since readers may still hold their names.
    """
    # Every commit renames views.sql into the root: one folder tells of all parts.
    with only_one(store, "merge"), woken([store.root]) as wake:
        sweep(store, "merge")
        merger = Merger(store, limits or Limits(), Rewriter(store, memory_mb=memory_mb, threads=threads), grace_seconds)
        while not stop.is_set():
            if not merger.step():
                wake(_LOOK_SECONDS)


@dataclass
class Merger:
    """What the steps share: the store, how large parts may get, and which replaced parts were seen when."""

    store: Store
    limits: Limits
    rewriter: Rewriter
    grace_seconds: float
    _replaced: dict[Part, float] = field(default_factory=dict, init=False)
    _merges: int = field(default=0, init=False)

    def step(self) -> bool:
        """Merge one stretch of neighbours if one is worth it, and delete what was replaced long enough ago."""
        parts = list_all(self.store)
        shown = live(parts)
        self._delete(set(parts) - set(shown))
        chosen = choose(self._sized(shown), self.limits)
        if chosen:
            self._merge([shown[size.place] for size in chosen], shown)
        return bool(chosen)

    def _merge(self, neighbours: Sequence[Part], shown: Sequence[Part]) -> None:
        began = time.monotonic()
        merged = self.rewriter.rewrite(neighbours, shown)
        self._merges += 1
        seconds = time.monotonic() - began
        log.info("merge parts=%d seq=%d..%d seconds=%.3f", len(neighbours), merged.first, merged.last, seconds)
        left = len(shown) - len(neighbours) + 1
        status.tell(self.store, "merge", {"merges": self._merges, "parts": left, "seconds": round(seconds, 4)})

    def _delete(self, replaced: set[Part]) -> None:
        """Out of sight by one rename first: a folder half deleted would be a part with missing files."""
        now = time.monotonic()
        self._replaced = {part: self._replaced.get(part, now) for part in replaced}
        for part, since in self._replaced.items():
            if now - since >= self.grace_seconds:
                gone = self.store.parts / f"merge.{part.name}{TEMPORARY}"
                part.folder.rename(gone)
                shutil.rmtree(gone)

    def _sized(self, shown: Sequence[Part]) -> list[Sized]:
        now = time.time()
        return [
            Sized(
                place=place,
                day=part.day,
                rows=part.last - part.first + 1,
                bytes=part.file("events").stat().st_size,
                age=now - part.folder.stat().st_mtime,
            )
            for place, part in enumerate(shown)
        ]
