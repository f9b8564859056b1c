"""A promise, and how it changed, as a person says it."""

from __future__ import annotations

from typing import Any, Final

from plans import paths, tokens
from plans.model import Rule
from plans.promises import Promise

RULES: Final[dict[str, Rule]] = {
    **dict.fromkeys(("type", "strict_float"), "wrong_type"),
    "enum": "not_allowed",
    **dict.fromkeys(("pattern", "format"), "wrong_format"),
    **dict.fromkeys(("minimum", "maximum", "multipleOf"), "out_of_range"),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), "out_of_range"),
    **dict.fromkeys(("minProperties", "maxProperties"), "out_of_range"),
    "required": "missing",
    "empty": "empty",
    "condition": "condition",
    **dict.fromkeys(("planned", "additionalProperties"), "unplanned_field"),
}
"""The rule a broken promise of a keyword is told as; `schema` for all others."""

_SHOWN: Final = 200
_KINDS: Final = {"string": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false"}
_AT: Final = {"object": "an object", "array": "an array", "null": "null"}
_COUNTED: Final = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} elements",
    "maxItems": "at most {} elements",
    "minProperties": "at least {} fields",
    "maxProperties": "at most {} fields",
}


def rule(keyword: str) -> Rule:
    """The rule code of a keyword."""
    return RULES.get(keyword, "schema")


def asked(promise: Promise) -> str:
    """What a promise asks, after "has to": `be at least 1`, `be there`."""
    said, keyword = promise.said, promise.keyword
    if keyword in _COUNTED:
        return f"have {_COUNTED[keyword].format(said)}"
    match keyword:
        case "type":
            return "be " + " or ".join({**_KINDS, **_AT}.get(kind, kind) for kind in said)
        case "enum":
            return f"be {'one of ' if len(said) > 1 else ''}{', '.join(map(tokens.dump, said))}"
        case "required":
            return "be there"
        case "planned":
            return "be planned"
        case "empty":
            return "not be empty"
        case "minimum" | "maximum":
            return f"be {said}"
        case "multipleOf":
            return f"be a multiple of {said}"
        case "pattern":
            return f"match {said}"
        case "format":
            return f"be a {said}" if said.startswith("date (") else f"be in {said} format"
        case "strict_float":
            return "be written with a fraction"
        case "uniqueItems":
            return "have no element twice"
        case "false":
            return "not be there"
        case "dependentRequired":
            return f"come with {', '.join(said)}"
        case "additionalProperties":
            return _others(promise)
        case "condition":
            return f"be {said['then_type']} where `{said['if_field']}` is {tokens.dump(said['if_value'])}"
    return f"keep `{keyword}`"


def _others(promise: Promise) -> str:
    value: Any = promise.value
    if value[2] is not None:
        return "have other fields only as `additionalProperties` says"
    return f"have no other fields than {', '.join(promise.said)}" if promise.said else "have no fields"


def shown(promises: frozenset[Promise]) -> str | None:
    """What promises of one keyword ask, as short as a table wants it; None for none."""
    return " and ".join(sorted(_cut(_short(each)) for each in promises)) or None


def _short(promise: Promise) -> str:
    said = promise.said
    if promise.keyword == "type":
        return " or ".join(said)
    if promise.keyword == "enum":
        return ", ".join(map(tokens.dump, said))
    if promise.keyword == "additionalProperties":
        return _others(promise)
    return said if type(said) is str else tokens.dump(said)


def sentence(event: str, path: paths.Path, old: frozenset[Promise], new: frozenset[Promise], change: str) -> str:
    """The change of one keyword of one field: "`price` of `order` now has to be there"."""
    field = f"`{paths.render(path)}` of `{event}`" if path else f"the payload of `{event}`"
    was, now = (_cut(" and ".join(sorted(map(asked, each)))) for each in (old, new))
    if all(each.keyword == "planned" for each in old | new):
        return f"{field} is planned now" if new else f"{field} is no longer planned"
    if not old:
        return f"{field} now has to {now}"
    if not new:
        return f"{field} no longer has to {was}"
    if was == now:
        return f"{field} still has to {now}, but that is {'an error' if change == 'tightened' else 'a warning'} now"
    return f"{field} now has to {now}; before, it had to {was}"


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
