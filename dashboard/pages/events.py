"""`/apps/<app>/events`: the log, newest first; a row opens beside it."""

from collections.abc import Sequence
from functools import partial

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from dashboard import cards, fields, grids
from dashboard.attributes import aria, data
from dashboard.colours import STATUS
from dashboard.pages import place
from dashboard.questions import Questions
from dashboard.shell import add_page, frame, in_browser
from dashboard.wording import name_of, page_path

WINDOW_ROWS = 500_000
"""Rows the scroll bar spans; a browser cannot draw a taller area exactly."""


def layout(questions: Questions, path: str, search: str) -> Component:
    app = place.app_of(path)
    if not place.is_page(path, "events"):
        return place.unknown_page()
    if not questions.knows(app):
        return place.unknown_app(app)
    chosen = [name_of(value) for value in place.values_of(search, "event")]
    sought = next(iter(place.values_of(search, "q")), "")
    return _page(app, sorted({*questions.names(app), *chosen}), chosen, place.values_of(search, "status"), sought)


def _page(app: str, names: Sequence[str], chosen: Sequence[str], statuses: Sequence[str], sought: str) -> Component:
    return frame(
        [
            _toolbar(names, chosen, statuses, sought),
            html.Div(
                [
                    html.Div(
                        [
                            grids.log("events-grid"),
                            html.Button(className="fresh", id="events-fresh", type="button", hidden=True),
                        ],
                        className="log",
                    ),
                    html.Aside(
                        [
                            _close(),
                            html.Div(id="events-panel"),
                        ],
                        className="event-panel",
                        **aria(labelledby="events-panel-title"),
                    ),
                ],
                className="log-and-panel panel",
                id="events-log",
                **data(app=app, window_rows=WINDOW_ROWS),
            ),
            dcc.Store(id="events-open"),
        ],
        app=app,
        page="events",
        version_url=f"/api{page_path(app, 'version')}",
        kind="events",
    )


def _close() -> Component:
    return html.Button("\u00d7", type="button", className="close", id="events-close", **aria(label="Close this event"))


def _toolbar(names: Sequence[str], chosen: Sequence[str], statuses: Sequence[str], sought: str) -> Component:
    return html.Div(
        [
            dmc.MultiSelect(
                id="events-names",
                data=list(names),
                value=list(chosen),
                placeholder="All events" if not chosen else "",
                searchable=True,
                clearable=True,
                hidePickedOptions=True,
                maxDropdownHeight=320,
                nothingFoundMessage="No event of that name",
                size="xs",
                className="pick-names",
                **aria(label="Only these events"),
            ),
            html.Div(
                dmc.ChipGroup(
                    [dmc.Chip(status, value=status, size="xs", className=f"chip-{status}") for status in STATUS],
                    id="events-statuses",
                    multiple=True,
                    value=[status for status in statuses if status in STATUS],
                ),
                className="chips",
                role="group",
                **aria(label="Only these statuses"),
            ),
            dmc.TextInput(
                id="events-search",
                value=sought,
                placeholder="Text in the payload, Enter",
                size="xs",
                className="search",
                debounce=False,
                **aria(label="Only events with this text in their payload"),
            ),
            dmc.TextInput(
                id="events-time",
                placeholder="Go to time, 14:05 (UTC)",
                size="xs",
                className="go-to-time",
                debounce=False,
                **aria(label="Go to a time (UTC)"),
            ),
            html.Div(id="events-chosen", className="chosen-list"),
            html.Button("Search further back", id="events-further", type="button", className="further", hidden=True),
            html.Span(className="log-count", id="events-count", role="status"),
        ],
        className="toolbar",
    )


def show_event(questions: Questions, seq: int | None, path: str) -> Sequence[Component]:
    """The side panel of that event; empty for none."""
    if seq is None:
        return []
    app = place.app_of(path)
    event = questions.event(app, seq)
    if event is None:
        return [cards.empty("This event is gone", "A newer copy has replaced it, or it has been deleted.", "lost")]
    return fields.panel(event, app)


def register(app: Dash, questions: Questions) -> None:
    shown, blank = partial(layout, questions), _page("", (), (), (), "")
    add_page(__name__, path="/apps/<app>/events", title=place.title("Events"), layout=shown, blank=blank)
    app.callback(
        Output("events-panel", "children"),
        Input("events-open", "data"),
        State("_pages_location", "pathname"),
        prevent_initial_call=True,
    )(partial(show_event, questions))
    in_browser(app, "filter", Input("events-names", "value"), Input("events-statuses", "value"))
