"""Others ask while parts are committed, merged, expired and deleted: no row twice, none missing, no failed query."""

import threading
from datetime import datetime

from data.app_settings import AppSettings
from data.layout import Store
from data.parts import list_all, list_live
from data.settings_db import Apps
from ingest import merge
from ingest.apps.deletion import Order
from ingest.check import check
from ingest.index import DuplicateIndex
from ingest.tiers import Limits
from ingest.writer import Writer
from tests.asking import GRACE_SECONDS, Asker, Told, by_files, by_reader
from tests.live import eventually
from tests.scene import KEPT_ROWS, Scene, Step
from tests.storing import ordered, seal, spooled, visible

STEPS, ROUNDS = 60, 8


def test_two_processes_ask_without_pause_while_parts_come_and_go(store: Store) -> None:
    apps = Apps(store)
    apps.put("shop", AppSettings(retention_rows=KEPT_ROWS))
    apps.close()
    told, scene, seen = Told(), Scene(), set(list_all(store))
    askers = [Asker(ask, store.root, told) for ask in (by_reader, by_files)]
    stop = threading.Event()
    how = {"stop": stop, "limits": Limits(settle_seconds=0.0), "grace_seconds": GRACE_SECONDS}
    merger = threading.Thread(target=merge.run, args=(store,), kwargs=how)
    merger.start()
    writer = Writer(store, DuplicateIndex(store.dedup), look_seconds=0.0)
    try:
        eventually(lambda: all(asker.rounds for asker in askers), 60)
        while len(scene.steps) < STEPS or min(asker.rounds for asker in askers) < ROUNDS:
            assert told.problems.empty(), told.problems.get()
            scene.play(len(scene.steps) + 1)
            told.begun.value = len(scene.steps)
            take(writer, store, scene.steps[-1])
            told.done.value = len(scene.steps)
            seen |= set(list_all(store))
    finally:
        writer.close()
        told.stop.set()
        for asker in askers:
            asker.process.join()
        stop.set()
        merger.join()
    assert told.problems.empty(), told.problems.get()
    assert set(visible(store)["seq"]) == {seq for log in scene.states[-1].values() for seq in log}
    assert check(store).problems == ()
    assert seen - set(list_all(store)), "nothing was deleted while they asked"
    assert len(list_live(store)) < len(scene.steps) / 2


def take(writer: Writer, store: Store, step: Step) -> None:
    """Make the step happen in the store."""
    if step.events:
        sent = [spooled(app=step.app, event_id=str(key), user_id=str(user)) for key, user in step.events]
        writer.store_batch(seal(store, sent))
    elif step.expires:
        writer.expire(datetime(2026, 11, 23))
    else:
        writer.store_batch(ordered(store, Order(step.app, None if step.user is None else str(step.user))))
