"""Finds the events in a body that is not JSON as a whole, so that a broken one costs none of those beside it.

Linear in the size of the body: each byte belongs to one token, and what is read in vain, in search of an end that
never comes, is bounded.
"""

import re
import sys
from collections.abc import Iterator
from itertools import islice
from typing import Final

import msgspec

_QUOTE, _OBJECT = b'"'[0], b"{"[0]
_IN_VAIN_BYTES: Final = 4 << 20  # beside one body's worth
_LONGEST_EVENT: Final = 1 << 20  # of those looked for after a broken one
_TRIED_LINES: Final = 1_000

# A text with its escapes (an unfinished one reaches to the end), or a run of brackets that all open or all close.
_TOKEN: Final = re.compile(rb'"[^"\\]*+(?:\\(?:.|\Z)[^"\\]*+)*+(?:"|\Z)|[\[{]++|[\]}]++', re.DOTALL)
_SCALAR: Final = re.compile(rb"[^\s,\[\]{}\"]*+")
_BETWEEN: Final = re.compile(rb"[\s,]*+")
_FOLLOWS: Final = re.compile(rb"\s*+(?:[,\]{]|\Z)")
_AFTER_TEXT: Final = re.compile(rb"\s*+(?:[,:\]}]|\Z)")
_OPENS: Final = {b"]"[0]: b"["[0], b"}"[0]: b"{"[0]}
_NEXT: Final = re.compile(rb'[,}\]\n]\s*+(\{\s*+")')
_VALUE: Final = re.compile(rb"\s*+:\s*+")
_LINE: Final = re.compile(rb"[^\n]++")

_object = msgspec.json.Decoder(dict[str, msgspec.Raw])


def split(body: bytes, name_key: bytes, most: int) -> list[bytes]:
    """The first `most` events of a body, each as it was sent, broken ones among them: an array's elements, those of
    `"events"`, one object, several, or one a line. `name_key` is what an event names itself with, quotes included.
    """
    start = _skip(_BETWEEN, body, 0)
    if body[start : start + 1] == b"[":
        return list(islice(_elements(body, start, name_key), most))
    inner = member(body, b'"events"')
    if inner is not None and body[inner : inner + 1] == b"[" and member(body, name_key) is None:
        return list(islice(_elements(body, inner, name_key), most))
    objects = _whole_objects(body, most)
    return objects if objects is not None else _lines(body, most)


def is_whole_object(piece: bytes) -> bool:
    """Whether it is an object, as far as its brackets tell."""
    return piece[:1] == b"{" and _end(piece, 0) == len(piece)


def depth(piece: bytes) -> int:
    """How deep lists and objects are nested in it, as far as its brackets tell."""
    deepest = now = 0
    for token in _TOKEN.finditer(piece):
        first = piece[token.start()]
        if first in b"[{":
            now += token.end() - token.start()
            deepest = max(deepest, now)
        elif first != _QUOTE:
            now -= token.end() - token.start()
    return deepest


def member(piece: bytes, key: bytes) -> int | None:
    """Where the value of `key` (quotes included) begins at the top level of the object that `piece` begins with."""
    now = 0
    for token in _TOKEN.finditer(piece):
        first = piece[token.start()]
        if first in b"[{":
            now += token.end() - token.start()
        elif first != _QUOTE:
            now -= token.end() - token.start()
            if now <= 0:
                return None
        elif now == 1 and token.group() == key and (colon := _VALUE.match(piece, token.end())):
            return colon.end()
    return None


def text_member(piece: bytes, key: bytes) -> str | None:
    """The text that `key` has at the top level of a broken object, when so much of it can be read."""
    at = member(piece, key)
    token = None if at is None else _TOKEN.match(piece, at)
    try:
        return None if token is None else msgspec.json.decode(token.group(), type=str)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _elements(body: bytes, start: int, name_key: bytes) -> Iterator[bytes]:
    search = _Search(body, name_key)
    at = start + 1
    while (at := _skip(_BETWEEN, body, at)) < len(body) and body[at : at + 1] != b"]":
        end = search.end_of_element(at)
        yield body[at:end].rstrip(b", \t\r\n")
        at = end
    after = body[at + 1 :].strip()
    if after and not body[:start].strip():
        yield after


