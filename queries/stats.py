"""How many events came, of which status, under how many names; and how many of those names did well."""

from collections.abc import Iterable
from typing import Any

from queries.blocks import blocks
from queries.conditions import of_events, of_minutes
from queries.filter import Filter
from queries.parameters import LARGEST
from queries.reader import Look, Row, question
from queries.version import version_of

COUNTS = ("total", "valid", "invalid", "unplanned", "error", "warned", "replaced")


@question
def stats(look: Look, app: str, chosen: Filter) -> dict[str, Any]:
    """`{"version", "events": {…}, "names": {…}, "names_latest": {…}, "success_rate"}` of the filter's window.

    `events` counts total, valid, invalid, unplanned, error, warned (at least one warning) and replaced (copies no
    longer shown). A name counts by the worst status of its events in `names`, by the status of its newest event in
    `names_latest`; unplanned names are in the total alone. System events and events without a name make no names.
    `success_rate` is valid / (valid + invalid + error) of the events, null when there are none.
    """
    look.narrow_minutes(app, chosen.since, chosen.until, chosen.dimensions())
    rows = look.rows("stats", of_minutes(chosen), app=app)
    events = {count: sum(row[count] for row in rows) for count in COUNTS}
    names = [row for row in rows if row["event_name"] is not None]
    judged = events["valid"] + events["invalid"] + events["error"]
    return {
        "version": version_of(look, app),
        "events": events,
        "names": _tally(_worst(row) for row in names),
        "names_latest": _tally(_latest(look, app, chosen, names)),
        "success_rate": events["valid"] / judged if judged else None,
    }


def _tally(statuses: Iterable[str]) -> dict[str, int]:
    found = list(statuses)
    return {"total": len(found), **{status: found.count(status) for status in ("valid", "invalid", "error")}}


def _worst(name: Row) -> str:
    return next(status for status in ("error", "invalid", "unplanned", "valid") if name[status])


def _latest(look: Look, app: str, chosen: Filter, names: list[Row]) -> list[str]:
    """The newest status of each name; where the newest event counted is hidden, the events say which one is left."""
    unsure = {row["event_name"] for row in names if look.hides_any(app, row["latest_seq"], row["latest_seq"] + 1)}
    latest = {row["event_name"]: row["latest_status"] for row in names}
    return list((latest | _left(look, app, chosen, unsure)).values())


def _left(look: Look, app: str, chosen: Filter, names: set[str]) -> dict[str, str]:
    """The newest status of each of these names among the events themselves, block by block from the newest."""
    latest: dict[str, str] = {}
    for block in blocks(look, app, chosen.among("event", names), LARGEST) if names else []:
        look.narrow(app, (block.low, block.high))
        still = of_events(chosen.among("event", names - latest.keys()))
        found = look.rows("names_latest", still, app=app, low=block.low, high=block.high)
        latest |= {row["event_name"]: row["latest_status"] for row in found}
        if latest.keys() == names:
            break
    return latest
