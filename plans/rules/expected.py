"""What a rule of a schema expects, in few words: they stand in violations and in the field table."""

from __future__ import annotations

from typing import Any

from plans import tokens

_SHOWN = 10
DIFFERENT = "elements that all differ"
NOTHING = "no value"
LISTED = "no more violations than are listed"


def kinds(names: list[str]) -> str:
    """`string or null`."""
    return " or ".join(names)


def one_of(values: list[Any]) -> str:
    """`one of "EUR", "USD"`; a single value stands alone."""
    texts = [tokens.dump(value)[: tokens.VALUE_CHARS] for value in values[:_SHOWN]]
    if len(values) == 1:
        return texts[0]
    return f"one of {', '.join(texts)}" + (f" and {len(values) - _SHOWN} more" if len(values) > _SHOWN else "")


def pattern(text: str) -> str:
    """`text matching ^[A-Z]+$`."""
    return f"text matching {text[: tokens.VALUE_CHARS]}"


def text_format(name: str) -> str:
    """`email format`."""
    return f"{name} format"


def count(low: int | None, high: int | None, what: str) -> str:
    """`1 to 10 characters`, `at least 1 element`; `what` is a plural."""
    if low is not None and high is not None and low != high:
        return f"{low} to {high} {what}"
    said = "exactly" if low == high else "at least" if low is not None else "at most"
    number = low if low is not None else high
    return f"{said} {number} {what.removesuffix('s') if number == 1 else what}"


def of(schema: Any) -> str:
    """What a field of this schema should be."""
    if isinstance(schema, dict):
        if "type" in schema:
            return kinds(schema["type"] if isinstance(schema["type"], list) else [schema["type"]])
        if "const" in schema:
            return one_of([schema["const"]])
        if "enum" in schema:
            return one_of(schema["enum"])
    return "any value"
