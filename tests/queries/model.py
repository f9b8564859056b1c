"""A store made part by part, beside the plain list of events that should be visible in it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from data.hidden import Cut
from data.layout import Store
from data.parts import list_live
from data.schema import EVENTS
from ingest.apps.removal import Removal, some_rows, whole_log
from ingest.commit import commit, commit_removal
from ingest.count import rows
from ingest.dedup import Kept
from ingest.rewrite import Rewriter
from tests.recount import Event

START = datetime(2026, 11, 23, 15, 20)

WRONG_TYPE = {
    "field": "items[1].price",
    "path": "items[].price",
    "rule": "wrong_type",
    "severity": "error",
    "expected": "integer",
    "received": "string",
    "value": "2",
}
EXTRA = {
    "field": "colour",
    "path": "colour",
    "rule": "unplanned_field",
    "severity": "warning",
    "expected": None,
    "received": "string",
    "value": "red",
}
UNPLANNED = {
    "field": "",
    "path": "",
    "rule": "unplanned_event",
    "severity": "warning",
    "expected": None,
    "received": "anything",
    "value": None,
}


def event(seq: int, *, at: float = 0.0, **fields: Any) -> Event:
    """A valid event of app `shop`, received `at` seconds after START, but for the given fields."""
    usual = {
        "app": "shop",
        "event_name": "page_seen",
        "event_type": "track",
        "event_id": f"id-{seq}",
        "received_at": START + timedelta(seconds=at),
        "occurred_at": None,
        "status": "valid",
        "violations": [],
        "plan_version": None,
        "source": None,
        "app_version": None,
        "platform": None,
        "environment": None,
        "session": None,
        "user_id": None,
        "context": None,
        "payload": "{}",
        "unread": None,
        "copies": 1,
        "supersedes": None,
    }
    return {"seq": seq, **usual, **fields}


@dataclass
class Model:
    """`visible` is what `store` should show; seqs may have gaps, so that few rows can lie in many blocks."""

    store: Store
    visible: list[Event] = field(default_factory=list)
    last: int = 0

    def add(self, *events: Event) -> None:
        """Commit the events as one part; one that `supersedes` a visible event of an older part replaces it."""
        replaced = {event["supersedes"] for event in events} - {None}
        older = [event for event in self.visible if event["seq"] in replaced]
        new = frame(events)
        told = pl.concat([rows(new), rows(frame(older), sign=-1)])
        hides = pl.DataFrame({"seq": sorted(replaced)}, schema={"seq": pl.Int64})
        commit(self.store, Kept(events=new, told=told, known=pl.DataFrame(), hides=hides), [])
        self.visible = [event for event in self.visible if event["seq"] not in replaced] + list(events)
        self.last = events[-1]["seq"]

    def delete(self, *events: Event) -> None:
        """Delete these visible events in one commit."""
        self._remove(some_rows([frame(events)], list_live(self.store)))
        self.visible = [event for event in self.visible if event not in events]

    def clear(self, app: str) -> None:
        """Delete the app's whole log, if it has one."""
        removal = whole_log(list_live(self.store), Cut(app, self.last))
        if removal is not None:
            self._remove(removal)
        self.visible = [event for event in self.visible if event["app"] != app]

    def expire(self, app: str, before: datetime) -> None:
        """Let the app's events that were received before then expire, if there are any."""
        gone = [event for event in self.visible if event["app"] == app and event["received_at"] < before]
        if gone:
            self._remove(some_rows([frame(gone)], list_live(self.store), cuts=(Cut(app, self.last, before),)))
        self.visible = [event for event in self.visible if event not in gone]

    def _remove(self, removal: Removal) -> None:
        self.last += 1
        commit_removal(self.store, removal, self.last)

    def merge(self, first: int = 0, last: int | None = None) -> None:
        """Merge the live parts at these places (all, unless told) into one; the replaced ones stay on disk."""
        parts = list_live(self.store)
        neighbours = parts[first : None if last is None else last + 1]
        Rewriter(self.store, memory_mb=256).rewrite(neighbours, parts)


def frame(events: Sequence[Event]) -> pl.DataFrame:
    return pl.DataFrame(list(events), schema=EVENTS)
