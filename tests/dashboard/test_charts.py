"""Charts: valid Plotly, in the statuses' own colours, without a button that sends data away."""

import plotly.graph_objects as go

from dashboard import charts
from dashboard.colours import STATUS

BUCKETS = [
    {"at": "2026-11-23T15:20:00.000000Z", "valid": 3, "invalid": 1, "unplanned": 0, "error": 2},
    {"at": "2026-11-23T15:21:00.000000Z", "valid": 0, "invalid": 0, "unplanned": 1, "error": 0},
]


def test_a_bar_stacks_the_statuses_of_its_minute() -> None:
    figure = go.Figure(charts.events_over_time(BUCKETS, 60))
    assert [bar.name.lower() for bar in figure.data] == list(STATUS)
    assert [bar.marker.color for bar in figure.data] == list(STATUS.values())
    assert list(figure.data[0].y) == [3, 0]
    assert figure.layout.barmode == "stack"


def test_the_axis_spans_all_buckets() -> None:
    axis = charts.events_over_time(BUCKETS, 60)["layout"]["xaxis"]
    assert axis["range"] == ["2026-11-23T15:20:00.000000", "2026-11-23T15:22:00"]


def test_no_buckets_are_an_empty_chart() -> None:
    assert go.Figure(charts.events_over_time([], 60)).layout.xaxis.range is None


def test_a_chart_keeps_what_the_reader_did_to_it() -> None:
    first, then = (charts.events_over_time(BUCKETS[:count], 60)["layout"]["uirevision"] for count in (1, 2))
    assert first == then
