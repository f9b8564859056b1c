"""Versions are known from memory, and never an old one."""

import threading
from collections.abc import Mapping

from dashboard.watch import Versions, keep_ready
from data.layout import Store
from queries.reader import Reader
from queries.version import versions
from tests.dashboard.conftest import plan
from tests.live import eventually
from tests.storing import now_us, put, spooled


class Asked:
    """Works versions out of a real store and counts how often it had to."""

    def __init__(self, store: Store) -> None:
        self.reader = Reader(store, threads=1)
        self.times = 0

    def __call__(self) -> Mapping[str, str]:
        self.times += 1
        return versions(self.reader)


def test_nothing_is_worked_out_while_nothing_moves(shop: Store) -> None:
    asked = Asked(shop)
    known = Versions(shop, asked)
    eventually(lambda: known.of("shop") and _asks_nothing(known, asked))
    asked.reader.close()


def _asks_nothing(known: Versions, asked: Asked) -> bool:
    """Right after a commit the file system's clock is too coarse to be trusted; soon after it is."""
    before = asked.times
    known.of("shop"), known.of_all()
    return asked.times == before


def test_a_commit_and_a_plan_are_seen_at_once(shop: Store) -> None:
    asked = Asked(shop)
    known = Versions(shop, asked)
    seen = {known.of("shop")}
    put(shop, spooled(event_name="bought"), received_at_us=now_us())
    seen.add(known.of("shop"))
    plan(shop, sheet=b"eventName,eventPayload,dataType\nbought,price,text\n")
    seen.add(known.of("shop"))
    assert len(seen) == 3
    assert known.of("nobody") is None
    asked.reader.close()


def test_the_newest_version_is_ready_before_anybody_asks(shop: Store) -> None:
    asked, stop = Asked(shop), threading.Event()
    known = Versions(shop, asked)
    known.of("shop")
    watching = keep_ready(shop, known, stop)
    before = asked.times
    put(shop, spooled(event_name="bought"), received_at_us=now_us())
    eventually(lambda: asked.times > before)
    stop.set()
    watching.join()
    asked.reader.close()
