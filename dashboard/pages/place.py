"""Where a reader is: what a page's URL says, and what to show when it says something that is not there."""

from collections.abc import Callable
from urllib.parse import parse_qs, unquote

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.attributes import aria
from dashboard.cards import empty
from dashboard.questions import Arguments
from dashboard.shell import frame
from dashboard.wording import WINDOWS, Window, page_path, window
from queries import parameters
from queries.filter import Filter


def app_of(path: str) -> str:
    """`shop` of `/apps/shop/events`; empty when the path names none."""
    parts = path.split("/")
    return unquote(parts[2]) if len(parts) > 2 and parts[1] == "apps" else ""


def is_page(path: str, page: str) -> bool:
    """Whether that page is meant: Dash takes `/apps/shop/nowhere` for the overview of an app called `shop/nowhere`."""
    return path.rstrip("/").split("/")[3:] == ([page] if page else [])


def values_of(search: str, key: str) -> list[str]:
    """Every value the query part of the URL gives that key."""
    return parse_qs(search.removeprefix("?")).get(key, [])


def window_of(search: str) -> Window:
    return window(next(iter(values_of(search, "window")), None))


def windowed(question: str) -> Callable[[Arguments], tuple[Window, Filter]]:
    """What `window=<key>` means to that question: the window, and its filter as of this minute. Raises BadRequest."""

    def means(given: Arguments) -> tuple[Window, Filter]:
        key = parameters.single(parameters.read(given, {"window"}), "window")
        chosen = window(key)
        if key not in (None, chosen.key):
            raise parameters.wrong("window", str(key), f"one of {', '.join(each.key for each in WINDOWS)}")
        return chosen, Filter.parse({"hours": [f"{chosen.hours:g}"]}, question)

    return means


def window_choice(app: str, page: str, here: Window) -> Component:
    """The windows a page can show, as links: the choice is in the URL."""
    links = [
        dcc.Link(
            html.Span(each.label, **aria(current="true" if each == here else None)),
            href=page_path(app, page, window=each.key),
            className="choice is-here" if each == here else "choice",
        )
        for each in WINDOWS
    ]
    return html.Nav(links, className="choices", **aria(label="Window of time"))


def title(page: str) -> Callable[..., str]:
    """A tab title that starts with what tells tabs apart."""

    def titled(app: str = "", **_: str) -> str:
        return f"{unquote(app)} · {page} · Live Validation" if app else "Live Validation"

    return titled


def unknown_app(app: str) -> Component:
    text = f"Nothing has come from “{app}” and it has no plan. Its first event creates it."
    return _nothing("No such app", text)


def unknown_page() -> Component:
    return _nothing("No such page", "The address may have a typing error, or the page is not there any more.")


def _nothing(heading: str, text: str) -> Component:
    inside = [empty(heading, text, "lost"), dcc.Link("To all apps", href="/", className="button")]
    return frame([html.Div(inside, className="panel lonely")])
