"""The fields a planned event names, read once from its sheet or its schema: what hints and conditions are made of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final
from urllib.parse import unquote

from plans import paths, tokens
from plans.hinting import conditions
from plans.hinting.near import Names
from plans.model import MAX_FIELDS, PlannedEvent
from plans.paths import Path
from plans.tokens import Num, Value

MAX_LEVELS: Final = 24
"""How deep a schema is followed; one that refers to itself has no end."""
MAX_LOOKS: Final = 4 * MAX_FIELDS
"""How many subschemas are looked at, as often as they are referred to."""
KEPT: Final = 1_024
"""Events whose outline is remembered."""

_SHEET: Final = {
    "text": "string",
    "date": "string",
    "integer": "integer",
    "float": "number",
    "boolean": "boolean",
}


@dataclass
class Field:
    """What the plan says of one field; `kinds` are words of JSON Schema, none where any will do.

    `needed` means that an event without it is broken: it and all it is in are required. `whens` are the conditions, in
    words, under one of which it is asked for.
    """

    path: Path
    needed: bool = False
    kinds: frozenset[str] = frozenset()
    values: list[Value] | None = None
    low: float | None = None
    high: float | None = None
    format: str | None = None
    pattern: str | None = None
    about: str = ""
    whens: list[str] = field(default_factory=list)

    @cached_property
    def name(self) -> str:
        """The last key of its path."""
        return next((step for step in reversed(self.path) if step is not None), "")

    def takes(self, kind: str) -> bool:
        """Whether a value of this JSON type, a word as violations have it, can be its."""
        numbers = {"integer", "number"}
        return not self.kinds or kind in self.kinds or (kind in numbers and bool(self.kinds & numbers))


class Outline(dict[str, Field]):
    """Fields by their path as text: the `path` of a violation. `said` is what hints remember of its events."""

    def __init__(self) -> None:
        super().__init__()
        self._names: dict[Path, Names] = {}
        self.said: dict[tuple[tuple[str | None, ...], ...], Mapping[int, str]] = {}

    @cached_property
    def inside(self) -> Mapping[Path, dict[str, Field]]:
        """The fields right inside of each object, by their last key; those of the payload at ()."""
        found: dict[Path, dict[str, Field]] = {}
        for one in self.values():
            if one.path[-1] is not None:
                found.setdefault(one.path[:-1], {})[one.name] = one
        return found

    def names(self, path: Path) -> Names:
        """The names of the fields right inside of an object."""
        if path not in self._names:
            if len(self._names) >= KEPT:
                self._names.clear()
            self._names[path] = Names(self.inside.get(path, ()))
        return self._names[path]

    @cached_property
    def optional(self) -> Mapping[str, list[Field]]:
        """The fields an event may lack, outside of arrays, by their last key."""
        found: dict[str, list[Field]] = {}
        for one in self.values():
            if not one.needed and None not in one.path:
                found.setdefault(one.name, []).append(one)
        return found


_kept: dict[int, tuple[PlannedEvent, Outline]] = {}


def outline(event: PlannedEvent) -> Outline:
    """The fields of a planned event, remembered by identity: hashing a large one costs more than a page of hints."""
    kept = _kept.get(id(event))
    if kept is not None and kept[0] is event:
        return kept[1]
    if len(_kept) >= KEPT:
        _kept.clear()
    made = _of_sheet(event) if event.schema is None else _Schema(event.schema).fields
    _kept[id(event)] = event, made
    return made


def _of_sheet(event: PlannedEvent) -> Outline:
    found = Outline()
    for row in event.fields:
        path = paths.parse(row.path)
        own = row.condition is not None and paths.parse(row.condition.then_field) == path
        one = found.setdefault(paths.render(path), Field(path))
        one.needed |= row.required and not own
        one.kinds |= {_SHEET[row.type]}
        one.format = "day" if row.type == "date" else one.format
        if row.condition:
            then = paths.parse(row.condition.then_field)
            asked = found.setdefault(paths.render(then), Field(then))
            asked.whens.append(conditions.of_row(row.condition))
    return found


class _Schema:
    """A walk over a schema that notes every field it names, through local references and combinations."""

    def __init__(self, text: str) -> None:
        self.fields = Outline()
        self._root = tokens.parse(text)
        self._left = MAX_LOOKS
        self._walk(self._root, (), True, MAX_LEVELS)

    def _walk(self, schema: Any, path: Path, needed: bool, levels: int) -> None:
        self._left -= 1
        if not isinstance(schema, dict) or not levels or self._left < 0:
            return
        if path:
            self._note(schema, self.fields[paths.render(path)])
        for same, sure in self._also(schema):
            self._walk(same, path, needed and sure, levels - 1)
        self._inside(schema, path, needed, levels)
        for branch, when in conditions.of_schema(schema, path):
            self._inside(branch, path, False, levels, when)

    def _also(self, schema: dict[str, Any]) -> Iterator[tuple[Any, bool]]:
        """Other schemas for the same value, and whether they surely count."""
        if isinstance(schema.get("$ref"), str):
            yield self._referred(schema["$ref"]), True
        for word in ("allOf", "anyOf", "oneOf"):
            for each in schema[word] if isinstance(schema.get(word), list) else ():
                yield each, word == "allOf"

    def _referred(self, reference: str) -> Any:
        if not reference.startswith("#"):
            return None
        found = self._root
        for step in unquote(reference[1:]).split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            found = found.get(key) if isinstance(found, dict) else None
        return found

    def _inside(self, schema: Any, path: Path, needed: bool, levels: int, when: str | None = None) -> None:
        """The fields of an object, or the elements of an array."""
        if not isinstance(schema, dict):
            return
        inner = schema["properties"] if isinstance(schema.get("properties"), dict) else {}
        asked = schema["required"] if isinstance(schema.get("required"), list) else []
        for key in dict.fromkeys([*inner, *asked]):
            one = self._field((*path, key), needed and key in asked)
            if when:
                one.whens.append(when)
            self._walk(inner.get(key), one.path, one.needed, levels - 1)
        if isinstance(schema.get("items"), dict):
            one = self._field((*path, None), needed)
            self._walk(schema["items"], one.path, needed, levels - 1)

    def _field(self, path: Path, needed: bool) -> Field:
        one = self.fields.setdefault(paths.render(path), Field(path))
        one.needed |= needed
        return one

    def _note(self, schema: dict[str, Any], one: Field) -> None:
        kinds = schema.get("type")
        one.kinds |= frozenset([kinds] if isinstance(kinds, str) else kinds or ())
        allowed = [schema["const"]] if "const" in schema else schema.get("enum")
        if isinstance(allowed, list):
            one.values = [*(one.values or ()), *allowed]
        for word in ("minimum", "exclusiveMinimum"):
            one.low = _number(schema.get(word), one.low)
        for word in ("maximum", "exclusiveMaximum"):
            one.high = _number(schema.get(word), one.high)
        for word in ("format", "pattern"):
            setattr(one, word, schema[word] if isinstance(schema.get(word), str) else getattr(one, word))
        told = [schema[word] for word in ("title", "description") if isinstance(schema.get(word), str)]
        one.about = " ".join([one.about, *told])[:_ABOUT].strip()


_ABOUT: Final = 500
_LONG: Final = re.compile(r".{400}")


def _number(limit: Value, known: float | None) -> float | None:
    return float(limit) if isinstance(limit, Num) and not _LONG.match(limit) else known
