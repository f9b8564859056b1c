"""Which types are worth asking about a batch: those that tell of most events, as far as a few of these show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from plans.judging.alike import alike
from plans.judging.loosened import UNFIT, field_of
from plans.judging.typed import Typed

SAMPLE: Final = 20
"""So many events of a name are asked about first; fewer of one with less than `SHARE` times as many, but `FEWEST`."""
SHARE: Final = 50
FEWEST: Final = 4
WORTH: Final = 0.5
"""A type is worth asking when it tells that at least this share of them is sound, or wrong in a field or two."""
MOST_WRONG: Final = 10_000
"""But where most are wrong, so many events are judged faster as columns than told apart (measured)."""


def worth_asking(planned: pl.DataFrame, types: Sequence[Typed | None]) -> dict[int, Typed]:
    """The types to ask, by number; `planned` has `name`, the number of each event's type, and `payload`."""
    sound: dict[int, Typed] = {}
    wrong: dict[int, Typed] = {}
    events = 0
    some = pl.col("payload").head((pl.len() // SHARE).clip(FEWEST, SAMPLE))
    for number, count, payloads in planned.group_by("name").agg(pl.len(), some=some).iter_rows():
        each = types[number]
        if each is None:
            continue
        told = [_tells(each, payload or "") for payload in payloads]
        if told.count("sound") >= WORTH * len(told):
            sound[number] = each
        elif len(told) - told.count("") >= WORTH * len(told):
            wrong[number] = each
            events += count
    return sound | wrong if events < MOST_WRONG else sound


def _tells(each: Typed, payload: str) -> str:
    """What a type tells of an event: that it is `sound`, `wrong` in a field or two, or nothing."""
    try:
        each.decode(payload)
    except UNFIT as error:
        said, loosened = str(error), each.loosened
        # Of unplanned fields there is no end, and each would get types of its own.
        known = loosened is not None and loosened.knows(field_of(said))
        return "wrong" if loosened and known and alike(loosened, [(0, said)], [payload], often=1) else ""
    return "sound"
