"""The store's contract, which intake and questions share and nothing else does.

layout    where a store keeps its things
schema    the columns of its files, and the words in them
parts     which parts there are and which of them count
views     `views.sql`, for anybody's DuckDB
durable   writes that survive a power cut
digests   what every byte of a part was when it was committed, and, by its store_id, which store it is of
hidden    which stored rows must not be shown
pins      parts kept readable while a long reader is at them; history is such a reader: an app's events as batches,
          and snapshot another: the whole parts of one moment
app_settings  what can be set for one app; settings_db keeps it
exported/   what an export and an import have to agree on
processes/  what the processes at work on a store have in common, beside its files
sample/     the demo app `shop`: its plan, its events, its traffic

`live(store)` gives the visible events to polars (and, by `.collect().to_pandas()`, to pandas).
"""

import polars as pl

from data.hidden import hidden
from data.layout import Store
from data.parts import Damaged, list_live
from data.schema import EVENTS

__all__ = ["Store", "live"]


def live(store: Store) -> pl.LazyFrame:
    """The visible events of a store, lazily, in the columns of `data.schema.EVENTS`.

    Raises data.parts.Damaged, by name, for a part whose events are no Parquet file; `app.py check` says more of it.
    """
    parts = list_live(store)
    for part in parts:
        try:
            pl.read_parquet_schema(part.file("events"))
        except (FileNotFoundError, pl.exceptions.PolarsError) as error:
            if not part.folder.exists():  # merged since the parts were listed
                return live(store)
            raise Damaged(f"{part.file('events')} cannot be read: {error}") from None
    if not parts:
        return pl.LazyFrame(schema=EVENTS)
    events = pl.scan_parquet([part.file("events") for part in parts])
    return hidden(parts).visible(events)
