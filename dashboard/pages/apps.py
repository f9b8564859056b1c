"""`/`: every app with how it is doing; before there is one, the line that sends a first event."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import cards
from dashboard.first_steps import send_event
from dashboard.questions import Arguments, Pieces, Questions
from dashboard.shell import add_page, frame
from dashboard.wording import count, page_path, percent
from queries import parameters
from queries.apps import apps
from queries.filter import Filter
from queries.reader import Reader


def layout(questions: Questions, _path: str, _search: str) -> Component:
    shown = questions.pieces("apps-page", None, {})
    return frame(
        [html.H1("Apps"), html.Div(id="apps-cards", className="apps", **shown["apps-cards"])],
        version_url="/api/version",
        bundle_url="/api/apps-page",
    )


def pieces(questions: Questions, reader: Reader, _app: str, day: Filter) -> Pieces:
    """What moves on this page, by component id."""
    found = apps(reader)
    drawn = [_card(app, _lately(questions, app, day)) for app in found]
    return {"apps-cards": {"children": drawn or [_none(send_event(reader.store))]}}


def _lately(questions: Questions, app: Mapping[str, Any], day: Filter) -> tuple[int, float | None]:
    """Events of the last day and their success rate, worked out anew only for an app that has moved."""
    last = app["last_received_at"]
    if last is None or day.since is None or last < day.since.isoformat():
        return 0, None
    counted = questions.found("stats", app["app"], {"hours": ["24"]})
    return counted["events"]["total"], counted["success_rate"]


def _card(app: Mapping[str, Any], lately: tuple[int, float | None]) -> Component:
    events, rate = lately
    health = "none" if rate is None else "good" if rate >= 0.99 else "fair" if rate >= 0.9 else "poor"
    facts: Sequence[tuple[str, Component | str]] = (
        ("Events, 24 h", count(events)),
        ("Stored", count(app["events"])),
        ("Plan", f"version {app['plan_version']}" if app["plan_version"] else "none yet"),
        ("Last event", cards.ago(app["last_received_at"])),
    )
    fill = html.Div(className="progress-fill", style={"width": f"{100 * (rate or 0):.2f}%"})
    head = [html.H2(html.Bdi(app["name"])), html.Span(percent(rate), className=f"rate rate-{health}")]
    return dcc.Link(
        [
            html.Div(head, className="app-head"),
            html.Div(fill, className="progress-track", title="Success rate of the last 24 hours"),
            html.Dl([html.Div([html.Dt(label), html.Dd(value)]) for label, value in facts]),
        ],
        href=page_path(app["app"]),
        className="app panel is-quiet" if rate is None else "app panel",
    )


def _none(first_event: str) -> Component:
    text = "Send one: it creates its app, and this page shows it about a second later."
    inside = [cards.empty("No events yet", text, "send"), cards.snippet(first_event, "apps-first-event")]
    return html.Section(inside, className="panel lonely")


def _last_day(given: Arguments) -> Filter:
    parameters.read(given, ())
    return Filter.parse({"hours": ["24"]}, "stats")


def register(questions: Questions) -> None:
    questions.add("apps-page", _last_day, partial(pieces, questions))

    add_page(__name__, path="/", title="Live Validation", layout=partial(layout, questions))
