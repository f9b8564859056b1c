"""The documents of a source as schemas refer to each other: found by name, by `$id`, by anchor."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final
from urllib.parse import unquote, urljoin

from plans.formats.keywords import rebuilt
from plans.formats.source import Document
from plans.paths import pointer
from plans.tokens import Value

Keys = tuple[str, ...]
Key = tuple[str, Keys]
"""A document's name, and the keys that lead to a schema in it."""

_ENDINGS: Final = ("", ".json", ".yaml", ".yml", ".schema.json")
_NOTHING: Final = object()
_IDS: Final = ("$id", "id")


@dataclass(frozen=True)
class Target:
    """A schema's place: its document, and the keys that lead to it."""

    document: Document
    keys: Keys = ()

    @property
    def key(self) -> Key:
        """The place by the names of things, which is quick to compare."""
        return self.document.name, self.keys

    @property
    def where(self) -> str:
        """The place as reports say it."""
        return self.document.place(pointer(self.keys))

    def is_in(self, other: Target) -> bool:
        """Whether this place is the other or inside it."""
        return self.document.name == other.document.name and self.keys[: len(other.keys)] == other.keys

    def value(self) -> Value:
        """What stands there; KeyError when nothing does."""
        found = _at(self.document.value, self.keys)
        if found is _NOTHING:
            raise KeyError(self.where)
        return found


@dataclass(frozen=True)
class Library:
    """All documents of a source, and where the references in them lead."""

    documents: tuple[Document, ...]
    _known: dict[tuple[str, str], Target | None] = field(default_factory=dict)
    _anchored: dict[str, dict[str, Keys]] = field(default_factory=dict)
    _with_ids: dict[str, bool] = field(default_factory=dict)

    def target(self, reference: str, document: Document) -> Target | None:
        """What a `$ref` in `document` leads to, or None when it leads to none of these documents."""
        asked = (document.name, reference)
        if asked not in self._known:
            self._known[asked] = self._target(reference, document)
        return self._known[asked]

    def referred(self, document: Document) -> Iterator[tuple[Keys, Target]]:
        """The references of a document: the keys that lead to each, and what it leads to if that is in the source."""
        found: list[tuple[str, str]] = []

        def look(inner: dict[str, Value], where: str) -> Value:
            if type(inner.get("$ref")) is str:
                found.append((where, inner["$ref"]))
            return inner

        rebuilt(document.value, "", look)
        for where, reference in found:
            target = self.target(reference, document)
            if target is not None:
                yield _keys(where), target

    def has_ids(self, document: Document) -> bool:
        """Whether a schema inside a document has an `$id`, so that references there may have another base."""
        if document.name not in self._with_ids:
            self._with_ids[document.name] = _has_ids(document)
        return self._with_ids[document.name]

    def _target(self, reference: str, document: Document) -> Target | None:
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


def _anchors(document: Document) -> dict[str, Keys]:
    found: dict[str, Keys] = {}

    def look(inner: dict[str, Value], where: str) -> Value:
        local = (str(inner.get(key))[1:] for key in _IDS if str(inner.get(key)).startswith("#"))
        for name in (inner.get("$anchor"), inner.get("$dynamicAnchor"), *local):
            if type(name) is str:
                found[name] = _keys(where)
        return inner

    rebuilt(document.value, "", look)
    return found


def _has_ids(document: Document) -> bool:
    seen: list[str] = []

    def look(inner: dict[str, Value], where: str) -> Value:
        if where and any(type(inner.get(key)) is str for key in _IDS):
            seen.append(where)
        return inner

    rebuilt(document.value, "", look)
    return bool(seen)


def _at(value: Value, keys: Keys) -> Value:
    for key in keys:
        if isinstance(value, list) and key.isdecimal() and len(key) < 10 and int(key) < len(value):
            value = value[int(key)]
        elif isinstance(value, dict) and key in value:
            value = value[key]
        else:
            return _NOTHING
    return value


def _keys(said: str) -> Keys:
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in said.split("/")[1:])


def _id(schema: Value) -> str:
    if not isinstance(schema, dict):
        return ""
    said = next((schema[key] for key in _IDS if type(schema.get(key)) is str), "")
    return "" if said.startswith("#") else said


def _plain_id(said: str) -> str:
    return said.rstrip("#")
