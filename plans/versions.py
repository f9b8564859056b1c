"""An app's plans on disk, numbered: every change makes a new version, and none is ever written over."""

from __future__ import annotations

import base64
import os
import threading
import uuid
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from plans.model import Plan, Report, check_app


@dataclass(frozen=True)
class Version:
    """One stored version: its number, when it came, and the file it is in."""

    number: int
    created_at: datetime
    path: Path


def put(
    folder: Path,
    plan: Plan,
    source: bytes,
    *,
    report: Report | None = None,
    filename: str | None = None,
    content_type: str | None = None,
) -> Plan:
    """The plan as it is now in force: a new version, or the one there is when it means the same.

    The file is on disk when this returns. Two processes at once get two numbers; readers see whole files only.
    """
    home = folder / check_app(plan.app)
    home.mkdir(parents=True, exist_ok=True)
    _fsync(folder)
    while True:
        numbers = _numbers(home)
        newest = numbers[-1] if numbers else _last_gone(home)
        in_force = _load(home / f"{newest}.json") if numbers else None
        if in_force and in_force.meaning() == plan.meaning():
            _fsync(home)
            return in_force
        made = replace(plan, version=newest + 1, created_at=datetime.now(UTC))
        content = _content(made, source, report, filename, content_type)
        if _publish(home, f"{made.version}.json", content):
            return made


def get(folder: Path, app: str, version: int | None = None) -> Plan | None:
    """This version of an app's plan, by default the one in force; None when there is none."""
    home = folder / check_app(app)
    if version is None:
        numbers = _numbers(home)
        version = numbers[-1] if numbers else 0
    try:
        return _load(home / f"{version}.json")
    except FileNotFoundError:
        return None


def document(folder: Path, app: str, version: int) -> dict[str, Any] | None:
    """Everything stored of a version: the plan, its report and its source; None when there is none.

    Schemas are `msgspec.Raw`: encode with msgspec to keep their numbers.
    """
    plan = get(folder, app, version)
    if plan is None:
        return None
    stored = msgspec.json.decode((folder / app / f"{version}.json").read_bytes(), type=_Beside)
    return {**plan.as_dict(), "report": stored.report, "source": stored.source}


def forget(folder: Path, app: str, through: int) -> None:
    """Remove the app's versions up to `through`; their numbers are not used again."""
    home = folder / check_app(app)
    gone = [number for number in _numbers(home) if number <= through]
    if not gone:
        return
    (home / f"{gone[-1]}{_GONE}").touch()
    _fsync(home)
    for number in gone:
        (home / f"{number}.json").unlink(missing_ok=True)
    _fsync(home)


def last_source(folder: Path, app: str, filename: str) -> bytes | None:
    """The source of the newest version that came from a file of this name; None when none did."""
    home = folder / check_app(app)
    for number in reversed(_numbers(home)):
        source = msgspec.json.decode((home / f"{number}.json").read_bytes(), type=_Beside).source or {}
        if source.get("filename") == filename:
            text = source.get("text")
            return base64.b64decode(source["base64"]) if text is None else str(text).encode()
    return None


def versions(folder: Path, app: str) -> list[Version]:
    """All versions of an app's plan, oldest first."""
    home = folder / check_app(app)
    paths = [(number, home / f"{number}.json") for number in _numbers(home)]
    return [Version(number, _load(path).created_at or _EPOCH, path) for number, path in paths]


class Shelf:
    """The plans of a folder, kept in memory and looked at again whenever an app's folder has changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._newest: dict[str, tuple[int, Plan | None]] = {}
        self._kept: dict[tuple[str, int], Plan] = {}

    def in_force(self, app: str) -> Plan | None:
        """The newest version of an app's plan; None when it has none, or no app can have this id."""
        try:
            changed = (self._folder / check_app(app)).stat().st_mtime_ns
        except (OSError, ValueError):
            return None
        with self._lock:
            known = self._newest.get(app)
        if known and known[0] == changed:
            return known[1]
        plan = self._newest_of(app)
        # a version made within the clock's tick of the last look leaves the time as it was: look again until it is old
        if changed < _now_ns() - _SETTLED_NS:
            with self._lock:
                self._newest[app] = (changed, plan)
        return plan

    def at(self, app: str, version: int) -> Plan | None:
        """This version of an app's plan; None when it is not there."""
        with self._lock:
            known = self._kept.get((app, version))
        if known:
            return known
        try:
            plan = get(self._folder, app, version)
        except ValueError:
            return None
        if plan:
            with self._lock:
                while len(self._kept) >= _KEPT_PLANS:
                    self._kept.pop(next(iter(self._kept)))
                return self._kept.setdefault((app, version), plan)
        return None

    def _newest_of(self, app: str) -> Plan | None:
        numbers = _numbers(self._folder / app)
        return self.at(app, numbers[-1]) if numbers else None


_GONE = ".gone"
"""Ends the name of an empty file that stands for a version that was removed, the last of them."""
_EPOCH = datetime.fromtimestamp(0, UTC)
_CHECKSUM = b',"crc32":'
_SETTLED_NS = 50_000_000
_KEPT_PLANS = 2_000


class _Beside(msgspec.Struct):
    report: dict[str, Any] | None = None
    source: dict[str, Any] | None = None


def _now_ns() -> int:
    return int(datetime.now(UTC).timestamp() * 1e9)


def _numbers(home: Path) -> list[int]:
    try:
        names = [path.name for path in home.iterdir()]
    except FileNotFoundError:
        return []
    return sorted(int(name[:-5]) for name in names if name.endswith(".json") and name[:-5].isdecimal())


def _last_gone(home: Path) -> int:
    """The last version that was removed; 0 when none was."""
    return max((int(path.stem) for path in home.glob(f"*{_GONE}") if path.stem.isdecimal()), default=0)


def _load(path: Path) -> Plan:
    return Plan.from_json(path.read_bytes())


def _content(plan: Plan, source: bytes, report: Report | None, filename: str | None, content_type: str | None) -> bytes:
    try:
        said = {"text": source.decode()}
    except UnicodeDecodeError:
        said = {"base64": base64.b64encode(source).decode()}
    told = {"filename": filename, "content_type": content_type, **said}
    content = {**plan.as_dict(), "report": report.as_dict() if report else None, "source": told}
    return sealed(msgspec.json.encode(content))


def sealed(content: bytes) -> bytes:
    """A JSON object with the CRC-32 of itself as its last member."""
    return content[:-1] + _CHECKSUM + str(zlib.crc32(content)).encode() + b"}"


def tells_checksum(content: bytes) -> bool:
    """Whether `content` says a CRC-32, of whatever."""
    return _CHECKSUM in content


def is_sealed(content: bytes) -> bool:
    """Whether `content` has a last member that is its CRC-32: then it is what was written, to the bit."""
    return sealed(content.rpartition(_CHECKSUM)[0] + b"}") == content


def _publish(home: Path, name: str, content: bytes) -> bool:
    """Put a whole, synced file at `name`, unless there is one: link() decides between two writers."""
    with _temporary(home) as made:
        with made.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(made, home / name)
        except FileExistsError:
            return False
    _fsync(home)
    return True


@contextmanager
def _temporary(home: Path) -> Iterator[Path]:
    path = home / f"{uuid.uuid4().hex}.tmp"
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def _fsync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
