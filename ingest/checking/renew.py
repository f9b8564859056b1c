"""Puts the next generation of a part in its place: what is sound by link, what is not made anew."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import polars as pl

from data import views
from data.layout import Store
from data.parts import Part, part_at
from data.schema import COUNTS, OPTIONAL, RELATIONS
from data.store_id import DIGESTS
from ingest.commit import show, temporary, write_table

PROCESS: Final = "repair"


def next_generation(
    store: Store,
    part: Part,
    tables: Mapping[str, pl.DataFrame],
    events: Callable[[Path], object] | None = None,
) -> Part:
    """`part` again with `tables` in place of its own, by relation; `events` writes the events file where it is given.

    Visible when this returns; the old one is replaced by it. Raises OSError.
    """
    made = temporary(store, PROCESS)
    for file in part.folder.iterdir():
        if file.name != DIGESTS and file.stem not in tables and not (events and file.stem == "events"):
            os.link(file, made / file.name)
    if events:
        events(made / "events.parquet")
    for relation, table in tables.items():
        if table.height or relation not in OPTIONAL:
            write_table(table.cast(RELATIONS[relation]), made / f"{relation}.parquet", {})
    return _shown(store, made, part_at(store, part.day, part.first, part.last, part.generation + 1))


def empty_part(store: Store, part: Part) -> Part:
    """A part of no rows in the place of one that is gone."""
    made = temporary(store, PROCESS)
    for relation in ("events", *COUNTS):
        write_table(pl.DataFrame(schema=RELATIONS[relation]), made / f"{relation}.parquet", {})
    return _shown(store, made, part)


def _shown(store: Store, made: Path, part: Part) -> Part:
    show(store, made, part)
    views.refresh(store)
    return part
