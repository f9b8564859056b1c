"""The one place where a violation becomes a plain sentence."""

from __future__ import annotations

from collections.abc import Mapping

_KIND = {
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
_RECEIVED = {
    "string": "the text",
    "integer": "the number",
    "number": "the number",
    "object": "the object",
    "array": "the array",
}


def not_applied(*, sent: bool, conditional: bool) -> str:
    """Why a field of the plan was not judged."""
    if conditional:
        return "The condition on it does not hold."
    return "It was sent, but nothing is asked of it." if sent else "It was not sent, and need not be."


def sentence(violation: Mapping[str, str | None]) -> str:
    """Why a violation is one: "`price` should be a number; it was the text "14.99"." """
    rule, field = violation["rule"], f"`{violation['field']}`" if violation["field"] else "The payload"
    if rule == "unreadable":
        return f"The event could not be read: {violation['received']}."
    if rule == "unplanned_event":
        return f"`{violation['received']}` is not in the plan."
    if rule == "unplanned_field":
        return f"{field} is not in the plan; it was {_received(violation)}."
    should = _should(violation["expected"])
    if rule == "missing":
        return f"{field} is missing; {_it(should)}."
    if rule == "condition" and violation["received"] is None:
        return f"{field} is missing, and the condition on it holds; {_it(should)}."
    if rule == "condition":
        return f"{field} {should}, as the condition on it holds; it was {_received(violation)}."
    if rule == "empty":
        return f"{field} is empty ({_received(violation)}); {_it(should)}."
    if rule == "schema":
        return f"{field} does not keep {violation['expected']}; it was {_received(violation)}."
    return f"{field} {should}; it was {_received(violation)}."


def _it(should: str) -> str:
    return "it should be there" if should == "should be there" else f"it {should}"


def _should(expected: str | None) -> str:
    said = expected or "any value"
    if said.startswith("text matching "):
        return f"should be {said}"
    if said[0] in "<>":
        return f"should be {said}"
    if said.endswith(" format"):
        return f"should be in {said}"
    if said.endswith((" characters", " elements", " fields")):
        return f"should have {said}"
    return "should be " + " or ".join(_KIND.get(word, word) for word in said.split(" or "))


def _received(violation: Mapping[str, str | None]) -> str:
    kind, value = violation["received"] or "", violation["value"]
    if kind == "string":
        return f'the text "{value}"' if value else "an empty text"
    if kind == "array" and value == "[]":
        return "an empty array"
    return f"{_RECEIVED[kind]} {value}" if kind in _RECEIVED else str(value)
