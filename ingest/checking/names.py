"""What the names of a store say: seqs in no part or in two, replaced parts, and what does not belong among them."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final

from data.durable import TEMPORARY
from data.layout import Store
from data.parts import Part, day_of, list_all, live, parse
from data.schema import RELATIONS
from data.store_id import DIGESTS
from ingest.checking.findings import Problem

FILES: Final = frozenset({f"{relation}.parquet" for relation in RELATIONS} | {DIGESTS})


def gaps(parts: tuple[Part, ...], newest: int = 0) -> list[tuple[Part | None, int, int]]:
    """The seqs up to `newest` that live `parts` leave out: the part before the gap, and its first and last seq."""
    first = [(None, 1, parts[0].first - 1)] if parts and parts[0].first > 1 else []
    between = [(one, one.last + 1, other.first - 1) for one, other in pairwise(parts)]
    after = [(parts[-1] if parts else None, (parts[-1].last if parts else 0) + 1, newest)]
    return [gap for gap in (*first, *between, *after) if gap[1] <= gap[2]]


def overlaps(parts: tuple[Part, ...]) -> list[tuple[Part, Part]]:
    """Each part that is neither live nor wholly replaced by a live one, with the live one it shares seqs with."""
    shown = live(parts)
    found = []
    for part in set(parts) - set(shown):
        other = next(other for other in shown if other.first <= part.last and part.first <= other.last)
        if not other.covers(part) or (part.first, part.last, part.generation) == (
            other.first,
            other.last,
            other.generation,
        ):
            found.append((part, other))
    return sorted(found)


def problems_of_names(store: Store, parts: tuple[Part, ...], newest: int) -> Iterator[Problem]:
    """`parts` are the live ones, `newest` the highest seq that was ever given, as far as anything but them knows."""
    for _, first, last in gaps(parts, newest):
        yield Problem(str(store.parts), f"seq {first}..{last} is in no part", "fills the gap with an empty part")
    for path in strangers(store):
        yield Problem(str(path), "is no part of a store", "sets it aside")
    for part, other in overlaps(list_all(store)):
        yield Problem(str(part.folder), f"shares seqs with {other.name} without being replaced by it", "sets it aside")


def notes_of_names(store: Store, parts: tuple[Part, ...]) -> Iterator[Problem]:
    """What is replaced and waits for its grace to end."""
    shown = {part.name for part in parts}
    odd = {part for part, _ in overlaps(list_all(store))}
    replaced = [part for part in list_all(store) if part.name not in shown and part not in odd]
    if replaced:
        yield Problem(str(store.parts), f"{len(replaced)} replaced parts wait to be deleted")


def strangers(store: Store) -> list[Path]:
    """Files and folders among the parts that are none of them, nor temporary."""
    days = sorted(store.parts.iterdir()) if store.parts.is_dir() else []
    within = [path for day in days if day.is_dir() and day_of(day) for path in sorted(day.iterdir())]
    inside = [path for folder in within if parse(folder) for path in sorted(folder.iterdir())]
    found = [path for path in days if day_of(path) is None or not path.is_dir()]
    found += [path for path in within if parse(path) is None or not path.is_dir()]
    found += [path for path in inside if path.name not in FILES]
    return [path for path in found if not path.name.endswith(TEMPORARY)]
