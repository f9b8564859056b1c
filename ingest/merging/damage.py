"""What is wrong with a part that is about to be merged: damage must neither stop the merger nor be merged on."""

from typing import Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from data import digests
from data.digests import Unsound, damage
from data.layout import Store
from data.parts import Part
from data.schema import OPTIONAL, RELATIONS
from data.store_id import store_id

UNREADABLE: Final = (OSError, pa.ArrowException, pl.exceptions.PolarsError)
"""What reading a Parquet file raises that is not as it should be."""


def damage_of(store: Store, part: Part) -> str | None:
    """How the part's files differ from what was written for this store; None also where nobody noted what that was."""
    try:
        told = digests.read(part.folder)
        if told is None:
            return None
        if (told.store, told.part) != (store_id(store.root), digests.place(part)):
            return f"was made as {told.part} of the store {told.store}"
        for name, digest in told.files.items():
            if stretches := damage(part.folder / name, digest):
                return f"{name} is not what was written from byte {stretches[0][0]} on"
    except Unsound as error:
        return f"its digests: {error}"
    except OSError as error:
        return first_line(error)
    return None


def unreadable(part: Part) -> str | None:
    """Which of the part's files cannot be read, and why; None when all can. Reads all of them."""
    for relation, schema in RELATIONS.items():
        path = part.file(relation)
        if relation in OPTIONAL and not path.exists():
            continue
        try:
            with pq.ParquetFile(path) as file:
                if file.schema_arrow.names != schema.names():
                    return f"{path.name} has other columns than it should"
                for _ in file.iter_batches(8_192, use_threads=False):
                    pass
        except UNREADABLE as error:
            return f"{path.name}: {first_line(error)}"
    return None


def first_line(error: Exception) -> str:
    """The first line of an error, which says what it is about."""
    return next(iter(str(error).splitlines()), type(error).__name__)
