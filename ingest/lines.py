"""The one event shape every adapter makes, and the line of it that waits in the spool."""

from collections.abc import Sequence
from typing import Final

import msgspec

UNREAD_BYTES: Final = 64 << 10

NULL: Final = msgspec.Raw(b"\rnull")
_encoder = msgspec.json.Encoder()


class Spooled(msgspec.Struct, gc=False):
    """An accepted event, in the key order of its line; null where the sender said nothing.

    `context` and `payload` come from `text`. `unread` is the raw text of what could not be read as an event, and
    `problem` the sentence that says why; both are null for a good event. `occurred_at` is in µs since 1970.
    """

    app: str
    event_name: str | None = None
    event_type: str = "track"
    event_id: str | None = None
    occurred_at: int | None = None
    source: str | None = None
    app_version: str | None = None
    platform: str | None = None
    environment: str | None = None
    session: str | None = None
    user_id: str | None = None
    unread: str | None = None
    problem: str | None = None
    context: msgspec.Raw = NULL
    payload: msgspec.Raw = NULL


def one_line(raw: bytes) -> bytes:
    """The same JSON in one line: breaks stand only between its tokens, where a space says the same."""
    return raw.replace(b"\n", b" ").replace(b"\r", b" ")


def text(raw: bytes | msgspec.Raw) -> msgspec.Raw:
    """The sender's JSON text as a line holds it: after one `\\r`, which occurs nowhere else in the line."""
    return msgspec.Raw(b"\r" + one_line(bytes(raw)))


def encode(events: Sequence[Spooled]) -> bytes:
    """One `\\n`-terminated line per event; splitting a line at `\\r` gives the fields, the context and the payload."""
    return _encoder.encode_lines(events)
