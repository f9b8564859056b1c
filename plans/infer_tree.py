"""The fields met in traffic as one numbered tree: event names, below them keys and elements, in bounded number."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from plans.paths import Path

NO_NODE: Final = 0
"""The number of no node: what is there is not looked at."""


@dataclass(frozen=True)
class Bounds:
    """How much is kept of traffic, whatever it holds.

    `keys` in one object make it a map, whose keys are data; `values` are distinct texts of a field that may be an
    enum, each of `value_chars` at most; objects and arrays below `nesting` are not looked into, nor what is under a key
    longer than `key_chars`.
    """

    names: int = 1_000
    fields: int = 10_000
    fields_of_event: int = 500
    keys: int = 100
    key_chars: int = 200
    nesting: int = 8
    values: int = 12
    value_chars: int = 64
    examples: int = 3
    example_chars: int = 100


@dataclass
class Node:
    """An event's payload (no parent), a field of an object, or (key None) the elements of an array."""

    event: str
    path: Path
    parent: int
    children: dict[str | None, int] = field(default_factory=dict)
    is_map: bool = False


class Tree:
    """Nodes by number, from 1; numbers stay. What has no room is counted in `left_out`, by event name."""

    def __init__(self, bounds: Bounds) -> None:
        self.nodes: list[Node] = [Node("", (), NO_NODE)]
        self.roots: dict[str, int] = {}
        self.left_out: dict[str, int] = {}
        self._bounds = bounds
        self._fields: dict[str, int] = {}

    def root(self, event: str) -> int:
        """The payload of an event name; NO_NODE when there is no room for another name."""
        known = self.roots.get(event)
        if known is None and len(self.roots) < self._bounds.names:
            known = self.roots[event] = self._new(Node(event, (), NO_NODE))
        return known or NO_NODE

    def elements(self, node: int) -> int:
        """The elements of the arrays in a node."""
        return self._child(node, None)

    def shape(self, node: int, keys: str) -> tuple[list[int], bool]:
        """The nodes of the keys (a JSON array's text) of an object in a node, NO_NODE for those not looked at.

        True when a key comes twice; then only its last counts.
        """
        names: list[str] = json.loads(keys)
        last = {name: at for at, name in enumerate(names)}
        if len(last) > self._bounds.keys or len(self.nodes[node].children.keys() | last.keys()) > self._bounds.keys:
            self.nodes[node].is_map = True
        if self.nodes[node].is_map:
            return [NO_NODE] * len(names), len(last) < len(names)
        found = [self._child(node, name) if last[name] == at else NO_NODE for at, name in enumerate(names)]
        return found, len(last) < len(names)

    def open(self, nodes: Iterable[int]) -> list[int]:
        """Those of the nodes whose objects and arrays are looked into."""
        found = (self.nodes[number] for number in nodes)
        return [
            number
            for number, node in zip(nodes, found, strict=True)
            if len(node.path) < self._bounds.nesting and not node.is_map
        ]

    def _child(self, node: int, key: str | None) -> int:
        parent = self.nodes[node]
        known = parent.children.get(key)
        if known is not None:
            return known
        full = len(key or "") > self._bounds.key_chars or len(self.nodes) > self._bounds.fields + self._bounds.names
        if full or self._fields.get(parent.event, 0) >= self._bounds.fields_of_event:
            self.left_out[parent.event] = self.left_out.get(parent.event, 0) + 1
            return NO_NODE
        self._fields[parent.event] = self._fields.get(parent.event, 0) + 1
        made = parent.children[key] = self._new(Node(parent.event, (*parent.path, key), node))
        return made

    def _new(self, node: Node) -> int:
        self.nodes.append(node)
        return len(self.nodes) - 1
