"""Which names mean the same: other case or separators, a plural, words in another order or form, a typing mistake."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice
from typing import Final

MET: Final = 200
COMPARED: Final = 10
"""Names that share something with one, and those of them, sharing most, that it is compared with."""
LONGEST: Final = 100
"""Longer names are compared as they are written only."""

SAME, PLURAL, ORDER, TYPO, SHORT, TWO_TYPOS, LONGER = range(7)
"""How near two names are, the nearest first."""

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_A-Za-z]+")
_ONE_TYPO: Final = 4
_TWO_TYPOS: Final = 8
_COMMON: Final = frozenset(
    "id name type key value code at on date time number count version text url title label status".split()  # noqa: SIM905
)
_VOWELS: Final = str.maketrans("", "", "aeiou")


@lru_cache(maxsize=8_192)
def letters(name: str) -> str:
    """The name without case and separators: `orderID` and `order_id` are both `orderid`."""
    return "".join(filter(str.isalnum, name[:LONGEST])).casefold()


@lru_cache(maxsize=8_192)
def words(name: str) -> tuple[str, ...]:
    """The words of a name, lower case: `orderID`, `order_id` and `Order Id` are all order, id."""
    return tuple(word.casefold() for word in _WORD.findall(name[:LONGEST]))


@lru_cache(maxsize=8_192)
def nearness(a: str, b: str) -> int | None:
    """How near two different names are, from SAME to LONGER; None when they are not."""
    if max(len(a), len(b)) > LONGEST:
        return None
    plain_a, plain_b = letters(a), letters(b)
    if not plain_a or not plain_b:
        return None
    if plain_a == plain_b:
        return SAME
    if _digits(plain_a) != _digits(plain_b):
        return LONGER if _longer(words(a), words(b)) else None
    if _singular(plain_a) == _singular(plain_b) and min(len(plain_a), len(plain_b)) > 2:
        return PLURAL
    if sorted(map(_stem, words(a))) == sorted(map(_stem, words(b))):
        return ORDER
    typos = mistakes(plain_a, plain_b) if plain_a[0] == plain_b[0] or plain_a[-1] == plain_b[-1] else None
    if typos == 1 and (max(len(plain_a), len(plain_b)) >= _ONE_TYPO or sorted(plain_a) == sorted(plain_b)):
        return TYPO
    if _abbreviated(words(a), words(b)):
        return SHORT
    if typos == 2 and min(len(plain_a), len(plain_b)) >= _TWO_TYPOS:
        return TWO_TYPOS
    return LONGER if _longer(words(a), words(b)) else None


def alike(a: str, b: str) -> bool:
    """Whether two names differ in nothing but case and separators."""
    return a == b or (letters(a) == letters(b) != "")


class Names:
    """Names to find the nearest of, without comparing each with every other."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_letters: dict[str, list[str]] = {}
        self._by_mark: dict[str, list[str]] = {}
        for name in names:
            self._by_letters.setdefault(letters(name), []).append(name)
            for mark in _marks(name):
                self._by_mark.setdefault(mark, []).append(name)

    def nearest(self, name: str, furthest: int = TWO_TYPOS) -> str | None:
        """The nearest of the names; None when none is near, or two are as near."""
        if not name or len(name) > LONGEST:
            return None
        same = self._by_letters.get(letters(name))
        if same:
            return same[0] if len(same) == 1 else None
        found = (other for mark in _marks(name) for other in self._by_mark.get(mark, ()))
        share_most = Counter(islice(found, MET)).most_common(COMPARED)
        return nearest(name, (other for other, _ in share_most), furthest)


def _marks(name: str) -> set[str]:
    """What near names share at least one of: a word, how they begin, how they end."""
    plain = letters(name)
    return {*map(_stem, words(name)), f"{plain[:2]}…", f"…{plain[-2:]}"}


def nearest(name: str, others: Iterable[str], furthest: int = TWO_TYPOS) -> str | None:
    """The one of `others` that is nearest to a name; None when none is near, or two are as near."""
    best: list[str] = []
    least = furthest + 1
    for other in others:
        near = nearness(name, other)
        if near is not None and near <= min(least, furthest):
            best = [*best, other] if near == least else [other]
            least = near
    return best[0] if len(best) == 1 else None


def mistakes(a: str, b: str, most: int = 2) -> int | None:
    """How many letters are wrong, missing, too many or swapped with their neighbour; None for more than `most`."""
    if abs(len(a) - len(b)) > most:
        return None
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        older, before, row = before, row, [i]
        for j, other in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return None
    return row[-1] if row[-1] <= most else None


def _digits(name: str) -> list[str]:
    return re.findall("[0-9]+", name)


def _singular(name: str) -> str:
    for ending, without in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("shes", "sh")):
        if name.endswith(ending):
            return name.removesuffix(ending) + without
    return name.removesuffix("s") if not name.endswith("ss") else name


def _stem(word: str) -> str:
    """What `placed`, `places` and `placing` share with `place`."""
    ending = next((end for end in ("ing", "ed", "es", "s", "e") if word.endswith(end) and len(word) - len(end) > 2), "")
    return word.removesuffix(ending)


def _abbreviated(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """Whether just one word differs, and is short for the other: `qty` for `quantity`, `desc` for `description`."""
    if len(a) != len(b):
        return False
    other = [sorted(pair, key=len) for pair in zip(a, b, strict=True) if pair[0] != pair[1]]
    if len(other) != 1:
        return False
    short, long = other[0]
    if len(short) < 3 or len(short) > 0.7 * len(long) or short[0] != long[0]:
        return False
    return (
        long.startswith(short) or (short[-1] == long[-1] and _within(short, long)) or short == long.translate(_VOWELS)
    )


def _longer(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """Whether one has all words of the other and one more; a word that half of all names have tells nothing."""
    short, long = sorted((a, b), key=len)
    return len(long) == len(short) + 1 and {*short} < {*long} and not {*short} <= _COMMON


def _within(short: str, long: str) -> bool:
    """Whether the letters of `short` come in `long` in their order."""
    rest = iter(long)
    return all(letter in rest for letter in short)
