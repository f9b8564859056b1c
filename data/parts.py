"""Which parts a store has, read from their names alone: a part's name is the manifest."""

import os
import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

from data.layout import Store

_NAME = re.compile(r"(\d{16})-(\d{16})-(\d+)")
_DAY = re.compile(r"day=(\d{4}-\d{2}-\d{2})")
_CLOCK_TICK_NS = 20_000_000
"""File systems stamp folders with a coarse clock: two renames within one tick leave the same stamp."""


class Damaged(OSError):
    """A part that cannot be read, by name."""


@dataclass(frozen=True, order=True)
class Part:
    """One committed folder: the seqs `first..last`, both included, as its `generation`-th writing."""

    first: int
    last: int
    generation: int
    day: date
    folder: Path

    @property
    def name(self) -> str:
        return part_name(self.first, self.last, self.generation)

    def file(self, relation: str) -> Path:
        return self.folder / f"{relation}.parquet"

    def covers(self, other: "Part") -> bool:
        return self.first <= other.first and other.last <= self.last


def part_name(first: int, last: int, generation: int) -> str:
    return f"{first:016d}-{last:016d}-{generation}"


def day_folder(store: Store, day: date) -> Path:
    return store.parts / f"day={day.isoformat()}"


def part_at(store: Store, day: date, first: int, last: int, generation: int = 0) -> Part:
    """The part of these seqs, whether or not it is there yet."""
    return Part(first, last, generation, day, day_folder(store, day) / part_name(first, last, generation))


def parse(folder: Path) -> Part | None:
    """The part a folder's name speaks of; None for any other name, `.tmp` among them."""
    name, day = _NAME.fullmatch(folder.name), day_of(folder.parent)
    if name is None or day is None:
        return None
    first, last, generation = (int(number) for number in name.groups())
    return Part(first, last, generation, day, folder) if 1 <= first <= last else None


def day_of(folder: Path) -> date | None:
    """The day a folder among the parts is for; None for any other name."""
    found = _DAY.fullmatch(folder.name)
    try:
        return date.fromisoformat(found.group(1)) if found else None
    except ValueError:
        return None


def live(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Those that count, in seq order: of overlapping ranges the widest wins, then the highest generation."""
    kept: list[Part] = []
    for part in sorted(parts, key=lambda p: (p.first, -p.last, -p.generation)):
        if not kept or part.first > kept[-1].last:
            kept.append(part)
    return tuple(kept)


def list_all(store: Store) -> tuple[Part, ...]:
    """Every committed part on disk, replaced ones included."""
    found = (parse(folder) for day in _days(store) for folder in _folders(day))
    return tuple(part for part in found if part is not None)


def list_live(store: Store) -> tuple[Part, ...]:
    """Those of the store that count, in seq order."""
    shown = live(list_all(store))
    # A folder that gets entries while it is listed may show the second of two new ones and not the first.
    while not is_dense(shown) and (again := live(list_all(store))) != shown:
        shown = again
    return shown


def is_dense(shown: Sequence[Part]) -> bool:
    """Whether each of these live parts begins where the one before ends."""
    return all(after.first == before.last + 1 for before, after in pairwise(shown))


@dataclass(frozen=True)
class Stamp:
    """What the part folders looked like at one moment; equal and `settled` stamps mean equal listings."""

    folders: tuple[tuple[str, int], ...]
    settled: bool

    def still(self, newer: "Stamp") -> bool:
        return self.settled and self.folders == newer.folders


def stamp(store: Store) -> Stamp:
    """A few stat calls that tell whether a listing could have changed. Take it *before* the listing it vouches for."""
    folders = tuple((day.name, day.stat().st_mtime_ns) for day in sorted(_days(store)))
    newest = max((moved for _, moved in folders), default=0)
    return Stamp(folders, time.time_ns() - newest > _CLOCK_TICK_NS)


def _days(store: Store) -> list[Path]:
    return [folder for folder in _folders(store.parts) if day_of(folder)]


def _folders(path: Path) -> list[Path]:
    try:
        with os.scandir(path) as entries:
            return [Path(entry.path) for entry in entries if entry.is_dir()]
    except FileNotFoundError:
        return []
