"""A schema that stands alone: what it refers to in other files, or elsewhere in its own, is put beside it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final
from urllib.parse import unquote, urljoin

from plans import oracle, tokens
from plans.formats.events import MAX_SCHEMA_CHARS
from plans.formats.keywords import rebuilt
from plans.formats.source import Document
from plans.model import PlanError
from plans.paths import pointer
from plans.tokens import Value

_META: Final = ("http://json-schema.org/draft-0", "https://json-schema.org/draft/20")
_ENDINGS: Final = ("", ".json", ".yaml", ".yml", ".schema.json")
_NOTHING: Final = object()


@dataclass(frozen=True)
class Target:
    """A schema's place: its document, and the keys that lead to it."""

    document: Document
    keys: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        """The place as reports say it."""
        return self.document.place(pointer(self.keys))

    def is_in(self, other: Target) -> bool:
        """Whether this place is the other or inside it."""
        same = self.document.name == other.document.name
        return same and self.keys[: len(other.keys)] == other.keys

    def value(self) -> Value:
        """What stands there; KeyError when nothing does."""
        found = _at(self.document.value, self.keys)
        if found is _NOTHING:
            raise KeyError(self.where)
        return found


@dataclass(frozen=True)
class Library:
    """The documents of a source, found by name, by `$id` and by the references in them."""

    documents: tuple[Document, ...]
    parts: dict[tuple[str, tuple[str, ...]], Target] = field(default_factory=dict)
    """The places that schemas which stand alone have taken in from elsewhere, each once, in their order."""

    _anchored: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    _with_ids: dict[str, bool] = field(default_factory=dict)

    def standing_alone(self, target: Target) -> Value:
        """The schema at `target` with all that it refers to under `$defs`; PlanError for what is not in the source."""
        alone = _Alone(self, target)
        schema = alone.schema()
        self.parts.update(((part.document.name, part.keys), part) for part in alone.taken)
        return schema

    def target(self, reference: str, document: Document) -> Target | None:
        """What a `$ref` in `document` leads to, or None when it leads to none of these documents."""
        where, _, fragment = reference.partition("#")
        found = self._document(where, document) if where else document
        if found is None:
            return None
        if fragment and not fragment.startswith("/"):
            if found.name not in self._anchored:
                self._anchored[found.name] = _anchors(found)
            anchored = self._anchored[found.name].get(unquote(fragment))
            return None if anchored is None else Target(found, anchored)
        keys = _keys(unquote(fragment))
        return None if _at(found.value, keys) is _NOTHING else Target(found, keys)

    def referred(self, document: Document) -> Iterator[tuple[tuple[str, ...], Target]]:
        """The references of a document: the keys that lead to each, and what it leads to if that is in the source."""
        for where, reference in _references(document.value):
            found = self.target(reference, document)
            if found is not None:
                yield _keys(where), found

    def leaves(self, document: Document) -> bool:
        """Whether references that lead nowhere may be a document's own affair: it has `$id`s inside, or is alone."""
        if document.name not in self._with_ids:
            self._with_ids[document.name] = len(self.documents) == 1 or _has_ids(document)
        return self._with_ids[document.name]

    def _document(self, where: str, document: Document) -> Document | None:
        known = self._by_id.get(_plain_id(urljoin(_id(document.value), where)))
        if known is not None:
            return known
        start = "" if where.startswith("/") else posixpath.dirname(document.name)
        path = posixpath.normpath(posixpath.join(start, unquote(where).lstrip("/")))
        for ending in _ENDINGS:
            if path + ending in self._by_name:
                return self._by_name[path + ending]
        deeper = [name for name in self._by_name if name.endswith(tuple(f"/{path}{ending}" for ending in _ENDINGS))]
        return self._by_name[deeper[0]] if where.startswith("/") and len(deeper) == 1 else None

    @cached_property
    def _by_name(self) -> dict[str, Document]:
        return {document.name: document for document in self.documents}

    @cached_property
    def _by_id(self) -> dict[str, Document]:
        return {_plain_id(own): document for document in self.documents if (own := _id(document.value))}


