"""How a time of a typed column reads as JSON text again."""

from datetime import datetime


def moment(at: datetime) -> str:
    """`2026-11-23T15:20:01.000Z`, as browsers write it: milliseconds, or microseconds where there are any."""
    return at.isoformat(timespec="microseconds" if at.microsecond % 1_000 else "milliseconds") + "Z"
