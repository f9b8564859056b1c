"""Which blocks of the log can hold a filter's events, and how many: from counts alone, summed once for each part."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from data.parts import Part
from data.schema import BLOCK, OTHER
from queries.conditions import Conditions, of_counts, of_violations
from queries.filter import OF_ONE, OF_VIOLATIONS, Filter
from queries.reader import Look, Row

Sum = tuple[int, int, datetime | None, datetime | None]
"""A block, the events counted in it, and when the first and the last of them were received."""

_OF_BROKEN: Final = {"event", "app_version", *OF_VIOLATIONS}
"""What the counts of violations are kept by."""


@dataclass(slots=True)
class Block:
    """A block that can hold events of a filter: exactly `events` of them where that is `sure`, else at most as many."""

    number: int
    events: int
    sure: bool

    @property
    def low(self) -> int:
        """Its first seq."""
        return self.number * BLOCK

    @property
    def high(self) -> int:
        """The first seq after it."""
        return self.low + BLOCK


def blocks(look: Look, app: str, chosen: Filter, top: int) -> list[Block]:
    """The blocks that can hold events of the filter below seq `top`, newest first."""
    told = not is_uncounted(look, app, chosen)
    known = _as_counted(chosen, look.folded(app))
    found = [
        Block(number, events, told and number * BLOCK + BLOCK <= top and _is_whole(chosen, first_at, last_at))
        for number, events, first_at, last_at in _sums(look, app, known)
        if number * BLOCK < top and _is_in(chosen, first_at, last_at)
    ]
    return _broken(look, app, known, found) if _wants_broken(chosen) else found


def is_uncounted(look: Look, app: str, chosen: Filter) -> bool:
    """Whether counts can only tell where the filter's events may be, not how many they are."""
    asked = chosen.dimensions()
    unwanted = any(not each.wanted for each in chosen.chosen if each.dimension in OF_VIOLATIONS)
    crossed = _wants_broken(chosen) and not asked <= _OF_BROKEN
    return chosen.q is not None or unwanted or crossed or bool(asked & {*OF_ONE, *look.folded(app)})


def _as_counted(chosen: Filter, folded: Collection[str]) -> Filter:
    """What counts can say of the filter, and no less: where they fold values into one, a value may be that one."""
    told = (each for each in chosen.chosen if each.wanted or each.dimension not in folded)
    folding = (replace(each, values=(*each.values, OTHER)) if each.dimension in folded else each for each in told)
    return replace(chosen, chosen=tuple(folding))


def _wants_broken(chosen: Filter) -> bool:
    return any(each.wanted for each in chosen.chosen if each.dimension in OF_VIOLATIONS)


def _is_whole(chosen: Filter, first_at: datetime | None, last_at: datetime | None) -> bool:
    since, until = chosen.since, chosen.until
    return (since is None or (first_at is not None and first_at >= since)) and (
        until is None or (last_at is not None and last_at < until)
    )


def _is_in(chosen: Filter, first_at: datetime | None, last_at: datetime | None) -> bool:
    since, until = chosen.since, chosen.until
    return not (since is not None and last_at is not None and last_at < since) and not (
        until is not None and first_at is not None and first_at >= until
    )


def _broken(look: Look, app: str, chosen: Filter, found: list[Block]) -> list[Block]:
    """Those of `found` in which the wanted rules were broken."""
    rows = {row["block"]: row for row in _broken_blocks(look, app, of_violations(chosen))}
    left = [block for block in found if block.number in rows]
    for block in left:
        row = rows[block.number]
        block.events = min(block.events, row["events"])
        block.sure = block.sure and row["exact"]
    return left


def _broken_blocks(look: Look, app: str, conditions: Conditions) -> list[Row]:
    """Kept as long as the same parts are live: kinds cannot be told apart any more once a part's are summed."""
    key = (look.parts, app, conditions.sql, *conditions.values.values())
    found = look.kept.get(key)
    if found is None:
        found = look.rows("broken_blocks", conditions, app=app)
        look.kept.put(key, found)
    return found


def _sums(look: Look, app: str, chosen: Filter) -> list[Sum]:
    """The sums over all live parts of blocks with events, newest first."""
    timed = chosen.since is not None or chosen.until is not None
    total: dict[int, Sum] = {}
    for number, events, first_at, last_at in _of_parts(look, app, of_counts(chosen), timed):
        had = total.get(number)
        if had is not None:
            events, first_at, last_at = events + had[1], _least(first_at, had[2]), _most(last_at, had[3])
        total[number] = (number, events, first_at, last_at)
    return [total[number] for number in sorted(total, reverse=True) if total[number][1] > 0]


def _of_parts(look: Look, app: str, conditions: Conditions, timed: bool) -> Iterable[Sum]:
    """Every live part's own sums: a part is asked the first time this filter meets it, and never changes."""
    about = (app, timed, conditions.sql, *conditions.values.values())
    known = {part: look.kept.get((part, about)) for part in look.parts}
    new = {str(part.file("by_block").absolute()): part for part, sums in known.items() if sums is None}
    if new:
        own: dict[Part, list[Sum]] = {part: [] for part in new.values()}
        with look.only("by_block", own):
            for row in look.rows("block_sums", conditions, app=app, timed=timed):
                own[new[row["filename"]]].append((row["block"], row["events"], row["first_at"], row["last_at"]))
        for part, sums in own.items():
            look.kept.put((part, about), sums)
        known |= own
    return (each for sums in known.values() for each in sums or ())


def _least(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(one, other) if one is not None and other is not None else one or other


def _most(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(one, other) if one is not None and other is not None else one or other
