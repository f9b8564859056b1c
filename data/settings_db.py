"""The apps' settings on disk, `settings.db`, and how much each app with a quota has sent today."""

import json
import logging
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from types import MappingProxyType
from typing import Final

from data.app_settings import UNSET, AppSettings, WrongSetting, parse
from data.layout import Store

log = logging.getLogger(__name__)

BUSY_SECONDS: Final = 5.0
_TABLES: Final = """
create table if not exists apps (
  revision integer primary key autoincrement,
  app text not null unique,
  settings text not null
);
create table if not exists accepted (
  app text not null,
  day text not null,
  events integer not null,
  primary key (app, day)
) without rowid;
"""


class Apps:
    """The settings of all apps of one store; any thread and process may ask and change them.

    They are kept in memory until somebody changes them. Where the file is damaged they stay as they were last read,
    and a log line says so. A change raises OSError where it cannot be written.
    """

    def __init__(self, store: Store) -> None:
        self._path = store.settings
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._seen = -1
        self._known: Mapping[str, tuple[int, AppSettings]] = MappingProxyType({})
        self._quotas: Mapping[str, int] = MappingProxyType({})

    def of(self, app: str) -> AppSettings:
        """The app's settings; defaults where nothing was set."""
        return self._read().get(app, (0, UNSET))[1]

    def all(self) -> dict[str, AppSettings]:
        """The settings of every app for which something was set."""
        return {app: settings for app, (_, settings) in self._read().items()}

    def quotas(self) -> Mapping[str, int]:
        """The quota of every app that has one, in events a UTC day."""
        self._read()
        return self._quotas

    def revision(self, app: str) -> int:
        """A number that each change of the app's settings makes larger; 0 where nothing is set."""
        return self._read().get(app, (0, UNSET))[0]

    def revisions(self) -> tuple[tuple[str, int], ...]:
        """The apps for which something is set, each with the revision of its settings."""
        return tuple(sorted((app, revision) for app, (revision, _) in self._read().items()))

    def put(self, app: str, settings: AppSettings) -> None:
        """Make these the app's settings; on disk when this returns."""
        with self._changing() as connection:
            said = json.dumps(settings.as_dict())
            connection.execute("insert or replace into apps (app, settings) values (?, ?)", (app, said))

    def forget(self, app: str, through: int) -> None:
        """Drop the app's settings unless they were changed after revision `through`, and what it sent."""
        with self._changing() as connection:
            connection.execute("delete from apps where app = ? and revision <= ?", (app, through))
            connection.execute("delete from accepted where app = ?", (app,))

    def take(self, app: str, day: date, wanted: int, quota: int) -> int:
        """How many of `wanted` events are within the app's quota of that day; they are counted from now on."""
        with self._changing(durable=False) as connection:
            connection.execute("delete from accepted where app = ? and day < ?", (app, day.isoformat()))
            found = connection.execute(
                "select events from accepted where app = ? and day = ?", (app, day.isoformat())
            ).fetchone()
            taken = max(0, min(wanted, quota - (found[0] if found else 0)))
            self._count(connection, app, day, taken)
            return taken

    def give_back(self, app: str, day: date, events: int) -> None:
        """Count so many fewer: they were not kept after all."""
        with self._changing(durable=False) as connection:
            self._count(connection, app, day, -events)

    def sent(self, app: str, day: date) -> int:
        """How many events were counted against the app's quota on that day."""
        with self._lock:
            if (connection := self._opened(make=False)) is None:
                return 0
            asked = (app, day.isoformat())
            found = connection.execute("select events from accepted where app = ? and day = ?", asked).fetchone()
            return int(found[0]) if found else 0

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _count(self, connection: sqlite3.Connection, app: str, day: date, events: int) -> None:
        connection.execute(
            "insert into accepted values (?, ?, max(0, ?)) on conflict do update set events = max(0, events + ?)",
            (app, day.isoformat(), events, events),
        )

    def _read(self) -> Mapping[str, tuple[int, AppSettings]]:
        with self._lock:
            try:
                connection = self._opened(make=False)
                if connection is None:
                    return self._known
                # Grows when another connection changes something; our own changes reset what was seen.
                changed = connection.execute("pragma data_version").fetchone()[0]
                if changed != self._seen:
                    found = connection.execute("select app, revision, settings from apps").fetchall()
                    self._known = MappingProxyType({app: (at, _parsed(app, said)) for app, at, said in found})
                    quotas = {app: each.quota_events_per_day for app, (_, each) in self._known.items()}
                    self._quotas = MappingProxyType({app: quota for app, quota in quotas.items() if quota})
                    self._seen = changed
            except sqlite3.Error as error:
                if self._seen != -2:
                    log.error("settings of apps cannot be read path=%s reason=%s", self._path, error)
                self._seen = -2
            return self._known

    @contextmanager
    def _changing(self, *, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """One transaction, alone among all processes; only a `durable` one is sure to survive a power cut."""
        with self._lock:
            try:
                connection = self._opened(make=True)
                assert connection is not None
                connection.execute(f"pragma synchronous = {'full' if durable else 'normal'}")
                connection.execute("begin immediate")
                try:
                    yield connection
                    connection.execute("commit")
                except BaseException:
                    connection.execute("rollback")
                    raise
            except sqlite3.Error as error:
                raise OSError(f"{self._path} cannot be written: {error}") from error
            finally:
                self._seen = -1

    def _opened(self, *, make: bool) -> sqlite3.Connection | None:
        if self._connection is None and (make or self._path.exists()):
            connection = sqlite3.connect(
                self._path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            try:
                connection.execute("pragma journal_mode = wal")
                connection.executescript(_TABLES)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection


def _parsed(app: str, said: str) -> AppSettings:
    try:
        return parse(json.loads(said))
    except (WrongSetting, ValueError) as error:
        log.error("settings of an app cannot be understood app=%s reason=%s", app, error)
        return UNSET
