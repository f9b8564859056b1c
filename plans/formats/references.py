"""Schemas that stand alone: what one refers to in other files, or elsewhere in its own, is put beside it."""

from __future__ import annotations

import itertools
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from plans import oracle, tokens
from plans.formats.events import MAX_SCHEMA_CHARS
from plans.formats.keywords import rebuilt
from plans.formats.library import Key, Keys, Library, Target
from plans.model import PlanError
from plans.paths import pointer
from plans.tokens import Value

_META: Final = ("http://json-schema.org/draft-0", "https://json-schema.org/draft/20")
_UNQUOTED: Final = "!$&'()*+,;=:@/?~-._"
_DROPPED: Final = ("$schema", "$id", "id", "$anchor")


@dataclass(frozen=True)
class _Part:
    """A schema with its references changed: what it needs beside it, its size as text, and what is odd in it."""

    value: Value
    needs: tuple[Target, ...]
    size: int
    odd: tuple[str, ...]


@dataclass
class References:
    """The schemas of a library, each part of which is made once however many others need it."""

    library: Library
    parts: dict[Key, Target] = field(default_factory=dict)
    """The places that schemas which stand alone have taken in from elsewhere, each once."""
    _made: dict[Key, _Part] = field(default_factory=dict)
    _names: dict[Key, str] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        def look(schema: dict[str, Value], _: str) -> Value:
            self._taken.update(_definitions(schema))
            return schema

        for document in self.library.documents:
            rebuilt(document.value, "", look)

    def standing_alone(self, target: Target) -> Value:
        """The schema at `target` with all that it refers to under `$defs`; PlanError for what is not in the source."""
        own = self._changed(target, root=target)
        if not isinstance(own.value, dict):
            return own.value
        beside = dict(self._needed(target, own))
        if (beside or target.keys) and (odd := [*own.odd, *(place for part in beside.values() for place in part.odd)]):
            said = "an $id or a dynamic reference inside cannot be put together with other schemas"
            raise PlanError(said, odd[0])
        value = own.value
        dialect = oracle.dialect(target.document.value)
        if target.keys and "$schema" not in value and dialect:
            value = {"$schema": dialect, **value}
        parts = {self._names[key]: part.value for key, part in beside.items()}
        return {**value, "$defs": {**_definitions(value), **parts}} if parts else value

    def _needed(self, root: Target, own: _Part) -> Iterator[tuple[Key, _Part]]:
        """All that a schema needs beside it, and that needs; each once, as long as it is not too much."""
        waiting, seen, left = list(own.needs), set[Key](), MAX_SCHEMA_CHARS - own.size
        while waiting:
            target = waiting.pop()
            if target.key in seen:
                continue
            seen.add(target.key)
            _same_draft(target, root)
            if target.key not in self._made:
                self._made[target.key] = self._changed(target, root=None)
                self.parts[target.key] = target
            part = self._made[target.key]
            left -= part.size
            if left < 0:
                raise PlanError("the schema and all it refers to are too much", root.where)
            waiting += part.needs
            yield target.key, part

    def _changed(self, target: Target, root: Target | None) -> _Part:
        """A schema with its references leading into `$defs`; those of the root to itself stay its own."""
        needs: list[Target] = []
        odd: list[str] = []
        start = pointer(target.keys)

        def change(schema: dict[str, Value], where: str) -> Value:
            ids = where != start and any(type(schema.get(key)) is str for key in ("$id", "id"))
            if ids or any(type(schema.get(key)) is str for key in ("$dynamicRef", "$recursiveRef")):
                odd.append(target.document.place(where))
            if root is None:
                schema = {key: value for key, value in schema.items() if key != "$anchor"}
            if type(schema.get("$ref")) is not str:
                return schema
            return {**schema, "$ref": self._reference(schema["$ref"], target, where, root, needs)}

        value = rebuilt(target.value(), start, change)
        if root is None and isinstance(value, dict):
            value = {key: inner for key, inner in value.items() if key not in _DROPPED}
        return _Part(value, tuple(needs), len(tokens.dump(value)), tuple(odd))

    def _reference(self, said: str, of: Target, where: str, root: Target | None, needs: list[Target]) -> str:
        found = self.library.target(said, of.document)
        whole = root is not None and not root.keys
        if found is None:
            alone = len(self.library.documents) == 1 or self.library.has_ids(of.document)
            if said.startswith(_META) or (whole and alone):
                return said  # its own affair: the oracle knows it, or refuses it by name
            message = f"refers to `{said:.200}`, which is not in what was handed in; references are not fetched"
            raise PlanError(message, of.document.place(f"{where}/$ref"))
        if root is not None and found.is_in(root):
            own = said.startswith("#") or self.library.has_ids(of.document)
            return said if whole and own else "#" + _fragment(found.keys[len(root.keys) :])
        needs.append(found)
        return "#" + _fragment(("$defs", self._name(found)))

    def _name(self, part: Target) -> str:
        if part.key not in self._names:
            said = part.keys[-1] if part.keys else posixpath.basename(part.document.name)
            names = itertools.chain([said or "part"], (f"{said} {number}" for number in itertools.count(2)))
            self._names[part.key] = next(name for name in names if name not in self._taken)
            self._taken.add(self._names[part.key])
        return self._names[part.key]


def _same_draft(part: Target, root: Target) -> None:
    other, own = oracle.dialect(part.document.value), oracle.dialect(root.document.value)
    if other and other != own and oracle.by_dialect(other) is not oracle.by_dialect(own):
        raise PlanError("is of another draft than the schema that refers to it", part.document.place("/$schema"))


def _fragment(keys: Keys) -> str:
    return quote(pointer(keys), safe=_UNQUOTED)


def _definitions(schema: Value) -> dict[str, Value]:
    said = schema.get("$defs") if isinstance(schema, dict) else None
    return said if isinstance(said, dict) else {}
