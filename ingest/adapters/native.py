"""Our own form: `{"event_name", "payload", …}`, one, several in an array or under "events", or one a line."""

from itertools import chain, repeat
from typing import Annotated, Final

import msgspec

from ingest.adapters.each import Form, Sender, read_body
from ingest.adapters.members import LONGEST_TEXT, Members
from ingest.adapters.shapes import ABSENT, Shapes
from ingest.instants import instant
from ingest.limits import Limits
from ingest.lines import NULL, Spooled, one_line
from ingest.receipts import Batch
from ingest.scan import may_be_deeper, may_repeat
from plans.model import PlanError, check_app

SOURCE: Final = "http"

Text = Annotated[str, msgspec.Meta(max_length=LONGEST_TEXT)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_TEXT)]


class Wire(msgspec.Struct, gc=False, omit_defaults=True):
    """An event in which nothing is wrong, as far as its types tell."""

    event_name: Name
    payload: msgspec.Raw = ABSENT
    event_id: Text | None = None
    timestamp: str | int | float | None = None
    app: Text | None = None
    session: Text | None = None
    user_id: Text | None = None
    app_version: Text | None = None
    platform: Text | None = None
    environment: Text | None = None
    context: msgspec.Raw = ABSENT


_wires = Shapes(Wire)
_objects = Shapes(dict[str, msgspec.Raw])


def at_once(body: bytes, sender: Sender, limits: Limits) -> list[Spooled] | None:
    """The events of a body in which nothing is wrong; None when it has to be read event by event."""
    if len(body) > limits.event_bytes and body.count(b'"event_name"') > 2 * limits.events:
        return None  # perhaps too many to decode before they are counted
    try:
        if not body.isascii():
            body.decode()
        wires, decoded = _wires.decode(body)
        if len(wires) > limits.events or _needs_a_closer_look(body, decoded):
            return None
        contexts = [bytes(wire.context) for wire in wires]
        payloads = [bytes(wire.payload) for wire in wires]
        longest = max(map(len, chain(contexts, payloads)), default=0)
        if longest > limits.event_bytes // 2 or may_be_deeper(body, limits.depth, longest):
            return None
        if b"\n" in body or b"\r" in body:
            contexts, payloads = list(map(one_line, contexts)), list(map(one_line, payloads))
        return list(map(_spooled, wires, repeat(sender), contexts, payloads))
    except (ValueError, RecursionError, PlanError):  # msgspec's and Unicode's errors are ValueErrors
        return None


def _needs_a_closer_look(body: bytes, decoded: object) -> bool:
    return may_repeat(body, decoded) and may_repeat(body, _objects.decode(body)[1])


def _spooled(wire: Wire, sender: Sender, context: bytes, payload: bytes) -> Spooled:
    return Spooled(
        sender.app or check_app(wire.app or ""),
        wire.event_name,
        "track",
        wire.event_id or None,
        None if wire.timestamp is None else instant(wire.timestamp),
        SOURCE,
        wire.app_version,
        wire.platform,
        wire.environment,
        sender.session if wire.session is None else wire.session,
        wire.user_id,
        None,
        None,
        _object(context),
        _object(payload),
    )


def _object(raw: bytes) -> msgspec.Raw:
    if raw[:1] == b"{":
        return msgspec.Raw(b"\r" + raw)
    if not raw or raw == b"null":
        return NULL
    raise ValueError("not an object")


def _fill(event: Spooled, members: Members) -> None:
    event.event_name = members.name("event_name")
    event.event_id = members.text("event_id") or None
    event.occurred_at = members.instant("timestamp")
    event.session = members.text("session")
    event.user_id = members.text("user_id")
    event.app_version = members.text("app_version")
    event.platform = members.text("platform")
    event.environment = members.text("environment")
    event.context = members.object("context")
    event.payload = members.object("payload")


NATIVE: Final = Form(SOURCE, "event_name", "event_id", "session", "app", _fill, at_once)


def read_native(body: bytes, sender: Sender, limits: Limits) -> Batch:
    """All events of a body."""
    return read_body(body, NATIVE, sender, limits)
