"""mParticle's data plans: what custom events and screen views must carry among their custom attributes.

Names are compared exactly; unplanned attributes are errors where the plan refuses them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from plans.formats.drafting import Draft, finish
from plans.formats.ledger import Ledger
from plans.formats.nulls import settled
from plans.formats.payload import Cut, dialect_of, payload_of, place
from plans.formats.source import Options, Source
from plans.model import Plan, PlanError, Report
from plans.paths import pointer
from plans.tokens import Num, Value

NAME: Final = "mparticle"

_DIALECT: Final = "http://json-schema.org/draft-07/schema#"
_CUT: Final = Cut(("data", "custom_attributes"))
_NAMED_BY: Final = {"custom_event": "event_name", "screen_view": "screen_name"}
_DOCUMENTS: Final = (("version_document",), ("document",), ())


def looks_like(source: Source) -> bool:
    """Whether the only document has mParticle's data points."""
    document = source.lone()
    return document is not None and next(_versions(document.value), None) is not None


def read(source: Source, *, app: str, options: Options) -> tuple[Plan, Report]:
    """The newest version of the plan as a draft, and what became of each promise; PlanError points at what is wrong."""
    document = source.lone()
    versions = list(_versions(document.value)) if document else []
    if document is None or not versions:
        raise PlanError('a data plan is {"version_document": {"data_points": […]}}')
    ledger = Ledger()
    number, keys, points = max(versions, key=lambda version: version[0])
    for other, others, _ in versions:
        if others != keys:
            ledger.drop([document.place(pointer(others))], f"version {other} is not the newest; that is {number}")
    where = document.place(pointer(keys))
    ledger.read += 1
    ledger.approximate(where, "attributes that are null are judged as null; mParticle leaves them out before it judges")
    drafts = list(_drafts(points, where, options, ledger))
    return finish(NAME, app, drafts, ledger)


def _versions(value: Value) -> Iterator[tuple[int, tuple[str, ...], list[Value]]]:
    """Each version's number, the keys that lead to its data points, and these."""
    listed = value.get("data_plan_versions") if isinstance(value, dict) else None
    several = isinstance(listed, list)
    for at, version in enumerate(listed if isinstance(listed, list) else [value]):
        start = ("data_plan_versions", str(at)) if several else ()
        for keys in _DOCUMENTS:
            inside = version
            for key in (*keys, "data_points"):
                inside = inside.get(key) if isinstance(inside, dict) else None
            if isinstance(inside, list):
                number = version.get("version")
                known = isinstance(number, Num) and number.isdecimal() and len(number) < 10
                yield int(number) if known else 0, (*start, *keys, "data_points"), inside
                break


def _drafts(points: list[Value], where: str, options: Options, ledger: Ledger) -> Iterator[Draft]:
    seen: dict[str, str] = {}
    for at, point in enumerate(points):
        here = f"{where}/{at}"
        name = _name(point, here, ledger)
        if name is None:
            continue
        if name in seen:
            ledger.drop([here], f"`{name}` is there before as another type of event, and one rule judges all of a name")
            continue
        seen[name] = here
        yield _draft(name, point, here, options, ledger)


def _name(point: Value, where: str, ledger: Ledger) -> str | None:
    """The name events of a data point arrive under; None when they have none of their own."""
    match = point.get("match") if isinstance(point, dict) else None
    criteria = match.get("criteria") if isinstance(match, dict) else None
    if not isinstance(match, dict) or type(match.get("type")) is not str:
        raise PlanError('a data point has {"match": {"type": …, "criteria": …}}', where)
    key = _NAMED_BY.get(match["type"])
    if key is None:
        ledger.drop([f"{where}/match/type"], f"{match['type'][:80]} is no event with a name of its own")
        return None
    name = criteria.get(key) if isinstance(criteria, dict) else None
    if type(name) is not str or not name:
        raise PlanError(f"{key} is expected: the event's name", f"{where}/match")
    for other in criteria.keys() - {key} if isinstance(criteria, dict) else ():
        ledger.drop(
            [f"{where}/match/criteria{pointer([other])}"], "is about the call around the payload, which is not judged"
        )
    return name


def _draft(name: str, point: dict[str, Value], where: str, options: Options, ledger: Ledger) -> Draft:
    validator = point.get("validator")
    described = point.get("description")
    description = described if type(described) is str and described else None
    if validator is None:
        return Draft(name, {"$schema": _DIALECT}, where, description)
    definition = validator.get("definition") if isinstance(validator, dict) else None
    if not isinstance(validator, dict) or validator.get("type") != "json_schema" or not isinstance(definition, dict):
        raise PlanError('a validator is {"type": "json_schema", "definition": …}', f"{where}/validator")
    start = f"{where}/validator/definition"
    dialect = dialect_of(definition, start, _DIALECT)
    schema = payload_of(settled(definition, start, options, ledger), start, _CUT, ledger, dialect)
    return Draft(name, schema, place(start, _CUT), description)
