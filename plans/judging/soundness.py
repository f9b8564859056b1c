"""Passes over the events of a batch that plainly break nothing, in one quick look at each."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from plans.judging.decode import INEXACT
from plans.judging.typed import Typed

Bytes = npt.NDArray[np.uint8]

SAMPLE: Final = 20
"""So many events of a name tell whether looking at all of them pays."""
WORTH: Final = 0.5
"""It does when at least this share of them is sound."""

_UNSURE: Final = rf"{INEXACT}|[0-9]{{18}}|\\u"
"""Finds each number a double may not hold as written, and escapes that may hide a quote."""
_NO_PRINTABLE: Final = r'"[^!-~]*"'
_QUOTE, _COLON = ord('"'), ord(":")
_SPACES: Final = tuple(b" \t\n\r")


def doubtful(planned: pl.DataFrame, types: Sequence[Typed | None]) -> pl.DataFrame:
    """The events (`row`, `name`: the number of their type, `payload`) that may break something, in their order."""
    worth = _worth(planned, types)
    if not worth:
        return planned
    looked_at = planned.select("name", "payload").with_row_index("at").filter(pl.col("name").is_in(list(worth)))
    not_blank = [number for number, each in worth.items() if each.not_blank]
    if not_blank:
        asked = looked_at["name"].is_in(not_blank)
        looked_at = looked_at.filter(~(asked & _may_be_blank(looked_at["payload"])))
    inexact = [number for number, each in worth.items() if each.inexact]
    if inexact:
        looked_at = looked_at.filter(~(pl.col("name").is_in(inexact) & pl.col("payload").str.contains(_UNSURE)))
    grouped = looked_at.drop_nulls("payload").sort("name")
    payloads, text = grouped["payload"].to_list(), _Text(grouped["payload"])
    sound: list[pl.Series] = [pl.Series(dtype=pl.UInt32())]
    for number, start, end in _runs(grouped["name"]):
        held = _sound(worth[number], payloads[start:end], text.of(start, end))
        sound.append(grouped["at"][start:end].gather(held))
    return planned.filter(pl.repeat(True, planned.height, eager=True).scatter(pl.concat(sound), False))


def _worth(planned: pl.DataFrame, types: Sequence[Typed | None]) -> dict[int, Typed]:
    """The types most events decode into, by number, as far as a few of each name tell."""
    found: dict[int, Typed] = {}
    for number, payloads in planned.group_by("name").agg(pl.col("payload").head(SAMPLE)).iter_rows():
        each = types[number]
        if each and sum(_decodes(each, payload) for payload in payloads) >= WORTH * len(payloads):
            found[number] = each
    return found


def _decodes(each: Typed, payload: str | None) -> bool:
    try:
        each.decode(payload or "")
    except msgspec.DecodeError:
        return False
    return True


def _may_be_blank(payloads: pl.Series) -> pl.Series:
    """Which payloads may have a text without a printable ASCII character."""
    payload = pl.col("payload")
    told = payloads.to_frame("payload").select(
        empty=payload.str.contains('""', literal=True),
        spaced=payload.str.contains('" ', literal=True),
        escaped=payload.str.contains("\\", literal=True),
        other=payload.str.len_bytes() != payload.str.len_chars(),
    )
    blank = told["empty"] | told["spaced"] | told["escaped"]
    at = told["other"].arg_true()
    return blank.scatter(at, blank.gather(at) | payloads.gather(at).str.contains(_NO_PRINTABLE))


def _runs(names: pl.Series) -> Iterator[tuple[int, int, int]]:
    """Each number in a sorted column, with where its rows start and end."""
    runs = names.rle().struct.unnest()
    ends = list(itertools.accumulate(runs["len"]))
    yield from zip(runs["value"].to_list(), [0, *ends], ends, strict=False)


def _sound(each: Typed, payloads: list[str], text: Bytes) -> list[int]:
    """Which payloads surely break nothing: they fit the type, and every key of their text is in it."""
    decode = each.decode
    decoded: list[Any] = []
    at: list[int] = []
    unsound: list[str] = []
    for number, payload in enumerate(payloads):
        try:
            decoded.append(decode(payload))
            at.append(number)
        except msgspec.DecodeError:
            unsound.append(payload)
    if _says_no_key_twice(each.keys.count(decoded), text, unsound):
        return at
    return [
        number for number, one in zip(at, decoded, strict=True) if each.keys.count([one]) == _keys(payloads[number])
    ]


def _says_no_key_twice(keys: int, text: Bytes, unsound: list[str]) -> bool:
    """Whether all payloads but the unsound ones have as many keys in their text as were decoded: fewer are decoded
    when one is said twice.

    Every key has one colon. Other texts may have colons too; then quotes before a colon are counted, which only such
    texts have too, unless a key stands off its colon.
    """
    colon = text == _COLON
    if np.count_nonzero(colon) - sum(payload.count(":") for payload in unsound) == keys:
        return True
    quoted = text[:-1] == _QUOTE
    if any(np.any(quoted & (text[1:] == space)) for space in _SPACES):
        return False
    return bool(np.count_nonzero(quoted & colon[1:]) - sum(payload.count('":') for payload in unsound) == keys)


def _keys(payload: str) -> int:
    """How many keys a payload has, and a few more if a text in it says `":`; -1 where a key may stand off its colon."""
    return -1 if any(f'"{chr(space)}' in payload for space in _SPACES) else payload.count('":')


class _Text:
    """A column's text as bytes, row after row."""

    def __init__(self, payloads: pl.Series) -> None:
        array = payloads.to_arrow().cast(pa.large_string())
        _, ends, text = array.buffers()
        self._ends = np.frombuffer(ends, np.int64)[array.offset :] if ends else np.zeros(1, np.int64)
        self._text = np.frombuffer(text or b"", np.uint8)

    def of(self, start: int, end: int) -> Bytes:
        """The bytes of these rows."""
        return self._text[self._ends[start] : self._ends[end]]
