"""Which keywords a draft of JSON Schema knows, and which of them only a full evaluation can judge."""

from __future__ import annotations

from typing import Any, Final

import jsonschema_rs as rs

from plans import oracle

_SINCE: Final = {
    **dict.fromkeys(("const", "contains", "propertyNames"), 6),
    **dict.fromkeys(("if", "then", "else"), 7),
    **dict.fromkeys(("dependentRequired", "dependentSchemas", "minContains", "maxContains", "$anchor"), 2019),
    **dict.fromkeys(("unevaluatedItems", "unevaluatedProperties", "$recursiveRef", "$recursiveAnchor"), 2019),
    **dict.fromkeys(("prefixItems", "$dynamicRef", "$dynamicAnchor"), 2020),
}
"""The first draft with a keyword; the others have been there since draft 4."""
_UNTIL: Final = {"additionalItems": 2019, "$recursiveRef": 2019, "contentMediaType": 7, "contentEncoding": 7}
_NUMBERS: Final = {
    rs.Draft4Validator: 4,
    rs.Draft6Validator: 6,
    rs.Draft7Validator: 7,
    rs.Draft201909Validator: 2019,
    rs.Draft202012Validator: 2020,
}
_BEYOND: Final = frozenset(
    """
    $dynamicRef $recursiveRef patternProperties dependentSchemas contains minContains maxContains prefixItems
    additionalItems unevaluatedItems contentEncoding contentMediaType
    """.split()  # noqa: SIM905 - a list of quoted words hides the words
)
OF_A_VALUE: Final = frozenset(
    """
    type enum const minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength pattern format
    minItems maxItems uniqueItems minProperties maxProperties anyOf oneOf allOf not $ref
    """.split()  # noqa: SIM905
)
"""Keywords that can be about one value, wherever it stands."""
OF_FIELDS: Final = frozenset(
    """
    properties required additionalProperties unevaluatedProperties propertyNames dependentRequired dependencies items if
    then else
    """.split()  # noqa: SIM905
)
"""Keywords about what is inside a value."""


class Beyond(Exception):
    """The schema says something that only a full evaluation can judge."""


def number(schema: Any) -> int:
    """The draft a parsed schema names: 4, 6, 7, 2019 or 2020."""
    return _NUMBERS[oracle.draft(schema)]


def promises(schema: dict[str, Any], draft: int) -> dict[str, Any]:
    """What a subschema promises in this draft: remarks and keywords that it does not know are left out."""
    if "$ref" in schema and draft <= 7:
        return {"$ref": schema["$ref"]}  # there it replaces all that stands beside it
    found: dict[str, Any] = {}
    for keyword, value in schema.items():
        if keyword in _BEYOND | OF_A_VALUE | OF_FIELDS and _SINCE.get(keyword, 4) <= draft <= _UNTIL.get(keyword, 2020):
            found[keyword] = value
    return found


def check(said: dict[str, Any]) -> None:
    """Beyond when one of these promises is only for a full evaluation."""
    for keyword in said.keys() & _BEYOND:
        raise Beyond(keyword)
