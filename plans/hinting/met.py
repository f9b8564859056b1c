"""The missing fields and the unplanned ones of an event, taken from its stored violations."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from plans import paths
from plans.hinting.outline import Field, Outline
from plans.paths import Path

Steps = tuple[str | int | None, ...]
"""A field as it was met: keys, and the indices of elements; None for an element of an array that was not there."""

_STEP: Final = re.compile(r'\[(?:(\d*)|("(?:[^"\\]|\\.)*"))\]|\.?([^.\[\]"]+)')
LONGEST: Final = 500
"""Characters of a field's path that are looked at."""
_KEY: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]')


@lru_cache(maxsize=8_192)
def steps(field: str) -> Steps:
    """The steps of a field's text: `items[1].price`; none when it is too long to look at."""
    found: list[str | int | None] = []
    for index, quoted, key in _STEP.findall(field) if len(field) <= LONGEST else ():
        if quoted:
            found.append(json.loads(quoted))
        else:
            found.append(key if key else int(index) if index else None)
    return tuple(found)


@dataclass(frozen=True)
class Missing:
    """A field that should be there, and the number of its violation."""

    number: int
    at: Steps
    field: str
    planned: Field


@dataclass(frozen=True)
class Extra:
    """A field that is not planned: what it holds, and its keys, as far as that is stored, when it is an object."""

    number: int
    at: Steps
    field: str
    kind: str
    keys: frozenset[str]

    @property
    def name(self) -> str:
        """Its last key."""
        return str(self.at[-1])


def missing_in(violations: Sequence[Mapping[str, str | None]], known: Outline) -> Iterator[Missing]:
    """The fields that should be there."""
    for number, one in enumerate(violations):
        if one["received"] is None and one["rule"] in ("missing", "condition"):
            field = one["field"] or ""
            if at := steps(field):
                path = rule_path(at)
                yield Missing(number, at, field, known.get(paths.render(path)) or Field(path))


def extras_in(violations: Sequence[Mapping[str, str | None]]) -> Iterator[Extra]:
    """The fields that are not planned."""
    for number, one in enumerate(violations):
        field = one["field"] or ""
        if one["rule"] == "unplanned_field" and (at := steps(field)):
            kind = one["received"] or ""
            yield Extra(number, at, field, kind, _keys(one["value"] or "") if kind == "object" else frozenset())


def rule_path(at: Steps) -> Path:
    """The path of the rule about a field, which speaks of each element of an array."""
    return tuple(step if isinstance(step, str) else None for step in at)


def _keys(value: str) -> frozenset[str]:
    """The keys of an object's text, which may end anywhere."""
    depth, found = 0, set[str]()
    for match in _KEY.finditer(value):
        first = match[0][0]
        if first != '"':
            depth += 1 if first in "[{" else -1
        elif depth == 1 and value[match.end() : match.end() + 1] == ":":
            found.add(json.loads(match[0], strict=False))
    return frozenset(found)
