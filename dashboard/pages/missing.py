"""Any address that is no page: says so, and leads back."""

from dashboard.pages import place
from dashboard.shell import add_page


def register() -> None:
    # The name by which Dash finds the page for whatever it does not know.
    name = "dashboard.pages.not_found_404"
    add_page(name, path="/404", title="Live Validation", layout=lambda _path, _search: place.unknown_page())
