"""One row of Amplitude's CSV as the JSON Schema of a property: its type, and what the other columns add to it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from plans import oracle, tokens
from plans.formats.ledger import Ledger
from plans.model import PlanError
from plans.tokens import Num, Value

Schema = dict[str, Value]

_TYPES: Final[dict[str, Schema]] = {
    "": {},
    "any": {},
    "enum": {},
    "const": {},
    "array": {"type": "array"},
    **{kind: {"type": kind} for kind in ("string", "number", "integer", "boolean", "object")},
}
_REGEX: Final = "property regex"
_SHORTEST: Final = "string property value min length"
_LONGEST: Final = "string property value max length"
_LEAST: Final = "number property value min"
_MOST: Final = "number property value max"
_FEWEST_ITEMS: Final = "array min items"
_MOST_ITEMS: Final = "array max items"
_UNIQUE: Final = "array unique items"
_WHOLE: Final = "number is integer"
_FOR: Final = {
    **dict.fromkeys((_REGEX, _SHORTEST, _LONGEST), ("string",)),
    **dict.fromkeys((_LEAST, _MOST, _WHOLE), ("number", "integer")),
    "enum values": ("enum",),
    "const value": ("const",),
    **dict.fromkeys((_FEWEST_ITEMS, _MOST_ITEMS, _UNIQUE), ("array",)),
}
"""The columns that only say something of properties of some types."""


@dataclass(frozen=True)
class Cells:
    """The cells of a row by column, column names in lower case, and the line it starts on."""

    line: int
    cells: dict[str, str]

    KNOWN: ClassVar = frozenset(
        (
            *("action", "object type", "object name", "property type", "property group names"),
            *("event property name", "property value type", "property required", "property is array", *_FOR),
        )
    )

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    @property
    def promises(self) -> bool:
        """Whether the row says anything of a property's values."""
        return any(self[column] and self[column].lower() != "false" for column in ("property value type", *_FOR))

    def place(self, column: str) -> str:
        """Where a cell is, as reports and refusals say it."""
        return f"line {self.line}, column {column}"


@dataclass(frozen=True)
class Property:
    """A property of an event: its schema, and whether every event has it."""

    schema: Schema
    required: bool


def property_of(row: Cells, ledger: Ledger) -> Property:
    """The property a row describes; PlanError names the cell that cannot be read."""
    kind = row["property value type"].lower()
    if kind not in _TYPES:
        said = f"`{kind}` is not a type; types are {', '.join(filter(None, _TYPES))}"
        raise PlanError(said, row.place("property value type"))
    is_array = kind == "array" or is_true(row, "property is array")
    for column in _idle(row, {kind, "array"} if is_array else {kind}):
        ledger.drop([row.place(column)], f"says nothing of a property of type {kind or 'any'}")
    schema = _value(row, kind, ledger)
    if is_array:
        ledger.read += kind != "array"
        schema = {"type": "array", **({"items": schema} if schema and kind != "array" else {}), **_array(row, ledger)}
    required = is_true(row, "property required")
    ledger.read += required
    return Property(schema, required)


def is_true(row: Cells, column: str) -> bool:
    """Whether a cell says true; nothing says false."""
    said = row[column].lower()
    if said not in ("true", "false", ""):
        raise PlanError(f"`{row[column]}` is neither true nor false", row.place(column))
    return said == "true"


def _idle(row: Cells, kinds: set[str]) -> Iterator[str]:
    for column, wanted in _FOR.items():
        said = row[column]
        if said and said.lower() != "false" and not kinds & {*wanted}:
            yield column


def _value(row: Cells, kind: str, ledger: Ledger) -> Schema:
    """What each value must be: the property's own, or those in its array."""
    if kind in ("enum", "const"):
        return _choice(row, "enum values" if kind == "enum" else "const value", ledger)
    schema: Schema = dict(_TYPES[kind])
    ledger.read += bool(schema)
    if kind == "string":
        schema |= _text(row, ledger)
    elif kind in ("number", "integer"):
        if is_true(row, _WHOLE):
            ledger.read += 1
            schema["type"] = "integer"
        for column, keyword in ((_LEAST, "minimum"), (_MOST, "maximum")):
            if row[column]:
                schema[keyword] = _number(row, column, ledger)
    return schema


def _text(row: Cells, ledger: Ledger) -> Schema:
    schema: Schema = {}
    for column, keyword in ((_SHORTEST, "minLength"), (_LONGEST, "maxLength")):
        if row[column]:
            schema[keyword] = _count(row, column, ledger)
    if row[_REGEX]:
        schema["pattern"] = row[_REGEX]
        ledger.read += 1
        try:
            oracle.validator(tokens.dump({"pattern": row[_REGEX]}), None)
        except oracle.BadSchema as error:
            raise PlanError(str(error), row.place(_REGEX)) from None
    return schema


def _array(row: Cells, ledger: Ledger) -> Schema:
    schema: Schema = {}
    for column, keyword in ((_FEWEST_ITEMS, "minItems"), (_MOST_ITEMS, "maxItems")):
        if row[column]:
            schema[keyword] = _count(row, column, ledger)
    if row[_UNIQUE].lower() == "true":
        ledger.read += 1
        schema["uniqueItems"] = True
    return schema


def _choice(row: Cells, column: str, ledger: Ledger) -> Schema:
    """The values a cell lists; it does not say whether `1` and `true` are texts, so both ways of sending them pass."""
    if not row[column]:
        raise PlanError("the values are missing", row.place(column))
    texts = _split(row, column) if column == "enum values" else [row[column]]
    values: list[Value] = []
    for text in texts:
        other = _plain(text)
        values += [one for one in (text, other) if one is not None and not _has(values, one)]
    ledger.read += 1
    if len(values) > len({*texts}):
        ledger.approximate(row.place(column), "may mean numbers or true and false, or texts that look so: both pass")
    return {"enum": values} if column == "enum values" or len(values) > 1 else {"const": values[0]}


def _has(values: list[Value], one: Value) -> bool:
    return any(type(value) is type(one) and value == one for value in values)


def _plain(text: str) -> Value:
    """The number, true or false a text looks like, or None."""
    try:
        value = tokens.parse(text)
    except ValueError:
        return None
    return value if isinstance(value, Num | bool) else None


def _split(row: Cells, column: str) -> list[str]:
    try:
        (texts,) = csv.reader([row[column].replace("\n", " ")], skipinitialspace=True, strict=True)
    except (csv.Error, ValueError):
        raise PlanError("values are separated by commas", row.place(column)) from None
    return [text.strip() for text in texts if text.strip()]


def _number(row: Cells, column: str, ledger: Ledger) -> Num:
    value = _plain(row[column])
    if not isinstance(value, Num):
        raise PlanError(f"`{row[column]:.80}` is not a number", row.place(column))
    ledger.read += 1
    return value


def _count(row: Cells, column: str, ledger: Ledger) -> Num:
    value = _number(row, column, ledger)
    if not value.isdecimal():
        raise PlanError(f"`{value:.80}` is not a whole number from 0", row.place(column))
    return value
