"""Passes over the events of a batch that plainly break nothing, in one quick look at each."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from plans.judging.alike import alike
from plans.judging.decode import INEXACT
from plans.judging.loosened import Failed, Told, decode_all, keys_in
from plans.judging.typed import Typed
from plans.judging.worth import worth_asking

Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

AT_ONCE: Final = 1_024
"""Events that are decoded before anything is done about them."""
MOST_FIELDS: Final = 1_500
"""So many different wrong fields of a batch are told apart where each comes once: columns are faster from then on."""
_UNSURE: Final = rf"{INEXACT}|[0-9]{{18}}|\\u"
"""Finds each number a double may not hold as written, and escapes that may hide a quote."""
_NO_PRINTABLE: Final = r'"[^!-~]*"'
_QUOTE, _COLON = ord('"'), ord(":")
_SPACE: Final = ord(" ")


_ALIKE: Final = pl.Schema({"row": pl.UInt32(), "like": pl.Int64()})
NOBODY: Final = np.empty(0, np.int64)


@dataclass
class Looked:
    """What a look at a batch leaves to do: the events `left` must be judged; `fields` says what others break, each by
    the number of its type and what tells it; and `alike` which row breaks what `fields` says at place `like`.
    """

    left: pl.DataFrame
    fields: list[tuple[int, Told]]
    alike: pl.DataFrame


def look(planned: pl.DataFrame, types: Sequence[Typed | None]) -> Looked:
    """Pass over the events (`row`, `name`: the number of their type, `payload`) that plainly break nothing, and tell
    those apart by a field or two that differ from them by no more.
    """
    worth = worth_asking(planned, types)
    if not worth:
        return Looked(planned, [], pl.DataFrame(schema=_ALIKE))
    names = planned["name"].to_numpy()
    at = _in_turn(names, _fit_to_look(planned["payload"], names, worth))
    texts = _Text(planned["payload"].gather(at))
    done, breaking, like = [NOBODY], [NOBODY], [NOBODY]
    fields: list[tuple[int, Told]] = []
    for number, start, end in _runs(names[at]):
        each, mine, payloads = worth[number], at[start:end], texts.rows[start:end]
        sound, failed = _sound(each, payloads, texts.after(start))
        done.append(mine[sound])
        for told, numbers in (alike(each.loosened, failed, payloads) if each.loosened else {}).items():
            if len(numbers) > 1 or len(fields) < MOST_FIELDS:
                breaking.append(mine[numbers])
                like.append(np.full(len(numbers), len(fields)))
                fields.append((number, told))
    return Looked(_left(planned, done + breaking), fields, _alike(planned["row"], breaking, like))


def _left(planned: pl.DataFrame, done: list[Numbers]) -> pl.DataFrame:
    left = np.ones(planned.height, np.bool_)
    left[np.concatenate(done)] = False
    return planned.filter(left)


def _alike(rows: pl.Series, breaking: list[Numbers], like: list[Numbers]) -> pl.DataFrame:
    return pl.DataFrame({"row": rows.to_numpy()[np.concatenate(breaking)], "like": np.concatenate(like)}, schema=_ALIKE)


def _fit_to_look(payloads: pl.Series, names: Numbers, worth: dict[int, Typed]) -> Flags:
    """The events whose type is asked: a type knows nothing of blank texts, and some nothing of exact numbers."""
    fit: Flags = np.isin(names, list(worth)) & payloads.is_not_null().to_numpy()
    not_blank = [number for number, each in worth.items() if each.not_blank]
    if not_blank:
        fit &= ~(np.isin(names, not_blank) & _may_be_blank(payloads))
    inexact = [number for number, each in worth.items() if each.inexact]
    if inexact:
        fit &= ~(np.isin(names, inexact) & payloads.str.contains(_UNSURE).fill_null(True).to_numpy())
    return fit


def _in_turn(names: Numbers, fit: Flags) -> Numbers:
    """The places of these events, those of one name after those of another."""
    at = np.flatnonzero(fit)
    return at[np.argsort(names[at], kind="stable")]


def _may_be_blank(payloads: pl.Series) -> Flags:
    """Which payloads may have a text, not empty, without a printable ASCII character."""
    payload = pl.col("payload")
    told = payloads.to_frame("payload").select(
        spaced=payload.str.contains('" ', literal=True),
        escaped=payload.str.contains("\\", literal=True),
        other=payload.str.len_bytes() != payload.str.len_chars(),
    )
    spaced, escaped, other = (each.fill_null(False).to_numpy() for each in told)
    blank: Flags = spaced | escaped
    at = np.flatnonzero(other)
    blank[at] |= payloads.gather(at).str.contains(_NO_PRINTABLE).to_numpy()
    return blank


def _runs(names: Numbers) -> Iterator[tuple[int, int, int]]:
    """Each number of a sorted column, with where its rows start and end."""
    starts = np.flatnonzero(np.diff(names, prepend=-1)).tolist()
    for start, end in itertools.pairwise([*starts, len(names)]):
        yield int(names[start]), start, end


def _sound(each: Typed, payloads: list[str], text: Callable[[int, int], Bytes]) -> tuple[Numbers, list[Failed]]:
    """Which payloads surely break nothing: they fit the type, and every key of their text is in it. And what is said
    of those that do not fit.

    A few at a time: what was decoded of them is let go while it is still in the processor's cache.
    """
    sound, failed = [NOBODY], []
    for start in range(0, len(payloads), AT_ONCE):
        end = min(start + AT_ONCE, len(payloads))
        some, unfit = _sound_of(each, payloads[start:end], text(start, end))
        sound.append(some + start)
        failed += [(number + start, said) for number, said in unfit]
    return np.concatenate(sound), failed


def _sound_of(each: Typed, payloads: list[str], text: Bytes) -> tuple[Numbers, list[Failed]]:
    decoded, failed = decode_all(each.decode, payloads)
    unfit = [number for number, _ in failed]
    at = _but(len(payloads), unfit)
    if _says_no_key_twice(each.keys.count(decoded), text, [payloads[number] for number in unfit]):
        return at, failed
    told = zip(at.tolist(), decoded, strict=True)
    once = [number for number, one in told if each.keys.count([one]) == keys_in(payloads[number])]
    return np.array(once, np.int64), failed


def _but(count: int, left_out: list[int]) -> Numbers:
    """The numbers below `count` but for a few, ascending."""
    kept = np.ones(count, np.bool_)
    kept[left_out] = False
    return np.flatnonzero(kept)


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
    if np.any(quoted & (text[1:] <= _SPACE)):
        return False
    return bool(np.count_nonzero(quoted & colon[1:]) - sum(payload.count('":') for payload in unsound) == keys)


class _Text:
    """A column's text, as a list and as bytes, row after row."""

    def __init__(self, payloads: pl.Series) -> None:
        self.rows: list[str] = payloads.to_list()
        array = payloads.to_arrow().cast(pa.large_string())
        _, ends, text = array.buffers()
        self._ends = np.frombuffer(ends, np.int64)[array.offset :] if ends else np.zeros(1, np.int64)
        self._text = np.frombuffer(text or b"", np.uint8)

    def of(self, start: int, end: int) -> Bytes:
        """The bytes of these rows."""
        return self._text[self._ends[start] : self._ends[end]]

    def after(self, first: int) -> Callable[[int, int], Bytes]:
        """The same of rows that are counted from `first` on."""
        return lambda start, end: self.of(first + start, first + end)
