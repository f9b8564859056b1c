import polars as pl
import pytest

from data.hidden import hidden
from data.layout import Store
from data.parts import list_live
from data.settings_db import Apps
from ingest.apps.deletion import Order, everything_of, removals, why_aside
from ingest.check import check
from ingest.commit import commit_removal
from ingest.environment import KNOWN
from ingest.pace import Batch
from ingest.recover import last_seq
from ingest.segments import Record, sealed, write_sealed
from plans.read import read_plan
from plans.versions import get
from plans.versions import put as put_plan
from tests.storing import delete, merge_all, ordered, put, seal, spooled, visible, writing

PLAN = b"eventName,eventPayload,dataType\nsold,price,float\n"


def totals(store: Store) -> dict[str, tuple[int, int]]:
    """Events and replaced copies by app, from the counts alone; apps of which nothing is left are not there."""
    tables = pl.concat([pl.read_parquet(part.file("by_minute")) for part in list_live(store)])
    sums = tables.group_by("app").agg(pl.sum("events"), pl.sum("replaced")).filter(pl.col("events") != 0)
    return {app: (events, replaced) for app, events, replaced in sums.iter_rows()}


def filled(store: Store) -> None:
    """Two apps with the same ids and users; one event of each came twice."""
    for _ in range(2):
        put(store, *(spooled(app, event_id="1", user_id="ann", event_name="sold") for app in ("shop", "web")))
    put(store, *(spooled(app, event_id="2", user_id="bob", event_name="sold") for app in ("shop", "web")))
    put(store, *(spooled(app, event_id="3", event_name="seen") for app in ("shop", "web")))


def test_a_deleted_log_is_hidden_at_once_and_gone_from_the_files_after_the_next_merge(store: Store) -> None:
    filled(store)
    delete(store, "shop")
    assert visible(store)["app"].unique().to_list() == ["web"]
    assert totals(store) == {"web": (3, 1)}
    assert check(store).problems == ()
    merge_all(store)
    (part,) = list_live(store)
    assert pl.read_parquet(part.file("events"))["app"].unique().to_list() == ["web"]
    assert not hidden([part]).any()
    assert check(store).problems == ()


def test_one_users_events_go_and_nobody_elses(store: Store) -> None:
    filled(store)
    delete(store, "shop", "ann")
    left = visible(store).filter(pl.col("app") == "shop")["event_id"].to_list()
    assert left == ["2", "3"]
    assert totals(store) == {"shop": (2, 0), "web": (3, 1)}
    merge_all(store)
    assert pl.read_parquet(list_live(store)[0].file("events")).filter(user_id="ann", app="shop").height == 0
    assert check(store).problems == ()


@pytest.mark.parametrize("user_id", [None, "ann"])
@pytest.mark.parametrize("merged", [False, True])
@pytest.mark.parametrize("anew", [False, True])
def test_a_retry_of_a_deleted_event_is_a_new_event(store: Store, user_id: str | None, merged: bool, anew: bool) -> None:
    filled(store)
    delete(store, "shop", user_id)
    if merged:
        merge_all(store)
    if anew:
        with writing(store) as writer:
            writer._index.clear()
    for copies in (1, 2):
        put(store, spooled("shop", event_id="1", user_id="ann", event_name="sold"))
        again = visible(store).filter(app="shop", event_id="1")
        assert again["copies"].to_list() == [copies]
        assert check(store).problems == ()
    assert totals(store)["web"] == (3, 1)


def test_an_order_that_comes_twice_deletes_nothing_that_came_after_it(store: Store) -> None:
    filled(store)
    batch = ordered(store, Order("shop"))
    said = batch.segments[0].read_bytes()
    with writing(store) as writer:
        writer.store_batch(batch)
        parts = list_live(store)
        batch.segments[0].write_bytes(said)
        writer.store_batch(batch)
    assert list_live(store) == parts
    assert sealed(store.spool) == []


