"""Planned events compiled once: the same plan is asked for at every batch."""

from __future__ import annotations

from functools import lru_cache

from plans.model import FormatMode, Plan, PlannedEvent
from plans.rules.frames import Compiled
from plans.rules.from_schema import compile_schema
from plans.rules.from_sheet import compile_sheet


def compiled(plan: Plan, name: str) -> Compiled:
    """The frames of a planned event name."""
    return _compiled(plan.event(name), plan.strict_float, plan.format)


@lru_cache(maxsize=4096)
def _compiled(event: PlannedEvent, strict_float: bool, mode: FormatMode | None) -> Compiled:
    if event.schema is None:
        return compile_sheet(event, strict_float=strict_float)
    return compile_schema(event, strict_float=strict_float, mode=mode)
