"""`/apps/<app>`: how an app is doing right now, at a glance."""

from functools import partial
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import cards, charts
from dashboard.pages import place
from dashboard.questions import Pieces, Questions
from dashboard.shell import add_page, frame
from dashboard.wording import Window, page_path
from queries.apps import apps
from queries.coverage import coverage
from queries.filter import Filter
from queries.reader import Reader
from queries.stats import stats
from queries.trend import trend
from queries.violations import violations


def layout(questions: Questions, path: str, search: str) -> Component:
    app, window = place.app_of(path), place.window_of(search)
    if not place.is_page(path, ""):
        return place.unknown_page()
    if not questions.knows(app):
        return place.unknown_app(app)
    shown = questions.pieces("overview", app, {"window": [window.key]})
    return frame(
        [
            html.Div(id="overview-numbers", className="numbers panel", **shown["overview-numbers"]),
            _trend(shown),
            html.Div(
                [
                    _panel("Top violations", html.Div(id="overview-violations", **shown["overview-violations"])),
                    _panel("Coverage of the plan", html.Div(id="overview-coverage", **shown["overview-coverage"])),
                ],
                className="halves",
            ),
        ],
        app=app,
        page="",
        aside=[
            html.Div(id="overview-facts", className="facts", **shown["overview-facts"]),
            place.window_choice(app, "", window),
        ],
        version_url=f"/api{page_path(app, 'version')}",
        bundle_url=f"/api{page_path(app, 'overview', window=window.key)}",
    )


def _panel(title: str, inside: Component) -> Component:
    return html.Section([html.H2(title), inside], className="panel")


def _trend(shown: Pieces) -> Component:
    head = [html.H2("Events over time"), html.Div(id="overview-legend", className="legend", **shown["overview-legend"])]
    graph = dcc.Graph(id="overview-trend", className="chart", config=charts.CONFIG, **shown["overview-trend"])
    return html.Section([html.Div(head, className="panel-head"), graph], className="panel")


def pieces(reader: Reader, app: str, asked: tuple[Window, Filter]) -> Pieces:
    """What moves on this page, by component id."""
    window, chosen = asked
    counted = stats(reader, app, chosen)
    about = next((row for row in apps(reader) if row["app"] == app), {})
    return {
        "overview-facts": {"children": _facts(about)},
        "overview-numbers": {"children": cards.numbers(counted, app)},
        "overview-legend": {"children": cards.status_legend(counted["events"])},
        "overview-trend": {
            "figure": charts.events_over_time(trend(reader, app, chosen, window.bucket)["buckets"], window.bucket)
        },
        "overview-violations": {
            "children": cards.violation_list(violations(reader, app, chosen), app, counted["events"]["total"])
        },
        "overview-coverage": {"children": cards.coverage_summary(coverage(reader, app, chosen), app, window)},
    }


def _facts(about: dict[str, Any]) -> list[Component]:
    plan, last = about.get("plan_version"), about.get("last_received_at")
    return [
        html.Span(["Last event ", cards.ago(last)] if last else "No event yet"),
        html.Span(f"Plan version {plan}" if plan else "No plan yet"),
    ]


def register(questions: Questions) -> None:
    questions.add("overview", place.windowed("trend"), pieces)

    add_page(__name__, path="/apps/<app>", title=place.title("Overview"), layout=partial(layout, questions))
