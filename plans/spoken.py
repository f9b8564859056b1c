"""Texts from outside as they stand in a sentence: bounded, nothing hidden, nothing that ends its quotation."""

from __future__ import annotations

import re
from typing import Final

MOST_OF_A_NAME: Final = 200
"""Characters of a field's or an event's name in a sentence."""

_HIDDEN: Final = re.compile(r"[\x00-\x1f\x7f-\xa0\xad\u200b\u200e\u200f\u2028-\u202f\u2060-\u2069\ufeff]")
_RIGHT_TO_LEFT: Final = re.compile(
    r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_SHORT: Final = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def name_in(text: str | None) -> str:
    """A name as it stands between backticks."""
    return isolated(plain(text or "", MOST_OF_A_NAME).replace("`", r"\u0060"))


def quoted(text: str) -> str:
    """A text in quotes, with what would end it early or not be seen written as JSON does."""
    return f'"{isolated(plain(text.replace(chr(92), chr(92) * 2).replace(chr(34), chr(92) + chr(34))))}"'


def plain(text: str, most: int | None = None) -> str:
    """The text, cut, with every character that cannot be seen, or moves others about, as its escape."""
    cut = text if most is None or len(text) <= most else f"{text[: most - 1]}…"
    if cut.isascii() and cut.isprintable():
        return cut
    return _HIDDEN.sub(lambda found: _SHORT.get(found[0], f"\\u{ord(found[0]):04x}"), cut)


def isolated(text: str) -> str:
    """Right-to-left text kept to itself, so that the words around it stay in their order."""
    return f"\u2068{text}\u2069" if not text.isascii() and _RIGHT_TO_LEFT.search(text) else text
