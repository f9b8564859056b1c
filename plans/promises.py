"""What a planned event promises, one promise for each field and keyword, in words two plans of any kind share."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from plans import tokens
from plans.exact import exact
from plans.model import Severity
from plans.paths import Path
from plans.tokens import Num, Value

OF_AN_EVENT: Final = 20_000
IN_ALL: Final = 200_000
"""How many subschemas and promises are looked at, of an event and altogether: references can unfold without end."""

Key = tuple[Path, str]


@dataclass(frozen=True)
class Promise:
    """`value` is what is asked, in a form that is equal when it means the same; `said` the same to show people."""

    path: Path
    keyword: str
    value: Hashable
    said: Value = field(compare=False)
    severity: Severity = "error"


class TooMany(Exception):
    """An event promises more than can be told one by one."""


@dataclass
class Budget:
    """What is left to look at, in all."""

    left: int = IN_ALL


@dataclass
class Promises:
    """The promises of an event; several of one keyword on one field must all be kept."""

    budget: Budget = field(default_factory=Budget)
    by_key: dict[Key, frozenset[Promise]] = field(default_factory=dict)
    _left: int = OF_AN_EVENT

    def spend(self) -> None:
        """Look at one thing more; TooMany when that is too much."""
        self._left -= 1
        self.budget.left -= 1
        if self._left < 0 or self.budget.left < 0:
            raise TooMany("more promises than can be told one by one")

    def add(self, path: Path, keyword: str, value: Hashable, said: Value, severity: Severity = "error") -> None:
        """One more promise; TooMany when there are too many."""
        self.spend()
        found = self.by_key.get((path, keyword), frozenset())
        self.by_key[path, keyword] = found | {Promise(path, keyword, value, said, severity)}

    def __iter__(self) -> Iterator[Key]:
        return iter(self.by_key)


def canonical(value: Value) -> Hashable:
    """A JSON value as JSON Schema compares it: 1 is 1.0, the order of keys is nothing."""
    if isinstance(value, Num):
        return "number", exact(value)
    if isinstance(value, dict):
        return "object", frozenset((key, canonical(inner)) for key, inner in value.items())
    if isinstance(value, list):
        return "array", tuple(map(canonical, value))
    return type(value).__name__, value


def same_schema(value: Any) -> Hashable:
    """A schema in a form that is equal when it is written alike, numbers by their text."""
    return tokens.dump(_sorted(value))


def _sorted(value: Value) -> Value:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(inner) for inner in value] if isinstance(value, list) else value
