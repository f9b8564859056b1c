"""Rows of our own exports: what is known of each stays as it was, but for what storing it anew says of it."""

from __future__ import annotations

from typing import Final

import msgspec

from ingest.adapters.each import Form, Sender
from ingest.adapters.members import LONGEST_TEXT, Members
from ingest.instants import instant
from ingest.limits import Limits
from ingest.lines import NULL, Spooled, text
from ingest.scan import may_be_deeper, may_repeat

MARKS: Final = (b'"seq":', b'"unread":', b'"copies":')
"""Keys of every row of ours, which no sender has together."""
_TYPES: Final = frozenset({"track", "system"})
_ENVELOPE: Final = ("app_version", "platform", "environment", "session", "user_id")


class Row(msgspec.Struct, gc=False, omit_defaults=True):
    """A row in which nothing is wrong, as far as its types tell."""

    seq: int
    event_name: str | None = None
    event_type: str = "track"
    event_id: str | None = None
    occurred_at: str | None = None
    source: str | None = None
    app_version: str | None = None
    platform: str | None = None
    environment: str | None = None
    session: str | None = None
    user_id: str | None = None
    unread: str | None = None
    context: msgspec.Raw = msgspec.Raw(b"null")
    payload: msgspec.Raw = msgspec.Raw(b"null")


class _Violation(msgspec.Struct):
    received: str | None = None


_rows = msgspec.json.Decoder(list[Row])
_objects = msgspec.json.Decoder(list[dict[str, msgspec.Raw]])
_violations = msgspec.json.Decoder(list[_Violation] | None)
_texts = msgspec.json.Decoder(str | None)


def is_ours(piece: bytes) -> bool:
    """Whether that object is a row of an export."""
    return piece.startswith(b'{"seq":') and all(mark in piece for mark in MARKS)


def was_unreadable(piece: bytes) -> bool:
    """Whether that row is of an event that could not be read when it came, and says why."""
    return b'"unread":"' in piece


def at_once(body: bytes, sender: Sender, limits: Limits) -> list[Spooled] | None:
    """The events of an array of sound rows; None when it has to be read row by row."""
    try:
        body.decode()
        rows = _rows.decode(body)
        longest = max((max(len(bytes(row.payload)), len(bytes(row.context))) for row in rows), default=0)
        if longest > limits.event_bytes // 2 or may_be_deeper(body, limits.depth, longest):
            return None
        if sender.app is None or may_repeat(body, _objects.decode(body)):
            return None
        return [_spooled(sender.app, row) for row in rows]
    except (ValueError, RecursionError):  # msgspec's and Unicode's errors are ValueErrors
        return None


def _spooled(app: str, row: Row) -> Spooled:
    told = (row.event_name, row.event_id, row.source, *(getattr(row, name) for name in _ENVELOPE))
    longest = max((len(each) for each in told if each is not None), default=0)
    sound = row.unread is None and row.event_type in _TYPES and longest <= LONGEST_TEXT
    if not sound or not (row.event_name or (row.event_type == "system" and row.event_name is None)):
        raise ValueError("to be read by itself")
    return Spooled(
        app,
        row.event_name,
        row.event_type,
        row.event_id,
        instant(row.occurred_at),
        row.source,
        row.app_version,
        row.platform,
        row.environment,
        row.session,
        row.user_id,
        context=_object(row.context),
        payload=_object(row.payload),
    )


def _object(raw: msgspec.Raw) -> msgspec.Raw:
    content = bytes(raw)
    if content == b"null":
        return NULL
    if not content.startswith(b"{"):
        raise ValueError("not an object")
    return text(content)


def _fill(event: Spooled, members: Members) -> None:
    if "seq" not in members.raws:
        members.problems.append("seq is missing, which every row of an export has")
    event.unread = _texts.decode(members.raws.get("unread", b"null"))
    event.event_type = members.text("event_type") or "track"
    if event.event_type not in _TYPES:
        members.problems.append(f"event_type is {event.event_type!r:.80}, not track or system")
        event.event_type = "track"
    nameless = event.unread is not None or event.event_type == "system"
    event.event_name = (members.text if nameless else members.name)("event_name")
    event.event_id = members.text("event_id")
    event.occurred_at = members.instant("occurred_at")
    event.source = members.text("source")
    for name in _ENVELOPE:
        setattr(event, name, members.text(name))
    event.context = members.object("context")
    event.payload = members.object("payload")
    if event.unread is not None:
        told = _violations.decode(members.raws.get("violations", b"null")) or [_Violation()]
        event.problem = told[0].received or "it could not be read when it came"


EXPORTED: Final = Form("import", "event_name", "event_id", "session", None, _fill, at_once)
