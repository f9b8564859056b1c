"""When something occurred, in whichever of the usual ways a sender writes it, as µs since 1970."""

import math
import re
from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_NUMBER: Final = re.compile(r"[+-]?\d{1,18}(\.\d{1,18})?")
_EARLIEST: Final = (datetime(1, 1, 1, tzinfo=UTC) - _EPOCH) // _MICROSECOND
_LATEST: Final = (datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC) - _EPOCH) // _MICROSECOND

# A number's size tells its unit: 1e11 seconds is the year 5138, 1e11 milliseconds is 1973.
_SECONDS_BELOW: Final = 1e11
_MILLISECONDS_BELOW: Final = 1e14


def instant(said: str | int | float | None) -> int | None:
    """µs since 1970 of an ISO 8601 text (UTC without an offset) or of epoch s, ms or µs, also as text.

    Raises ValueError, with a sentence, when it is neither or outside the years 1 to 9999.
    """
    if said is None:
        return None
    us = _of_text(said) if isinstance(said, str) else _of_number(said)
    if not _EARLIEST <= us <= _LATEST:
        raise ValueError(f"the timestamp {said!r:.60} is outside the years 1 to 9999")
    return us


def _of_text(said: str) -> int:
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        if not _NUMBER.fullmatch(said):
            raise ValueError(f"the timestamp {said!r:.60} is neither ISO 8601 nor epoch s, ms or µs") from None
        return _of_number(float(said) if "." in said else int(said))
    since = (at if at.tzinfo else at.replace(tzinfo=UTC)) - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _of_number(said: float) -> int:
    size = abs(said)
    if not math.isfinite(size):
        raise ValueError(f"the timestamp {said!r} is not a time")
    unit = 1_000_000 if size < _SECONDS_BELOW else 1_000 if size < _MILLISECONDS_BELOW else 1
    return round(said * unit)
