"""How the statuses of events changed over time."""

from datetime import datetime
from typing import Any, Final

from queries import parameters
from queries.conditions import of_minutes
from queries.errors import BadRequest
from queries.filter import Filter
from queries.reader import Look, question

MINUTE: Final = 60
MAX_BUCKETS: Final = 5_000
_LONGEST: Final = 366 * 24 * 3_600


def bucket_of(args: Any) -> int:
    """The `bucket` of a query string in seconds, by default a minute. Raises BadRequest unless it is whole minutes."""
    values = args.getlist("bucket") if hasattr(args, "getlist") else args.get("bucket", ())
    seconds = parameters.whole({"bucket": values}, "bucket", MINUTE, _LONGEST)
    if seconds is not None and seconds % MINUTE:
        raise parameters.wrong("bucket", str(seconds), "a whole number of minutes, in seconds")
    return seconds or MINUTE


@question
def trend(look: Look, app: str, chosen: Filter, bucket: int = MINUTE) -> dict[str, Any]:
    """`{"buckets": [{"at", "valid", "invalid", "unplanned", "error"}]}`, oldest first, empty buckets included.

    Buckets of `bucket` seconds lie on multiples of it (counted from Monday 3 January 2000), so the first and the last
    may reach beyond the window; only events within it count. Raises BadRequest for more than 5,000 buckets.
    """
    end = chosen.until or chosen.as_of
    if chosen.since is None or end is None:
        raise BadRequest("bad_value", "a trend needs a window with a beginning", "since")
    _check_length(chosen.since, end, bucket)
    look.narrow_minutes(app, chosen.since, chosen.until, chosen.dimensions(), bucket)
    asked = {"since": chosen.since, "until": chosen.until, "as_of": chosen.as_of, "bucket": bucket}
    return {"buckets": look.rows("trend", of_minutes(chosen), app=app, **asked)}


def _check_length(since: datetime, end: datetime, bucket: int) -> None:
    buckets = (end - since).total_seconds() / bucket
    if buckets > MAX_BUCKETS:
        message = (
            f"{buckets:,.0f} buckets are too many, at most {MAX_BUCKETS:,}: make them longer or the window shorter"
        )
        raise BadRequest("bad_value", message, "bucket")
