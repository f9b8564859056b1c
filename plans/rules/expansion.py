"""How much a schema becomes when its references are written out, and how often it looks at one place of an event."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final
from urllib.parse import unquote

from plans import tokens

MAX_SCHEMAS: Final = 5_000
"""More subschemas than this and `TIMES` what stands in the schema, references written out, are refused."""
TIMES: Final = 4
MAX_DEEP: Final = 250
"""And so are references that lead deeper than this without going round."""
MAX_VISITS: Final = 4_096
"""How often a schema that goes round may look at one value of an event to say what is wrong with it."""

_ONE: Final = frozenset(("not", "if", "then", "else"))
_MANY: Final = frozenset(("allOf", "anyOf", "oneOf"))
_NAMED: Final = frozenset(("dependentSchemas", "dependencies"))
_ELSEWHERE: Final = frozenset(
    (
        *("items", "prefixItems", "additionalItems", "unevaluatedItems", "contains"),
        *("patternProperties", "additionalProperties", "unevaluatedProperties"),
    )
)
_ANY: Final = "*"


class TooLarge(ValueError):
    """A schema whose references multiply it beyond what can be judged in bounded time."""


@dataclass
class _Size:
    """Subschemas written out, how deep they are, whether they come round again, and below which keys how often."""

    schemas: int = 1
    deep: int = 0
    round: bool = False
    keys: Counter[str] = field(default_factory=Counter)

    def add(self, inner: _Size, step: str | None) -> None:
        """Put another subschema in, about the same value or about what is at a key of it."""
        self.schemas += inner.schemas
        self.deep = max(self.deep, inner.deep + 1)
        self.round = self.round or inner.round
        if step is None:
            self.keys += inner.keys
        elif inner.round:
            self.keys[step] += 1

    def often(self) -> int:
        """How many of them look at one key, in the worst case."""
        everywhere = self.keys[_ANY]
        return max((times + (everywhere if key != _ANY else 0) for key, times in self.keys.items()), default=1)


@lru_cache(maxsize=4096)
def branching(schema: str) -> int:
    """How often a schema that goes round looks at a place for each time it looks at the place around it; else 1.

    TooLarge for a schema that references make too large.
    """
    walk = _Walk(tokens.parse(schema))
    walk.size(walk.root, 0)
    return max((size.often() for size in walk.known.values()), default=1)


def visits(schema: str, depth: int) -> int:
    """How often a schema looks at one value of an event that is nested so deep, at the worst; bounded."""
    often = branching(schema)
    return often**depth if often > 1 else 1


class _Walk:
    def __init__(self, root: Any) -> None:
        self.root = root
        self.known: dict[int, _Size] = {}
        self._going: set[int] = set()
        nodes = list(_objects(root))
        self._named = {name: node for node in nodes for name in _names(node)}
        self._most = MAX_SCHEMAS + TIMES * len(nodes)

    def size(self, schema: Any, deep: int) -> _Size:
        """The size of a subschema; of one that is being measured already, only that it comes round."""
        if not isinstance(schema, dict):
            return _Size()
        if deep > MAX_DEEP:
            raise TooLarge(f"its references lead more than {MAX_DEEP} levels deep")
        if id(schema) in self._going:
            return _Size(round=True)
        if id(schema) not in self.known:
            self._going.add(id(schema))
            found = _Size()
            for inner, step in self._inside(schema):
                found.add(self.size(inner, deep + 1), step)
                if found.schemas > self._most or found.deep > MAX_DEEP:
                    raise TooLarge(f"written out, its references make more than {self._most:,} schemas")
            self._going.remove(id(schema))
            self.known[id(schema)] = found
        return self.known[id(schema)]

    def _inside(self, schema: dict[str, Any]) -> Iterator[tuple[Any, str | None]]:
        for keyword, value in schema.items():
            if keyword in ("$ref", "$dynamicRef", "$recursiveRef") and type(value) is str:
                yield self._target(value), None
            elif keyword in _ONE:
                yield value, None
            elif keyword in _MANY and isinstance(value, list):
                yield from ((inner, None) for inner in value)
            elif keyword in _NAMED and isinstance(value, dict):
                yield from ((inner, None) for inner in value.values())
            elif keyword == "properties" and isinstance(value, dict):
                yield from ((inner, key) for key, inner in value.items())
            elif keyword in _ELSEWHERE:
                named = keyword == "patternProperties" and isinstance(value, dict)
                several = value.values() if named else value if isinstance(value, list) else [value]
                yield from ((inner, _ANY) for inner in several)

    def _target(self, reference: str) -> Any:
        node = self.root
        if reference.startswith("#/"):
            for step in unquote(reference[2:]).split("/"):
                key = step.replace("~1", "/").replace("~0", "~")
                node = node.get(key) if isinstance(node, dict) else None
        elif reference != "#":
            node = self._named.get(reference.rpartition("#")[2] or reference, self._named.get(reference, self.root))
        return node


def _objects(root: Any) -> Iterator[dict[str, Any]]:
    stack = [root]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            yield value
            stack += value.values()
        elif isinstance(value, list):
            stack += value


def _names(node: dict[str, Any]) -> Iterator[str]:
    """What references may call a schema by."""
    for keyword in ("$id", "id", "$anchor", "$dynamicAnchor"):
        if type(node.get(keyword)) is str:
            yield node[keyword].removeprefix("#")
