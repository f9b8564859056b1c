"""Names that look like another one, written wrong: `orderID` beside `order_id`, `chekout` beside `checkout`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

TIMES: Final = 20
"""So many times rarer than the name it looks like, a name is a mistake and not a neighbour."""
_SHORT: Final = 5
"""In shorter names one letter makes another word."""


def alike(counts: Mapping[str, int], times: int = TIMES) -> dict[str, str]:
    """Each name that looks like one at least `times` as frequent, with that one: but for case, signs or one letter."""
    frequent: dict[str, str] = {}
    for name in sorted(counts, key=lambda each: counts[each], reverse=True):
        for variant in _variants(name):
            frequent.setdefault(variant, name)
    found = {}
    for name, count in counts.items():
        others = {frequent[variant] for variant in _variants(name)} - {name}
        near = [other for other in others if counts[other] >= times * count]
        if near:
            found[name] = max(near, key=lambda other: (counts[other], other))
    return found


def _variants(name: str) -> Iterator[str]:
    """What the name shares with those like it: its letters, and these without one; `item1` is not like `item2`."""
    letters = "".join(char for char in name.casefold() if char.isalnum())
    yield letters or name
    if len(letters) >= _SHORT:
        for at, char in enumerate(letters):
            if not char.isdecimal():
                yield letters[:at] + "\0" + letters[at + 1 :]
                yield letters[:at] + letters[at + 1 :]
