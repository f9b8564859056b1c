"""Rules out blocks that cannot hold a session, a user or an event id, by the Bloom filters of merged parts."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import Final

from data.parts import Part
from data.schema import BLOCK
from queries.blocks import Block
from queries.bloom import LAST_TEXT, UNREADABLE, Group, Mark, can_hold, groups, marks
from queries.filter import OF_ONE, Filter
from queries.reader import Look

AT_ONCE: Final = 8
"""Parts whose filters are read at once."""
_WITHOUT_FILTERS: Final = BLOCK
"""Seqs of a part that is too small to be worth asking: merged parts are larger."""


def left(look: Look, app: str, chosen: Filter, blocks: Iterable[Block]) -> list[Block]:
    """Those of `blocks` that can hold what the filter wants of `OF_ONE`."""
    # No value at all, which the empty one means too, is in no Bloom filter.
    wanted = {each.dimension: each.values for each in chosen.chosen if each.wanted and "" not in each.values}
    asked = {name: marks(values) for name, values in wanted.items() if name in OF_ONE}
    if not asked:
        return list(blocks)
    # A filter that is not in memory is waited for on the disk, which takes several questions at once.
    with ThreadPoolExecutor(AT_ONCE) as readers:
        numbers = set(chain.from_iterable(readers.map(lambda part: _numbers(look, app, part, asked), look.parts)))
    return [block for block in blocks if block.number in numbers]


def _numbers(look: Look, app: str, part: Part, asked: dict[str, list[Mark]]) -> list[int]:
    """Numbers of the blocks that can hold in this part what is asked for."""
    if part.last - part.first < _WITHOUT_FILTERS:
        return list(_of(part.first, part.last))
    some = [group for group in _groups(look, part) if group.apps[0] <= app <= group.apps[1]]
    for name, any_of in asked.items() if some else ():
        some = can_hold(part.file("events"), some, name, any_of)
    return [number for group in some for number in _of(group.low, group.high)]


def _of(low: int, high: int) -> range:
    return range(low // BLOCK, high // BLOCK + 1)


def _groups(look: Look, part: Part) -> list[Group]:
    """The part's row groups, read the first time this is asked; of a damaged file, one that can hold anything.

    Raises FileNotFoundError for a part that was merged meanwhile.
    """
    key = (part, "groups")
    known = look.kept.get(key)
    if known is None:
        try:
            known = groups(part.file("events"), OF_ONE)
        except FileNotFoundError:
            raise
        except UNREADABLE:
            return [Group(part.first, part.last, ("", LAST_TEXT), {})]
        look.kept.put(key, known)
    return known
