"""How values of typed columns read as JSON again."""

from datetime import datetime


def moment(at: datetime) -> str:
    """`2026-11-23T15:20:01.000Z`, as browsers write it: milliseconds, or microseconds where there are any."""
    return at.isoformat(timespec="microseconds" if at.microsecond % 1_000 else "milliseconds") + "Z"


def number(value: float) -> str:
    """`1` for whole numbers, `1.5` for others."""
    return str(int(value)) if value.is_integer() else repr(value)
