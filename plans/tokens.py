"""JSON as it was written: numbers stay text, repeated keys stay visible, nothing lenient is taken."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

MAX_DEPTH = 200
"""An event nested deeper than this is unreadable; recursion stays far from its limits."""
VALUE_CHARS = 200
"""How much of a received value a violation keeps."""

Value = Any
"""dict, list, str, Num, bool or None."""

_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|.)", re.DOTALL)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class Num(str):
    """A number, as its JSON token."""

    __slots__ = ()


class Repeated(dict[str, Value]):
    """An object that has a key more than once; as a dict it holds the last of each."""

    def __init__(self, pairs: list[tuple[str, Value]]) -> None:
        super().__init__(pairs)
        self.pairs = pairs

    def repeated_key(self) -> str:
        """The first key that comes again."""
        seen: set[str] = set()
        return next(key for key, _ in self.pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]


def parse(text: str, max_depth: int = MAX_DEPTH) -> Value:
    """The JSON value in `text`; ValueError for anything RFC 8259 does not allow, lone surrogates and great depth."""
    check_depth(text, max_depth)
    value = _decoded(text)
    if "\\u" in text and _SURROGATE.search(text) and _lone_surrogate(text):
        raise ValueError("half of a surrogate pair is no character")
    return value


def _decoded(text: str) -> Value:
    """The decoder without what it does around a value: most texts have nothing there."""
    try:
        value, end = _DECODER.scan_once(text, 0)  # type: ignore[attr-defined]
    except StopIteration:
        end = -1
    return value if end == len(text) else _DECODER.decode(text)


def check_depth(text: str, max_depth: int = MAX_DEPTH) -> None:
    """ValueError when brackets are nested deeper than `max_depth`."""
    if text.count("[") + text.count("{") <= max_depth:
        return
    depth = 0
    for found in _STRING_OR_BRACKET.finditer(text):
        first = found[0][0]
        depth += 1 if first in "[{" else -1 if first in "]}" else 0
        if depth > max_depth:
            raise ValueError(f"nested deeper than {max_depth}")


def dump(value: Value) -> str:
    """Compact JSON text of a parsed value; numbers as they were written, repeated keys kept."""
    if isinstance(value, Num):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{_quote(key)}:{dump(inner)}" for key, inner in _items(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(dump, value)) + "]"
    return _quote(value)


def shown(value: Value) -> str:
    """The value as a violation keeps it: a string without its quotes, numbers trimmed, bounded."""
    text = value if type(value) is str else dump(renumbered(value, trimmed))
    return text if len(text) <= VALUE_CHARS else text[: VALUE_CHARS - 1] + "…"


_WORDS = {str: "string", bool: "boolean", type(None): "null", dict: "object", Repeated: "object", list: "array"}


def kind(value: Value) -> str:
    """The JSON type word of a parsed value; a number written with a fraction or exponent is a `number`."""
    return _WORDS.get(type(value)) or ("number" if "." in value or "e" in value or "E" in value else "integer")


def trimmed(token: str) -> str:
    """A number as it was written, without the zeros at the end of its fraction: `1.10` is `1.1`, `5.00` is `5.0`."""
    if token == "-0":
        return "0"
    if "." not in token or "e" in token or "E" in token:
        return token
    short = token.rstrip("0")
    return f"{short}0" if short[-1] == "." else short


def renumbered(value: Value, number: Callable[[str], str]) -> Value:
    """The value with the text of each number in it changed by `number`."""
    if isinstance(value, Num):
        return Num(number(value))
    if isinstance(value, Repeated):
        return Repeated([(key, renumbered(inner, number)) for key, inner in value.pairs])
    if isinstance(value, dict):
        return {key: renumbered(inner, number) for key, inner in value.items()}
    return [renumbered(inner, number) for inner in value] if isinstance(value, list) else value


def _items(value: dict[str, Value]) -> Iterable[tuple[str, Value]]:
    return value.pairs if isinstance(value, Repeated) else value.items()


def _object(pairs: list[tuple[str, Value]]) -> dict[str, Value]:
    value = dict(pairs)
    return value if len(value) == len(pairs) else Repeated(pairs)


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is not JSON")


def _lone_surrogate(text: str) -> bool:
    high_end = -1
    for found in _ESCAPE.finditer(text):
        code = int(found[1], 16) if found[1] else 0
        pending = high_end != -1
        if 0xDC00 <= code <= 0xDFFF:
            if high_end != found.start():
                return True
            high_end = -1
        elif pending:
            return True
        elif 0xD800 <= code <= 0xDBFF:
            high_end = found.end()
    return high_end != -1


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=Num, parse_int=Num, parse_constant=_refuse)
_quote = json.JSONEncoder(ensure_ascii=False).encode
