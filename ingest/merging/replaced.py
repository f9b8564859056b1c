"""Deletes parts that a merge has replaced, once no reader can hold their names any more."""

import logging
import shutil
import time
from collections.abc import Sequence

from data.durable import TEMPORARY
from data.layout import Store
from data.parts import Part
from ingest.merging.damage import damage_of

log = logging.getLogger(__name__)


class Replaced:
    """Which replaced parts were first seen when, and which live ones are known to be whole."""

    def __init__(self, store: Store, grace_seconds: float) -> None:
        self._store = store
        self._grace_seconds = grace_seconds
        self._since: dict[Part, float] = {}
        self._whole: dict[Part, bool] = {}

    def delete(self, parts: Sequence[Part], shown: Sequence[Part]) -> None:
        """Delete those of `parts` that `shown` (the live ones among them) have replaced for the grace.

        They stay where what should replace them is damaged or was made for another store, and while `views.sql` names
        them, which it may where it could not be written.
        """
        now = time.monotonic()
        replaced = set(parts) - set(shown)
        self._since = {part: self._since.get(part, now) for part in replaced}
        self._whole = {part: whole for part, whole in self._whole.items() if part in shown}
        due = [part for part, since in self._since.items() if now - since >= self._grace_seconds]
        named = self._store.views.read_text() if due and self._store.views.exists() else ""
        for part in due:
            if part.name not in named and any(self._is_whole(live) for live in shown if live.covers(part)):
                _remove(self._store, part)

    def _is_whole(self, part: Part) -> bool:
        if part not in self._whole:
            damage = damage_of(self._store, part)
            self._whole[part] = damage is None
            if damage:
                log.error("replaced parts are kept, what replaced them is damaged part=%s %s", part.folder, damage)
        return self._whole[part]


def _remove(store: Store, part: Part) -> None:
    """Out of sight by one rename first: a folder half deleted would be a part with missing files."""
    gone = store.parts / f"merge.{part.name}{TEMPORARY}"
    try:
        part.folder.rename(gone)
        shutil.rmtree(gone)
    except OSError as error:
        log.warning("a replaced part could not be deleted part=%s reason=%s", part.folder, error)
