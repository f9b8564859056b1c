"""What a sheet can say of a JSON Schema: rows for its fields, and a word on every promise that is not in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from plans.formats.keywords import promises
from plans.formats.ledger import Ledger
from plans.formats.sheet_rows import row_path
from plans.model import FieldType, SheetField
from plans.paths import Path, pointer
from plans.tokens import Value

_TYPES: Final[dict[Value, FieldType]] = {
    "string": "text",
    "integer": "integer",
    "number": "float",
    "boolean": "boolean",
}


def rows_of(schema: Value, where: str, ledger: Ledger) -> tuple[SheetField, ...]:
    """The rows of a payload's schema that stands at `where`; what they do not say is dropped, by its place."""
    reading = _Reading()
    rows = tuple(reading.object(schema, (), where, needed=True))
    for place in promises(schema, where):
        if place in reading.kept:
            ledger.read += 1
        elif place in reading.rough:
            ledger.read += 1
            ledger.approximate(place, reading.rough[place])
        else:
            ledger.drop([place], "a sheet cannot say this")
    return rows


@dataclass
class _Reading:
    """Which places of the schema the rows say exactly, and which roughly."""

    kept: set[str] = field(default_factory=set)
    rough: dict[str, str] = field(default_factory=dict)

    def object(self, schema: Value, path: Path, where: str, *, needed: bool) -> Iterator[SheetField]:
        """The rows of an object's fields; `needed` says whether the object must be there."""
        if not isinstance(schema, dict) or not isinstance(schema.get("properties", {}), dict):
            return
        if schema.get("type") in ("object", ["object"]):
            self.kept.add(f"{where}/type")
        if schema.get("additionalProperties") is False:
            self.rough[f"{where}/additionalProperties"] = "other fields are remarked on instead of refused"
        listed = schema.get("required")
        required: list[Value] = listed if isinstance(listed, list) else []
        said: set[str] = set()
        for key, inner in schema.get("properties", {}).items():
            here = where + pointer(["properties", key])
            rows = list(self._value(inner, (*path, key), here, needed=needed and key in required))
            said |= {key} if rows else set()
            yield from rows
        if not said.issuperset(map(str, required)):
            self.rough[f"{where}/required"] = "fields without a type that a sheet knows are left out"
        elif needed:
            self.kept.add(f"{where}/required")
        else:
            self.rough[f"{where}/required"] = "what may be absent has no field that must be there: they are optional"

    def _value(self, schema: Value, path: Path, where: str, *, needed: bool) -> Iterator[SheetField]:
        if not isinstance(schema, dict):
            return
        said = schema.get("type")
        kinds = said if isinstance(said, list) else [said]
        (kind, *others) = [each for each in kinds if each != "null"] or [None]
        place = f"{where}/type"
        if "null" in kinds and kind is not None:
            self.rough[place] = "null is refused: a sheet calls it empty"
        if others:
            self.rough.pop(place, None)
        elif kind == "object":
            yield from self._kept_if_any(place, self.object(schema, path, where, needed=needed))
        elif kind == "array":
            self.rough[place] = "an empty array is refused: a sheet calls it empty"
            items = schema.get("items")
            yield from self._kept_if_any(place, self._value(items, (*path, None), f"{where}/items", needed=needed))
        elif type(kind) is str and kind in _TYPES:
            yield self._leaf(schema, kind, path, where, needed)

    def _leaf(self, schema: dict[str, Value], kind: str, path: Path, where: str, needed: bool) -> SheetField:
        if kind != "string" and schema["type"] in (kind, [kind]):
            self.kept.add(f"{where}/type")
        elif kind == "string":
            self.rough[f"{where}/type"] = "empty and blank text are refused too, and null: a sheet calls them empty"
        if kind == "string" and schema.get("format") == "date":
            self.rough[f"{where}/format"] = "a date may have a time behind it"
            return SheetField(row_path(path), "date", needed)
        return SheetField(row_path(path), _TYPES[kind], needed)

    def _kept_if_any(self, place: str, rows: Iterator[SheetField]) -> Iterator[SheetField]:
        """The rows inside a container; without any, its type is not said."""
        found = list(rows)
        if not found:
            self.kept.discard(place)
            self.rough.pop(place, None)
        return iter(found)
