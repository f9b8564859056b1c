"""The one place where a violation becomes a plain sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from plans.hints import hints
from plans.model import Plan
from plans.rules.expected import LISTED
from plans.spoken import isolated, name_in, plain, quoted

MOST_EXPECTED: Final = 500

Violation = Mapping[str, str | None]

_KIND: Final = {
    "text": "text",
    "string": "text",
    "integer": "a whole number",
    "float": "a number",
    "number": "a number",
    "number with a fraction": "a number with a fraction",
    "boolean": "true or false",
    "date": "a date (YYYY-MM-DD, with or without HH:MM:SS)",
    "object": "an object",
    "array": "an array",
    "null": "null",
    "any value": "there",
}
_RECEIVED: Final = {
    "string": "the text",
    "integer": "the number",
    "number": "the number",
    "object": "the object",
    "array": "the array",
}
_LIMITS: Final = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than"}
_COUNTED: Final = tuple(f" {word}{end}" for word in ("character", "element", "field") for end in ("", "s"))
_NAMES: Final = "field names: "
_WHOLE: Final = {
    "elements that all differ": "should have elements that all differ",
    "no value": "should not be there at all",
}
_ASKED: Final = re.compile(r"what `(\w+)` asks(?:: (.*))?", re.DOTALL)
_ASKS: Final = {
    "uniqueItems": "should have no element twice",
    "contains": "should have the elements that `contains` asks for",
    "not": "should not be what `not` rules out",
    "propertyNames": "should have only keys that `propertyNames` allows",
    "falseSchema": "should not be there at all",
    "additionalItems": "should have no more elements than are planned",
    "unevaluatedItems": "should have no more elements than are planned",
    "contentEncoding": "should be encoded as `contentEncoding` asks",
    "contentMediaType": "should hold what `contentMediaType` asks for",
    "anyOf": "should fit one of the schemas of `anyOf`",
    "oneOf": "should fit exactly one of the schemas of `oneOf`",
}
"""Keywords that only a full evaluation can judge, in words."""


def told(violations: Sequence[Violation], plan: Plan | None, event_name: str | None) -> list[dict[str, Any]]:
    """Each violation of one event with its `message`, the sentence and its hint, and its `hint`, text or None.

    `plan` is the version they were judged by; without it, only what a violation says by itself is hinted at.
    """
    name = plan.canonical(event_name) if plan is not None and event_name is not None else None
    event = plan.event(name) if plan is not None and name is not None else None
    guessed = hints(violations, event, plan)
    return [
        {**one, "message": sentence(one, hint), "hint": hint} for one, hint in zip(violations, guessed, strict=True)
    ]


def not_applied(*, sent: bool, conditional: bool, whens: Sequence[str] = ()) -> str:
    """Why a field of the plan was not judged; `whens` are the conditions under one of which it would be."""
    if conditional:
        either = ", or when ".join(dict.fromkeys(whens))
        return f"Asked for only when {either}." if whens else "The condition on it does not hold."
    return "It was sent, but nothing is asked of it." if sent else "It was not sent, and need not be."


def sentence(violation: Violation, hint: str | None = None) -> str:
    """Why a violation is one: "`price` should be a number; it was the text "14.99" — a number sent as text"."""
    return f"{_said(violation)} — {hint}." if hint else f"{_said(violation)}."


def _said(violation: Violation) -> str:
    rule, field = violation["rule"], f"`{name_in(violation['field'])}`" if violation["field"] else "The payload"
    if rule == "unreadable":
        return f"The event could not be read: {plain(violation['received'] or '', MOST_EXPECTED).removesuffix('.')}"
    if rule == "unplanned_event":
        return f"`{name_in(violation['received'])}` is not in the plan"
    if rule == "unplanned_field":
        return f"{field} is not in the plan; it was {_received(violation)}"
    if violation["expected"] == LISTED:
        return f"It breaks {violation['value']}, which are not listed"
    should = _should(violation["expected"])
    if rule == "missing":
        return f"{field} is missing; {_it(should)}"
    if rule == "condition" and violation["received"] is None:
        return f"{field} is missing, and the condition on it holds; {_it(should)}"
    if rule == "condition":
        return f"{field} {should}, as the condition on it holds; it was {_received(violation)}"
    if rule == "empty":
        return f"{field} is empty ({_received(violation)}); {_it(should)}"
    return f"{field} {should}; it was {_received(violation)}"


def _it(should: str) -> str:
    return "it should be there" if should == "should be there" else f"it {should}"


def _should(expected: str | None) -> str:
    said = plain(expected or "any value", MOST_EXPECTED)
    if asked := _ASKED.fullmatch(said):
        more = f" ({asked[2]})" if asked[2] and "any value" not in asked[2] else ""
        return _ASKS.get(asked[1], f"should keep what `{asked[1]}` asks") + more
    if said in _WHOLE:
        return _WHOLE[said]
    if said.startswith(_NAMES):
        return f"should have field names of this kind only: {said.removeprefix(_NAMES)}"
    if said.startswith("text matching "):
        return f"should be text matching `{name_in(said.removeprefix('text matching '))}`"
    sign, _, limit = said.partition(" ")
    if sign in _LIMITS:
        return f"should be {_LIMITS[sign]} {limit}"
    if said.endswith(" format"):
        return f"should be in {said}"
    if said.endswith(_COUNTED):
        return f"should have {said}"
    kinds = said.split(" or ")
    return f"should be {' or '.join(map(_KIND.__getitem__, kinds)) if _KIND.keys() >= {*kinds} else said}"


def _received(violation: Violation) -> str:
    kind, value = violation["received"] or "", violation["value"] or ""
    if kind == "string":
        return f"the text {quoted(value)}" if value else "an empty text"
    if kind == "array" and value == "[]":
        return "an empty array"
    return f"{_RECEIVED[kind]} {isolated(plain(value))}" if kind in _RECEIVED else plain(value)
