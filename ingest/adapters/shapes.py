"""The ways a well-formed body holds several of one kind: an array, `{"events": […]}`, one a line, or just one."""

from typing import Final, Generic, TypeVar

import msgspec

Kind = TypeVar("Kind")
ABSENT: Final = msgspec.Raw(b"")


class Wrapped(msgspec.Struct, Generic[Kind], gc=False, omit_defaults=True):
    """`{"events": […]}`. What has a name as well is no wrapper but an event that happens to have "events"."""

    events: list[Kind]
    event_name: msgspec.Raw = ABSENT
    original_name: msgspec.Raw = msgspec.field(default=ABSENT, name="eventName")


class Shapes(Generic[Kind]):
    """Decodes bodies of one kind, in whichever shape."""

    def __init__(self, kind: type[Kind]) -> None:
        self._array: msgspec.json.Decoder[list[Kind]] = msgspec.json.Decoder(list[kind])  # type: ignore[valid-type]
        self._wrapped: msgspec.json.Decoder[Wrapped[Kind]] = msgspec.json.Decoder(Wrapped[kind])  # type: ignore[valid-type]
        self._one: msgspec.json.Decoder[Kind] = msgspec.json.Decoder(kind)

    def decode(self, body: bytes) -> tuple[list[Kind], object]:
        """What the body holds, and all that was decoded for it. Raises msgspec.DecodeError or RecursionError."""
        if body[:1] == b"[":
            found = self._array.decode(body)
            return found, found
        try:
            wrapped = self._wrapped.decode(body)
            if not bytes(wrapped.event_name) and not bytes(wrapped.original_name):
                return wrapped.events, wrapped
        except msgspec.DecodeError:
            pass  # no wrapper, then
        try:
            found = self._one.decode_lines(body)
        except msgspec.DecodeError:
            found = [self._one.decode(body)]
        return found, found
