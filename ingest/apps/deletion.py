"""Orders to delete: what one says on its way through the spool, and what the writer commits for it."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import polars as pl

from data import history
from data.hidden import Cut
from data.layout import Store
from data.parts import list_live
from data.pins import pinned
from data.settings_db import Apps
from ingest.apps.removal import COLUMNS, Removal, some_rows, stretches, whole_log
from ingest.quarantine import REASON
from ingest.segments import OPEN, SEALED, Record
from plans import versions
from plans.model import PlanError


class CannotDelete(Exception):
    """An order that cannot be carried out, and why."""


class Order(msgspec.Struct, frozen=True):
    """Delete an app's events, or those of one user; with `everything` also its plans and settings.

    Only what was accepted before it goes: plans up to version `plans_through`, settings up to `settings_through`.
    """

    app: str
    user_id: str | None = None
    everything: bool = False
    plans_through: int = 0
    settings_through: int = 0

    def encode(self) -> bytes:
        return msgspec.json.encode(self)


def order_of(record: Record) -> Order:
    """What a record of no events orders. Raises CannotDelete for one that orders nothing."""
    try:
        return msgspec.json.decode(record.body, type=Order)
    except msgspec.DecodeError as error:
        raise CannotDelete(f"this is no order: {error}") from None


def everything_of(store: Store, apps: Apps, app: str) -> Order:
    """The order to delete all there is of an app now."""
    stored = versions.versions(store.plans, app)
    return Order(app, None, True, stored[-1].number if stored else 0, apps.revision(app))


def waits(store: Store, name: str) -> bool:
    """Whether the order in the segment of that name is still to be carried out."""
    return any((store.spool / f"{name}{ending}").exists() for ending in (OPEN, SEALED))


def why_aside(store: Store, name: str) -> str:
    """Why the order in that segment was set aside; nothing when it was carried out."""
    reason = store.quarantine / f"{name}{SEALED}{REASON}"
    return reason.read_text().strip() if reason.exists() else ""


def removals(store: Store, apps: Apps, order: Order, through: int) -> Iterator[Removal]:
    """What has to be committed for the order, one after another; nothing when nothing is left to delete.

    Plans and settings go before the first. `through` is the last seq given. Raises CannotDelete for what cannot be
    read or written here, but not for what its taker does with a removal.
    """
    try:
        if order.everything:
            versions.forget(store.plans, order.app, order.plans_through)
            apps.forget(order.app, order.settings_through)
        if order.user_id is not None:
            yield from _of_user(store, order.app, order.user_id)
        elif removal := whole_log(list_live(store), Cut(order.app, through)):
            yield removal
    except (OSError, PlanError, pl.exceptions.PolarsError) as error:
        raise CannotDelete(f"{type(error).__name__}: {error}") from error


def _of_user(store: Store, app: str, user_id: str) -> Iterator[Removal]:
    theirs = (pl.col("app") == app) & (pl.col("user_id") == user_id)

    def choose(file: Path) -> pl.Series:
        return pl.scan_parquet(file).filter(theirs).select("seq").collect()["seq"].sort()

    with pinned(store) as pin:
        for gone in stretches(history.chosen(pin, app, choose, columns=COLUMNS)):
            # The counts of what is live now: those of a part that is only pinned may be gone.
            yield some_rows(gone, list_live(store))
