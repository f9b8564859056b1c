"""What an export says of itself: whose events, by which filter, up to which seq, by which plan."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from plans.model import shown_time
from plans.versions import Shelf
from queries.export.rows import Snapshot


def about(taken: Snapshot, plans: Shelf) -> dict[str, Any]:
    """What is known before the first row.

    `through` is the last seq that was looked at: `after` it the next export goes on. `filter` is as it was asked for;
    a window in hours is said as the times it meant. `plan_version` is that in force.
    """
    asked, plan = taken.asked, plans.in_force(taken.asked.app)
    meant = {"since": asked.chosen.since, "until": asked.chosen.until}
    window = {name: [shown_time(at)] for name, at in meant.items() if at is not None}
    return {
        "app": asked.app,
        "kind": asked.kind,
        "filter": {name: values for name, values in asked.told.items() if name != "hours"} | window,
        "after": asked.after,
        "through": taken.through,
        "plan_version": plan.version if plan else None,
        "exported_at": shown_time(datetime.now(UTC)),
    }
