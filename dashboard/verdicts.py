"""What an event broke, as sentences with their hints and as its field table; whatever was sent stays text."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard.wording import NONE, cut

MOST_SENTENCES = 6
MOST_FIELDS = 400
"""Rows of a field table that are drawn; an array may have thousands of elements."""
BAD = ("invalid", "missing", "warning")
"""Statuses of a field that say something is wrong with it."""

Violation = Mapping[str, Any]

_NAMED = re.compile(r'"(?:[^"\\]|\\.)*"|`([^`]*)`')
"""A value in quotes, or a name in backticks."""


def sentences(violations: Sequence[Violation], alike: Callable[[Violation], str]) -> list[Component]:
    """The first violations as sentences, each with its hint and a link to where `alike` says that others like it are,
    and how many more there are; nothing for none.
    """
    if not violations:
        return []
    lines = [
        html.Li(
            [*_with_hint(violation), html.A("all like this", href=alike(violation), className="alike")],
            className=f"sentence sentence-{violation['severity']}",
        )
        for violation in violations[:MOST_SENTENCES]
    ]
    more = len(violations) - len(lines)
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
    by_worth = sorted(range(len(fields)), key=lambda at: (fields[at]["status"] not in BAD, at))
    return [fields[at] for at in sorted(by_worth[:MOST_FIELDS])]


def _field(row: Mapping[str, Any]) -> list[Component]:
    """The row of a field, and below it, over its whole width, what is more to say of it."""
    verdict = html.Span(row["status"].replace("_", " "), className=f"verdict verdict-{row['status']}")
    cells = [
        html.Th(html.Code(html.Bdi(cut(row["key"], 200))), scope="row"),
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
    return html.Bdi(cut(str(value), 200))
