"""Passes over the events of a batch that plainly break nothing, in one quick look at each."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec
import polars as pl

from plans.judging.typed import Typed

SAMPLE: Final = 20
"""So many events of a name tell whether looking at all of them pays."""
WORTH: Final = 0.5
"""It does when at least this share of them is sound."""

_SPACED: Final = ('" ', '"\t', '"\n', '"\r')
"""After one of these a key may stand off its colon, and keys are counted by quotes with a colon."""
_BLANK: Final = r'"[^!-~]*"'
_KEY: Final = '":'


def doubtful(planned: pl.DataFrame, types: Sequence[Typed | None]) -> pl.DataFrame:
    """The events (`row`, `name`: the number of their type, `payload`) that may break something, in their order."""
    worth = _worth(planned, types)
    if not worth:
        return planned
    not_blank = [number for number, each in worth.items() if each.not_blank]
    looked_at = planned.select("name", "payload").with_row_index("at").filter(pl.col("name").is_in(list(worth)))
    countable = looked_at.filter(_countable() & ~(pl.col("name").is_in(not_blank) & _blank()))
    grouped = countable.with_columns(keys=pl.col("payload").str.count_matches(_KEY, literal=True)).sort("name")
    payloads, keys = grouped["payload"].to_list(), grouped["keys"]
    sound: list[pl.Series] = [pl.Series(dtype=pl.UInt32())]
    for number, start, end in _runs(grouped["name"]):
        held = _sound(worth[number], payloads[start:end], keys[start:end])
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


def _countable() -> pl.Expr:
    """Payloads whose keys are as many as they have quotes with a colon behind."""
    payload = pl.col("payload")
    spaced = pl.any_horizontal(payload.str.contains(each, literal=True) for each in _SPACED)
    return (payload.str.starts_with("{") & ~spaced).fill_null(False)


def _blank() -> pl.Expr:
    """Payloads that may have a text with no printable ASCII character; one starting with a space is not countable."""
    payload = pl.col("payload")
    ascii_only = payload.str.len_bytes() == payload.str.len_chars()
    plainly = payload.str.contains('""', literal=True) | payload.str.contains("\\", literal=True)
    return pl.when(ascii_only).then(plainly).otherwise(plainly | payload.str.contains(_BLANK))


def _runs(names: pl.Series) -> Iterator[tuple[int, int, int]]:
    """Each number in a sorted column, with where its rows start and end."""
    runs = names.rle().struct.unnest()
    ends = list(itertools.accumulate(runs["len"]))
    yield from zip(runs["value"].to_list(), [0, *ends], ends, strict=False)


def _sound(each: Typed, payloads: list[str], keys: pl.Series) -> list[int]:
    """Which payloads surely break nothing: they fit the type, and all keys of their text are in it."""
    decode = each.decode
    decoded: list[Any] = []
    at: list[int] = []
    for number, payload in enumerate(payloads):
        try:
            decoded.append(decode(payload))
            at.append(number)
        except msgspec.DecodeError:
            continue
    said = keys.gather(at)
    if said.sum() == each.keys.count(decoded):
        return at
    return [number for number, one, keys in zip(at, decoded, said, strict=True) if each.keys.count([one]) == keys]
