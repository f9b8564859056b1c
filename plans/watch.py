"""The watched folder: a plan saved as `<app>.csv` or `<app>.json` comes in force, a broken one is refused by name."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from pathlib import Path

from plans.model import MAX_PLAN_BYTES, Plan, PlanError, check_app
from plans.read import read_plan
from plans.versions import last_source, put

log = logging.getLogger(__name__)

ENDINGS = (".csv", ".json", ".yaml", ".yml")


@dataclass(frozen=True)
class Result:
    """What became of one changed file: the plan now in force, or why it was refused."""

    path: Path
    plan: Plan | None
    error: PlanError | None


_State = tuple[int, int, int]
_UNREADABLE: _State = (-1, -1, -1)
_seen: dict[tuple[Path, Path], _State] = {}
_lock = threading.Lock()


def take_in(plans_folder: Path, store_plans_folder: Path) -> list[Result]:
    """Put every plan of the watched folder that changed since the last call in force; what was refused stays out.

    A file that is taken or refused is not looked at again until its time or size changes. A missing folder is empty.
    """
    with _lock:
        return [result for path in _files(plans_folder) if (result := _take(path, store_plans_folder))]


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix.lower() in ENDINGS)
    except (FileNotFoundError, NotADirectoryError):
        return []


def _take(path: Path, store: Path) -> Result | None:
    key = (path.absolute(), store.absolute())
    try:
        looked = path.stat()
        state = (looked.st_mtime_ns, looked.st_size, looked.st_ino)
        if _seen.get(key) == state:
            return None
        result = _read(path, looked.st_size, store, first=key not in _seen)
    except FileNotFoundError:  # renamed away between listing and reading: the next call sees what came of it
        return None
    except OSError as error:
        result = Result(path, None, PlanError(str(error), path.name))
        state = _UNREADABLE
        if _seen.get(key) == state:
            return None
    _seen[key] = state
    if result:
        _tell(result)
    return result


def _read(path: Path, size: int, store: Path, *, first: bool) -> Result | None:
    try:
        app = check_app(path.stem)
        if size > MAX_PLAN_BYTES:
            raise PlanError(f"the plan has {size:,} bytes; at most {MAX_PLAN_BYTES:,} are taken")
        data = path.read_bytes()
        if first and last_source(store, app, path.name) == data:
            return None  # taken before this process started; what was put in force since stays
        plan, report = read_plan(data, app=app, filename=path.name)
        return Result(path, put(store, plan, data, report=report, filename=path.name), None)
    except PlanError as error:
        return Result(path, None, error)


def _tell(result: Result) -> None:
    if result.error:
        log.warning("plan refused file=%s: %s; the plan before it stays in force", result.path.name, result.error)
    elif result.plan:
        log.info("plan in force app=%s version=%d", result.plan.app, result.plan.version)
