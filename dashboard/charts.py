"""Figures as plain Plotly JSON: pure, the same for both themes; the style sheet colours text and lines."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from dashboard.colours import STATUS

CONFIG: Any = {"showSendToCloud": False, "displaylogo": False, "displayModeBar": False, "responsive": True}
"""For every graph. plotly.js 4 would otherwise offer to upload what it shows."""

Figure = dict[str, Any]

_NOTHING: Figure = {
    "text": "No events in this window",
    "showarrow": False,
    "xref": "paper",
    "yref": "paper",
    "x": 0.5,
    "y": 0.5,
}

_COUNTS: Figure = {
    "rangemode": "tozero",
    "fixedrange": True,
    "zeroline": False,
    "tickformat": "~s",
    "gridcolor": "rgba(128,128,128,.2)",
}


def events_over_time(buckets: Sequence[Mapping[str, Any]], seconds: int) -> Figure:
    """Stacked bars of `trend` buckets (`at`, where one begins, and a count per status), each `seconds` wide."""
    width = seconds * 1000
    starts = [_unzoned(bucket["at"]) for bucket in buckets]
    bars = [
        {
            "type": "bar",
            "name": status.capitalize(),
            "x": starts,
            "y": [bucket[status] for bucket in buckets],
            "width": width * 0.86,
            "offset": width * 0.07,
            "marker": {"color": colour, "line": {"width": 0}},
            "hovertemplate": "%{y:,}",
        }
        for status, colour in STATUS.items()
    ]
    ends = [starts[0], _after(starts[-1], seconds)] if starts else None
    highest = max((sum(bucket[status] for status in STATUS) for bucket in buckets), default=0)
    return {"data": bars, "layout": _layout(ends, highest)}


def _unzoned(at: str) -> str:
    """Plotly shows a time without a zone as it stands; every time on the page is UTC."""
    return at.removesuffix("Z")


def _after(at: str, seconds: int) -> str:
    return (datetime.fromisoformat(at) + timedelta(seconds=seconds)).isoformat()


def _layout(ends: list[str] | None, highest: int) -> Figure:
    return {
        "barmode": "stack",
        "bargap": 0,
        "uirevision": "same",
        "autosize": True,
        "height": 232,
        "margin": {"l": 44, "r": 8, "t": 8, "b": 26},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "annotations": [] if highest else [_NOTHING],
        "hovermode": "x unified",
        "dragmode": False,
        "font": {"family": "inherit", "size": 11.5},
        "xaxis": {
            "type": "date",
            "range": ends,
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
            "showspikes": False,
            "hoverformat": "%d %b %Y, %H:%M UTC",
            "tickformatstops": [
                {"dtickrange": [None, 86_399_999], "value": "%H:%M"},
                {"dtickrange": [86_400_000, None], "value": "%d %b"},
            ],
        },
        "yaxis": {
            **_COUNTS,
            "showticklabels": highest > 0,
            **({"nticks": 5} if highest > 4 else {"dtick": 1, "range": [0, highest * 1.08 or 1]}),
        },
    }
