"""By which columns a table is known as an export, and what is told about it."""

from collections.abc import Collection
from typing import Final, Literal

import polars as pl

from data.schema import EVENTS, INSTANT

Kind = Literal["rows", "typed", "violations"]

ABOUT: Final = "lvd_export"
"""Key in a Parquet file's metadata; its value is the JSON that stands beside a CSV or NDJSON file."""
ABOUT_FILE: Final = ".about.json"
"""Ending of the file beside a CSV or NDJSON file that says what it holds."""

FIELD: Final = "payload."
"""Before the name of a field of the payload, where it has a column of its own."""
REST: Final = "_rest"
"""What of a payload its typed columns do not hold: a JSON object."""

ROWS: Final = EVENTS
ENVELOPE: Final = pl.Schema({name: kind for name, kind in EVENTS.items() if name != "payload"})
"""The columns every typed table begins with."""
VIOLATIONS: Final = pl.Schema(
    {
        "seq": pl.Int64(),
        "app": pl.String(),
        "event_name": pl.String(),
        "received_at": INSTANT,
        "app_version": pl.String(),
        "plan_version": pl.Int64(),
        **{name: pl.String() for name in ("field", "path", "rule", "severity", "expected", "received", "value")},
    }
)
"""A row for each violation: whose it is, and what was broken."""
VIOLATIONS_FILE: Final = "_violations"
"""Name, before its ending, of that table beside typed ones."""


def kind_of(columns: Collection[str]) -> Kind | None:
    """What sort of export has these columns; None for any other table."""
    has = set(columns)
    if has >= {"seq", "path", "rule", "severity"}:
        return "violations"
    if not has >= {"seq", "event_name", "event_type", "unread", "copies"}:
        return None
    return "typed" if REST in has else "rows" if "payload" in has else None
