"""The one place that says a filter in SQL: conditions on the columns of the store's relations, and their parameters."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from queries.filter import DIMENSIONS, OF_VIOLATIONS, Chosen, Filter

MARK: Final = "/* chosen */ true"
"""Where a file of SQL takes the conditions; left as it stands, the file asks about everything."""

_COLUMN: Final = {"event": "event_name", "field": "path"}


@dataclass(frozen=True)
class Conditions:
    """An expression of SQL that is true for what is asked about, and the values of the `$parameters` in it.

    Only what is given becomes a condition, as plain comparisons of one column: row groups are left out by them.
    """

    sql: str = "true"
    values: Mapping[str, Any] = field(default_factory=dict)

    def put_into(self, text: str) -> str:
        """The SQL `text` with these conditions where it has the mark."""
        return text.replace(MARK, self.sql)


EVERYTHING: Final = Conditions()


def of_events(chosen: Filter) -> Conditions:
    """All of the filter, on the columns of `events`."""
    own = (each for each in chosen.chosen if each.dimension not in OF_VIOLATIONS)
    return both(_window(chosen, "received_at"), *map(_among, own), _broken(chosen), _text(chosen.q))


def of_minutes(chosen: Filter) -> Conditions:
    """The window in whole minutes and the counted dimensions, on the columns of `by_minute`."""
    return both(_window(chosen, "minute"), of_counts(chosen))


def of_counts(chosen: Filter) -> Conditions:
    """The counted dimensions alone, on the columns that all counts of events have."""
    return both(*(_among(each) for each in chosen.chosen if each.dimension in DIMENSIONS))


def of_violations(chosen: Filter) -> Conditions:
    """What the counts of violations know: event, app version, and the fields and rules that are wanted."""
    known = ("event", "app_version", *OF_VIOLATIONS)
    wanted = (each for each in chosen.chosen if each.wanted or each.dimension not in OF_VIOLATIONS)
    return both(*(_among(each) for each in wanted if each.dimension in known))


def of_seqs(ranges: Sequence[tuple[int, int]]) -> Conditions:
    """Seqs from `low` on and below `high` of any of the ranges, one at least."""
    each = (f"(seq >= $low_{place} and seq < $high_{place})" for place in range(len(ranges)))
    lows = {f"low_{place}": low for place, (low, _) in enumerate(ranges)}
    return Conditions(
        f"({' or '.join(each)})", lows | {f"high_{place}": high for place, (_, high) in enumerate(ranges)}
    )


def both(*conditions: Conditions) -> Conditions:
    """All of the conditions at once."""
    given = [each for each in conditions if each.sql != "true"]
    values = {name: value for each in given for name, value in each.values.items()}
    return Conditions("\n  and ".join(each.sql for each in given) or "true", values)


def _window(chosen: Filter, column: str) -> Conditions:
    since = Conditions(f"{column} >= $since", {"since": chosen.since}) if chosen.since else EVERYTHING
    until = Conditions(f"{column} < $until", {"until": chosen.until}) if chosen.until else EVERYTHING
    return both(since, until)


def _among(chosen: Chosen, of: str = "") -> Conditions:
    """The column is among the values, or with `wanted` false is not; no value at all is the empty one."""
    column = of + _COLUMN.get(chosen.dimension, chosen.dimension)
    values = {f"{chosen.dimension}_{place}": value for place, value in enumerate(chosen.values)}
    if not values:
        return Conditions("false" if chosen.wanted else "true")
    among = f"{column} {'in' if chosen.wanted else 'not in'} ({', '.join(f'${name}' for name in values)})"
    takes_null = ("" in chosen.values) == chosen.wanted
    return Conditions(f"({column} is null or {among})" if takes_null else among, values)


def _broken(chosen: Filter) -> Conditions:
    """One violation has a wanted field and a wanted rule, and none an unwanted one."""
    asked = [each for each in chosen.chosen if each.dimension in OF_VIOLATIONS]
    wanted = both(*(_among(each, "v.") for each in asked if each.wanted))
    unwanted = (_among(replace(each, wanted=True), "v.") for each in asked if not each.wanted and each.values)
    return both(_some_violation(wanted), *(_no(_some_violation(each)) for each in unwanted))


def _some_violation(wanted: Conditions) -> Conditions:
    if wanted.sql == "true":
        return wanted
    return Conditions(f"coalesce(len(list_filter(violations, lambda v: {wanted.sql})), 0) > 0", wanted.values)


def _no(condition: Conditions) -> Conditions:
    return Conditions(f"not ({condition.sql})", condition.values)


def _text(q: str | None) -> Conditions:
    """The text stands in the payload or, where that could not be read, in what came instead, in any case.

    Senders write `é` or, just as well, `\\u00e9`, and a quotation mark inside a value as `\\"`: each spelling is found.
    """
    if q is None:
        return EVERYTHING
    spelt = {q, *(json.dumps(text)[1:-1] for text in (q, q.lower(), q.upper()))}
    pattern = "|".join(_literal(text) for text in sorted(spelt))
    found = " or ".join(f"regexp_matches({column}, $q, 'i')" for column in ("payload", "unread"))
    return Conditions(f"({found})", {"q": pattern})


def _literal(text: str) -> str:
    """A regular expression for just this text. Searching for it takes a third less than comparing lower case."""
    return "".join(each if each.isalnum() else f"\\x{{{ord(each):x}}}" for each in text)
