"""Two plans compared: events and rules added, removed, tightened, loosened, whatever kind each plan is of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from plans import paths
from plans.compare_words import rule, sentence, shown
from plans.model import Plan, PlannedEvent, comparable
from plans.promises import Budget, Key, Promise, Promises, TooMany
from plans.promises_of_schema import promises_of_schema
from plans.promises_of_sheet import promises_of_sheet
from plans.tightness import change

CHANGES: Final = ("added", "removed", "tightened", "loosened", "changed")
_SETTINGS: Final = ("match", "strict_float", "format")
_NONE: frozenset[Promise] = frozenset()


def compare(old: Plan, new: Plan) -> dict[str, Any]:
    """`{"app", "from", "to", "equal", "events": {"added", "removed"}, "settings", "rules": {a list for each change}}`.

    A rule is added or removed when nothing was or is asked of a field by that keyword; tightened when whatever keeps
    what is asked now kept what was asked before, loosened when it is the other way round, and changed when it is
    neither or cannot be told. Each is `{"event", "field", "keyword", "rule", "severity", "was", "is", "message"}`.
    Rules of events that are new or gone are not listed one by one.
    """
    pairs, added, removed = _paired(old, new)
    rules: dict[str, list[dict[str, Any]]] = {each: [] for each in CHANGES}
    budget = Budget()
    for before, after in pairs:
        if replace(before, name=after.name, description=after.description) != after or not _alike(old, new):
            _compare_events(after.name, *_both(old, before, new, after, budget), rules)
    settings = [
        {"setting": name, "was": was, "is": now, "message": f"`{name}` is {_said(now)} now; it was {_said(was)}"}
        for name in _SETTINGS
        if (was := getattr(old, name)) != (now := getattr(new, name))
    ]
    changed = bool(added or removed or settings or any(rules.values()))
    return {
        "app": new.app,
        "from": old.version,
        "to": new.version,
        "equal": not changed,
        "events": {"added": added, "removed": removed},
        "settings": settings,
        "rules": rules,
    }


def _alike(old: Plan, new: Plan) -> bool:
    """Whether the same event promises the same in both."""
    return (old.strict_float, old.format) == (new.strict_float, new.format)


def _both(old: Plan, before: PlannedEvent, new: Plan, after: PlannedEvent, budget: Budget) -> tuple[Promises, Promises]:
    """What the two plans promise of an event; all of it as one promise where it cannot be told one by one."""
    try:
        return _promises(old, before, budget), _promises(new, after, budget)
    except TooMany:
        return _whole(old, before), _whole(new, after)


def _promises(plan: Plan, event: PlannedEvent, budget: Budget) -> Promises:
    if event.schema is None:
        return promises_of_sheet(event, plan.strict_float, budget)
    return promises_of_schema(event.schema, plan.format, plan.strict_float, budget)


def _whole(plan: Plan, event: PlannedEvent) -> Promises:
    found = Promises()
    meant = event.schema, event.fields, plan.strict_float, plan.format
    found.add((), "schema", meant, event.schema or f"{len(event.fields)} fields")
    return found


def _paired(old: Plan, new: Plan) -> tuple[list[tuple[PlannedEvent, PlannedEvent]], list[str], list[str]]:
    """The events both plans have, and the names only one has; exact names first, then as a loose plan reads them."""
    left = {event.name: event for event in old.events}
    pairs, added = [], []
    for event in new.events:
        if event.name in left:
            pairs.append((left.pop(event.name), event))
        else:
            added.append(event)
    if "loose" in (old.match, new.match):
        alike = {comparable(name, "loose"): name for name in left}
        for event in list(added):
            name = alike.pop(comparable(event.name, "loose"), None)
            if name is not None:
                pairs.append((left.pop(name), event))
                added.remove(event)
    pairs.sort(key=lambda pair: pair[1].name)
    return pairs, sorted(event.name for event in added), sorted(left)


def _compare_events(event: str, old: Promises, new: Promises, rules: dict[str, list[dict[str, Any]]]) -> None:
    keys = dict.fromkeys((*old, *new))
    for key in sorted(keys, key=lambda key: (paths.render(key[0]), key[1])):
        was, now = old.by_key.get(key, _NONE), new.by_key.get(key, _NONE)
        how = "added" if not was else "removed" if not now else change(was, now)
        if how:
            rules[how].append(_entry(event, key, was, now, how))


def _entry(event: str, key: Key, was: frozenset[Promise], now: frozenset[Promise], how: str) -> dict[str, Any]:
    path, keyword = key
    severities = {promise.severity for promise in now or was}
    return {
        "event": event,
        "field": paths.render(path),
        "keyword": keyword,
        "rule": rule(keyword),
        "severity": "error" if "error" in severities else "warning",
        "was": shown(was),
        "is": shown(now),
        "message": sentence(event, path, was, now, how),
    }


def _said(value: object) -> str:
    return "as the draft says" if value is None else str(value).lower()
