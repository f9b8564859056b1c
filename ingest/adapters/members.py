"""The members of one event's object, taken one by one; what is wrong with them is collected, not raised."""

import json
from typing import Final, NoReturn

import msgspec

from ingest.instants import instant
from ingest.lines import NULL, text
from ingest.scan import may_repeat, repeated_key

LONGEST_TEXT: Final = 1_000

_objects = msgspec.json.Decoder(dict[str, msgspec.Raw])
_texts = msgspec.json.Decoder(str)
_numbers = msgspec.json.Decoder(int | float)
_KINDS: Final = {"{": "an object", "[": "a list", '"': "a text", "t": "a boolean", "f": "a boolean", "n": "null"}


class Members:
    """Members by key. Each reading gives None for what is absent, null or wrong; `problems` says what was wrong."""

    def __init__(self, raws: dict[str, msgspec.Raw]) -> None:
        self.raws = raws
        self.problems: list[str] = []

    def name(self, key: str) -> str | None:
        """A text that must be there and not be empty."""
        raw = self._raw(key)
        if not raw:
            self.problems.append(f"{key} is missing")
            return None
        if not raw.startswith(b'"'):
            self.problems.append(f"{key} is {kind_of(raw)}, not a text")
            return None
        name = self._short(key, _texts.decode(raw))
        if name == "":
            self.problems.append(f"{key} is empty")
        return name or None

    def text(self, key: str) -> str | None:
        """A text, or a number as it was written: ids and versions come as both."""
        raw = self._raw(key)
        if not raw:
            return None
        if raw.startswith(b'"'):
            return self._short(key, _texts.decode(raw))
        if kind_of(raw) == "a number":
            return self._short(key, raw.decode())
        self.problems.append(f"{key} is {kind_of(raw)}, not a text")
        return None

    def instant(self, key: str) -> int | None:
        """µs since 1970."""
        raw = self._raw(key)
        if not raw:
            return None
        try:
            if raw.startswith(b'"'):
                return instant(_texts.decode(raw))
            if kind_of(raw) == "a number":
                return instant(_numbers.decode(raw))
        except msgspec.ValidationError:
            self.problems.append(f"{key} is a number beyond all times")
            return None
        except ValueError as problem:
            self.problems.append(str(problem))
            return None
        self.problems.append(f"{key} is {kind_of(raw)}, not a time")
        return None

    def object(self, key: str) -> msgspec.Raw:
        """An object as a line of the spool holds it; null when there is none."""
        raw = self._raw(key)
        if raw.startswith(b"{"):
            return text(raw)
        if raw:
            self.problems.append(f"{key} is {kind_of(raw)}, not an object")
        return NULL

    def _raw(self, key: str) -> bytes:
        raw = bytes(self.raws.get(key, b""))
        return b"" if raw == b"null" else raw

    def _short(self, key: str, value: str) -> str | None:
        if len(value) <= LONGEST_TEXT:
            return value
        self.problems.append(f"{key} has {len(value)} characters; at most {LONGEST_TEXT} are taken")
        return None


def object_of(piece: bytes) -> dict[str, msgspec.Raw]:
    """The members of an object. Raises ValueError with a sentence when it is none, or says one of its keys twice."""
    try:
        said = piece.decode()
    except UnicodeDecodeError as error:
        raise ValueError(f"the event is not UTF-8 at its byte {error.start}") from None
    try:
        raws = _objects.decode(piece)
    except (msgspec.DecodeError, RecursionError):
        raise ValueError(_why_no_object(said)) from None
    if may_repeat(piece, raws) and (key := repeated_key(said)) is not None:
        raise ValueError(f"the event has the key {key!r:.80} twice")
    return raws


def kind_of(raw: bytes) -> str:
    """What a JSON value is, in words: an object, a number …"""
    return _KINDS.get(raw[:1].decode("ascii", "replace"), "a number")


def _why_no_object(said: str) -> str:
    try:
        value = json.loads(said, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        return f"the event is not JSON: {error.msg.removesuffix(' at')} at line {error.lineno} column {error.colno}"
    except (ValueError, RecursionError) as error:
        return f"the event is not JSON: {error}"
    if isinstance(value, dict):
        return "the event is not JSON: half of a surrogate pair in a text"
    return f"the event is {kind_of(said.strip()[:1].encode())}, not an object"


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON value")
