"""Where a JSON Schema holds further schemas, and which of its keywords promise something."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from plans.paths import pointer
from plans.tokens import Value

Change = Callable[[dict[str, Value], str], Value]

NAMED: Final = frozenset(
    ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies")
)
"""Keywords that hold schemas by name; of `dependencies` some are lists of names."""
LISTED: Final = frozenset(("allOf", "anyOf", "oneOf", "prefixItems"))
SINGLE: Final = frozenset(
    (
        *("additionalProperties", "unevaluatedProperties", "propertyNames", "not", "if", "then", "else", "items"),
        *("additionalItems", "unevaluatedItems", "contains"),
    )
)
WHOLE: Final = frozenset(
    (
        *("type", "enum", "const", "multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum"),
        *("maxLength", "minLength", "pattern", "format", "maxItems", "minItems", "uniqueItems", "contains"),
        *("minContains", "maxContains", "maxProperties", "minProperties", "required", "dependentRequired"),
        *("dependencies", "propertyNames", "anyOf", "oneOf", "not", "$ref", "$dynamicRef", "$recursiveRef"),
    )
)
"""Keywords that are one promise each, whatever is inside them."""
_EMPTY: Final[tuple[Value, ...]] = ([], {}, False)
_EVEN_EMPTY: Final = frozenset(("const", "not", "contains", "propertyNames"))


def promises(schema: Value, where: str) -> Iterator[str]:
    """The place of each promise in a schema that stands at `where`; an `if` only says when others hold."""
    if schema is False:
        yield where
    if not isinstance(schema, dict):
        return
    for key, value in schema.items():
        here = where + pointer([key])
        if key in WHOLE:
            if key in _EVEN_EMPTY or value not in _EMPTY:
                yield here
        elif key in NAMED and isinstance(value, dict):
            for name, inner in value.items():
                yield from promises(inner, here + pointer([name]))
        elif key in LISTED or (key in SINGLE and isinstance(value, list)):
            for at, inner in enumerate(value if isinstance(value, list) else ()):
                yield from promises(inner, f"{here}/{at}")
        elif key in SINGLE and key != "if":
            yield from promises(value, here)


def promising(schema: Value) -> bool:
    """Whether a schema promises anything at all."""
    return next(promises(schema, ""), None) is not None


def rebuilt(schema: Value, where: str, change: Change) -> Value:
    """A new schema: each schema in it that is an object as `change` gives it back, the inner ones first."""
    if not isinstance(schema, dict):
        return schema
    return change({key: _inside(key, value, where + pointer([key]), change) for key, value in schema.items()}, where)


def _inside(key: str, value: Value, where: str, change: Change) -> Value:
    if key in NAMED and isinstance(value, dict):
        return {name: rebuilt(inner, where + pointer([name]), change) for name, inner in value.items()}
    if isinstance(value, list) and (key in LISTED or key in SINGLE):
        return [rebuilt(inner, f"{where}/{at}", change) for at, inner in enumerate(value)]
    return rebuilt(value, where, change) if key in SINGLE else value