@dataclass
class _Alone:
    """One schema being put together; `parts` are the places it needs, each under its name in `$defs`."""

    library: Library
    root: Target
    parts: dict[tuple[str, tuple[str, ...]], str] = field(default_factory=dict)
    waiting: list[Target] = field(default_factory=list)
    made: dict[str, Value] = field(default_factory=dict)
    taken: list[Target] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)

    def schema(self) -> Value:
        value = self._rewritten(self.root)
        if not isinstance(value, dict):
            return value
        left = MAX_SCHEMA_CHARS
        while self.waiting:
            part = self.waiting.pop()
            name = self.parts[part.document.name, part.keys]
            self.made[name] = self._part(part)
            left -= len(tokens.dump(self.made[name]))
            if left < 0:
                raise PlanError("the schema and all it refers to are too much", self.root.where)
        if (self.made or self.root.keys) and self.odd:
            raise PlanError(
                "an $id or a dynamic reference inside cannot be put together with other schemas", self.odd[0]
            )
        if self.root.keys and "$schema" not in value and (dialect := oracle.dialect(self.root.document.value)):
            value = {"$schema": dialect, **value}
        return {**value, "$defs": {**value.get("$defs", {}), **self.made}} if self.made else value

    def _part(self, part: Target) -> Value:
        other, own = part.document.value, self.root.document.value
        if oracle.dialect(other) and oracle.draft(other) is not oracle.draft(own):
            raise PlanError("is of another draft than the schema that refers to it", part.document.place("/$schema"))
        value = self._rewritten(part)
        if isinstance(value, dict):
            return {key: inner for key, inner in value.items() if key not in ("$schema", "$id", "id", "$anchor")}
        return value

    def _rewritten(self, target: Target) -> Value:
        whole = target is self.root and not target.keys
        start = pointer(target.keys)

        def change(schema: dict[str, Value], where: str) -> Value:
            inside = where != start
            if any(type(schema.get(key)) is str for key in ("$dynamicRef", "$recursiveRef")) or (
                inside and any(type(schema.get(key)) is str for key in ("$id", "id"))
            ):
                self.odd.append(target.document.place(where))
            if inside and not whole and "$anchor" in schema:
                schema = {key: value for key, value in schema.items() if key != "$anchor"}
            if type(schema.get("$ref")) is not str:
                return schema
            return {**schema, "$ref": self._reference(schema["$ref"], target, where)}

        return rebuilt(target.value(), start, change)

    def _reference(self, reference: str, of: Target, where: str) -> str:
        found = self.library.target(reference, of.document)
        if found is None:
            alone = of is self.root and not of.keys
            if reference.startswith(_META) or (alone and self.library.leaves(of.document)):
                return reference  # its own affair: the oracle knows it, or refuses it by name
            message = f"refers to `{reference:.200}`, which is not in what was handed in; references are not fetched"
            raise PlanError(message, of.document.place(f"{where}/$ref"))
        root = self.root
        if found.document is root.document and found.keys[: len(root.keys)] == root.keys:
            same = of is root and not root.keys
            return reference if same else "#" + _fragment(found.keys[len(root.keys) :])
        return "#" + _fragment(("$defs", self._name(found)))

    def _name(self, part: Target) -> str:
        key = (part.document.name, part.keys)
        if key not in self.parts:
            own = _defs(self.root.value())
            said = part.keys[-1] if part.keys else posixpath.basename(part.document.name)
            names = (said or "part", *(f"{said} {number}" for number in range(2, len(self.taken) + len(own) + 4)))
            self.parts[key] = next(name for name in names if name not in own and name not in self.made)
            self.made[self.parts[key]] = True
            self.waiting.append(part)
            self.taken.append(part)
        return self.parts[key]


def _references(schema: Value) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []

    def look(inner: dict[str, Value], where: str) -> Value:
        if type(inner.get("$ref")) is str:
            found.append((where, inner["$ref"]))
        return inner

    rebuilt(schema, "", look)
    return found


def _anchors(document: Document) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}

    def look(inner: dict[str, Value], where: str) -> Value:
        said = [
            inner.get("$anchor"),
            inner.get("$dynamicAnchor"),
            *(str(inner.get(key))[1:] for key in ("$id", "id") if _is_local(inner.get(key))),
        ]
        for name in said:
            if type(name) is str:
                found[name] = _keys(where)
        return inner

    rebuilt(document.value, "", look)
    return found


def _has_ids(document: Document) -> bool:
    seen: list[str] = []

    def look(inner: dict[str, Value], where: str) -> Value:
        if where and any(type(inner.get(key)) is str for key in ("$id", "id")):
            seen.append(where)
        return inner

    rebuilt(document.value, "", look)
    return bool(seen)


def _at(value: Value, keys: tuple[str, ...]) -> Value:
    for key in keys:
        if isinstance(value, list) and key.isdecimal() and len(key) < 10 and int(key) < len(value):
            value = value[int(key)]
        elif isinstance(value, dict) and key in value:
            value = value[key]
        else:
            return _NOTHING
    return value


def _keys(said: str) -> tuple[str, ...]:
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in said.split("/")[1:])


def _fragment(keys: tuple[str, ...]) -> str:
    return pointer(keys).replace("%", "%25").replace(" ", "%20").replace('"', "%22")


def _defs(schema: Value) -> dict[str, Value]:
    said = schema.get("$defs") if isinstance(schema, dict) else None
    return said if isinstance(said, dict) else {}


def _id(schema: Value) -> str:
    said = (
        next((schema[key] for key in ("$id", "id") if type(schema.get(key)) is str), "")
        if isinstance(schema, dict)
        else ""
    )
    return "" if said.startswith("#") else said


def _plain_id(said: str) -> str:
    return said.rstrip("#")


def _is_local(said: Value) -> bool:
    return type(said) is str and said.startswith("#")
