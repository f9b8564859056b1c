"""Takes payloads apart into typed columns by the plan; what fits no column stays as JSON, so that nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import polars as pl

from data.exported.columns import ENVELOPE, FIELD, REST
from plans import paths
from plans.hinting.outline import Field, Outline, outline
from plans.model import Plan
from queries.export.values import JSON, Reading, reading_of

MOST_COLUMNS: Final = 1_000
"""Fields of one event name that get a column; the payloads' other fields stay JSON."""

Tree = dict[str, "Tree | Column"]

_members = msgspec.json.Decoder(dict[str, msgspec.Raw])


@dataclass(frozen=True)
class Column:
    """A column of values of one field."""

    name: str
    reading: Reading


class Typed:
    """The table of one event name: the columns of every event but the payload, a column a field, and `_rest`.

    `json` names the columns whose texts are JSON.
    """

    def __init__(self, columns: Sequence[Column], tree: Tree) -> None:
        self._columns, self._tree = columns, tree
        own = {column.name: column.reading.kind for column in columns}
        self.schema = pl.Schema({**ENVELOPE, **own, REST: pl.String()})
        self.json = [column.name for column in columns if column.reading is JSON]

    def of(self, rows: pl.DataFrame) -> pl.DataFrame:
        """These rows (columns of `events`) in the columns of this table."""
        values: dict[str, list[Any]] = {column.name: [None] * rows.height for column in self._columns}
        rest: list[str | None] = [None] * rows.height
        for at, payload in enumerate(rows["payload"]):
            if payload is not None:
                left = _take_apart(payload.encode(), self._tree, values, at)
                rest[at] = None if left is None else left.decode()
        made = [pl.Series(column.name, values[column.name], column.reading.kind) for column in self._columns]
        return rows.select(ENVELOPE.names()).with_columns(*made, pl.Series(REST, rest, pl.String()))


def typed(plan: Plan | None, event_name: str | None) -> Typed:
    """The table of that event name under this plan; one that is not planned has no columns for fields."""
    name = plan.canonical(event_name) if plan and event_name is not None else None
    if plan is None or name is None:
        return Typed([], {})
    found = outline(plan.event(name))
    columns: list[Column] = []
    tree = Tree()
    taken = {each.casefold() for each in (*ENVELOPE, REST)}
    for field in _leaves(found):
        column = Column(FIELD + paths.render(field.path), reading_of(field))
        # Many tools cannot tell names apart that differ in case; and a name has to say its path again.
        if column.name.casefold() in taken or _path(column.name) != field.path or len(columns) >= MOST_COLUMNS:
            continue
        if _put(tree, field.path, column):
            taken.add(column.name.casefold())
            columns.append(column)
    return Typed(columns, tree)


def _leaves(found: Outline) -> Iterator[Field]:
    """The fields outside of arrays, but for objects whose own fields are known and get the columns."""
    for field in found.values():
        if None not in field.path and not (field.path in found.inside and field.kinds <= {"object", "null"}):
            yield field


def _path(name: str) -> paths.Path | None:
    try:
        return paths.parse(name)
    except ValueError:
        return None


def _put(tree: Tree, path: paths.Path, column: Column) -> bool:
    """Whether the column could be put there: not inside of what is a column itself."""
    *parents, last = (step or "" for step in path)
    for step in parents:
        inner = tree.setdefault(step, Tree())
        if isinstance(inner, Column):
            return False
        tree = inner
    return tree.setdefault(last, column) is column


def _take_apart(text: bytes, tree: Tree, values: Mapping[str, list[Any]], at: int) -> bytes | None:
    """Put what fits the columns into `values`; what is left of the object, None when nothing is.

    An object without members is left as it is, and so is one that says a key twice or cannot be read.
    """
    try:
        members = _members.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return text
    if not members or _says_a_key_twice(text, members):
        return text
    left: dict[str, msgspec.Raw] = {}
    for key, raw in members.items():
        place, value = tree.get(key), bytes(raw)
        if isinstance(place, Column):
            fitting, whole = place.reading.read(value)
            values[place.name][at] = fitting
            stays = None if whole else value
        elif place and value.startswith(b"{"):
            stays = _take_apart(value, place, values, at)
        else:
            stays = value
        if stays is not None:
            left[key] = msgspec.Raw(stays)
    return msgspec.json.encode(left) if left else None


def _says_a_key_twice(text: bytes, members: Mapping[str, msgspec.Raw]) -> bool:
    """Whether it may: then there are more colons in the text than its keys and values account for."""
    told = sum(bytes(raw).count(b":") + key.count(":") for key, raw in members.items())
    return text.count(b":") != told + len(members)
