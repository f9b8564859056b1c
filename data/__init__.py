"""The store's contract, which intake and questions share and nothing else does.

layout    where a store keeps its things
schema    the columns of its files, and the words in them
parts     which parts there are and which of them count
views     `views.sql`, for anybody's DuckDB
durable   writes that survive a power cut
hidden    which stored rows must not be shown
pins      parts kept readable while a long reader is at them; history is such a reader: an app's events as batches
app_settings  what can be set for one app; settings_db keeps it
processes/  what the processes at work on a store have in common, beside its files
sample/     the demo app `shop`: its plan, its events, its traffic

`live(store)` gives the visible events to polars (and, by `.collect().to_pandas()`, to pandas).
"""

import polars as pl

from data.hidden import hidden
from data.layout import Store
from data.parts import list_live
from data.schema import EVENTS

__all__ = ["Store", "live"]


def live(store: Store) -> pl.LazyFrame:
    """The visible events of a store, lazily, in the columns of `data.schema.EVENTS`."""
    parts = list_live(store)
    if not parts:
        return pl.LazyFrame(schema=EVENTS)
    events = pl.scan_parquet([part.file("events") for part in parts])
    return hidden(parts).visible(events)
