"""A plan guessed from traffic: what was seen is counted batch by batch, and drafted once there is enough of it."""

from __future__ import annotations

from typing import Final

import polars as pl

from plans.infer_counts import LEVEL, Counts
from plans.infer_draft import Draft, Guessing, drafted
from plans.infer_tree import NO_NODE, Bounds, Tree
from plans.judging import decode

__all__ = ["STATUSES", "Bounds", "Draft", "Evidence", "Guessing"]

STATUSES: Final = ("valid", "invalid", "unplanned")
"""What is learnt from unless told otherwise: all but what could not be read."""


class Evidence:
    """What traffic shows of its events' fields. Memory is bounded by `bounds`, however much is added."""

    def __init__(self, bounds: Bounds | None = None) -> None:
        self._bounds = bounds or Bounds()
        self._tree = Tree(self._bounds)
        self._counts = Counts(self._bounds)
        self._skipped: dict[str, int] = {}
        self._twice: dict[str, int] = {}

    def add(self, events: pl.DataFrame) -> None:
        """A batch with event_name, event_type and payload (JSON text or null), in any order.

        The sender's system events, nameless ones and payloads that are no object teach nothing and are counted.
        """
        system = pl.col("event_type").fill_null("") == "system"
        told = self._keep(events, ~system, "system events")
        told = self._keep(told, pl.col("event_name").fill_null("") != "", "events without a name")
        text = pl.col("payload").str.strip_chars(" \t\n\r").fill_null("{}").replace("null", "{}")
        told = told.select("event_name", token=text)
        told = self._keep(told, pl.col("token").str.starts_with("{"), "payloads that are no object")
        if not told.height:
            return
        counted = told["event_name"].value_counts().sort("count", "event_name", descending=[True, False])
        roots = {name: self._tree.root(name) for name in counted["event_name"].to_list()}
        node = pl.col("event_name").replace_strict(roots, return_dtype=pl.UInt32())
        level = self._keep(told.with_columns(node=node), pl.col("node") > NO_NODE, "events of names beyond the limit")
        self._walk(self._readable(level.select(LEVEL.names())))

    def draft(self, app: str, guessing: Guessing | None = None) -> Draft:
        """The plan that what was added suggests, and what speaks for each guess in it. Nothing comes in force by it."""
        return drafted(app, self._tree, self._counts, self._skipped, self._twice, guessing or Guessing())

    def _keep(self, events: pl.DataFrame, wanted: pl.Expr, otherwise: str) -> pl.DataFrame:
        kept = events.filter(wanted)
        if kept.height < events.height:
            self._skipped[otherwise] = self._skipped.get(otherwise, 0) + events.height - kept.height
        return kept

    def _readable(self, level: pl.DataFrame) -> pl.DataFrame:
        return self._keep(level.with_columns(ok=decode.readable(level["token"])), pl.col("ok"), "unreadable payloads")

    def _walk(self, level: pl.DataFrame) -> None:
        """Count a level's values, then those inside its objects and arrays, down to the deepest that is looked at."""
        while level.height:
            level = level.select(LEVEL.names())
            self._counts.add(level)
            nodes = self._tree.open(level["node"].unique().to_list())
            within = level.filter(pl.col("node").is_in(nodes))
            level = pl.concat([self._fields(within), self._elements(within)])

    def _fields(self, level: pl.DataFrame) -> pl.DataFrame:
        objects = level.filter(pl.col("token").str.starts_with("{"))
        if not objects.height:
            return pl.DataFrame(schema=LEVEL)
        keys, values = decode.fields(objects["token"])
        told = objects.select("node").with_columns(keys=keys, values=values)
        shapes = told.group_by("node", "keys", maintain_order=True).agg(count=pl.len()).with_row_index("shape")
        found = [self._shape(*shape) for shape in shapes.select("node", "keys", "count").iter_rows()]
        inside = pl.Series("inside", found, dtype=pl.List(pl.UInt32()))
        placed = told.join(shapes, on=["node", "keys"], how="left", maintain_order="left")
        spread = placed.select(node=inside.gather(placed["shape"]), token="values").explode("node", "token")
        return spread.filter(pl.col("node") > NO_NODE)

    def _shape(self, node: int, keys: str, count: int) -> list[int]:
        inside, twice = self._tree.shape(node, keys)
        if twice:
            event = self._tree.nodes[node].event
            self._twice[event] = self._twice.get(event, 0) + count
        return inside

    def _elements(self, level: pl.DataFrame) -> pl.DataFrame:
        arrays = level.filter(pl.col("token").str.starts_with("["))
        if not arrays.height:
            return pl.DataFrame(schema=LEVEL)
        parent, _, token = decode.elements(arrays["token"])
        inner = {node: self._tree.elements(node) for node in arrays["node"].gather(parent).unique().to_list()}
        node = arrays["node"].gather(parent).replace_strict(inner, return_dtype=pl.UInt32())
        return pl.DataFrame({"node": node, "token": token}, schema=LEVEL).filter(pl.col("node") > NO_NODE)
