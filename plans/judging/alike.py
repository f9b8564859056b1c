"""Events that break the same the same way: judged once, by the fields that make them differ from sound ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from plans.judging.loosened import Failed, Loosened, Told, field_of

OFTEN: Final = 4
"""A field is let go when at least so many events of a batch have something wrong there: making a type takes longer than
judging a few events."""


def alike(
    loosened: Loosened, failed: Sequence[Failed], payloads: Sequence[str], often: int = OFTEN
) -> dict[Told, list[int]]:
    """The numbers of the events that break the same, by what tells it; not of those that more fields would tell of."""
    found: dict[Told, list[int]] = defaultdict(list)
    wrong = _by_field(loosened, (), failed)
    while wrong:
        fields, numbers = wrong.popitem()
        if len(numbers) < often:
            continue
        told, unfit = loosened.told(fields, [payloads[number] for number in numbers])
        for said, places in told.items():
            found[said] += [numbers[place] for place in places]
        for more, places in _by_field(loosened, fields, unfit).items():
            wrong.setdefault(more, []).extend(numbers[place] for place in places)
    return found


def _by_field(
    loosened: Loosened, fields: tuple[str, ...], failed: Sequence[Failed]
) -> dict[tuple[str, ...], list[int]]:
    """The numbers of the events by the fields to let go: those said, and the one that is complained of besides."""
    said: dict[str, list[int]] = defaultdict(list)
    for number, message in failed:
        said[message].append(number)
    found: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for message, numbers in said.items():
        field = field_of(message)
        if field is not None and field not in fields:
            found[loosened.besides(fields, field)] += numbers
    return found
