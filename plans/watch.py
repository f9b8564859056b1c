"""The watched folder: a plan saved there as `<app>.csv`, another file, or `<app>/` is in force once it is whole."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from plans import folder
from plans.folder import State
from plans.model import MAX_PLAN_BYTES, Plan, PlanError, Report, check_app
from plans.read import ENDINGS, read_path
from plans.versions import last_source, put

log = logging.getLogger(__name__)

SETTLED_SECONDS: Final = 0.15
"""A plan is taken when it has not changed for so long: a folder half copied or a file half written is not."""
_LOOKING_SHARE: Final = 0.05
_LONGEST_PAUSE: Final = 0.3
"""Looking takes a small share of the time, yet what changes is in force within a second."""


@dataclass(frozen=True)
class Result:
    """What became of one changed file or folder: the plan now in force, or why it was refused."""

    path: Path
    plan: Plan | None
    error: PlanError | None


@dataclass
class _Seen:
    """How a path looked last and since when, and how it looked when it was dealt with."""

    state: State = ()
    since: float = 0.0
    done: State | str | None = None


@dataclass
class _Watched:
    """The paths of one watched folder, and when they are worth another look."""

    paths: dict[Path, _Seen] = field(default_factory=dict)
    next_look: float = 0.0


_watched: dict[tuple[Path, Path], _Watched] = {}
_lock = threading.Lock()


def take_in(plans_folder: Path, store_plans_folder: Path) -> list[Result]:
    """Put every plan of the watched folder that has changed and come to rest in force; what was refused stays out.

    All events of a plan change at once, by one new version. What is taken or refused is not looked at again until a
    name, time or size changes. A missing folder is empty.
    """
    with _lock:
        began = time.monotonic()
        watched = _watched.setdefault((plans_folder.absolute(), store_plans_folder.absolute()), _Watched())
        if began < watched.next_look:
            return []
        watched.paths = {path: watched.paths.get(path) or _Seen() for path in _paths(plans_folder)}
        found = [_look(path, seen, store_plans_folder) for path, seen in watched.paths.items()]
        now = time.monotonic()
        watched.next_look = now + min((now - began) / _LOOKING_SHARE, _LONGEST_PAUSE)
        return [result for result in found if result]


def _paths(plans_folder: Path) -> list[Path]:
    try:
        entries = sorted(plans_folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [path for path in entries if path.suffix.lower() in ENDINGS or _is_folder(path)]


def _is_folder(path: Path) -> bool:
    return not path.name.startswith(".") and path.is_dir()


def _look(path: Path, seen: _Seen, store: Path) -> Result | None:
    """Take or refuse what has come to rest at a path since it was last dealt with."""
    try:
        state = folder.state(path)
        if state == seen.done or not state:
            return None
        now = time.monotonic()
        if state != seen.state:
            seen.state, seen.since = state, now
        rested = max(now - seen.since, time.time() - folder.changed_at(state) / 1e9)
        return _take(path, seen, state, store) if rested >= SETTLED_SECONDS else None
    except FileNotFoundError:  # renamed away between listing and reading: the next call sees what came of it
        return None
    except (OSError, PlanError) as error:
        return _refused(path, seen, str(error), error if isinstance(error, PlanError) else None)


def _take(path: Path, seen: _Seen, state: State, store: Path) -> Result | None:
    read: tuple[Plan, Report, bytes] | PlanError | None
    try:
        read = _read(path, state, store, first=seen.done is None)
    except PlanError as error:
        read = error
    if folder.state(path) != state:
        return None  # it was still being written, whatever was read of it
    if isinstance(read, PlanError):
        return _refused(path, seen, state, read)
    seen.done = state
    if read is None:
        return None
    plan, report, source = read
    in_force = put(store, plan, source, report=report, filename=_name(path))
    log.info("plan in force app=%s version=%d", in_force.app, in_force.version)
    return Result(path, in_force, None)


def _read(path: Path, state: State, store: Path, *, first: bool) -> tuple[Plan, Report, bytes] | None:
    """The plan at a path, its report and its source; None for one that was taken before this process started."""
    app = check_app(path.name if path.is_dir() else path.stem)
    size = sum(size for _, _, _, size, _ in state)
    if size > MAX_PLAN_BYTES:
        raise PlanError(f"the plan has {size:,} bytes; at most {MAX_PLAN_BYTES:,} are taken")
    if first and last_source(store, app, _name(path)) == folder.source(path):
        return None  # what was put in force since stays
    return read_path(path, app=app)


def _refused(path: Path, seen: _Seen, done: State | str, error: PlanError | None) -> Result | None:
    """Say once that a path is refused, and why."""
    if done == seen.done:
        return None
    seen.done = done
    error = error or PlanError(str(done), path.name)
    log.warning("plan refused file=%s: %s; the plan before it stays in force", _name(path), error)
    return Result(path, None, error)


def _name(path: Path) -> str:
    """How a stored version names where it came from: `shop.csv`, `shop/`."""
    return f"{path.name}/" if path.is_dir() else path.name
