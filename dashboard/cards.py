"""Numbers, lists and summaries as components: pure, drawn the same for a first look and for a refresh."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.attributes import aria, data
from dashboard.colours import STATUS
from dashboard.wording import Window, count, events_path, page_path, percent, share

Row = Mapping[str, Any]

BROKEN = {
    "missing": "is missing",
    "empty": "is empty",
    "wrong_type": "has the wrong type",
    "not_allowed": "has a value that is not allowed",
    "wrong_format": "has the wrong format",
    "out_of_range": "is out of range",
    "unplanned_field": "is not in the plan",
    "unplanned_event": "is not in the plan",
    "condition": "breaks a condition",
    "schema": "does not match its schema",
    "unreadable": "could not be read",
}
_STATUS_OF_RULE = {"unplanned_event": "unplanned", "unreadable": "error"}


def status_word(status: str) -> Component:
    """The status as a word beside its colour: never the colour alone."""
    return html.Span(status, className=f"status status-{status}")


def ago(at: str | None) -> Component:
    """A time that the browser keeps rewriting as `12 s ago`, with the exact time beneath the pointer."""
    if at is None:
        return html.Span("never", className="muted")
    spelt = at.replace("T", " ").removesuffix("Z")
    return html.Time(spelt[:19], dateTime=at, title=f"{spelt} UTC", **data(ago=""))


def numbers(stats: Row, app: str) -> list[Component]:
    """The strip of totals above an overview, from a `stats` answer."""
    events, names = stats["events"], stats["names"]
    total = events["total"]
    judged = events["valid"] + events["invalid"] + events["error"]
    return [
        _number("Success rate", percent(stats["success_rate"]), f"of {count(judged)} judged", "hero"),
        _number("Events", count(total), f"{count(events['valid'])} valid", to=page_path(app, "events")),
        *(_of_status(status, events, app) for status in ("invalid", "unplanned", "error")),
        _number("With warnings", count(events["warned"]), share(events["warned"], total), "warned"),
        _number("Replaced", count(events["replaced"]), "duplicates"),
        _number("Event names", count(names["total"]), f"{count(names['valid'])} always valid"),
    ]


def _of_status(status: str, events: Row, app: str) -> Component:
    number = events[status]
    leads_to = page_path(app, "events", status=status)
    return _number(status.capitalize(), count(number), share(number, events["total"]), status, leads_to)


def _number(label: str, value: str, below: str, kind: str = "", to: str | None = None) -> Component:
    inside = [
        html.Span(label, className="number-label"),
        html.Span(value, className="number-value"),
        html.Span(below, className="number-below"),
    ]
    quiet = " is-zero" if value == "0" else ""
    name = f"number number-{kind}{quiet}" if kind else f"number{quiet}"
    return dcc.Link(inside, href=to, className=name) if to else html.Div(inside, className=name)


def status_legend(events: Row) -> list[Component]:
    """What the bars of a chart mean, with each status's total and share."""
    return [
        html.Span(
            [status_word(status), html.Span(count(events[status]), className="legend-count")],
            className="legend-entry",
            title=f"{share(events[status], events['total'])} of all events",
        )
        for status in STATUS
    ]


def violation_list(violations: Sequence[Row], app: str, events: int, most: int = 12) -> list[Component]:
    """The most frequent violations among so many events as sentences, each leading to its events in the log."""
    if not events:
        return [empty("No events", "Nothing came in this window.", "send")]
    if not violations:
        return [empty("No violations", "Every event in this window kept its promises.", "check")]
    top = violations[0]["count"]
    shown = html.Ol([_violation(row, app, top) for row in violations[:most]], className="violations")
    return [shown, *_and_more(len(violations) - most)]


def _and_more(number: int) -> list[Component]:
    return [html.P(f"and {count(number)} more", className="muted more")] if number > 0 else []


def _violation(row: Row, app: str, top: int) -> Component:
    error = row["severity"] == "error"
    status = _STATUS_OF_RULE.get(row["rule"], "invalid" if error else None)
    width = max(2, 100 * row["count"] / top)
    return html.Li(
        dcc.Link(
            [
                html.Span(className=f"severity severity-{row['severity']}", title=row["severity"]),
                html.Span(_sentence(row), className="violation-text"),
                html.Span(ago(row["last_seen_at"]), className="violation-when muted"),
                html.Span(html.Span(className="meter-fill", style={"width": f"{width:.0f}%"}), className="meter"),
                html.Span(count(row["count"]), className="violation-count"),
            ],
            href=events_path(app, row["event_name"], status),
            className=f"violation violation-{row['severity']}",
        )
    )


def _sentence(row: Row) -> list[Component | str]:
    broken = BROKEN.get(row["rule"], row["rule"].replace("_", " "))
    name = html.Code(row["event_name"] if row["event_name"] is not None else "an event")
    if not row["field"]:
        return [name, f" {broken}"]
    return [html.Code(row["field"], className="field"), f" {broken} in ", name]


def coverage_summary(coverage: Row, app: str, window: Window) -> list[Component]:
    """How much of the plan has been seen, from a `coverage` answer."""
    if not coverage["total"]:
        return [empty("No plan yet", "Coverage shows which planned events have arrived, and which have not.", "plan")]
    missing = coverage["missing_events"]
    none = html.P("Every planned event has been seen.", className="muted")
    return [
        progress("Captured", coverage["captured"], coverage["total"], "captured"),
        progress("Fully valid", coverage["fully_valid"], coverage["total"], "fully-valid"),
        html.Div(
            [
                html.H3(["Missing ", html.Span(count(len(missing)), className="badge")]),
                name_list(missing[:8], app, link=False) if missing else none,
                *_and_more(len(missing) - 8),
            ],
            className="coverage-missing",
        ),
        dcc.Link("All of the coverage", href=page_path(app, "coverage", window=window.key), className="onward"),
    ]


def progress(label: str, part: int, whole: int, kind: str) -> Component:
    """A labelled bar: `part` of `whole`."""
    return html.Div(
        [
            html.Div(
                [
                    html.Span(label, className="progress-label"),
                    html.Span([html.B(count(part)), f" of {count(whole)}"], className="progress-count"),
                    html.Span(share(part, whole), className="progress-share"),
                ],
                className="progress-line",
            ),
            html.Div(
                html.Div(className="progress-fill", style={"width": f"{100 * part / whole if whole else 0:.2f}%"}),
                className="progress-track",
                role="progressbar",
                **aria(label=label, valuenow=part, valuemin=0, valuemax=whole),
            ),
        ],
        className=f"progress progress-{kind}",
    )


def name_list(names: Sequence[str], app: str, *, link: bool = True) -> Component:
    """Event names below each other, each leading to its events where there are any."""
    return html.Ul(
        [
            html.Li(dcc.Link(html.Code(name), href=events_path(app, name)) if link else html.Code(name))
            for name in names
        ],
        className="names",
    )


def empty(title: str, text: str, kind: str = "") -> Component:
    """What stands where there is nothing to show, saying why and what would change that."""
    lines = [html.P(title, className="empty-title"), html.P(text, className="empty-text")]
    return html.Div([html.Div(className=f"empty-mark empty-{kind}"), *lines], className="empty")


def snippet(text: str, ident: str) -> Component:
    """Lines to paste into a shell, with a button that copies them."""
    return html.Div([html.Pre(text, id=ident), copy_button(ident)], className="snippet")


def copy_button(ident: str) -> Component:
    """A button that copies the text of the element with that id."""
    return html.Button("Copy", type="button", className="copy", **data(copy=ident))
