"""Objects as types for msgspec, made of their members, and how many keys what was decoded holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from operator import attrgetter
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType


@dataclass(eq=False)
class Keys:
    """How many keys a decoded object holds: those always there, those that may be, and those of the objects in it."""

    always: int = 0
    optional: list[str] = field(default_factory=list)
    inside: list[tuple[str, Keys]] = field(default_factory=list)

    def count(self, objects: list[Any]) -> int:
        """The keys of all these objects, and of all objects and arrays of objects in them."""
        found = self.always * len(objects)
        for name in self.optional:
            found += len(objects) - list(map(attrgetter(name), objects)).count(UNSET)
        for name, keys in self.inside:
            found += keys.count(_objects(list(map(attrgetter(name), objects))))
        return found


@dataclass(frozen=True)
class Member:
    """What stands under one key: the attribute it is decoded to, its type, and how to count the keys in it."""

    name: str
    key: str
    type: Any
    needed: bool
    inside: Keys | None = None


def struct(members: Sequence[Member]) -> type[Struct]:
    """The type of objects with these keys and no others; ValueError for what msgspec takes no keys or limits for."""
    made: list[tuple[str, Any] | tuple[str, Any, Any]] = [
        (each.name, each.type) if each.needed else (each.name, each.type | UnsetType, UNSET) for each in members
    ]
    names = {each.name: each.key for each in members}
    return msgspec.defstruct("Payload", made, rename=names, kw_only=True, forbid_unknown_fields=True, gc=False)


def decoder(members: Sequence[Member]) -> Callable[[str], Any]:
    """Decodes the text of such an object; raises msgspec.DecodeError."""
    return msgspec.json.Decoder(struct(members)).decode


def keys_of(members: Sequence[Member]) -> Keys:
    """How to count the keys of such objects."""
    optional = [each.name for each in members if not each.needed]
    inside = [(each.name, each.inside) for each in members if each.inside]
    return Keys(len(members) - len(optional), optional, inside)


def _objects(values: list[Any]) -> list[Any]:
    """The objects among these values and in the arrays among them: mostly all are one or the other."""
    kinds = set(map(type, values))
    if list in kinds:
        arrays = values if len(kinds) == 1 else [value for value in values if type(value) is list]
        inner = _objects(list(chain.from_iterable(arrays)))
        return inner if len(kinds) == 1 else inner + [value for value in values if isinstance(value, Struct)]
    return (
        values if len(kinds) == 1 and issubclass(kinds.pop(), Struct) else [v for v in values if isinstance(v, Struct)]
    )
