"""A value that is right but for its type or its spelling: a number sent as text, an enum's value in another case."""

from __future__ import annotations

import re
from typing import Final

from plans import tokens
from plans.hinting import formats, near, times
from plans.hinting.outline import Field
from plans.spoken import quoted
from plans.tokens import VALUE_CHARS, Num, Value

NOTHING: Final = Field(())
"""What is known of a field the plan's outline does not have."""

_NUMBER: Final = re.compile(r"\s*[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?\s*")
_GROUPED: Final = re.compile(r"\s*[-+]?\d{1,3}(?:([,.' \u00a0\u202f])\d{3})+(?:[.,]\d+)?\s*|\s*[-+]?\d+,\d+\s*")
_WITH_UNIT: Final = re.compile(
    r"\s*(?:[$€£¥₹]|[A-Z]{3}\s)?\s*[-+]?\d+(?:[.,]\d+)*\s*(?:[$€£¥₹%]|[A-Za-z]{1,3}|°[CF]?)?\s*"
)
_TRUTHS: Final = {"true": "true", "false": "false", "yes": "true", "no": "false", "on": "true", "off": "false"}
_UNSET: Final = frozenset(("undefined", "null", "none", "nil", "nan", "n/a", "(null)", "[object object]"))
_JSON: Final = re.compile(r"\s*(?:\{\s*(?:\"|\})|\[\s*(?:[\[{\"\-0-9\]]|true|false|null))")
_NUMBERS: Final = frozenset(("integer", "number"))
_KINDS: Final = {
    "text": "string",
    "date": "string",
    "float": "number",
    "number with a fraction": "number",
}


def wrong_type(expected: str, received: str, value: str, field: Field) -> str | None:
    """Of a value whose type is not one of the `expected` ones, as a violation writes them."""
    wanted = {_KINDS.get(word, word) for word in expected.split(" or ")}
    if received == "string":
        return _text_for(wanted, value, field)
    if received in _NUMBERS:
        return _number_for(wanted, value, field)
    if received == "boolean":
        return _boolean_for(wanted)
    if received == "array":
        return None if value == "[]" else _list_for(wanted, value)
    if received == "object":
        return "one element sent without its array" if "array" in wanted and value != "{}" else None
    return None


def _text_for(wanted: set[str], value: str, field: Field) -> str | None:
    bare = value.strip().casefold()
    if wanted & {"object", "array"} and _JSON.match(value):
        return "JSON sent as text"
    if "array" in wanted and "," in value:
        return "a list sent as text"
    if "boolean" in wanted and bare in _TRUTHS:
        return "a boolean sent as text" if _TRUTHS[bare] == bare else f'"{value.strip()}" for {_TRUTHS[bare]}'
    if bare in _UNSET:
        return "null sent as text" if "null" in wanted else f'"{value.strip()}" for a value that was never set'
    if wanted & _NUMBERS:
        return _text_for_number(value)
    return "a boolean sent as text" if "boolean" in wanted and bare in "01" and bare else None


def _text_for_number(value: str) -> str | None:
    if _NUMBER.fullmatch(value):
        return "a number sent as text"
    if _GROUPED.fullmatch(value):
        return "a number sent as text, written as people write it"
    if value.strip().casefold() in _TRUTHS:
        return "a boolean sent as text, for a number"
    if formats.is_instant(value):
        return "a date sent as text, for a Unix time"
    return "a number sent as text, with its unit" if _WITH_UNIT.fullmatch(value) else None


def _number_for(wanted: set[str], value: str, field: Field) -> str | None:
    if "integer" in wanted and (unit := times.fraction_of(value, field)):
        return unit
    if "boolean" in wanted and value in ("0", "1"):
        return f"{value} for {'true' if value == '1' else 'false'}"
    if "string" not in wanted:
        return "one element sent without its array" if "array" in wanted else None
    if field.format in ("day", "date", "date-time") and (date := formats.unix_time(value)):
        return date
    return "text sent as a number"


def _boolean_for(wanted: set[str]) -> str | None:
    if "string" in wanted:
        return "text sent as a boolean"
    return "a number sent as a boolean" if wanted & _NUMBERS else None


def _list_for(wanted: set[str], value: str) -> str | None:
    first = value[1:2]
    kind = {'"': "string", "{": "object", "t": "boolean", "f": "boolean"}.get(first, "number")
    fits = kind in wanted or (kind == "number" and wanted & _NUMBERS)
    if not fits:
        return "JSON sent where text is meant" if "string" in wanted else None
    return "sent inside an array" if len(value) < VALUE_CHARS and _is_one(value) else "an array of values for one"


def _is_one(array: str) -> bool:
    try:
        return len(tokens.parse(array)) == 1
    except ValueError:
        return False


def not_allowed(received: str, value: str, field: Field) -> str | None:
    """Of a value that is none of those allowed: what it is but for its spelling."""
    if not field.values or len(value) >= VALUE_CHARS:
        return None
    if received != "string":
        sent = "a boolean" if received == "boolean" else "a number" if received in _NUMBERS else None
        return f"text sent as {sent}" if sent and all(type(each) is str for each in field.values) else None
    texts = [each for each in field.values if type(each) is str and len(each) < VALUE_CHARS]
    return _spelt(value, texts) or _as_text(value, field.values)


def _spelt(value: str, texts: list[str]) -> str | None:
    bare = value.strip()
    if bare in texts:
        return f"blanks around {quoted(bare)}"
    folded = bare.casefold()
    for text in texts:
        if text.casefold() == folded:
            return f"wrong case: the plan has {quoted(text)}"
    close = near.nearest(bare, texts)
    return f"the plan has {quoted(close)}" if close is not None else None


def _as_text(value: str, allowed: list[Value]) -> str | None:
    bare = value.strip()
    for each in allowed:
        if isinstance(each, Num) and each == bare:
            return "a number sent as text"
        if isinstance(each, bool) and tokens.dump(each) == bare.casefold():
            return "a boolean sent as text"
    return None


def out_of_range(received: str, value: str, field: Field) -> str | None:
    """Of a number outside its limits: one in another unit of time."""
    if received not in _NUMBERS or len(value) > 30 or (field.low is None and field.high is None):
        return None
    return times.other_unit(float(value), field)


def wrong_format(received: str, value: str, field: Field) -> str | None:
    """Of a text that is not in its format or does not match its pattern."""
    return formats.almost(value, field) if received == "string" and len(value) < VALUE_CHARS else None
