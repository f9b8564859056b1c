"""The files of a RudderStack project: its events, properties and custom types by id, and what refers to them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from plans.formats.source import Document
from plans.model import PlanError
from plans.paths import pointer
from plans.tokens import Value

PLANS: Final = ("tp", "tracking-plan")
LISTS: Final = {"events": "events", "properties": "properties", "custom-types": "types"}
"""Kinds of files, and where each lists what it holds."""
_WORDS: Final = {"events": "event", "properties": "property", "custom-types": "custom-type"}
_PATH = re.compile(r"#/([^/]+)/([^/]+)/(.+)")
_SHORT = re.compile(r"#([a-z-]+):(.+)")
_VERSION = re.compile(r"rudder/v?[0-9.]+")


@dataclass(frozen=True)
class Entry:
    """One thing of the project: what is said of it and where; `kind`, `group` and `id` name it."""

    kind: str
    group: str
    id: str
    value: dict[str, Value]
    where: str


@dataclass
class Catalog:
    """Everything the files of a project list, and their tracking plans."""

    entries: dict[tuple[str, str], list[Entry]] = field(default_factory=dict)
    plans: list[Entry] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    def refer(self, reference: Value, kind: str, where: str) -> Entry:
        """What `#/properties/<group>/<id>` or `#property:<id>` names; PlanError at `where` when it names nothing."""
        group, name = _named(reference, kind, where)
        found = self.entries.get((kind, name), [])
        of_group = [entry for entry in found if group is None or entry.group == group] or found
        if not of_group:
            raise PlanError(f"the files have no {_WORDS[kind]} `{name:.80}`", where)
        if len(of_group) > 1:
            raise PlanError(f"the {_WORDS[kind]} `{name:.80}` is there twice, also at {of_group[1].where}", where)
        return of_group[0]

    def of_kind(self, kind: str) -> Iterator[Entry]:
        """All entries of a kind, in the order of the files."""
        return (entry for (known, _), found in self.entries.items() if known == kind for entry in found)


def is_project_file(value: Value) -> bool:
    """Whether a document says that it is one of RudderStack's, in any of its versions."""
    if not isinstance(value, dict) or type(value.get("version")) is not str:
        return False
    return _VERSION.fullmatch(value["version"]) is not None and type(value.get("kind")) is str


def catalog(documents: Iterable[Document]) -> Catalog:
    """What the documents hold; PlanError points at what is not as RudderStack's CLI takes it."""
    known = Catalog()
    for document in documents:
        value = document.value
        if not is_project_file(value) or value["kind"] not in (*PLANS, *LISTS):
            known.others.append(document.place())
            continue
        spec = value.get("spec")
        if not isinstance(spec, dict):
            raise PlanError("a spec is expected: an object", document.place("/spec" if "spec" in value else ""))
        metadata = value.get("metadata")
        group = metadata.get("name") if isinstance(metadata, dict) else None
        name = group if type(group) is str else ""
        if value["kind"] in PLANS:
            known.plans.append(Entry("tp", name, _id(spec, document.place("/spec")), spec, document.place("/spec")))
        else:
            _list(known, value["kind"], name, spec, document)
    return known


def _list(known: Catalog, kind: str, group: str, spec: dict[str, Value], document: Document) -> None:
    key = LISTS[kind]
    listed = spec.get(key)
    where = document.place(f"/spec/{key}")
    if listed is None:
        return
    if not isinstance(listed, list):
        raise PlanError("a list is expected", where)
    for at, said in enumerate(listed):
        here = f"{where}/{at}"
        if not isinstance(said, dict):
            raise PlanError("an object is expected", here)
        entry = Entry(kind, group, _id(said, here), said, here)
        known.entries.setdefault((kind, entry.id), []).append(entry)


def _id(said: dict[str, Value], where: str) -> str:
    if type(said.get("id")) is not str or not said["id"]:
        raise PlanError("an id is expected", where + pointer(["id"] if "id" in said else []))
    return str(said["id"])


def _named(reference: Value, kind: str, where: str) -> tuple[str | None, str]:
    word = _WORDS[kind]
    if type(reference) is str:
        path, short = _PATH.fullmatch(reference), _SHORT.fullmatch(reference)
        if path and path[1] == kind:
            return path[2], path[3]
        if short and short[1] == word:
            return None, short[2]
    raise PlanError(f"a reference is expected: #{word}:<id> or #/{kind}/<group>/<id>", where)
