"""One event opened: its verdict, payload and ids as components. Whatever was sent stays text."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard.cards import ago, copy_button, status_word
from dashboard.verdicts import BAD, field_table, sentences
from dashboard.wording import cut, log_path

MOST_NODES = 2_000
"""Values of a payload drawn as a tree; the rest is counted and left to the copied text."""
MOST_CHARACTERS = 2_000
"""Of one string shown; megabytes of it would only slow the page."""
MOST_RAW = 64_000
MOST_LEVELS = 24
"""Of a tree; each takes six of the 254 that JSON may be nested on its way to the browser."""

_IDS = (
    ("seq", "Seq"),
    ("event_id", "Event id"),
    ("event_type", "Type"),
    ("received_at", "Received"),
    ("occurred_at", "Occurred"),
    ("plan_version", "Plan version"),
    ("copies", "Copies"),
    ("source", "Source"),
    ("app_version", "App version"),
    ("platform", "Platform"),
    ("environment", "Environment"),
    ("session", "Session"),
    ("user_id", "User"),
)
_SHARED = ("source", "app_version", "platform", "environment", "session", "user_id")
"""Those that other events have too, and the log can be asked for."""
MOST_IN_LINK = 1_000
"""Characters of a value that an address takes."""

Members = Iterator[tuple[str, list[Component], Any]]
"""Of an object or array, one by one: the path of each, how it is called there, and its value."""


class Number(str):
    """A JSON number as it was written: 2^53+1 and 1.0 keep their digits."""


class Pairs(list[tuple[str, Any]]):
    """A JSON object with its keys as they came, repeated ones included."""


def panel(event: Mapping[str, Any], app: str) -> list[Component]:
    """Everything known of one event of `app`, the broken things first, with ways to events like it.

    `payload` and `context` are JSON text or None.
    """
    context = event.get("context")
    broken = {row["key"] for row in event.get("fields", ()) if row["status"] in BAD and row["key"]}
    read = [
        _section("Fields", field_table(event.get("fields", ()))),
        _section("Payload", *_json(event.get("payload"), "payload", broken)),
    ]
    unread = [_section("As it came", _raw(event["unread"]))] if event.get("unread") else []
    return [
        _title(event),
        *sentences(event["violations"], lambda violation: _alike(app, event, violation)),
        *unread,
        *(read if event.get("payload") is not None or not unread else []),
        _section("Details", _ids(event, app)),
        *([_section("Context", *_json(context, "context", set()))] if context not in (None, "null") else []),
    ]


def _title(event: Mapping[str, Any]) -> Component:
    name = event["event_name"]
    copies = event["copies"]
    repeated = html.Span(f"sent {copies} times, shown where the newest came", className="muted")
    return html.Div(
        [
            html.H2(html.Bdi(name) if name is not None else "An event without a name", id="events-panel-title"),
            html.Div(
                [
                    status_word(event["status"]),
                    ago(event["received_at"]),
                    *([repeated] if copies > 1 else []),
                ],
                className="panel-facts",
            ),
        ],
        className="panel-title",
    )


def _section(title: str, *inside: Component) -> Component:
    return html.Section([html.H3(title), *inside])


def _alike(app: str, event: Mapping[str, Any], violation: Mapping[str, Any]) -> str:
    """Where all events are that break this rule of this field."""
    return log_path(app, event=event["event_name"], field=violation["path"] or None, rule=violation["rule"])


def _ids(event: Mapping[str, Any], app: str) -> Component:
    known = [(key, label, str(event[key])) for key, label in _IDS if event.get(key) is not None]
    pairs = ((html.Dt(label), html.Dd(_id(app, key, label, value))) for key, label, value in known)
    return html.Dl([part for pair in pairs for part in pair])


def _id(app: str, key: str, label: str, value: str) -> Component:
    shown = html.Bdi(cut(value, 400))
    if key not in _SHARED or len(value) > MOST_IN_LINK:
        return shown
    return html.A(shown, href=log_path(app, **{key: value}), title=f"All events of this {label.lower()}")


def _json(text: str | None, kind: str, broken: set[str]) -> list[Component]:
    if text is None:
        return [html.P("None was sent.", className="muted")]
    ident = f"events-{kind}-text"
    try:
        value = json.loads(text, parse_int=Number, parse_float=Number, object_pairs_hook=Pairs)
        shown = _Tree(broken).draw(value)
    except (ValueError, RecursionError):
        shown = _raw(text)
    return [
        html.Div(
            [
                html.Div(shown, className="tree"),
                copy_button(ident),
                html.Pre(cut(text, MOST_RAW), id=ident, hidden=True),
            ],
            className="json",
        )
    ]


def _raw(text: str) -> Component:
    return html.Pre(cut(text, MOST_RAW), className="raw")


class _Tree:
    """Draws one JSON value as lines, objects and arrays foldable, and stops at MOST_NODES."""

    def __init__(self, broken: set[str]) -> None:
        self._broken = broken
        self._left = MOST_NODES

    def draw(self, value: Any, path: str = "", label: Sequence[Component] = (), level: int = 0) -> Component:
        self._left -= 1
        if level == MOST_LEVELS and isinstance(value, list):
            deeper = html.Span("… deeper than is shown", className="muted")
            return html.Div([*label, deeper], className=self._name(path, "leaf"))
        if isinstance(value, Pairs):
            members = ((f"{path}.{key}" if path else key, self._key(key), item) for key, item in value)
            return self._fold(path, label, "{}", members, len(value), level)
        if isinstance(value, list):
            items = ((f"{path}[{index}]", self._key(index), item) for index, item in enumerate(value))
            return self._fold(path, label, "[]", items, len(value), level)
        return html.Div([*label, self._scalar(value)], className=self._name(path, "leaf"))

    def _name(self, path: str, name: str) -> str:
        return f"{name} is-broken" if path in self._broken else name

    def _fold(
        self, path: str, label: Sequence[Component], brackets: str, members: Members, count: int, level: int
    ) -> Component:
        if not count:
            return html.Div([*label, html.Span(brackets, className="bracket")], className=self._name(path, "leaf"))
        drawn: list[Component] = []
        for place, key, item in members:
            if self._left <= 0:
                drawn.append(html.Div(f"… {count - len(drawn):,} more", className="leaf muted"))
                break
            drawn.append(self.draw(item, place, key, level + 1))
        bracket, size = html.Span(brackets[0], className="bracket"), html.Span(f"{count:,}", className="fold-count")
        head = html.Summary([*label, bracket, size], className=self._name(path, "fold"))
        return html.Details([head, html.Div(drawn, className="branch")], open=True)

    def _key(self, key: str | int) -> list[Component]:
        text = cut(json.dumps(key, ensure_ascii=False), 200) if isinstance(key, str) else str(key)
        kind = "key" if isinstance(key, str) else "index"
        return [html.Bdi(text, className=kind), html.Span(": ", className="bracket")]

    def _scalar(self, value: Any) -> Component:
        if isinstance(value, Number):
            return html.Span(str(value), className="json-number")
        if isinstance(value, str):
            return html.Bdi(cut(json.dumps(value, ensure_ascii=False), MOST_CHARACTERS), className="json-string")
        return html.Span(json.dumps(value), className="json-word")
