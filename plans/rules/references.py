"""References within a schema, as long as they do not go round: what they point at can stand in their place."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import unquote

from plans.rules.keywords import Beyond

_PLACES: Final = ("$defs", "definitions", "properties")
"""Where a schema surely stands, one step below the root or below another such place."""


class References:
    """The schemas at the pointers of one document."""

    def __init__(self, root: Any) -> None:
        self._root = root
        self._plain = not _named_inside(root)

    def at(self, reference: str) -> Any:
        """The schema a `$ref` points at; Beyond unless it is a plain pointer to a schema of this document."""
        steps = unquote(reference.removeprefix("#/")).split("/")
        if not reference.startswith("#/") or not self._plain or len(steps) % 2:
            raise Beyond("a $ref that is no pointer to a definition")
        node = self._root
        for keyword, name in zip(steps[::2], steps[1::2], strict=True):
            within = node.get(keyword) if isinstance(node, dict) and keyword in _PLACES else None
            key = name.replace("~1", "/").replace("~0", "~")
            if not isinstance(within, dict) or key not in within:
                raise Beyond("a $ref that is no pointer to a definition")
            node = within[key]
        return node


def _named_inside(root: Any) -> bool:
    """Whether something below the root has an identifier of its own, from which references would go out."""
    stack = [*root.values()] if isinstance(root, dict) else []
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            if type(value.get("$id")) is str or type(value.get("id")) is str:
                return True
            stack += value.values()
        elif isinstance(value, list):
            stack += value
    return False
