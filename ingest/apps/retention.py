"""What an app keeps no longer: events older than its days, or more than its rows, cut off a stretch at a time."""

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import polars as pl

from data import history
from data.app_settings import AppSettings
from data.hidden import Cut, cuts
from data.layout import Store
from data.parts import Part, list_live
from data.settings_db import Apps
from ingest.apps.removal import COLUMNS, ROWS, Removal, some_rows, stretches

log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 5.0
SLACK: Final = 100
"""An app may have a hundredth more rows than it keeps: a busy one is not cut at every look."""
_HOURLY_DAYS: Final = 2.0


@dataclass(frozen=True)
class _Told:
    """What a part counts for one app: its events, less those taken back, and when the first came."""

    events: int
    first_at: datetime | None


@dataclass(frozen=True)
class _Look:
    """What is looked at: one app's limits, the live parts, its cuts so far, and how many events more may go now."""

    app: str
    settings: AppSettings
    parts: Sequence[Part]
    made: Sequence[Cut]
    room: int


@dataclass(frozen=True)
class _Found:
    """Events that go, oldest first, and the cut that hides just these."""

    gone: list[pl.DataFrame]
    cut: Cut


@dataclass
class Retention:
    """Looks every `look_seconds` which apps keep more than they are to; `default_days` (0: for ever) is for those that
    say nothing themselves. A look reads the counts of new parts only, and events only where some are due.
    """

    store: Store
    apps: Apps
    default_days: float = 0.0
    look_seconds: float = LOOK_SECONDS
    rows: int = ROWS
    _next_look: float = field(default=float("-inf"), init=False)
    _told: dict[Part, Mapping[str, _Told]] = field(default_factory=dict, init=False)
    _nothing_before: dict[tuple[Part, str], datetime] = field(default_factory=dict, init=False)

    def due(self, now: datetime) -> Removal | None:
        """The next stretch to remove, of at most `rows` events, as of `now` (UTC without a zone); None when nothing is
        due or it is too early to look again. A part that cannot be read is left for `check`.
        """
        if time.monotonic() < self._next_look:
            return None
        try:
            removal = self._first_due(now)
        except (OSError, pl.exceptions.PolarsError) as error:
            log.error("nothing expires: %s", error)
            removal = None
        if removal is None:
            self._next_look = time.monotonic() + self.look_seconds
        return removal

    def _first_due(self, now: datetime) -> Removal | None:
        own = self.apps.all()
        limited = any(each.retention_days or each.retention_rows for each in own.values())
        if not self.default_days and not limited:
            return None
        parts = list_live(self.store)
        self._learn(parts)
        before = cuts(parts)
        gone: list[pl.DataFrame] = []
        made: list[Cut] = []
        for app in sorted({app for part in parts for app in self._told[part]}):
            room = self.rows - sum(events.height for events in gone)
            look = _Look(app, self.apps.of(app), parts, [cut for cut in before if cut.app == app], room)
            if room > 0 and (found := self._too_old(look, now) or self._too_many(look)):
                gone += found.gone
                made.append(found.cut)
        return some_rows(gone, parts, cuts=tuple(made)) if made else None

    def _too_old(self, look: _Look, now: datetime) -> _Found | None:
        own = look.settings.retention_days
        days = self.default_days if own is None else own
        before = _before(now, days)
        due = [part for part in look.parts if self._may_hold(part, look, before)] if days else []
        if not due:
            return None
        first, last = due[0].first, due[-1].last
        old = history.batches(self.store, look.app, until=before, first_seq=first, last_seq=last, columns=COLUMNS)
        if gone := _first(old, look.room):
            return _Found(gone, Cut(look.app, _last(gone), before))
        self._nothing_before |= {(part, look.app): before for part in due}
        return None

    def _too_many(self, look: _Look) -> _Found | None:
        keep = look.settings.retention_rows
        events = sum(told.events for part in look.parts if (told := self._told[part].get(look.app)))
        if keep is None or events - keep <= keep // SLACK:
            return None
        start = max((cut.through for cut in look.made if cut.before is None), default=0) + 1
        oldest = history.batches(self.store, look.app, first_seq=start, columns=COLUMNS)
        gone = _first(oldest, min(events - keep, look.room))
        # A cut with a time is one that nobody asked for: the merger takes it less urgently than a deletion.
        return _Found(gone, Cut(look.app, _last(gone), _after(gone))) if gone else None

    def _may_hold(self, part: Part, look: _Look, before: datetime) -> bool:
        told = self._told[part].get(look.app)
        if told is None or told.first_at is None or told.first_at >= before:
            return False
        gone = any(cut.through >= part.last and (cut.before is None or cut.before >= before) for cut in look.made)
        return not gone and self._nothing_before.get((part, look.app), datetime.min) < before

    def _learn(self, parts: Sequence[Part]) -> None:
        self._told = {part: self._told.get(part) or _read(part) for part in parts}
        live = set(parts)
        self._nothing_before = {key: before for key, before in self._nothing_before.items() if key[0] in live}


def _before(now: datetime, days: float) -> datetime:
    """Up to when events go: at full hours, and at full minutes where little is kept."""
    start = (now - timedelta(days=days)).replace(second=0, microsecond=0)
    return start.replace(minute=0) if days >= _HOURLY_DAYS else start


def _first(batches: Iterator[pl.DataFrame], most: int) -> list[pl.DataFrame]:
    """The first rows of `batches`, no more than `most`."""
    gone = next(stretches(batches, most), [])
    return [gone[0].head(most), *gone[1:]] if gone else []


def _last(gone: Sequence[pl.DataFrame]) -> int:
    return int(gone[-1]["seq"][-1])


def _after(gone: Sequence[pl.DataFrame]) -> datetime:
    """A time after all of them came."""
    newest: datetime = max(events.select(pl.max("received_at")).item() for events in gone)
    return newest + timedelta(microseconds=1)


def _read(part: Part) -> dict[str, _Told]:
    sums = pl.scan_parquet(part.file("by_block")).group_by("app").agg(pl.sum("events"), pl.min("first_at")).collect()
    return {app: _Told(events, first_at) for app, events, first_at in sums.iter_rows()}
