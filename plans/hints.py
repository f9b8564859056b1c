"""What probably happened, in a few words beside a violation: a number sent as text, a near name, another unit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from plans.hinting import misplaced, near, values
from plans.hinting.outline import Field, Outline, outline
from plans.model import Plan, PlannedEvent
from plans.spoken import name_in

KEPT: Final = 64
"""Plans whose names are remembered as an index."""
Violation = Mapping[str, str | None]
"""As it is stored: field, path, rule, severity, expected, received, value."""


def hints(violations: Sequence[Violation], event: PlannedEvent | None, plan: Plan | None) -> list[str | None]:
    """A hint or none for each violation of one event, from what is stored of them and from the plan alone.

    `event` is the planned event they were judged by; None for one that is not planned or could not be read.
    """
    known = outline(event) if event is not None else _NONE
    placed = misplaced.pairs(violations, known) if any(one["rule"] in _PLACES for one in violations) else {}
    return [placed.get(number) or _of_value(one, known, plan) for number, one in enumerate(violations)]


_NONE: Final = Outline()
_PLACES: Final = frozenset(("missing", "condition", "unplanned_field"))


def _of_value(violation: Violation, known: Outline, plan: Plan | None) -> str | None:
    rule, received, value = violation["rule"], violation["received"], violation["value"]
    if rule == "unplanned_event":
        return _near_event(plan, received) if plan is not None and received else None
    if rule == "unreadable":
        return "JSON sent as text" if "payload is a text, not an object" in (received or "") else None
    if received is None or value is None:
        return None
    field = known.get(violation["path"] or "", values.NOTHING)
    if rule == "schema":
        return _of_schema(received, value, field)
    if rule in ("wrong_type", "condition"):
        return values.wrong_type(violation["expected"] or "", received, value, field)
    by_rule = _BY_RULE.get(rule or "")
    return by_rule(received, value, field) if by_rule else None


def _of_schema(received: str, value: str, field: Field) -> str | None:
    """Of a value that keeps no alternative: by the types and values of all of them."""
    if not field.takes(received) and (hint := values.wrong_type(" or ".join(field.kinds), received, value, field)):
        return hint
    return values.not_allowed(received, value, field)


_BY_RULE: Final[Mapping[str, Callable[[str, str, Field], str | None]]] = {
    "not_allowed": values.not_allowed,
    "out_of_range": values.out_of_range,
    "wrong_format": values.wrong_format,
}


def _near_event(plan: Plan, name: str) -> str | None:
    """Of a name that is not planned: a planned one near it. The index of a plan is remembered by its identity."""
    kept = _kept.get(id(plan))
    if kept is None or kept[0] is not plan:
        if len(_kept) >= KEPT:
            _kept.clear()
        kept = _kept[id(plan)] = plan, near.Names(plan.names())
    found = kept[1].nearest(name)
    return f"a near name for `{name_in(found)}`" if found is not None else None


_kept: dict[int, tuple[Plan, near.Names]] = {}
