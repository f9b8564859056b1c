"""Avo's name mapping: the names events and properties are sent under, which may differ by destination."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from plans.formats.keywords import rebuilt
from plans.formats.ledger import Ledger
from plans.model import PlanError
from plans.paths import pointer
from plans.tokens import Value

ARTEFACTS: Final = frozenset(("nameMapping", "nameMappings"))
LABELS: Final = ARTEFACTS | frozenset(
    ("id", "index", "isSystemProperty", "pii", "customFields", "operations", "tags", "stakeholderDomains")
)
"""What Avo says of a property beside its schema."""


@dataclass
class Names:
    """Finds sent names; `destinations` are those the event at hand goes to, as far as the export says."""

    destinations: frozenset[str]
    ledger: Ledger

    def sent(self, own: str, said: dict[str, Value], where: str) -> list[str]:
        """The names something goes by: one, or several when destinations get different ones."""
        names = self._names(own, said, where)
        if names != [own]:
            self.ledger.read += 1
        if len(names) > 1:
            listed = ", ".join(f"`{name}`" for name in names)
            self.ledger.approximate(
                self._place(said, where), f"is sent as {listed}, by destination: each of them is taken"
            )
        return names

    def renamed(self, schema: dict[str, Value], where: str) -> dict[str, Value]:
        """The schema with its fields under the names they are sent by, and without Avo's labels."""

        def change(inner: dict[str, Value], here: str) -> Value:
            fields = inner.get("properties")
            return self._object(inner, fields, here) if isinstance(fields, dict) else inner

        changed: dict[str, Value] = rebuilt(rebuilt(schema, where, change), where, _without_labels)
        return changed

    def _object(self, schema: dict[str, Value], fields: dict[str, Value], where: str) -> dict[str, Value]:
        needed = schema.get("required")
        listed = [name for name in needed if type(name) is str] if isinstance(needed, list) else []
        taken: dict[str, list[Value]] = {}
        required: list[str] = []
        choices: list[Value] = []
        for own, inner in fields.items():
            here = where + pointer(["properties", own])
            names = self.sent(own, inner, here) if isinstance(inner, dict) else [own]
            for name in names:
                taken.setdefault(name, []).append(inner)
            if own in listed and len(names) > 1:
                choices.append({"anyOf": [{"required": [name]} for name in names]})
            elif own in listed:
                required += [name for name in names if name not in required]
        required += [name for name in listed if name not in fields]
        changed = {**schema, "properties": {name: self._one_of(name, found, where) for name, found in taken.items()}}
        if isinstance(needed, list):
            changed["required"] = required
        return {**changed, "allOf": [*changed.get("allOf", []), *choices]} if choices else changed

    def _one_of(self, name: str, found: list[Value], where: str) -> Value:
        if len(found) == 1:
            return found[0]
        self.ledger.read += 1
        self.ledger.approximate(
            where + pointer(["properties"]), f"{len(found)} properties are sent as `{name}`: any of them is taken"
        )
        return {"anyOf": found}

    def _names(self, own: str, said: dict[str, Value], where: str) -> list[str]:
        mapped = dict(_mappings(said, where))
        if not mapped:
            return [own]
        everywhere = mapped.pop("all", own)
        known = self.destinations | mapped.keys() if self.destinations else frozenset(mapped)
        names = [mapped.get(one, everywhere) for one in sorted(known)] or [everywhere]
        return list(dict.fromkeys(names))

    def _place(self, said: dict[str, Value], where: str) -> str:
        key = next(key for key in sorted(ARTEFACTS) if said.get(key))
        return f"{where}/{key}"


def _without_labels(schema: dict[str, Value], _: str) -> Value:
    return {key: value for key, value in schema.items() if key not in LABELS}


def _mappings(said: dict[str, Value], where: str) -> Iterable[tuple[str, str]]:
    """Each destination (or workspace, or `all`) and the name it gets."""
    for key in sorted(ARTEFACTS & said.keys()):
        listed = said[key]
        for at, one in enumerate(listed if isinstance(listed, list) else [listed]):
            here = f"{where}/{key}/{at}"
            name = one.get("name") if isinstance(one, dict) else None
            if type(name) is not str or not name:
                raise PlanError('a name mapping is {"name": …, "destinationId": …}', here)
            whose = one.get("destinationId", one.get("workspaceId", "all"))
            yield (whose if type(whose) is str else "all"), name
