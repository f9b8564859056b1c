"""An app over HTTP: its settings, and deleting its events or all there is of it."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from flask import Flask, Response, request

from data.app_settings import WrongSetting, parse
from data.layout import Store
from data.settings_db import Apps
from ingest.access import check_app_in_path
from ingest.apps.deletion import Order, everything_of, waits, why_aside
from ingest.bodies import receive
from ingest.refusals import BadRequest, Busy, Failed
from ingest.spool import Spool, SpoolBroken, SpoolFull

PATH: Final = "/v1/apps/<app>"
WAIT_SECONDS: Final = 10.0
"""How long an answer waits for the writer to carry a deletion out."""
PLACES: Final = 4
"""Answers that wait at once; others are given at once, so that events are taken all the same."""
MAX_BYTES: Final = 64 << 10
_LOOK_SECONDS: Final = 0.02


def register(server: Flask, spool: Spool, store: Store, apps: Apps, wait_seconds: float = WAIT_SECONDS) -> None:
    """`wait_seconds` is how long a deletion waits until it is visible before it is answered 202."""
    places = threading.BoundedSemaphore(PLACES)

    def deleted(order: Order) -> Response:
        name = _ordered(order, spool)
        if places.acquire(blocking=False):
            try:
                _wait(store, name, wait_seconds)
            finally:
                places.release()
        return _told_of(order, store, name)

    def put_app(app: str) -> Response:
        check_app_in_path(app)
        _only()
        apps.put(app, _settings(receive(request.stream, request.content_length, MAX_BYTES)))
        return _json(_told(apps, app))

    def get_app(app: str) -> Response:
        check_app_in_path(app)
        _only()
        return _json(_told(apps, app))

    def delete_app(app: str) -> Response:
        check_app_in_path(app)
        _only()
        return deleted(everything_of(store, apps, app))

    def delete_events(app: str) -> Response:
        check_app_in_path(app)
        return deleted(Order(app, _user_id()))

    routes: list[tuple[str, str, Callable[[str], Response]]] = [
        (PATH, "PUT", put_app),
        (PATH, "GET", get_app),
        (PATH, "DELETE", delete_app),
        (f"{PATH}/events", "DELETE", delete_events),
    ]
    for path, method, view in routes:
        server.add_url_rule(path, view_func=view, methods=[method])


def _settings(body: bytes) -> Any:
    try:
        return parse(msgspec.json.decode(body))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadRequest(f"the settings are no JSON: {error}") from None
    except WrongSetting as error:
        raise BadRequest(error.message, where=error.where) from None


def _told(apps: Apps, app: str) -> dict[str, Any]:
    today = datetime.now(UTC).date()
    return {"app": app, **apps.of(app).as_dict(), "counted_today": apps.sent(app, today)}


def _ordered(order: Order, spool: Spool) -> str:
    """Accept the order durably; the name of its segment."""
    try:
        return spool.order(order.encode(), time.time_ns() // 1_000)
    except (SpoolFull, SpoolBroken) as reason:
        raise Busy(f"nothing was deleted: {reason}") from reason


def _wait(store: Store, name: str, seconds: float) -> None:
    """Until the order is carried out, but no longer than that."""
    until, pause = time.monotonic() + seconds, threading.Event()
    while waits(store, name) and time.monotonic() < until:
        pause.wait(_LOOK_SECONDS)


def _told_of(order: Order, store: Store, name: str) -> Response:
    said = {"app": order.app, "user_id": order.user_id, "deleted": "everything" if order.everything else "events"}
    if waits(store, name):
        later = "accepted, and done as soon as the writer gets to it, before anything accepted after it"
        return _json({**said, "done": False, "message": later}, 202)
    if why := why_aside(store, name):
        raise Failed(f"not everything could be deleted: {why}; `check` tells more")
    return _json({**said, "done": True})


def _user_id() -> str | None:
    _only("user_id")
    given = request.args.getlist("user_id")
    if len(given) > 1:
        raise BadRequest("user_id is given twice; delete one user's events at a time", where="user_id")
    if given == [""]:
        raise BadRequest("user_id is empty; leave it out to delete all events", where="user_id")
    return given[0] if given else None


def _only(*names: str) -> None:
    if unknown := sorted(set(request.args) - set(names)):
        known = f"there is `{names[0]}`" if names else "it takes none"
        raise BadRequest(f"{unknown[0]!r:.80} is not a parameter of this request; {known}", where=unknown[0])


def _json(said: dict[str, Any], status: int = 200) -> Response:
    return Response(msgspec.json.encode(said), status, content_type="application/json")
