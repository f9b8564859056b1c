from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from data.app_settings import AppSettings
from data.hidden import cuts
from data.layout import Store
from data.parts import list_live
from data.settings_db import Apps
from ingest.apps.retention import Retention
from ingest.check import check
from ingest.index import DuplicateIndex
from ingest.writer import Writer
from tests.storing import START_US, merge_all, put, spooled, visible

START = datetime(1970, 1, 1) + timedelta(microseconds=START_US)
HOUR_US = 3_600_000_000


def fill(store: Store, hours: int = 4, apps: tuple[str, ...] = ("shop", "web")) -> None:
    """One part an hour, an event of each app in each."""
    for hour in range(hours):
        events = [spooled(app, event_id=str(hour)) for app in apps]
        put(store, *events, received_at_us=START_US + hour * HOUR_US)


def expire(store: Store, now: datetime, retention_days: float = 0.0) -> int:
    """Have a writer remove all that is due at `now`; in how many commits."""
    index = DuplicateIndex(store.dedup)
    writer = Writer(store, index, look_seconds=0.0, retention_days=retention_days)
    commits = 0
    while writer.expire(now):
        commits += 1
    writer.close()
    return commits


def left(store: Store, app: str = "shop") -> list[str]:
    return visible(store).filter(app=app)["event_id"].to_list()


def set_for(store: Store, app: str, **said: object) -> None:
    apps = Apps(store)
    apps.put(app, AppSettings(**said))  # type: ignore[arg-type]
    apps.close()


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({"retention_days": 30}, ["2", "3"]),
        ({"retention_rows": 3}, ["1", "2", "3"]),
        ({"retention_days": 30, "retention_rows": 1}, ["3"]),
        ({"retention_days": 0}, ["0", "1", "2", "3"]),
        ({}, ["0", "1", "2", "3"]),
    ],
)
def test_an_app_keeps_its_days_and_its_newest_rows(store: Store, said: dict[str, object], kept: list[str]) -> None:
    fill(store)
    set_for(store, "shop", **said)
    expire(store, START + timedelta(days=30, hours=2))
    assert left(store) == kept
    assert left(store, "web") == ["0", "1", "2", "3"]
    assert check(store).problems == ()


def test_apps_that_say_nothing_keep_the_stores_days(store: Store) -> None:
    fill(store)
    set_for(store, "web", retention_days=0)
    expire(store, START + timedelta(days=30, hours=2), retention_days=30)
    assert (len(left(store)), len(left(store, "web"))) == (2, 4)


def test_what_expired_leaves_the_files_with_the_next_merge_and_no_seq_is_missing(store: Store) -> None:
    fill(store)
    set_for(store, "shop", retention_rows=1)
    expire(store, START)
    merge_all(store)
    (part,) = list_live(store)
    assert (part.first, part.last) == (1, 9)
    assert pl.read_parquet(part.file("events")).filter(app="shop")["event_id"].to_list() == ["3"]
    assert cuts([part]) == ()
    assert check(store).problems == ()


def test_a_retry_of_an_expired_event_is_a_new_event(store: Store) -> None:
    fill(store)
    set_for(store, "shop", retention_days=30)
    expire(store, START + timedelta(days=30, hours=2))
    put(store, spooled("shop", event_id="0"), spooled("shop", event_id="3"), received_at_us=START_US + 5 * HOUR_US)
    assert visible(store).filter(app="shop").select("event_id", "copies").rows() == [("2", 1), ("0", 1), ("3", 2)]
    assert check(store).problems == ()


def test_events_go_at_full_hours_and_where_little_is_kept_at_full_minutes(store: Store) -> None:
    fill(store)
    set_for(store, "shop", retention_days=30)
    set_for(store, "web", retention_days=0.5)
    half_past = timedelta(hours=2, minutes=30, seconds=30)
    expire(store, START + timedelta(days=30) + half_past)
    assert left(store) == ["2", "3"]
    expire(store, START + timedelta(days=0.5) + half_past)
    assert left(store, "web") == []


def test_nothing_is_committed_again_for_what_has_expired_already(store: Store) -> None:
    fill(store)
    set_for(store, "shop", retention_days=30, retention_rows=3)
    now = START + timedelta(days=30, hours=2)
    assert expire(store, now) == 1
    assert expire(store, now) == 0
    merge_all(store)
    assert expire(store, now) == 0


def test_much_is_removed_a_stretch_at_a_time(store: Store) -> None:
    put(store, *(spooled("shop", event_id=f"old-{n}") for n in range(10)))
    fill(store)
    set_for(store, "shop", retention_rows=4)
    writer = Writer(store, DuplicateIndex(store.dedup))
    retention = Retention(store, Apps(store), look_seconds=0.0, rows=3)
    gone = []
    while removal := retention.due(START):
        gone.append(int(-removal.counts["by_minute"].collect()["events"].sum()))
        writer._remove(removal)
        assert check(store).problems == ()
    writer.close()
    assert gone == [3, 3, 3, 1]
    assert left(store) == ["0", "1", "2", "3"]


def test_a_busy_app_is_not_cut_for_every_row_too_many(store: Store) -> None:
    put(store, *(spooled("shop", event_id=str(n)) for n in range(201)))
    set_for(store, "shop", retention_rows=200)
    assert expire(store, START) == 0
    put(store, spooled("shop", event_id="a"), spooled("shop", event_id="b"))
    assert expire(store, START) == 1
    assert len(left(store)) == 200


def test_a_part_that_cannot_be_read_stops_expiry_and_nothing_else(store: Store, tmp_path: Path) -> None:
    fill(store)
    set_for(store, "shop", retention_rows=1)
    list_live(store)[0].file("events").write_bytes(b"no parquet")
    assert expire(store, START) == 0


def test_many_apps_expire_in_one_commit(store: Store) -> None:
    apps = tuple(f"app-{n}" for n in range(40))
    fill(store, hours=2, apps=apps)
    assert expire(store, START + timedelta(days=30, hours=1), retention_days=30) == 1
    assert visible(store)["event_id"].unique().to_list() == ["1"]
    assert check(store).problems == ()
