"""HTML attributes whose names are no Python names: `aria-label`, `data-copy`."""

from typing import Any


def aria(**values: object) -> dict[str, Any]:
    """`aria(label="Close")` is `{"aria-label": "Close"}`, to be given to a component with `**`; None is left out."""
    return _prefixed("aria", values)


def data(**values: object) -> dict[str, Any]:
    """`data(version_url="/x")` is `{"data-version-url": "/x"}`; None is left out."""
    return _prefixed("data", values)


def _prefixed(prefix: str, values: dict[str, object]) -> dict[str, Any]:
    return {f"{prefix}-{name.replace('_', '-')}": value for name, value in values.items() if value is not None}
