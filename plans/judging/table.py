"""The field-by-field table of one event, by the judge that gave it its verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final

from plans import paths, tokens
from plans.explain import not_applied, told
from plans.hinting.outline import Outline, outline
from plans.judging import by_event, one
from plans.judging.by_event import ABSENT
from plans.model import Plan
from plans.paths import Path
from plans.rules import expected
from plans.rules.compiled import compiled
from plans.rules.frames import Found, Frame, Planned
from plans.tokens import Value

Row = dict[str, Any]
Place = tuple[int, tuple[int, ...]]
Line = tuple[Place, Row]

MOST_FIELDS: Final = 10_000
"""Fields of one event that are listed though nothing is wrong with them: an array may have a million elements."""
_REST: Final = "There are more fields than are listed; nothing is wrong with those."


def field_table(plan: Plan, event_name: str | None, payload: str | None) -> list[Row]:
    """One row for each planned field, in plan order and arrays element by element, then one for each unplanned field.

    A field that breaks several rules has a row for each, with the message and the hint of that violation. An optional
    field that was not sent, and a condition that did not hold, are `not_applied` and say why. An unplanned event has a
    row saying so, with no key, and its fields as `not_applied`; one that cannot be read has only such a row.
    """
    name = plan.canonical(event_name) if event_name is not None else None
    try:
        document = one.document(payload)
        if name is None:
            return [*_broken([one.unplanned(event_name)], plan, event_name), *_unasked(document)]
        return _planned(plan, name, document)
    except ValueError as error:
        return _broken([one.unreadable(str(error))], plan, event_name)


def unjudged(violations: Sequence[one.Violation], event_name: str | None, payload: str | None) -> list[Row]:
    """The table of an event no plan was asked about: what is wrong with it all the same, and what it carries."""
    try:
        document = one.document(payload)
    except ValueError:
        document = {}
    return [*_broken(violations, None, event_name), *_unasked(document)]


def _unasked(document: dict[str, Value]) -> list[Row]:
    why = not_applied(sent=True, conditional=False)
    return [_row(paths.render((key,)), None, value, why) for key, value in document.items()]


def _planned(plan: Plan, name: str, document: dict[str, Value]) -> list[Row]:
    ready = compiled(plan, name)
    found = one.broken(ready, plan, document)
    broken = _broken([by_event.describe(each) for each in found], plan, name)
    if len(found) > one.MAX_VIOLATIONS:
        return broken  # which of the other fields are sound is not known: the rest of what is wrong is not listed
    known = outline(plan.event(name))
    lines = list(islice(_lines(ready.root, document, (), {}, known), MOST_FIELDS + 1))
    rest = [_row("", None, ABSENT, _REST)] if len(lines) > MOST_FIELDS else []
    if ready.why:
        rows = _by_field(broken, lines[:MOST_FIELDS])
        return [*rows, *_under_conditions(known, document, {row["key"] for row in rows}), *rest]
    return _by_place(found, broken, lines[:MOST_FIELDS]) + rest


def _by_place(found: Sequence[Found], broken: Sequence[Row], lines: Sequence[Line]) -> list[Row]:
    placed: dict[Place, list[Row]] = {}
    for each, row in zip(found, broken, strict=True):
        placed.setdefault((each.order, each.indices), []).append(row)
    for place, row in lines:
        placed.setdefault(place, [row])
    return [row for place in sorted(placed) for row in placed[place]]


def _by_field(broken: Sequence[Row], lines: Sequence[Line]) -> list[Row]:
    """For what jsonschema-rs found, which knows fields and not the plan's order: the rest follows at the end."""
    found: dict[str, list[Row]] = {}
    for row in broken:
        found.setdefault(row["key"], []).append(row)
    rows: list[Row] = []
    for _, row in sorted(lines, key=lambda line: line[0]):
        rows += found.pop(row["key"], [row])
    return rows + [row for rest in found.values() for row in rest]


def _under_conditions(known: Outline, document: Value, shown: set[str]) -> Iterator[Row]:
    """The fields a schema asks for under conditions only jsonschema-rs can judge, which it found nothing wrong with."""
    for key, field in known.items():
        if field.whens and key not in shown and None not in field.path:
            there = _value_at(field.path, document)
            why = not_applied(sent=False, conditional=True, whens=field.whens) if there is ABSENT else None
            yield _row(key, expected.kinds(sorted(field.kinds)) or "any value", there, why)


def _value_at(path: Path, document: Value) -> Value:
    for step in path:
        document = document.get(step, ABSENT) if isinstance(document, dict) else ABSENT
    return document


def _lines(
    frame: Frame, value: Value, indices: tuple[int, ...], outer: dict[int, bool], known: Outline
) -> Iterator[Line]:
    """A row for every planned field as if nothing were broken, with its place in the table."""
    cells = by_event.row_cells(frame, value)
    held = by_event.guards(frame, cells, outer)
    for line in frame.planned:
        there = cells[line.cell]
        applies = there is not ABSENT and (line.guard is None or held[line.guard[0]] is line.guard[1])
        why = None if applies else _why_not(line, there, known)
        yield (line.order, indices), _row(paths.render(line.path, indices), line.expected, there, why)
    for cell, inner in frame.arrays.items():
        elements = cells[cell] if isinstance(cells[cell], list) else []
        for index, element in enumerate(elements):
            yield from _lines(inner, element, (*indices, index), held, known)
        if not elements:
            yield from _without_elements(inner, indices, known)


def _without_elements(frame: Frame, indices: tuple[int, ...], known: Outline) -> Iterator[Line]:
    """Fields of elements where there are none: one row each, not one for each element."""
    for inner in frame.walk():
        for line in inner.planned:
            key = paths.render(line.path, indices)
            yield (line.order, indices), _row(key, line.expected, ABSENT, _why_not(line, ABSENT, known))


def _why_not(line: Planned, there: Value, known: Outline) -> str:
    field = known.get(paths.render(line.path))
    whens = field.whens if field and line.conditional else ()
    return not_applied(sent=there is not ABSENT, conditional=line.conditional, whens=whens)


def _row(key: str, asked: str | None, value: Value, why_not: str | None) -> Row:
    """The row of a field that breaks nothing; `why_not` says that, and why, it was not judged."""
    there = value is not ABSENT
    return {
        "key": key,
        "value": tokens.shown(value) if there else None,
        "expected": asked,
        "received": tokens.kind(value) if there else None,
        "status": "not_applied" if why_not else "valid",
        "rule": None,
        "severity": None,
        "message": why_not,
        "hint": None,
    }


def _broken(violations: Sequence[one.Violation], plan: Plan | None, event_name: str | None) -> list[Row]:
    return [
        {
            "key": violation["field"],
            "value": violation["value"],
            "expected": violation["expected"],
            "received": violation["received"],
            "status": _status(violation),
            "rule": violation["rule"],
            "severity": violation["severity"],
            "message": violation["message"],
            "hint": violation["hint"],
        }
        for violation in told(violations, plan, event_name)
    ]


def _status(violation: one.Violation) -> str:
    rule = violation["rule"]
    if violation["severity"] == "warning":
        return "warning"
    missing = rule == "missing" or (rule == "condition" and violation["received"] is None)
    return "missing" if missing else "invalid"
