"""What a pattern means in ECMA-262, written so that jsonschema-rs takes it so; and how much work matching it may be."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

MAX_WEIGHT: Final = 20_000
"""How many places of a pattern may be open at once, its counted repeats written out: more is refused."""
HEAVY: Final = 1_000
MAX_WORK: Final = 100_000_000
"""A heavy pattern is matched with texts of at most so many characters times its weight: seconds, at the worst."""
BACKTRACKS: Final = 50_000
"""How often a match with look-around may turn back: milliseconds."""

_WORD = "[A-Za-z0-9_]"
_REWRITTEN = {
    ".": r"[^\n\r\u2028\u2029]",
    r"\b": f"(?:(?<={_WORD})(?!{_WORD})|(?<!{_WORD})(?={_WORD}))",
    r"\B": f"(?:(?<={_WORD})(?={_WORD})|(?<!{_WORD})(?!{_WORD}))",
    r"\0": r"\x00",
    "[^]": r"[\s\S]",
    "[]": r"[^\s\S]",
}
_IN_CLASS = {r"\b": r"\x08", r"\0": r"\x00"}
_PART = re.compile(
    r"""
      (?P<pair>  \\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2} )
    | (?P<again> \\k<(?P<name>\w+)> )
    | (?P<class> \[ \^? (?: \\. | [^\]\\] )* \] )
    | (?P<open>  \( (?: \? (?: [:=!] | <[=!] | <(?P<called>\w+)> ) )? )
    | (?P<close> \) )
    | (?P<count> \{ (?P<low>[0-9]{1,9}) (?:,(?P<high>[0-9]{0,9}))? \} )
    | (?P<one>   \\. | . )
    """,
    re.VERBOSE | re.DOTALL,
)
_CLASS_PART = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\.|.", re.DOTALL)


@lru_cache(4096)
def taken(pattern: str) -> str:
    """The pattern as jsonschema-rs must be given it: its dot, `\\b`, `\\0` and empty classes are not ECMA's."""
    groups: dict[str, int] = {}
    opened = (found for found in _PART.finditer(pattern) if found["called"] or found["open"] == "(")
    for number, found in enumerate(opened, start=1):
        groups.setdefault(found["called"] or "", number)
    return "".join(_rewritten(found, groups) for found in _PART.finditer(pattern))


def written(pattern: str) -> str:
    """The pattern as it was before `taken`, or another way to say the same."""
    for text in (r"\b", r"\B", "."):
        pattern = pattern.replace(_REWRITTEN[text], text)
    return pattern


def _rewritten(part: re.Match[str], groups: dict[str, int]) -> str:
    text = part[0]
    if part["pair"]:
        return _character(text)
    if part["again"] and part["name"] in groups:
        return f"(?:\\{groups[part['name']]})"
    if part["class"] and text not in _REWRITTEN:
        return _CLASS_PART.sub(_in_class, text)
    return _REWRITTEN.get(text, text)


def _in_class(part: re.Match[str]) -> str:
    text = part[0]
    return _character(text) if len(text) == 12 else _IN_CLASS.get(text, text)


def _character(pair: str) -> str:
    """One character that is written as the two halves of a surrogate pair."""
    high, low = int(pair[2:6], 16), int(pair[8:12], 16)
    return f"\\u{{{0x10000 + (high - 0xD800) * 0x400 + low - 0xDC00:x}}}"


@lru_cache(4096)
def weight(pattern: str) -> int:
    """How many places the pattern has when its counted repeats are written out."""
    sums, last = [0], 0
    for part in _PART.finditer(pattern):
        if part["open"]:
            sums.append(0)
            last = 0
        elif part["count"]:
            more = last * (max(int(part["high"] or part["low"]), 1) - 1)
            sums[-1], last = sums[-1] + more, last + more
        else:
            last = (sums.pop() if len(sums) > 1 else 0) if part["close"] else 1
            sums[-1] += last
    return sum(sums)


class TooMuchWork(ValueError):
    """A text that would keep a pattern busy for too long; it is not known whether it fits."""


def bounded(pattern: str, accepts: Callable[[str], bool]) -> Callable[[str], bool]:
    """The same, or TooMuchWork for texts that are too long for so heavy a pattern."""
    heaviness = weight(pattern)
    if heaviness <= HEAVY:
        return accepts

    def within(text: str) -> bool:
        check_work(heaviness, len(text))
        return accepts(text)

    return within


def check_work(heaviness: int, characters: int) -> None:
    """TooMuchWork when matching so many characters with patterns of this weight may take too long."""
    if heaviness > HEAVY and heaviness * characters > MAX_WORK:
        raise TooMuchWork(f"{characters:,} characters are too many to match with a pattern that repeats so much")


def too_many_steps() -> TooMuchWork:
    """What is said of a match that turned back too often."""
    return TooMuchWork("matching a pattern with a text of the event takes too many steps")
