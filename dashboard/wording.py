"""How numbers, shares, times and windows are written, the same on every page."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

NONE = "\u2013"
"""Stands where there is nothing to write."""

_MANY = ((1_000_000_000, "B"), (1_000_000, "M"), (10_000, "k"))


def count(number: int) -> str:
    """`1,204` in full below ten million, then `12.3 M`: as many digits as one can take in at a glance."""
    if abs(number) < 10_000_000:
        return f"{number:,}"
    size, letter = next((size, letter) for size, letter in _MANY if abs(number) >= size)
    return f"{number / size:.1f} {letter}"


def share(part: int, whole: int) -> str:
    """`4.2 %`; never `0 %` for something nor `100 %` for not quite everything; a dash of nothing."""
    return percent(part / whole if whole else None)


def percent(rate: float | None) -> str:
    if rate is None:
        return NONE
    if 0 < rate < 0.001:
        return "<0.1 %"
    if 0.999 < rate < 1:
        return ">99.9 %"
    return f"{rate * 100:.1f} %" if 0 < rate < 1 else f"{rate * 100:.0f} %"


def cut(text: str, most: int) -> str:
    """The text, or as much of it as is shown and how much more there is."""
    return text if len(text) <= most else f"{text[:most]} … {len(text) - most:,} more characters"


@dataclass(frozen=True)
class Window:
    """A stretch of time up to now that a page can show: `key` is for URLs, `bucket` the width of a bar in seconds."""

    key: str
    label: str
    hours: float
    bucket: int


WINDOWS = (
    Window("15m", "15 min", 0.25, 60),
    Window("1h", "1 h", 1, 60),
    Window("24h", "24 h", 24, 15 * 60),
    Window("7d", "7 d", 7 * 24, 2 * 3600),
)
DEFAULT_WINDOW = WINDOWS[1]


def window(key: str | None) -> Window:
    """The window of that key; the default for none or an unknown one, so that an old link still shows something."""
    return next((known for known in WINDOWS if known.key == key), DEFAULT_WINDOW)


def page_path(app: str, page: str = "", **query: str | list[str]) -> str:
    """`/apps/<app>[/page][?query]`, with everything escaped that could end the path."""
    path = f"/apps/{quote(app, safe='')}" + (f"/{page}" if page else "")
    return f"{path}?{urlencode(query, doseq=True)}" if query else path


def events_path(app: str, event_name: str | None, status: str | None = None) -> str:
    """The log with only that name's events, of that status if one is given; all names for None."""
    return log_path(app, event=event_name, status=status)


def log_path(app: str, **chosen: str | None) -> str:
    """The log with only the events of these values, each meant as it stands; None chooses nothing."""
    given = {key: exactly(value) for key, value in chosen.items() if value is not None}
    return page_path(app, "events", **given)


def exactly(name: str) -> str:
    """The name as a filter's value: a `!` at its beginning would leave it out instead."""
    return f"\\{name}" if name.startswith("!") else name


def name_of(value: str) -> str:
    """The name that `exactly` made this value of."""
    return value[1:] if value.startswith("\\!") else value
