from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from data.app_settings import UNSET, AppSettings
from data.layout import Store
from data.settings_db import Apps

DAY = date(2026, 11, 23)


def test_a_store_without_settings_gets_no_file_by_being_asked(store: Store) -> None:
    apps = Apps(store)
    assert (apps.of("shop"), apps.all(), apps.revision("shop"), apps.sent("shop", DAY)) == (UNSET, {}, 0, 0)
    assert not store.settings.exists()


def test_a_change_is_seen_by_whoever_asks_next(store: Store) -> None:
    ours, theirs = Apps(store), Apps(store)
    assert theirs.of("shop") == UNSET
    ours.put("shop", AppSettings(name="The shop", quota_events_per_day=3))
    assert theirs.of("shop").name == ours.of("shop").name == "The shop"
    assert dict(theirs.quotas()) == {"shop": 3}
    before = theirs.revision("shop")
    ours.put("shop", AppSettings(name="Another"))
    assert theirs.revision("shop") > before
    assert dict(theirs.quotas()) == {}


def test_settings_made_since_are_not_forgotten_and_revisions_never_come_again(store: Store) -> None:
    apps = Apps(store)
    apps.put("shop", AppSettings(name="first"))
    first = apps.revision("shop")
    apps.put("shop", AppSettings(name="second"))
    apps.forget("shop", first)
    assert apps.of("shop").name == "second"
    second = apps.revision("shop")
    apps.forget("shop", second)
    assert apps.of("shop") == UNSET
    apps.put("shop", AppSettings())
    assert apps.revision("shop") > second


def test_many_at_once_get_no_more_than_the_quota_between_them(store: Store) -> None:
    each = [Apps(store) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda n: each[n % 4].take("shop", DAY, 3, 50), range(40)))
    assert sum(taken) == 50
    assert each[0].sent("shop", DAY) == 50
    assert each[0].take("shop", date(2026, 11, 24), 3, 50) == 3
    assert each[0].sent("shop", DAY) == 0


def test_what_is_given_back_can_be_taken_again(store: Store) -> None:
    apps = Apps(store)
    assert apps.take("shop", DAY, 5, 5) == 5
    apps.give_back("shop", DAY, 2)
    assert apps.take("shop", DAY, 5, 5) == 2


def test_a_damaged_file_is_told_of_and_stops_no_reading(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    store.settings.write_bytes(b"no database, and long enough to be looked at as one" * 100)
    apps = Apps(store)
    assert apps.of("shop") == UNSET
    assert apps.of("web") == UNSET
    assert [record.message.split(" path=")[0] for record in caplog.records] == ["settings of apps cannot be read"]
    with pytest.raises(OSError, match="cannot be written"):
        apps.put("shop", AppSettings(name="The shop"))
