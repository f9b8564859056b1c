"""What surrounds every page: the document, the theme, the bar at the top, and the one clock that refreshes."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html, page_container, register_page
from dash.development.base_component import Component
from flask import Flask

from dashboard.attributes import aria, data
from dashboard.colours import style_variables
from dashboard.wording import page_path

TICK_MS = 1_000
PAGES = (("", "Overview"), ("events", "Events"), ("coverage", "Coverage"), ("violations", "Violations"))

_INDEX = """<!DOCTYPE html>
<html lang="en">
<head>
{%metas%}
<title>{%title%}</title>
<link rel="icon" href="/assets/favicon.svg" type="image/svg+xml">
<script src="/assets/first/theme.js"></script>
<style>STYLE_VARIABLES</style>
{%css%}
</head>
<body>
{%app_entry%}
<footer>{%config%}{%scripts%}{%renderer%}</footer>
</body>
</html>"""


def create(server: Flask) -> Dash:
    """The Dash app on that server, still without pages."""
    app = Dash(
        "dashboard",
        server=cast(Any, server),
        use_pages=True,
        pages_folder="",
        include_pages_meta=False,
        routing_callback_inputs={
            "path": State("_pages_location", "pathname"),
            "search": State("_pages_location", "search"),
        },
        assets_folder=str(Path(__file__).parent / "assets"),
        assets_ignore=r"theme\.js",
        title="Live Validation",
        update_title="",
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
        index_string=_INDEX.replace("STYLE_VARIABLES", style_variables()),
        serve_locally=True,
        enable_mcp=False,
        add_log_handler=False,
    )
    app.layout = _layout()
    in_browser(app, "tick", Output("shell-tick", "interval"), Input("shell-tick", "n_intervals"))
    return app


def add_page(
    module: str,
    *,
    path: str,
    title: str | Callable[..., str],
    layout: Callable[[str, str], Component],
    blank: Component | None = None,
) -> None:
    """Show `layout(path, search)` of the address asked for at `path`, which may hold `<variables>`.

    Dash asks every page once without an address, to know which ids callbacks may name: it gets `blank`, so that a
    store that cannot be read yet does not matter then.
    """

    def page(path: str = "", search: str = "", **_: Any) -> Component:
        return layout(path, search or "") if path else blank or html.Div()

    address = {"path_template": path} if "<" in path else {"path": path}
    # `/apps/<app>` would take `/apps/shop/events` too: whatever lies deeper is asked first.
    cast(Any, register_page)(module, **address, title=title, layout=page, order=9 - path.count("/"))


def in_browser(app: Dash, function: str, *moves: Input | Output | State) -> None:
    """Have the browser call that function of the assets' `lvd` namespace when an input moves."""
    called = ClientsideFunction("lvd", function)
    cast(Any, app).clientside_callback(called, *moves, prevent_initial_call=True)


def _layout() -> Component:
    provider: Component = dmc.MantineProvider(
        [
            dcc.Interval(id="shell-tick", interval=TICK_MS),
            html.Div(
                [html.Span(className="notice-spinner"), "The server does not answer. Trying again …"],
                className="notice",
                role="status",
            ),
            page_container,
        ],
        defaultColorScheme="auto",
        theme={"fontFamily": "var(--font)", "fontFamilyMonospace": "var(--mono)", "defaultRadius": "sm"},
    )
    return provider


def frame(
    children: Sequence[Component],
    *,
    app: str | None = None,
    page: str | None = None,
    aside: Sequence[Component] = (),
    version_url: str | None = None,
    bundle_url: str | None = None,
    kind: str = "",
) -> Component:
    """A page with its bar. The clock asks `version_url`; when that moved, it puts the pieces of `bundle_url` there."""
    return html.Div(
        [
            _bar(app, page),
            html.Main([*_title(app, page), *_head(aside), *children], id="main", className=f"page {kind}"),
        ],
        className="frame",
        **data(version_url=version_url, bundle_url=bundle_url),
    )


def _title(app: str | None, page: str | None) -> list[Component]:
    """The heading for whoever cannot see the bar."""
    return [html.H1(f"{app}: {dict(PAGES)[page]}", className="unseen")] if app and page is not None else []


def _head(aside: Sequence[Component]) -> list[Component]:
    return [html.Div(list(aside), className="page-head")] if aside else []


def _bar(app: str | None, page: str | None) -> Component:
    return html.Header(
        [
            html.A("Skip to content", href="#main", className="skip"),
            dcc.Link([html.Span(className="mark"), "Live Validation"], href="/", className="brand"),
            *(_place(app, page) if app else []),
            html.Div([_live(), _theme_toggle()], className="bar-end"),
        ],
        className="bar",
    )


def _live() -> Component:
    return html.Span([html.Span(className="pulse"), "Live"], className="live")


def _place(app: str, page: str | None) -> list[Component]:
    links = [
        dcc.Link(
            html.Span(label, **aria(current="page" if path == page else None)),
            href=page_path(app, path),
            className="place-tab is-here" if path == page else "place-tab",
        )
        for path, label in PAGES
    ]
    return [
        html.Span("/", className="slash"),
        dcc.Link(app, href=page_path(app), className="place", title=app),
        html.Nav(links, className="place-tabs", **aria(label="Pages of this app")),
    ]


def _theme_toggle() -> Component:
    toggle: Component = dmc.ColorSchemeToggle(
        lightIcon=html.Span(className="icon icon-moon"),
        darkIcon=html.Span(className="icon icon-sun"),
        variant="subtle",
        color="gray",
        size="md",
        **aria(label="Switch between light and dark"),
    )
    return toggle