class _Search:
    """Finds where events end and begin in a damaged array; what it may read in vain is counted down."""

    def __init__(self, body: bytes, name_key: bytes) -> None:
        self._body, self._name_key = body, name_key
        self._in_vain = len(body) + _IN_VAIN_BYTES

    def end_of_element(self, at: int) -> int:
        """Where the element ends, damaged as it may be; the rest of the body once too much was read in vain."""
        body = self._body
        if self._in_vain < 0:
            return len(body)
        end = _end(body, at)
        if end is None:
            self._in_vain -= len(body) - at
        if end is None or not _FOLLOWS.match(body, end):
            return self._next_event(at + 1, len(body))
        if _is_json_object(body[at:end]):
            return end
        # What was torn may seem to end much later, with the events after it inside.
        return end if _is_sound(body[at:end]) else self._next_event(at + 1, end)

    def _next_event(self, at: int, before: int) -> int:
        for candidate in _NEXT.finditer(self._body, at, before):
            start = candidate.start(1)
            end = _end(self._body, start, start + _LONGEST_EVENT)
            event = self._body[start : end or start]
            if self._name_key in event and _is_json_object(event):
                return start
            self._in_vain -= len(event) or min(_LONGEST_EVENT, len(self._body) - start)
            if self._in_vain < 0:
                break
        return before


def _is_sound(piece: bytes) -> bool:
    """Whether brackets and texts stand where JSON has them, so that only a value is wrong and nothing is torn."""
    opened: list[int] = []
    before = 0
    for token in _TOKEN.finditer(piece):
        first = piece[token.start()]
        if first == _QUOTE:
            if not _AFTER_TEXT.match(piece, token.end()):
                return False
        elif first in b"[{":
            if opened and opened[-1] == _OBJECT and piece[before : token.start()].strip() != b":":
                return False
            opened += token.group()
        elif any(not opened or opened.pop() != _OPENS[bracket] for bracket in token.group()):
            return False
        before = token.end()
    return not opened


def _whole_objects(body: bytes, most: int) -> list[bytes] | None:
    """The objects of a body that is nothing but objects, None when there is something else in it."""
    objects: list[bytes] = []
    at = 0
    while len(objects) < most and (at := _skip(_BETWEEN, body, at)) < len(body):
        end = _end(body, at) if body[at] == _OBJECT else None
        if end is None:
            return None
        objects.append(body[at:end])
        at = end
    return objects


def _lines(body: bytes, most: int) -> list[bytes]:
    """A piece for each line when one of the first is an object by itself, else the body as one piece."""
    each = (line for found in _LINE.finditer(body) if (line := found.group().strip()))
    lines = list(islice(each, most))
    return lines if any(_is_json_object(line) for line in lines[:_TRIED_LINES]) else [body.strip()]


def _end(body: bytes, at: int, before: int = sys.maxsize) -> int | None:
    """Where the value that begins at `at` ends, by its brackets alone; None when they do not close there."""
    if body[at] not in b'"[{':
        return _skip(_SCALAR, body, at)
    now = 0
    for token in _TOKEN.finditer(body, at, before):
        first = body[token.start()]
        if first in b"[{":
            now += token.end() - token.start()
        elif first != _QUOTE:
            run = token.end() - token.start()
            if run >= now:
                end = token.start() + now
                return end if body[at : at + 1] + body[end - 1 : end] in (b"{}", b"[]") else None
            now -= run
        elif now == 0:
            return token.end()
    return None


def _is_json_object(piece: bytes) -> bool:
    try:
        _object.decode(piece)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return False
    return True


def _skip(pattern: re.Pattern[bytes], body: bytes, at: int) -> int:
    found = pattern.match(body, at)
    return found.end() if found else at
