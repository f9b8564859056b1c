"""`/apps/<app>/violations`: every broken rule, how often, since when, in which app versions, and its events."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from dashboard import broken, cards, grids
from dashboard.attributes import aria, data
from dashboard.pages import place
from dashboard.questions import Pieces, Questions
from dashboard.shell import add_page, frame
from dashboard.wording import Window, count, page_path
from queries.filter import Filter
from queries.reader import Reader
from queries.violation_trends import violation_trends
from queries.violations import violations

SAMPLES = 8
"""Events shown of an opened violation, the newest."""


def layout(questions: Questions, path: str, search: str) -> Component:
    app, window = place.app_of(path), place.window_of(search)
    if not place.is_page(path, "violations"):
        return place.unknown_page()
    if not questions.knows(app):
        return place.unknown_app(app)
    shown = questions.pieces("violations-page", app, {"window": [window.key]})
    sought = next(iter(place.values_of(search, "find")), "")
    return _page(app, window, shown, sought)


def _page(app: str, window: Window, shown: Pieces, sought: str) -> Component:
    return frame(
        [
            html.Div(
                [
                    html.Div(
                        [
                            grids.violations("violations-grid", **shown["violations-grid"]),
                            html.Div(id="violations-none", **shown["violations-none"]),
                        ],
                        className="log",
                    ),
                    html.Aside(
                        [_close(), html.Div(id="violations-panel")],
                        className="event-panel",
                        **aria(labelledby="violations-panel-title"),
                    ),
                ],
                className="log-and-panel panel",
                id="violations-list",
                **data(app=app),
            ),
            dcc.Store(id="violations-open"),
        ],
        app=app,
        page="violations",
        aside=[
            _search(sought),
            html.Div(id="violations-facts", className="facts", **shown["violations-facts"]),
            place.window_choice(app, "violations", window),
        ],
        version_url=f"/api{page_path(app, 'version')}",
        bundle_url=f"/api{page_path(app, 'violations-page', window=window.key)}",
        kind="events",
    )


def _search(sought: str) -> Component:
    field: Component = dmc.TextInput(
        id="violations-find",
        value=sought,
        placeholder="Find an event, field or rule",
        size="xs",
        className="search",
        debounce=False,
        **aria(label="Only violations with this text"),
    )
    return field


def _close() -> Component:
    label = aria(label="Close this violation")
    return html.Button("\u00d7", type="button", className="close", id="violations-close", **label)


def pieces(reader: Reader, app: str, asked: tuple[Window, Filter]) -> Pieces:
    """What moves on this page, by component id."""
    window, chosen = asked
    trends = violation_trends(reader, app, chosen, window.bucket)
    rows = broken.rows(trends["kinds"], violations(reader, app, chosen))
    none = cards.empty("No violations", f"Every event of the last {window.label} kept its promises.", "check")
    return {
        "violations-grid": {"rowData": rows},
        "violations-none": {"children": [] if rows else [none]},
        "violations-facts": {"children": _facts(rows, trends["more"])},
    }


def _facts(rows: Sequence[Mapping[str, Any]], more: int) -> list[Component]:
    errors = sum(row["severity"] == "error" for row in rows)
    said = f"{count(errors)} broken {'rule' if errors == 1 else 'rules'}, {count(len(rows) - errors)} with a warning"
    return [html.Span(said if not more else f"the most frequent {said}, and {count(more)} more")]


def show_violation(questions: Questions, kind: Mapping[str, Any] | None, path: str) -> Sequence[Component]:
    """The side panel of that row of the grid; empty for none."""
    if not kind:
        return []
    app = place.app_of(path)
    chosen = {key: [value] for key, value in broken.chosen(kind).items()}
    newest = questions.found("events", app, {**chosen, "limit": [str(SAMPLES)], "brief": ["true"]})["rows"]
    return broken.panel(app, kind, newest)


def register(app: Dash, questions: Questions) -> None:
    questions.add("violations-page", place.windowed("violations"), pieces)
    empty: Pieces = {"violations-grid": {"rowData": []}, "violations-none": {}, "violations-facts": {}}
    blank = _page("", place.window_of(""), empty, "")
    shown = partial(layout, questions)
    add_page(__name__, path="/apps/<app>/violations", title=place.title("Violations"), layout=shown, blank=blank)
    app.callback(
        Output("violations-panel", "children"),
        Input("violations-open", "data"),
        State("_pages_location", "pathname"),
        prevent_initial_call=True,
    )(partial(show_violation, questions))