def test_what_was_never_there_is_deleted_without_a_commit(store: Store) -> None:
    delete(store, "shop")
    put(store, spooled("web"))
    delete(store, "shop")
    delete(store, "web", "nobody")
    assert len(list_live(store)) == 1


def test_everything_of_an_app_is_its_events_plans_and_settings(store: Store) -> None:
    apps = Apps(store)
    filled(store)
    for app in ("shop", "web"):
        put_plan(store.plans, read_plan(PLAN, app=app)[0], PLAN)
        apps.put(app, apps.of(app))
    order = everything_of(store, apps, "shop")
    with writing(store) as writer:
        writer.store_batch(ordered(store, order))
    assert get(store.plans, "shop") is None
    assert get(store.plans, "web") is not None
    assert apps.all().keys() == {"web"}
    assert totals(store).keys() == {"web"}


def test_plans_and_settings_made_after_the_order_stay_and_numbers_go_on(store: Store) -> None:
    apps = Apps(store)
    put_plan(store.plans, read_plan(PLAN, app="shop")[0], PLAN)
    apps.put("shop", apps.of("shop"))
    order = everything_of(store, apps, "shop")
    for _ in range(2):
        with writing(store) as writer:
            writer.store_batch(ordered(store, order))
        if get(store.plans, "shop") is None:
            assert put_plan(store.plans, read_plan(PLAN, app="shop")[0], PLAN).version == 2
            apps.put("shop", apps.of("shop"))
    assert get(store.plans, "shop") is not None
    assert apps.all().keys() == {"shop"}


def test_an_order_that_cannot_be_read_is_set_aside_and_stops_nothing(store: Store) -> None:
    path = write_sealed(store.spool, [Record(0, 0, b'{"user": 1}')])
    with writing(store) as writer:
        writer.store_batch(Batch.of(path))
        writer.store_batch(seal(store, [spooled()]))
    assert (store.quarantine / path.name).exists()
    assert visible(store).height == 1


@pytest.mark.parametrize("user_id", [None, "ann"])
@pytest.mark.parametrize("done", range(4))
def test_dying_between_the_steps_of_a_deletion_changes_nothing_of_what_it_does(
    store: Store, user_id: str | None, done: int
) -> None:
    """A writer does the first steps and is gone; the next one finds the order still in the spool."""
    filled(store)
    order = Order("shop", user_id)
    batch = ordered(store, order)
    with writing(store) as writer:
        (removal,) = removals(store, Apps(store), order, last_seq(store))
        if done > 0:
            for cut in removal.cuts:
                writer._index.cut(cut)
            writer._index.forget(removal.hides["seq"])
        if done > 1:
            part = commit_removal(store, removal, last_seq(store) + 1)
        if done > 2:
            writer._index.remember(pl.DataFrame(schema=KNOWN), part.last)
    with writing(store) as writer:
        writer.store_batch(batch)
        writer.store_batch(seal(store, [spooled("shop", event_id="1", user_id="ann", event_name="sold")]))
    again = visible(store).filter(app="shop", event_id="1")
    assert again["copies"].to_list() == [1]
    assert totals(store) == {"shop": (1, 0) if user_id is None else (3, 0), "web": (3, 1)}
    assert check(store).problems == ()


@pytest.mark.parametrize(
    ("relation", "order"),
    [("by_minute", Order("shop")), ("events", Order("shop", "ann")), ("settings", Order("shop", everything=True))],
)
def test_an_order_that_damage_stops_is_set_aside_with_the_reason_and_stops_nothing(
    store: Store, relation: str, order: Order
) -> None:
    filled(store)
    damaged = store.settings if relation == "settings" else list_live(store)[0].file(relation)
    damaged.write_bytes(b"neither a database nor Parquet, and long enough to be looked at as one" * 100)
    batch = ordered(store, order)
    with writing(store) as writer:
        writer.store_batch(batch)
        assert why_aside(store, batch.segments[0].stem)
        writer.store_batch(seal(store, [spooled("other")]))
    assert sealed(store.spool) == []
    assert list_live(store)[-1].last == 9
