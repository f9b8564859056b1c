"""How each broken rule went over time and in which app versions, beside how many events of its name came."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any, Final

from queries.conditions import of_minutes
from queries.filter import Filter
from queries.reader import Look, Row, question

MINUTE: Final = timedelta(minutes=1)
MOST_KINDS: Final = 500
"""Broken rules told of, the most frequent ones."""
MOST_VERSIONS: Final = 12
"""App versions told of for each, those with the most events."""
_KIND: Final = ("event_name", "path", "rule", "severity")


@question
def violation_trends(look: Look, app: str, chosen: Filter, bucket: int) -> dict[str, Any]:
    """`{"buckets": [at], "kinds": [{"event_name", "field", "rule", "severity", "count", "of", "trend", "versions"}],
    "more": n}`.

    `buckets` are the beginnings of stretches of `bucket` seconds, oldest first, and `trend` has a count for each;
    `versions` is `[{"app_version", "count"}]`. `count` is of events, `of` how many events of that name came at all.
    Most frequent first; `more` are not listed. The filter may choose by event and app version, and needs a window with
    both ends, or a beginning and `as_of`.
    """
    # The minute that is asked in belongs to a window without an end.
    end = chosen.until or (chosen.as_of and chosen.as_of + MINUTE)
    assert chosen.since is not None
    assert end is not None
    starts = _starts(chosen.since, end, bucket)
    came = _came(look, app, chosen)
    rows = look.rows("violation_trends", of_minutes(chosen), app=app, bucket=bucket)
    kinds = defaultdict(list)
    for row in rows:
        kinds[tuple(row[key] for key in _KIND)].append(row)
    told = [_told(kind, having, starts, came) for kind, having in kinds.items()]
    told = sorted((each for each in told if each["count"] > 0), key=_order)
    return {
        "buckets": [f"{at.isoformat()}Z" for at in starts],
        "kinds": told[:MOST_KINDS],
        "more": len(told[MOST_KINDS:]),
    }


def _order(kind: dict[str, Any]) -> tuple[Any, ...]:
    return (-kind["count"], kind["event_name"] or "", kind["field"], kind["rule"], kind["severity"])


def _starts(since: datetime, end: datetime, bucket: int) -> list[datetime]:
    """Beginnings of buckets as the engine has them: multiples counted from Monday 3 January 2000."""
    width, origin = timedelta(seconds=bucket), datetime(2000, 1, 3)
    first = origin + (since - origin) // width * width
    return [first + place * width for place in range(-(-(end - first) // width) or 1)]


def _came(look: Look, app: str, chosen: Filter) -> dict[str | None, int]:
    look.narrow_minutes(app, chosen.since, chosen.until, chosen.dimensions() | {"event"})
    return {row["event_name"]: row["total"] for row in look.rows("stats", of_minutes(chosen), app=app)}


def _told(
    kind: tuple[Any, ...], rows: list[Row], starts: list[datetime], came: dict[str | None, int]
) -> dict[str, Any]:
    at: defaultdict[datetime, int] = defaultdict(int)
    versions: defaultdict[str, int] = defaultdict(int)
    for row in rows:
        at[row["bucket_at"]] += row["events"]
        versions[row["app_version"] or ""] += row["events"]
    event_name, path, rule, severity = kind
    count = sum(at.values())
    most = sorted(((many, version) for version, many in versions.items() if many > 0), reverse=True)[:MOST_VERSIONS]
    return {
        "event_name": event_name,
        "field": path,
        "rule": rule,
        "severity": severity,
        "count": count,
        "of": max(came.get(event_name, 0), count),
        "trend": [max(at[start], 0) for start in starts],
        "versions": [{"app_version": version, "count": many} for many, version in most],
    }
