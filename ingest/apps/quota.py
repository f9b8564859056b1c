"""How many events an app may send in a day: those beyond its quota are rejected, and sent again tomorrow."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime

from data.settings_db import Apps
from ingest.lines import Spooled
from ingest.receipts import QUOTA, Batch, Fault
from ingest.refusals import Busy

Taken = Counter[str]
"""Events counted against a quota, by app."""


class Quotas:
    """Counts what apps with a quota send, by UTC day, in the store: other processes and a restart know of it."""

    def __init__(self, apps: Apps) -> None:
        self._apps = apps

    def admit(self, batch: Batch, today: date) -> Taken:
        """Reject what of `batch` is over a quota, in the order it came; what was counted for the rest.

        Raises Busy when nothing can be counted now.
        """
        quotas = self._apps.quotas()
        if not quotas or not batch.events:
            return Counter()
        sent = Counter(event.app for event in batch.events)
        try:
            taken = Counter({app: self._apps.take(app, today, sent[app], quotas[app]) for app in sent if app in quotas})
        except OSError as reason:
            raise Busy("events of apps with a quota cannot be counted at the moment") from reason
        if any(taken[app] < sent[app] for app in taken):
            _reject(batch, taken, quotas)
        return taken

    def give_back(self, taken: Taken, today: date) -> None:
        """The batch was not kept after all."""
        for app, events in taken.items():
            self._apps.give_back(app, today, events)


def today() -> date:
    return datetime.now(UTC).date()


def _reject(batch: Batch, taken: Taken, quotas: Mapping[str, int]) -> None:
    """Keep the first `taken` events of each app that has a quota."""
    left = taken.copy()
    before = {fault.index for fault in batch.rejected}
    places = (place for place in range(batch.received) if place not in before)
    kept: list[Spooled] = []
    over: dict[int, Fault] = {}
    for place, event in zip(places, batch.events, strict=True):
        if event.app in quotas and not left[event.app]:
            message = f"over the quota of {event.app}: {quotas[event.app]} events a day, by UTC"
            over[place] = Fault(place, QUOTA, message)
        else:
            left[event.app] -= event.app in quotas
            kept.append(event)
    batch.events = kept
    batch.errors = [fault for fault in batch.errors if fault.index not in over]
    batch.rejected = sorted([*batch.rejected, *over.values()], key=lambda fault: fault.index)
