"""The forms of the product this one replaces: `{"eventName", "payload", …}`, or text lines `Event Payload: {json}`.

Every key but the name and the payload is context, kept whole; what has a column of its own is copied there too.
"""

from collections.abc import Callable
from typing import Final, TypeVar

import msgspec

from ingest.adapters.each import Form, Sender, read_body, read_pieces
from ingest.adapters.members import Members
from ingest.limits import Limits
from ingest.lines import NULL, Spooled, text
from ingest.receipts import Batch
from ingest.refusals import TooLarge

_MARK: Final = b"Event Payload:"
_ITS_OWN: Final = ("eventName", "payload")
_NOT_SYSTEM: Final = frozenset({b"0", b'"0"', b'""', b"null", b"false", b"0.0"})
Value = TypeVar("Value")


def read_original(body: bytes, sender: Sender, limits: Limits) -> Batch:
    """All events of a JSON body, or of the lines of a text that hold one; a text may hold none."""
    is_text = sender.is_text and body.lstrip()[:1] not in (b"{", b"[", b"")
    if not is_text and (_MARK not in body or _is_json(body)):
        return read_body(body, ORIGINAL, sender, limits)
    lines = [line.split(_MARK, 1)[1].strip() for line in body.split(b"\n") if _MARK in line]
    if len(lines) > limits.events:
        raise TooLarge(f"the body has more than {limits.events} events")
    return read_pieces(lines, ORIGINAL, sender, limits)


def _is_json(body: bytes) -> bool:
    try:
        msgspec.json.decode(body, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def _fill(event: Spooled, members: Members) -> None:
    is_system = bytes(members.raws.get("eventId", b"0")) not in _NOT_SYSTEM
    if is_system:
        event.event_type = "system"
    if not is_system or "eventName" in members.raws:
        event.event_name = members.name("eventName")
    event.payload = members.object("payload")
    event.context = _context(members.raws)
    event.occurred_at = _first(members.raws, Members.instant, "eventTime", "timestamp")
    event.user_id = _first(members.raws, Members.text, "identity", "userId", "user_id")
    event.session = _first(members.raws, Members.text, "sessionId", "session_id")
    event.app_version = _first(members.raws, Members.text, "appVersion", "app_version")
    event.platform = _first(members.raws, Members.text, "platform")
    event.environment = _first(members.raws, Members.text, "environment")


def _context(raws: dict[str, msgspec.Raw]) -> msgspec.Raw:
    rest = {key: raw for key, raw in raws.items() if key not in _ITS_OWN}
    return text(msgspec.json.encode(rest)) if rest else NULL


def _first(raws: dict[str, msgspec.Raw], read: Callable[[Members, str], Value | None], *keys: str) -> Value | None:
    """The first of `keys` that can be read. None is promised to be there or to be right, so none is a fault."""
    found = Members(raws)
    return next((value for key in keys if (value := read(found, key)) is not None), None)


ORIGINAL: Final = Form("logs", "eventName", None, "sessionId", None, _fill)
