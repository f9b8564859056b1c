"""The colour of each status, once for charts, grids and style sheet, on light and dark ground alike.

Chosen to stay apart for people with deuteranopia, protanopia and tritanopia; a test works that out again.
"""

STATUS = {
    "valid": "#3f8fc4",
    "invalid": "#d9512c",
    "unplanned": "#efc050",
    "error": "#a0407f",
}
"""In the order statuses are listed and stacked."""

WARNING = "#c98a12"


def style_variables() -> str:
    """The same colours as CSS custom properties (`--status-valid` …)."""
    lines = [f"--status-{status}: {colour};" for status, colour in STATUS.items()]
    return ":root { " + " ".join(lines) + f" --warning: {WARNING}; }}"
