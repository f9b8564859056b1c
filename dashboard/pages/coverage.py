"""`/apps/<app>/coverage`: which planned events have come, which have not, and which came without a fault."""

from collections.abc import Sequence
from functools import partial

from dash import html
from dash.development.base_component import Component

from dashboard import cards
from dashboard.first_steps import put_plan
from dashboard.pages import place
from dashboard.questions import Pieces, Questions
from dashboard.shell import add_page, frame
from dashboard.wording import Window, count, page_path
from queries.coverage import coverage
from queries.filter import Filter
from queries.reader import Reader

_LISTS = (
    ("missing", "Missing", "Planned, but not seen", "Every planned event has been seen."),
    ("captured", "Captured", "Planned, and seen", "None of the planned events has been seen."),
    ("fully_valid", "Fully valid", "Seen, each time without a fault", "No event came without a fault each time."),
    ("unplanned", "Unplanned", "Seen, but not in the plan", "Nothing has come that is not in the plan."),
)


def layout(questions: Questions, path: str, search: str) -> Component:
    app, window = place.app_of(path), place.window_of(search)
    if not place.is_page(path, "coverage"):
        return place.unknown_page()
    if not questions.knows(app):
        return place.unknown_app(app)
    shown = questions.pieces("coverage-page", app, {"window": [window.key]})
    return frame(
        [
            html.Section(id="coverage-progress", className="panel", **shown["coverage-progress"]),
            html.Div(id="coverage-lists", className="coverage-lists", **shown["coverage-lists"]),
        ],
        app=app,
        page="coverage",
        aside=[
            html.P(f"Events of the last {window.label}, by the plan in force", className="facts"),
            place.window_choice(app, "coverage", window),
        ],
        version_url=f"/api{page_path(app, 'version')}",
        bundle_url=f"/api{page_path(app, 'coverage-page', window=window.key)}",
    )


def pieces(reader: Reader, app: str, asked: tuple[Window, Filter]) -> Pieces:
    """What moves on this page, by component id."""
    found = coverage(reader, app, asked[1])
    lists = [_list(app, *about, found[f"{about[0]}_events"]) for about in _LISTS]
    if not found["total"]:
        none = cards.empty("No plan yet", "With a plan in force, this page shows what is still missing.", "plan")
        return {
            "coverage-progress": {"children": [none, cards.snippet(put_plan(reader.store, app), "coverage-put")]},
            "coverage-lists": {"children": lists[-1:] if found["unplanned_events"] else []},
        }
    bars = [
        cards.progress("Captured", found["captured"], found["total"], "captured"),
        cards.progress("Fully valid", found["fully_valid"], found["total"], "fully-valid"),
    ]
    return {
        "coverage-progress": {"children": html.Div(bars, className="progress-pair")},
        "coverage-lists": {"children": lists},
    }


def _list(app: str, kind: str, heading: str, meaning: str, none: str, names: Sequence[str]) -> Component:
    inside = cards.name_list(names, app, link=kind != "missing") if names else html.P(none, className="none")
    head = html.H2([heading, html.Span(count(len(names)), className="badge")])
    return html.Section([head, html.P(meaning, className="meaning"), inside], className=f"panel list-{kind}")


def register(questions: Questions) -> None:
    questions.add("coverage-page", place.windowed("coverage"), pieces)

    add_page(__name__, path="/apps/<app>/coverage", title=place.title("Coverage"), layout=partial(layout, questions))
