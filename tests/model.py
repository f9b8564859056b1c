"""What a store should hold, kept as plain dicts: accepted events, each once, the newest copy, judged the slow way."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.sheet_rules import Sheet, judge

Event = dict[str, Any]
EPOCH = datetime(1970, 1, 1)
SILENT = ("source", "app_version", "platform", "environment", "session", "user_id", "occurred_at", "context")


@dataclass
class Model:
    """`sheets` is the plan in force of each app; `events` what is visible, by identity."""

    sheets: dict[str, Sheet] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    events: dict[tuple[Any, ...], Event] = field(default_factory=dict)
    last_seq: int = 0

    def store(self, batch: Sequence[Event], received_at_us: int) -> None:
        """One commit of events, dicts of `app, event_name, payload` and what else was sent, in the order they came."""
        newest: dict[tuple[Any, ...], Event] = {}
        copies: dict[tuple[Any, ...], int] = {}
        for sent in batch:
            key = identity(sent)
            newest.pop(key, None)
            newest[key] = sent
            copies[key] = copies.get(key, 0) + 1
        for key, sent in newest.items():
            older = self.events.pop(key, None)
            self.last_seq += 1
            self.events[key] = self._stored(sent, received_at_us) | {
                "copies": copies[key] + (older["copies"] if older else 0),
            }

    def visible(self) -> list[Event]:
        return list(self.events.values())

    def _stored(self, sent: Event, received_at_us: int) -> Event:
        status, broken = self._verdict(sent)
        told = dict.fromkeys(("expected", "received", "value"), "")
        violations = [told | dict(zip(("path", "rule", "severity"), found, strict=True)) for found in sorted(broken)]
        return dict.fromkeys(SILENT) | {
            **sent,
            "seq": self.last_seq,
            "event_type": sent.get("event_type", "track"),
            "event_id": sent.get("event_id"),
            "plan_version": None,
            "received_at": EPOCH + timedelta(microseconds=received_at_us),
            "status": status,
            "violations": [violation | {"field": violation["path"]} for violation in violations],
            "payload": sent["payload"],
        }

    def _verdict(self, sent: Event) -> tuple[str, set[tuple[str, str, str]]]:
        if sent.get("event_type") == "system":
            return "valid", set()
        return judge(self.sheets.get(sent["app"], {}), sent)


def identity(sent: Event) -> tuple[Any, ...]:
    """What makes two events one: the sender's id, else all that was said."""
    if sent.get("event_id") is not None:
        return sent["app"], sent["event_id"]
    said = json.dumps(sent["payload"], sort_keys=True)
    return sent["app"], sent["event_name"], sent.get("user_id"), sent.get("session"), sent.get("occurred_at"), said
