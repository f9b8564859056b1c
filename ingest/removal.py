"""What goes from a store in one commit: rows cut off or hidden, and what was counted for them taken back."""

from dataclasses import dataclass

import polars as pl

from data.hidden import Cut


@dataclass(frozen=True)
class Removal:
    """`counts` are the count tables by relation, to be added; `hides` has a column `seq`."""

    counts: dict[str, pl.DataFrame]
    hides: pl.DataFrame
    cuts: tuple[Cut, ...] = ()
