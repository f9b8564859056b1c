"""An event's type with a few of its fields let go: what an event breaks that fits it is told by these fields alone."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import compress
from operator import attrgetter
from typing import Any, Final

import msgspec
from msgspec import UNSET, Raw

from plans.judging.members import Keys, Member, decoder, keys_of

MOST_FIELDS: Final = 4
"""So many fields are let go at once: a misspelt one is missing under its name and unplanned under another, and others
may be bound to it."""
MOST_TYPES: Final = 256
"""So many types are kept of one event name; senders think of keys without end."""
LONGEST: Final = 256
"""Bytes of a value; longer ones hardly come twice."""

_PLACE: Final = re.compile(r"- at `\$\.([^`.\[]+)")
_FIELD: Final = re.compile(r"field `(.*)`$")

UNFIT: Final = (msgspec.DecodeError, RecursionError)
"""What a decoder raises for a payload that does not fit, or is nested too deep to tell."""
_OPENING: Final = frozenset(b"{[")

Failed = tuple[int, str]
"""The number of an event among those looked at, and what msgspec says of it."""

Values = tuple[bytes | None, ...]
"""The text of the value of each field that was let go, None where there is none."""

Told = tuple[tuple[str, ...], Values]
"""The keys of the fields that were let go, and their values."""


def field_of(message: str) -> str | None:
    """The event's field that msgspec complains of, as far as its message tells."""
    found = _PLACE.search(message) or _FIELD.search(message)
    return found[1] if found else None


class Loosened:
    """The types of one event name, each made when it is first asked for."""

    def __init__(self, members: Sequence[Member], bound: Sequence[tuple[str, str]] = ()) -> None:
        self._members = {each.key: each for each in members}
        self._bound = bound
        self._types: dict[tuple[str, ...], _Loose | None] = {}

    def knows(self, field: str | None) -> bool:
        """Whether this is a planned field."""
        return field in self._members

    def besides(self, fields: tuple[str, ...], field: str) -> tuple[str, ...]:
        """The fields to let go when this one must go too: whatever it is bound to goes with it."""
        found = {*fields, field}
        while more := {each for pair in self._bound if found & set(pair) for each in pair} - found:
            found |= more
        return tuple(sorted(found))

    def told(self, fields: tuple[str, ...], payloads: list[str]) -> tuple[dict[Told, list[int]], list[Failed]]:
        """The payloads, by number, of which it tells all that they break if `fields` are let go; those of one answer
        break the same. And what is said of those that still do not fit.
        """
        loose = self._type(fields) if len(fields) <= MOST_FIELDS else None
        if loose is None:
            return {}, []
        decoded, failed = decode_all(loose.decode, payloads)
        left_out = {number for number, _ in failed}
        fit = [number for number in range(len(payloads)) if number not in left_out]
        return loose.told(fit, [payloads[number] for number in fit], decoded), failed

    def _type(self, keys: tuple[str, ...]) -> _Loose | None:
        if keys not in self._types:
            if len(self._types) >= MOST_TYPES:
                return None
            self._types[keys] = self._made(keys)
        return self._types[keys]

    def _made(self, keys: tuple[str, ...]) -> _Loose | None:
        # Unplanned fields are listed as they come: of two of them, their values would not tell the order.
        if sum(key not in self._members for key in keys) > 1:
            return None
        loose = {key: Member(f"x{at}", key, Raw, needed=False) for at, key in enumerate(keys)}
        members = list((self._members | loose).values())
        try:
            return _Loose(keys, tuple(each.name for each in loose.values()), decoder(members), keys_of(members))
        except ValueError:  # a key with quotes
            return None


@dataclass(frozen=True)
class _Loose:
    fields: tuple[str, ...]
    names: tuple[str, ...]
    decode: Callable[[str], Any]
    keys: Keys

    def told(self, numbers: list[int], payloads: list[str], decoded: list[Any]) -> dict[Told, list[int]]:
        """What these fields hold, but for long values and payloads that may say a key twice."""
        every = self._values(decoded)
        if self._keys(decoded, every) != keys_in("".join(payloads)):
            pairs = zip(decoded, every, payloads, strict=True)
            once = [self._keys([said], [values]) == keys_in(payload) for said, values, payload in pairs]
            numbers, every = list(compress(numbers, once)), list(compress(every, once))
        found: dict[Values, list[int]] = defaultdict(list)
        for number, values in zip(numbers, every, strict=True):
            found[values].append(number)
        return {(self.fields, values): same for values, same in found.items() if _plain(values)}

    def _values(self, decoded: list[Any]) -> list[Values]:
        columns = [
            [None if raw is UNSET else bytes(raw) for raw in map(attrgetter(name), decoded)] for name in self.names
        ]
        return list(zip(*columns, strict=True))

    def _keys(self, decoded: list[Any], every: list[Values]) -> int:
        inside = sum(value.count(b'":') for values in every for value in values if value)
        return self.keys.count(decoded) + inside


def _plain(values: Values) -> bool:
    """Whether these are short, and one at most may hold a key twice: of two, the first that is met is told."""
    nested = 0
    for value in values:
        if value is not None:
            if len(value) > LONGEST:
                return False
            nested += value[0] in _OPENING
    return nested < 2


def decode_all(decode: Callable[[str], Any], payloads: list[str]) -> tuple[list[Any], list[Failed]]:
    """What could be decoded, in order, and the numbers of those that could not, with what msgspec says of them."""
    decoded: list[Any] = []
    failed: list[Failed] = []
    coming = map(decode, payloads)
    while len(decoded) + len(failed) < len(payloads):
        try:
            decoded.extend(coming)  # keeps those before the one that raises, and goes on after it the next time
        except UNFIT as error:
            failed.append((len(decoded) + len(failed), str(error)))
    return decoded, failed


def keys_in(payload: str) -> int:
    """How many keys a payload has, and a few more if a text in it says `":`; none where one may stand off its colon."""
    if '" ' in payload or '"\n' in payload or '"\t' in payload or '"\r' in payload:
        return -_MANY
    return payload.count('":')


_MANY: Final = 1 << 40
"""Makes a sum differ from every count."""
