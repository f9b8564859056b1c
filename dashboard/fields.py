"""One event opened: its field table, sentences, payload and ids as components. Whatever was sent stays text."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard.cards import ago, copy_button, status_word
from dashboard.wording import NONE

MOST_NODES = 2_000
"""Values of a payload drawn as a tree; the rest is counted and left to the copied text."""
MOST_CHARACTERS = 2_000
"""Of one string shown; megabytes of it would only slow the page."""
MOST_RAW = 64_000
MOST_SENTENCES = 6
MOST_FIELDS = 400
"""Rows of a field table that are drawn; an array may have thousands of elements."""
MOST_LEVELS = 24
"""Of a tree; each takes six of the 254 that JSON may be nested on its way to the browser."""

_NAMED = re.compile(r'"(?:[^"\\]|\\.)*"|`([^`]*)`')
"""A value in quotes, or a name in backticks."""
_BAD = ("invalid", "missing", "warning")
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


Members = Iterator[tuple[str, list[Component], Any]]
"""Of an object or array, one by one: the path of each, how it is called there, and its value."""


class Number(str):
    """A JSON number as it was written: 2^53+1 and 1.0 keep their digits."""


class Pairs(list[tuple[str, Any]]):
    """A JSON object with its keys as they came, repeated ones included."""


def panel(event: Mapping[str, Any]) -> list[Component]:
    """Everything known of one event, the broken things first. `payload` and `context` are JSON text or None."""
    context = event.get("context")
    broken = {row["key"] for row in event.get("fields", ()) if row["status"] in _BAD and row["key"]}
    read = [
        _section("Fields", field_table(event.get("fields", ()))),
        _section("Payload", *_json(event.get("payload"), "payload", broken)),
    ]
    unread = [_section("As it came", _raw(event["unread"]))] if event.get("unread") else []
    return [
        _title(event),
        *_sentences(event),
        *unread,
        *(read if event.get("payload") is not None or not unread else []),
        _section("Details", _ids(event)),
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


def _sentences(event: Mapping[str, Any]) -> list[Component]:
    if not event["violations"]:
        return []
    lines = [
        html.Li(_with_hint(violation), className=f"sentence sentence-{violation['severity']}")
        for violation in event["violations"][:MOST_SENTENCES]
    ]
    more = len(event["violations"]) - len(lines)
    if more:
        lines.append(html.Li(f"and {more:,} more, in the table below", className="muted"))
    return [html.Ul(lines, className="sentences")]


def _with_hint(violation: Mapping[str, Any]) -> list[Component]:
    """The sentence, and on a line of its own what probably happened, which its message has after a dash."""
    message, hint = violation["message"], violation.get("hint")
    if not hint:
        return _spoken(message)
    said = message.removesuffix(f" \u2014 {hint}.")
    return [*_spoken(f"{said}."), html.Span(_spoken(_capital(hint)), className="hint")]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _spoken(sentence: str) -> list[Component]:
    """The sentence with the names it puts in backticks as code; those in the quotes of a value are its own."""
    parts: list[Component] = []
    start = 0
    for found in _NAMED.finditer(sentence):
        if found[1] is not None:
            parts += [html.Bdi(sentence[start : found.start()]), html.Code(html.Bdi(found[1]))]
            start = found.end()
    return [*parts, html.Bdi(sentence[start:])]


def field_table(fields: Sequence[Mapping[str, Any]]) -> Component:
    """The fields of the plan and of the payload, in order, each with what was expected beside what came."""
    if not fields:
        return html.P("The plan says nothing about this event.", className="muted")
    heads = html.Tr([html.Th(title, scope="col") for title in ("Field", "Value", "Expected", "Received", "")])
    shown = _worth_showing(fields)
    rows = [line for row in shown for line in _field(row)]
    left = len(fields) - len(shown)
    more = [html.P(f"and {left:,} more fields", className="muted more")] if left else []
    return html.Div([html.Table([html.Thead(heads), html.Tbody(rows)], className="fields"), *more])


def _worth_showing(fields: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """So many rows as a page can hold, in their order: the broken ones first of all."""
    if len(fields) <= MOST_FIELDS:
        return list(fields)
    by_worth = sorted(range(len(fields)), key=lambda at: (fields[at]["status"] not in _BAD, at))
    return [fields[at] for at in sorted(by_worth[:MOST_FIELDS])]


def _field(row: Mapping[str, Any]) -> list[Component]:
    """The row of a field, and below it, over its whole width, what is more to say of it."""
    verdict = html.Span(row["status"].replace("_", " "), className=f"verdict verdict-{row['status']}")
    cells = [
        html.Th(html.Code(html.Bdi(_cut(row["key"], 200))), scope="row"),
        html.Td(_cell(row["value"]), className="field-value"),
        html.Td(_cell(row["expected"])),
        html.Td(_cell(row["received"])),
        html.Td(verdict),
    ]
    more = _aside(row)
    line = html.Tr(cells, className=f"is-{row['status']}{' has-aside' if more else ''}", title=row["message"] or "")
    return [line, html.Tr(html.Td(_spoken(more), colSpan=len(cells), className="hint"))] if more else [line]


def _aside(row: Mapping[str, Any]) -> str:
    """The hint of a broken field; the condition of one it does not hold for."""
    if row.get("hint"):
        return _capital(row["hint"])
    conditional = row["status"] == "not_applied" and "`" in (row["message"] or "")
    return str(row["message"]) if conditional else ""


def _cell(value: Any) -> Component | str:
    if value is None or value == "":
        return html.Span(NONE if value is None else "empty text", className="muted")
    return html.Bdi(_cut(str(value), 200))


def _ids(event: Mapping[str, Any]) -> Component:
    known = [(label, event.get(key)) for key, label in _IDS if event.get(key) is not None]
    pairs = ((html.Dt(label), html.Dd(html.Bdi(_cut(str(value), 400)))) for label, value in known)
    return html.Dl([part for pair in pairs for part in pair])


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
                html.Pre(_cut(text, MOST_RAW), id=ident, hidden=True),
            ],
            className="json",
        )
    ]


def _raw(text: str) -> Component:
    return html.Pre(_cut(text, MOST_RAW), className="raw")


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]} … {len(text) - most:,} more characters"


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
        text = _cut(json.dumps(key, ensure_ascii=False), 200) if isinstance(key, str) else str(key)
        kind = "key" if isinstance(key, str) else "index"
        return [html.Bdi(text, className=kind), html.Span(": ", className="bracket")]

    def _scalar(self, value: Any) -> Component:
        if isinstance(value, Number):
            return html.Span(str(value), className="json-number")
        if isinstance(value, str):
            return html.Bdi(_cut(json.dumps(value, ensure_ascii=False), MOST_CHARACTERS), className="json-string")
        return html.Span(json.dumps(value), className="json-word")
