"""Which planned events have been seen, which have not, and which were always right."""

from typing import Any

from queries.conditions import of_minutes
from queries.filter import Filter
from queries.reader import Look, question


@question
def coverage(look: Look, app: str, chosen: Filter) -> dict[str, Any]:
    """`{"total", "captured", "missing", "fully_valid", "missing_events", "captured_events", "fully_valid_events",
    "unplanned_events"}`: counts, and the sorted names behind them.

    Planned names are those of the plan in force, spelt as the plan spells them. A name is captured when it was seen in
    any status, fully valid when every event of it had neither error nor warning. Names the plan does not know are
    unplanned, spelt as they came; without a plan that is all of them.
    """
    plan = look.plans.in_force(app)
    look.narrow_minutes(app, chosen.since, chosen.until, chosen.dimensions())
    seen = look.rows("coverage", of_minutes(chosen), app=app)
    meant = [(plan.canonical(row["event_name"]) if plan else None, row) for row in seen]
    captured = {name for name, _ in meant if name is not None}
    broken = {name for name, row in meant if not row["fully_valid"]}
    planned = plan.names() if plan else []
    fully_valid = captured - broken
    return {
        "total": len(planned),
        "captured": len(captured),
        "missing": len(planned) - len(captured),
        "fully_valid": len(fully_valid),
        "missing_events": [name for name in planned if name not in captured],
        "captured_events": sorted(captured),
        "fully_valid_events": sorted(name for name in fully_valid if name is not None),
        "unplanned_events": sorted(row["event_name"] for name, row in meant if name is None),
    }
