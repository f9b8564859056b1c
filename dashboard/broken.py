"""Broken rules as rows of a grid, and one of them opened: pure, from what the questions about violations answer."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard.cards import BROKEN, ago
from dashboard.wording import NONE, count, cut, exactly, page_path, share

Row = Mapping[str, Any]
_KIND = ("event_name", "field", "rule", "severity")


def rows(kinds: Sequence[Row], seen: Sequence[Row]) -> list[dict[str, Any]]:
    """One row for each broken rule: how it went (`violation_trends`) beside when it was seen (`violations`)."""
    when = {tuple(row[key] for key in _KIND): row for row in seen}
    found = []
    for kind in kinds:
        key = tuple(kind[part] for part in _KIND)
        if key in when:
            first, last = when[key]["first_seen_at"], when[key]["last_seen_at"]
            versions = [{"name": each["app_version"] or NONE, "count": each["count"]} for each in kind["versions"]]
            found.append({**kind, "id": "\n".join(map(str, key)), "versions": versions, "first": first, "last": last})
    return found


def chosen(kind: Row) -> dict[str, str]:
    """What the log must be asked for to show the events of a row."""
    asked = {"rule": kind["rule"]}
    if kind["event_name"] is not None:
        asked["event"] = exactly(kind["event_name"])
    return asked | ({"field": exactly(kind["field"])} if kind["field"] else {})


def panel(app: str, kind: Row, newest: Sequence[Row]) -> list[Component]:
    """A broken rule: what it is, how it went, in which app versions, and its newest events."""
    return [
        html.Div(
            [
                html.H2(_sentence(kind), id="violations-panel-title"),
                html.Div(
                    [
                        html.Span(f"{count(kind['count'])} events, {share(kind['count'], kind['of'])} of that name"),
                        html.Span(["first ", ago(kind["first"])]),
                        html.Span(["last ", ago(kind["last"])]),
                    ],
                    className="panel-facts",
                ),
            ],
            className="panel-title",
        ),
        _section("App versions", _versions(kind["versions"])),
        _section("Newest events", _samples(app, kind, newest)),
        html.P(html.A("All events with this violation", href=_log(app, kind), className="onward")),
    ]


def _sentence(kind: Row) -> list[Component | str]:
    said = BROKEN.get(kind["rule"], kind["rule"].replace("_", " "))
    name = html.Code(html.Bdi(kind["event_name"] if kind["event_name"] is not None else "an event"))
    if not kind["field"]:
        return [name, f" {said}"]
    return [html.Code(html.Bdi(kind["field"])), f" {said} in ", name]


def _log(app: str, kind: Row) -> str:
    return page_path(app, "events", **chosen(kind))


def _section(title: str, *inside: Component) -> Component:
    return html.Section([html.H3(title), *inside])


def _versions(versions: Sequence[Row]) -> Component:
    most = max((each["count"] for each in versions), default=1)
    lines = [
        html.Tr(
            [
                html.Th(html.Bdi(cut(each["name"], 80)), scope="row"),
                html.Td(
                    html.Span(html.Span(className="meter-fill", style=_width(each["count"], most)), className="meter")
                ),
                html.Td(count(each["count"])),
            ]
        )
        for each in versions
    ]
    return html.Table(html.Tbody(lines), className="versions")


def _width(part: int, whole: int) -> dict[str, str]:
    return {"width": f"{max(2, 100 * part / whole):.0f}%"}


def _samples(app: str, kind: Row, newest: Sequence[Row]) -> Component:
    if not newest:
        return html.P("None is left in the log.", className="muted")
    return html.Ul([_sample(app, kind, event) for event in newest], className="samples")


def _sample(app: str, kind: Row, event: Row) -> Component:
    told = (each for each in event["violations"] if (each["path"], each["rule"]) == (kind["field"], kind["rule"]))
    message = next(told, {"message": ""})["message"].replace("`", "")
    leads_to = page_path(app, "events", **chosen(kind), seq=str(event["seq"]))
    return html.Li(html.A([ago(event["received_at"]), html.Bdi(cut(message, 300))], href=leads_to))
