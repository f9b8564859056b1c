"""Which stored rows must not be shown: duplicates whose newer copy lies in a later part."""

from collections.abc import Sequence

import polars as pl

from data.parts import Part
from data.schema import HIDES


def hides(parts: Sequence[Part]) -> pl.DataFrame:
    """Column `seq`: what `parts` hide, in themselves and in others. Seqs that a merge has dropped may be among them."""
    files = [file for part in parts if (file := part.file("hides")).exists()]
    return pl.read_parquet(files) if files else pl.DataFrame(schema=HIDES)
