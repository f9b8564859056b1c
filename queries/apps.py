"""Which apps there are: those that sent events, and those that only have a plan or settings so far."""

from queries.reader import Look, Row, question


@question
def apps(look: Look) -> list[Row]:
    """`[{"app", "name", "events", "valid", "invalid", "unplanned", "error", "last_received_at", "plan_version"}]`.

    Sorted by app. Where nothing has come yet, every count is 0 and `last_received_at` null; `plan_version` is null
    without a plan.
    """
    seen = {row["app"]: dict(row) for row in look.once("apps")}
    latest = {row["app"]: row["latest_seq"] for row in look.once("latest")}
    for app, counted in seen.items():
        if look.hides_any(app, latest[app], latest[app] + 1):
            counted["last_received_at"] = _last_left(look, app)
    known = seen.keys() | look.planned_apps() | look.apps.all().keys()
    return [_app(look, app, seen.get(app, {})) for app in sorted(known)]


def _last_left(look: Look, app: str) -> str:
    """When the newest event came that was not deleted; counts may still tell of one that was."""
    [newest] = look.rows("latest_hour", app=app)
    [left] = look.rows("last_received", app=app, since=newest["hour"])
    return str(left["last_received_at"])


def _app(look: Look, app: str, counted: Row) -> Row:
    plan = look.plans.in_force(app)
    return {
        "app": app,
        "name": look.apps.of(app).name or app,
        **{count: counted.get(count, 0) for count in ("events", "valid", "invalid", "unplanned", "error")},
        "last_received_at": counted.get("last_received_at"),
        "plan_version": plan.version if plan else None,
    }
