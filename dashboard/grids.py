"""The grids: their columns and options. The log's rows come from the JSON API, fetched by assets/log.js."""

from typing import Any

import dash_ag_grid as dag
from dash.development.base_component import Component

BLOCK_ROWS = 100
ROW_HEIGHT = 30

_THEME = """themeQuartz.withParams({
    backgroundColor: 'var(--surface)', foregroundColor: 'var(--text)', borderColor: 'var(--line)',
    headerBackgroundColor: 'var(--surface)', headerTextColor: 'var(--muted)', headerFontWeight: 500,
    rowHoverColor: 'var(--hover)', selectedRowBackgroundColor: 'var(--chosen)', accentColor: 'var(--accent)',
    oddRowBackgroundColor: 'var(--surface)', chromeBackgroundColor: 'var(--surface)', browserColorScheme: 'inherit',
    fontFamily: 'inherit', fontSize: 12.5, headerFontSize: 12, wrapperBorder: false, wrapperBorderRadius: 0,
    columnBorder: false, cellHorizontalPadding: 10, rangeSelectionBorderColor: 'var(--accent)'})"""


def log(ident: str) -> Component:
    """The grid, still without rows."""
    grid: Component = dag.AgGrid(
        id=ident,
        className="log-grid",
        style={"height": "100%", "width": "100%"},
        rowModelType="infinite",
        columnDefs=[_TIME, _EVENT, _STATUS, _VIOLATIONS, *_PLAIN],
        defaultColDef={"sortable": False, "resizable": True, "suppressMovable": True, "suppressHeaderMenuButton": True},
        getRowId="lvdRowId(params)",
        dashGridOptions={
            "theme": _js(" ".join(_THEME.split())),
            "cacheBlockSize": BLOCK_ROWS,
            "maxBlocksInCache": 4,
            "maxConcurrentDatasourceRequests": 2,
            "blockLoadDebounceMillis": 40,
            "rowHeight": ROW_HEIGHT,
            "headerHeight": 32,
            "rowBuffer": 8,
            "rowSelection": {"mode": "singleRow", "checkboxes": False, "enableClickSelection": True},
            "animateRows": False,
            "suppressColumnVirtualisation": True,
            "suppressCellFocus": False,
            "enableCellTextSelection": True,
            "ensureDomOrder": True,
            "localeText": {"noRowsToShow": "No events to show", "loadingOoo": "Loading …"},
        },
    )
    return grid


def violations(ident: str, **shown: Any) -> Component:
    """Every broken rule in a row, sorted as one likes; `shown` has the rows."""
    grid: Component = dag.AgGrid(
        id=ident,
        className="log-grid violations-grid",
        style={"height": "100%", "width": "100%"},
        columnDefs=_BROKEN,
        defaultColDef={"sortable": True, "resizable": True, "suppressMovable": True, "suppressHeaderMenuButton": True},
        getRowId="params.data.id",
        dashGridOptions={
            "theme": _js(" ".join(_THEME.split())),
            "rowHeight": 34,
            "headerHeight": 32,
            "rowBuffer": 8,
            "rowSelection": {"mode": "singleRow", "checkboxes": False, "enableClickSelection": True},
            "animateRows": False,
            "enableCellTextSelection": True,
            "ensureDomOrder": True,
            "quickFilterText": "",
            "suppressNoRowsOverlay": True,
        },
        **shown,
    )
    return grid


def _js(expression: str) -> dict[str, str]:
    """An expression the browser evaluates; the functions in it are those of assets/cells.js."""
    return {"function": expression}


def _column(field: str, title: str, width: int, **more: Any) -> dict[str, Any]:
    return {"field": field, "headerName": title, "width": width, **more}


_TIME = _column(
    "received_at", "Time (UTC)", 184, cellClass="is-time", pinned="left", valueFormatter=_js("lvdTime(params.value)")
)
_EVENT = _column("event_name", "Event", 168, cellClass="is-name", pinned="left", valueFormatter=_js("lvdName(params)"))
_STATUS = _column("status", "Status", 102, cellClass=_js("lvdStatusClass(params)"))
_VIOLATIONS = _column(
    "violations",
    "Violations",
    330,
    minWidth=220,
    flex=4,
    cellClass="is-violations",
    valueFormatter=_js("lvdViolations(params.value)"),
    tooltipValueGetter=_js("lvdAllViolations(params.value)"),
)
_PLAIN = [
    _column("app_version", "App version", 96),
    _column("platform", "Platform", 82),
    _column("user_id", "User", 96, flex=1, minWidth=90, maxWidth=200),
    _column("session", "Session", 96, flex=1, minWidth=90, maxWidth=200),
    _column("copies", "Copies", 70, type="rightAligned", valueFormatter=_js("lvdCopies(params.value)")),
]

_BROKEN = [
    _column("field", "Field", 180, flex=3, minWidth=120, cellClass=_js("lvdSeverityClass(params)"), pinned="left"),
    _column("rule", "Rule", 130, valueFormatter=_js("lvdRule(params.value)")),
    _column(
        "event_name", "Event", 150, flex=2, minWidth=110, cellClass="is-name", valueFormatter=_js("lvdName(params)")
    ),
    _column("count", "Events", 92, type="rightAligned", sort="desc", valueFormatter=_js("lvdCount(params.value)")),
    _column(
        "share",
        "Of the name",
        106,
        type="rightAligned",
        valueGetter=_js("params.data.count / params.data.of"),
        valueFormatter=_js("lvdShare(params.value)"),
    ),
    _column(
        "trend", "Trend", 180, sortable=False, cellDataType=False, cellRenderer="LvdTrend", getQuickFilterText=_js("''")
    ),
    _column("first", "First seen (UTC)", 146, valueFormatter=_js("lvdMinute(params.value)")),
    _column("last", "Last seen (UTC)", 146, valueFormatter=_js("lvdMinute(params.value)")),
    _column(
        "versions",
        "App versions",
        150,
        flex=2,
        minWidth=100,
        sortable=False,
        cellDataType=False,
        valueFormatter=_js("lvdVersions(params.value)"),
        getQuickFilterText=_js("lvdVersions(params.value)"),
    ),
]
