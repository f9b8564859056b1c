"""Keeps a spreadsheet from running a cell as a formula, in a way that can be taken back.

An apostrophe goes before a text that a spreadsheet could take for a formula, also behind spaces and quotation marks,
before a text that begins with an apostrophe itself, and before an empty one, since an empty cell says "nothing".
Taking one apostrophe away from each cell that begins with one gives every text back.
"""

import re
from typing import Final

import polars as pl

GUARD: Final = "'"
_BEFORE: Final = r"""[\s"'\x00-\x20\u{A0}\u{FEFF}\u{200B}]*"""
_FORMULA: Final = rf"^(?:{_BEFORE}[=+\-@＝＋－＠]|[\t\r\n])"  # noqa: RUF001 - full-width signs begin formulas too
_GUARDED: Final = rf"{_FORMULA}|^'|^$"
_IN_PYTHON: Final = re.compile(re.sub(r"\\u\{(\w+)\}", lambda code: chr(int(code[1], 16)), _FORMULA))


def guarded(text: pl.Expr) -> pl.Expr:
    """A column of texts as cells; null, and only null, is an empty cell."""
    return pl.when(text.str.contains(_GUARDED)).then(pl.lit(GUARD) + text).otherwise(text)


def unguarded(cell: str) -> str | None:
    """The text that such a cell holds."""
    return cell.removeprefix(GUARD) if cell else None


def harmless(cell: str) -> str:
    """A cell for people only, with an apostrophe before what would be run."""
    return GUARD + cell if _IN_PYTHON.match(cell) else cell
