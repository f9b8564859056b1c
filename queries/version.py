"""Has anything moved? Text that changes when an answer about an app could, and with nothing else."""

from queries.reader import Look, Row, question


@question
def version(look: Look, app: str) -> str:
    """Opaque text of the app's last seq, what is left and what was replaced of its events, its plan and its settings.

    What an answer says also depends on its window: see `Filter.window_key`.
    """
    return version_of(look, app)


@question
def versions(look: Look) -> dict[str, str]:
    """The version of every app there is; the list of apps changes only when this does."""
    latest = {row["app"]: row for row in look.once("latest")}
    apps = latest.keys() | look.planned_apps() | look.apps.all().keys()
    return {app: _text(look, app, latest.get(app)) for app in sorted(apps)}


def version_of(look: Look, app: str) -> str:
    """`version` within a question that is being answered."""
    return _text(look, app, next((row for row in look.once("latest") if row["app"] == app), None))


def _text(look: Look, app: str, latest: Row | None) -> str:
    counts = (latest["latest_seq"], latest["events"], latest["replaced"]) if latest else (0, 0, 0)
    plan = look.plans.in_force(app)
    return "-".join(f"{number:x}" for number in (*counts, plan.version if plan else 0, look.apps.revision(app)))
