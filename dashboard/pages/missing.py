"""Any address that is no page: says so, and leads back."""

from typing import Any

from dash import Dash
from dash.development.base_component import Component

from dashboard.pages import place
from dashboard.shell import add_page


def register(app: Dash) -> None:
    def page(**_: Any) -> Component:
        return place.unknown_page()

    add_page("dashboard.pages.not_found_404", path="/404", title="Live Validation", layout=page)
