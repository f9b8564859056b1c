"""Every answer of the query API worked out again in plain Python, from a list of the events that should be visible.

An event is a dict with the columns of `data.schema.EVENTS`: times are UTC without a zone, `violations` a list of dicts.
The list is the model: what was accepted, each event once, newest copy kept. Nothing here knows of parts, counts or SQL.
Answers have the API's shapes, without their `version`.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from plans.explain import told
from plans.model import Plan
from queries.filter import OF_VIOLATIONS, Chosen, Filter
from queries.page import Page

Event = dict[str, Any]

COLUMN_OF = {"event": "event_name", "field": "path"}
MONDAY = datetime(2000, 1, 3)
MINUTE = timedelta(minutes=1)
ROW = [
    "seq",
    "event_name",
    "event_id",
    "event_type",
    "status",
    "violations",
    "received_at",
    "occurred_at",
    "plan_version",
    "source",
    "app_version",
    "platform",
    "environment",
    "session",
    "user_id",
    "copies",
    "payload",
    "context",
]


def apps(events: Iterable[Event]) -> list[dict[str, Any]]:
    """The apps that sent events, without what their plans add."""
    by_app: dict[str, list[Event]] = {}
    for event in events:
        by_app.setdefault(event["app"], []).append(event)
    return [
        {
            "app": app,
            "name": app,
            "events": len(theirs),
            **_statuses(theirs),
            "last_received_at": shown_time(max(event["received_at"] for event in theirs)),
        }
        for app, theirs in sorted(by_app.items())
    ]


def stats(events: Iterable[Event], app: str, chosen: Filter) -> dict[str, Any]:
    kept = keep(events, app, chosen)
    statuses = _statuses(kept)
    judged = statuses["valid"] + statuses["invalid"] + statuses["error"]
    by_name = _by_name(kept)
    return {
        "events": {
            "total": len(kept),
            **statuses,
            "warned": sum(_is_warned(event) for event in kept),
            "replaced": sum(event["copies"] - 1 for event in kept),
        },
        "names": _names([_worst(named) for named in by_name.values()]),
        "names_latest": _names([max(named, key=lambda e: e["seq"])["status"] for named in by_name.values()]),
        "success_rate": statuses["valid"] / judged if judged else None,
    }


def trend(events: Iterable[Event], app: str, chosen: Filter, bucket: int = 60) -> dict[str, Any]:
    """The window must have a beginning; where it is open, it ends with the minute of `as_of` or with the last event."""
    kept = keep(events, app, chosen)
    assert chosen.since is not None
    if chosen.until is not None:
        end = chosen.until
    else:
        last = max((event["received_at"] for event in kept), default=datetime.min)
        end = max(last, chosen.as_of or datetime.min) + timedelta(microseconds=1)
    width = timedelta(seconds=bucket)
    at = MONDAY + (chosen.since - MONDAY) // width * width
    buckets = []
    while at < end:
        inside = [event for event in kept if at <= event["received_at"] < at + width]
        buckets.append({"at": shown_time(at), **_statuses(inside)})
        at += width
    return {"buckets": buckets}


def coverage(events: Iterable[Event], app: str, chosen: Filter, plan: Plan | None) -> dict[str, Any]:
    by_name = _by_name(keep(events, app, chosen))
    planned = plan.names() if plan else []
    meaning = {name: plan.canonical(name) if plan else None for name in by_name}
    captured = sorted({meant for meant in meaning.values() if meant is not None})
    fully_valid = []
    for name in captured:
        theirs = [event for seen, named in by_name.items() if meaning[seen] == name for event in named]
        if all(event["status"] == "valid" and not _is_warned(event) for event in theirs):
            fully_valid.append(name)
    return {
        "total": len(planned),
        "captured": len(captured),
        "missing": len(planned) - len(captured),
        "fully_valid": len(fully_valid),
        "missing_events": sorted(set(planned) - set(captured)),
        "captured_events": captured,
        "fully_valid_events": fully_valid,
        "unplanned_events": sorted(name for name, meant in meaning.items() if meant is None),
    }


def violations(events: Iterable[Event], app: str, chosen: Filter) -> list[dict[str, Any]]:
    """Most frequent first; equally frequent ones by name, field, rule and severity, no name last."""
    by_kind: dict[tuple[Any, ...], list[Event]] = {}
    for event in keep(events, app, chosen):
        for kind in {(event["event_name"], v["path"], v["rule"], v["severity"]) for v in event["violations"]}:
            by_kind.setdefault(kind, []).append(event)
    rows = [
        {
            "event_name": name,
            "field": path,
            "rule": rule,
            "severity": severity,
            "count": len(having),
            "first_seen_at": shown_time(min(event["received_at"] for event in having)),
            "last_seen_at": shown_time(max(event["received_at"] for event in having)),
            "sample_seq": max(event["seq"] for event in having),
        }
        for (name, path, rule, severity), having in by_kind.items()
    ]
    return sorted(rows, key=_order_of_violations)


def events(stored: Iterable[Event], app: str, chosen: Filter, page: Page) -> dict[str, Any]:
    """A page of the log."""
    log = sorted(keep(stored, app, chosen), key=lambda event: -event["seq"])
    if page.before is not None:
        log = [event for event in log if event["seq"] < page.before]
    rest = log[page.offset or 0 :]
    if page.cursor is not None:
        rest = [event for event in log if event["seq"] < page.cursor]
    rows = rest[: page.limit]
    return {
        "rows": [shown_row(event) for event in rows],
        "next": rows[-1]["seq"] if len(rest) > len(rows) else None,
        "total": len(log),
        "searched_to": None,
        "complete": True,
    }


def keep(events: Iterable[Event], app: str, chosen: Filter) -> list[Event]:
    """The events of the app that the filter is about."""
    return [event for event in events if event["app"] == app and _is_kept(event, chosen)]


def shown_row(event: Event) -> dict[str, Any]:
    """The event as a row of the log."""
    row = {column: event[column] for column in ROW}
    row["received_at"], row["occurred_at"] = shown_time(event["received_at"]), shown_time(event["occurred_at"])
    spoken = told(event["violations"], None, event["event_name"])
    row["violations"] = list(spoken)
    return row


def shown_time(at: datetime | None) -> str | None:
    return None if at is None else at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _is_kept(event: Event, chosen: Filter) -> bool:
    at = event["received_at"]
    if chosen.since is not None and at < chosen.since:
        return False
    if chosen.until is not None and at >= chosen.until:
        return False
    ours = [choice for choice in chosen.chosen if choice.dimension not in OF_VIOLATIONS]
    for choice in ours:
        value = event[COLUMN_OF.get(choice.dimension, choice.dimension)] or ""
        if (value in choice.values) != choice.wanted:
            return False
    return _breaks(event, [choice for choice in chosen.chosen if choice not in ours]) and _says(event, chosen.q)


def _breaks(event: Event, asked: Sequence[Chosen]) -> bool:
    """One violation has all that is wanted, and none has what is not."""
    violations = event["violations"]
    for choice in asked:
        if not choice.wanted and any(_of(violation, choice) in choice.values for violation in violations):
            return False
    wanted = [choice for choice in asked if choice.wanted]
    return not wanted or any(all(_of(v, choice) in choice.values for choice in wanted) for v in violations)


def _of(violation: Event, choice: Chosen) -> str:
    return violation[COLUMN_OF.get(choice.dimension, choice.dimension)] or ""


def _says(event: Event, q: str | None) -> bool:
    """The text as it is, or as JSON may spell it, in any case."""
    if q is None:
        return True
    said = ((event["payload"] or "") + "\0" + (event["unread"] or "")).lower()
    return any(json.dumps(text)[1:-1].lower() in said or text.lower() in said for text in (q, q.lower(), q.upper()))


def _by_name(events: Iterable[Event]) -> dict[str, list[Event]]:
    """The events that count as names: not those of the system, not those without one."""
    named: dict[str, list[Event]] = {}
    for event in events:
        if event["event_type"] != "system" and event["event_name"] is not None:
            named.setdefault(event["event_name"], []).append(event)
    return named


def _statuses(events: Sequence[Event]) -> dict[str, int]:
    return {
        status: sum(event["status"] == status for event in events)
        for status in ("valid", "invalid", "unplanned", "error")
    }


def _names(statuses: list[str]) -> dict[str, int]:
    return {
        "total": len(statuses),
        "valid": statuses.count("valid"),
        "invalid": statuses.count("invalid"),
        "error": statuses.count("error"),
    }


def _worst(events: Iterable[Event]) -> str:
    worst: str = max((event["status"] for event in events), key=["valid", "unplanned", "invalid", "error"].index)
    return worst


def _is_warned(event: Event) -> bool:
    return any(violation["severity"] == "warning" for violation in event["violations"])


def _order_of_violations(row: dict[str, Any]) -> tuple[Any, ...]:
    name, field = row["event_name"], row["field"]
    return (-row["count"], name is None, name or "", field is None, field or "", row["rule"], row["severity"])
