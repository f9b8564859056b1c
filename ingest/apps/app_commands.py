"""The command line's work on apps: show and change what is set, and delete what is stored."""

import argparse
import sys
import threading
import time
from pathlib import Path
from typing import Any, Final

import polars as pl

from data.app_settings import AppSettings, WrongSetting, parse
from data.layout import Store
from data.parts import list_live
from data.pins import pinned
from data.processes.progress import progress_bar
from data.processes.settings import Failed, Wrong, flag
from data.settings_db import Apps
from ingest.apps.deletion import Order, everything_of, waits, why_aside
from ingest.apps.removal import visible_events
from ingest.importing.importer import somebody_writing
from ingest.segments import Record, write_sealed
from plans.model import PlanError, check_app
from plans.versions import versions

_NONE: Final = "none"
_FLAGS: Final = {
    "name": "name",
    "description": "description",
    "keep_days": "retention_days",
    "keep_rows": "retention_rows",
    "quota": "quota_events_per_day",
    "duplicates": "duplicates",
}
"""Argument → setting of an app."""
_LOOK_SECONDS: Final = 0.05


def app(store: Store, options: argparse.Namespace) -> int:
    """Change what is said, and show what is set."""
    named = _app(options)
    apps = Apps(store)
    said = {name: getattr(options, name) for name in _FLAGS if hasattr(options, name)}
    if said:
        apps.put(named, _changed(apps.of(named), said))
    for name, value in apps.of(named).as_dict().items():
        print(f"{name:22}{'-' if value is None else value}")
    apps.close()
    return 0


def forget(store: Store, plans_folder: Path, options: argparse.Namespace) -> int:
    """Delete an app's events, those of one user, or all there is of it, once somebody has said yes."""
    named, user_id = _app(options), getattr(options, "user_id", None)
    everything = hasattr(options, "everything")
    if user_id == "":
        raise Wrong("--user-id is empty; leave it out to delete all events")
    if everything and user_id is not None:
        raise Wrong("--everything deletes an app, --user-id one user's events; not both")
    apps = Apps(store)
    order = everything_of(store, apps, named) if everything else Order(named, user_id)
    what = _what(store, order)
    if not hasattr(options, "yes"):
        _ask(what)
    name = write_sealed(store.spool, [Record(time.time_ns() // 1_000, 0, order.encode())]).stem
    pause = threading.Event()
    with somebody_writing(store, plans_folder) as check:
        while waits(store, name):
            check()
            pause.wait(_LOOK_SECONDS)
    if why := why_aside(store, name):
        raise Failed(f"not everything could be deleted: {why}")
    print(f"deleted: {what}")
    return 0


def _app(options: argparse.Namespace) -> str:
    try:
        return check_app(options.app)
    except PlanError as error:
        raise Wrong(str(error)) from None


def _changed(settings: AppSettings, said: dict[str, str]) -> AppSettings:
    """`settings` with what was said as text; `none` is no limit."""
    try:
        return parse({_FLAGS[name]: _value(name, text) for name, text in said.items()}, settings)
    except WrongSetting as error:
        raise Wrong(error.message) from None


def _value(name: str, text: str) -> Any:
    if text == _NONE:
        return None
    kind = {"keep_days": float, "keep_rows": int, "quota": int}.get(name, str)
    try:
        return kind(text)
    except ValueError:
        raise Wrong(f"{flag(name)} is {text!r}, neither a {'whole ' * (kind is int)}number nor {_NONE}") from None


def _what(store: Store, order: Order) -> str:
    """What the order deletes, for a person to read; events still on their way are not counted."""
    if order.user_id is not None:
        return f"{_events_of_user(store, order.app, order.user_id)} events of user {order.user_id} in {order.app}"
    events = visible_events(list_live(store), order.app)
    if not order.everything:
        return f"all {events} events of {order.app}"
    return f"{order.app}: {events} events, {len(versions(store.plans, order.app))} versions of its plan, its settings"


def _events_of_user(store: Store, app: str, user_id: str) -> int:
    theirs = (pl.col("app") == app) & (pl.col("user_id") == user_id)
    events = 0
    with pinned(store) as pin, progress_bar(" parts") as progress:
        for done, (part, file) in enumerate(pin.each(), start=1):
            shown = pin.hidden.between(part.first, part.last).visible(pl.scan_parquet(file).filter(theirs))
            events += shown.select(pl.len()).collect().item()
            progress(done, len(pin.parts))
    return events


def _ask(what: str) -> None:
    if not sys.stdin.isatty():
        raise Wrong(f"this would delete {what} for good; say --yes")
    if input(f"Delete {what}, for good? [y/N] ").strip().lower() not in ("y", "yes"):
        raise Failed("nothing was deleted")
