"""Which apps there are: those that sent events, and those that only have a plan so far."""

from queries.reader import Look, Row, question


@question
def apps(look: Look) -> list[Row]:
    """`[{"app", "name", "events", "valid", "invalid", "unplanned", "error", "last_received_at", "plan_version"}]`.

    Sorted by app. Where nothing has come yet, every count is 0 and `last_received_at` null; `plan_version` is null
    without a plan.
    """
    seen = {row["app"]: row for row in look.once("apps")}
    return [_app(look, app, seen.get(app, {})) for app in sorted(seen.keys() | look.planned_apps())]


def _app(look: Look, app: str, counted: Row) -> Row:
    plan = look.plans.in_force(app)
    return {
        "app": app,
        "name": app,
        **{count: counted.get(count, 0) for count in ("events", "valid", "invalid", "unplanned", "error")},
        "last_received_at": counted.get("last_received_at"),
        "plan_version": plan.version if plan else None,
    }
