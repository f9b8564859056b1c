"""The parts that are live at one moment, and all that is known of them without asking the engine."""

import logging
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import polars as pl

from data import digests
from data.hidden import Hidden, hidden, widest
from data.parts import Damaged, Part, Stamp
from queries.census import CENSUS, Held, census, held, kept

log = logging.getLogger(__name__)

UNREADABLE: Final = (OSError, pl.exceptions.PolarsError)
Look = tuple[tuple[str, int, int], ...]
"""Name, length and time of change of every file of a part."""


@dataclass
class LiveSet:
    """`listed` are the live parts by their names; `parts` those of them that can be read, in seq order.

    The others are in `damaged`, with what their files looked like when that was noticed.
    """

    listed: tuple[Part, ...]
    stamp: Stamp
    parts: tuple[Part, ...] = ()
    damaged: dict[Part, Look] = field(default_factory=dict)
    census: pl.DataFrame = field(default_factory=CENSUS.to_frame)
    remembered: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _hides: dict[Part, Hidden] = field(default_factory=dict)
    _held_of: dict[str, Held] = field(default_factory=dict)

    def files(self, relation: str, app: object = None, since: Any = None, until: Any = None) -> list[Path]:
        """The files of a relation that can speak of the app, in that window where rows have a time."""
        if app is None:
            return [part.file(relation) for part in self.parts]
        names = self._held(str(app)).parts(since, until)
        return [part.file(relation) for part in self.parts if part.name in names]

    def folded(self, app: str) -> frozenset[str]:
        """Dimensions of which the counts keep only some values of the app apart."""
        return self._held(app).folded

    def _held(self, app: str) -> Held:
        if app not in self._held_of:
            self._held_of[app] = held(self.census, app)
        return self._held_of[app]

    @cached_property
    def hidden(self) -> Hidden:
        """What the parts hide, each of them read once however many sets of parts it is in."""
        found = [self._hides[part] for part in self.parts]
        if not found:
            return hidden([])
        seqs = pl.concat([each.seqs for each in found]).unique().sort()
        return Hidden(seqs, widest(cut for each in found for cut in each.cuts))

    def hides_any(self, app: str, low: int, high: int) -> bool:
        """Whether a row of the app, from seq `low` on and below `high`, may be hidden."""
        place = bisect_left(self._hidden_seqs, low)
        return (place < len(self._hidden_seqs) and bool(self._hidden_seqs[place] < high)) or any(
            cut.app == app and cut.through >= low for cut in self.hidden.cuts
        )

    @cached_property
    def _hidden_seqs(self) -> Sequence[int]:
        return array("q", self.hidden.seqs.to_numpy().tobytes())


def live_set(listed: tuple[Part, ...], seen: Stamp, before: LiveSet | None) -> LiveSet:
    """What is known of these parts, of which those that `before` knows are not read again.

    A part with a file that cannot be read is left out until its files change. Raises OSError for one that is gone.
    """
    known = before or LiveSet((), seen)
    there = set(listed)
    damaged = {part: was for part, was in known.damaged.items() if part in there and was == _look(part)}
    old = set(known.parts)
    read, broken = _read([part for part in listed if part not in damaged and part not in old])
    damaged |= broken
    hides = {part: each for part, each in known._hides.items() if part in there and part not in damaged}
    more, broken = _read_hides([part for part in listed if part not in damaged and part not in hides])
    hides, damaged = hides | more, damaged | broken
    parts = tuple(part for part in listed if part not in damaged)
    return LiveSet(listed, seen, parts, damaged, pl.concat([kept(known.census, parts), read]), _hides=hides)


def without(live: LiveSet, broken: Iterable[Part]) -> LiveSet:
    """The same set of parts but for some that turned out to be damaged."""
    damaged = live.damaged | {part: _look(part) for part in broken}
    parts = tuple(part for part in live.parts if part not in damaged)
    return LiveSet(live.listed, live.stamp, parts, damaged, kept(live.census, parts), _hides=dict(live._hides))


def broken_among(parts: Sequence[Part], files: Iterable[Path]) -> list[Part]:
    """Those of `parts` of whose `files` one is not as it was written; each file is read as a whole."""
    named = {part.folder: part for part in parts}
    broken = []
    for file in sorted(set(files)):
        part = named.get(file.parent)
        if part is not None and part not in broken and (why := _fault(file)):
            log.warning("a part cannot be read and is left out part=%s file=%s reason=%s", part.name, file.name, why)
            broken.append(part)
    return broken


def _read(parts: Sequence[Part]) -> tuple[pl.DataFrame, dict[Part, Look]]:
    """The census of these parts, and those that cannot be read."""
    try:
        return census(parts), {}
    except UNREADABLE:
        pass
    tables, broken = [CENSUS.to_frame()], {}
    for part in parts:
        try:
            tables.append(census([part]))
        except UNREADABLE as failure:
            looked = _look(part)
            why = str(failure).partition("\n")[0]
            log.warning("a part cannot be read and is left out part=%s reason=%s", part.name, why)
            broken[part] = looked
    return pl.concat(tables), broken


def _read_hides(parts: Sequence[Part]) -> tuple[dict[Part, Hidden], dict[Part, Look]]:
    """What each of these parts hides, and those of which that cannot be read."""
    found, broken = {}, {}
    for part in parts:
        try:
            found[part] = hidden([part])
        except Damaged as failure:
            log.warning("a part is left out, what it hides cannot be read part=%s reason=%s", part.name, failure)
            broken[part] = _look(part)
    return found, broken


def _look(part: Part) -> Look:
    """Raises FileNotFoundError for a part that is gone."""
    said = ((file.name, file.stat()) for file in sorted(part.folder.iterdir()))
    return tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in said)


def _fault(file: Path) -> str | None:
    """What is wrong with a file of a part; None for one that is whole."""
    try:
        written = digests.read(file.parent)
        digest = written.files.get(file.name) if written else None
        if digest is not None:
            return "other bytes than were written" if digests.damage(file, digest) else None
        pl.scan_parquet(file, hive_partitioning=False).select(pl.all().hash().max()).collect()
    except (digests.Unsound, *UNREADABLE) as failure:
        return str(failure).partition("\n")[0]
    return None
