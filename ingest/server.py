"""The intake's HTTP server: what is sent becomes events on disk, and then a receipt."""

import logging
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Final

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.exceptions import NotFound as NoRoute

from data.layout import Store
from data.settings_db import Apps
from ingest import vitals
from ingest.access import check_host, open_to_pages, sender_of
from ingest.adapters.each import Sender, unreadable_as_sent
from ingest.adapters.native import read_native
from ingest.adapters.original import read_original
from ingest.apps import app_routes
from ingest.apps.quota import Quotas, today
from ingest.bodies import receive, unpack
from ingest.limits import Limits
from ingest.lines import encode
from ingest.metrics import Counts
from ingest.planning import draft_routes, plan_routes
from ingest.planning.draft_runs import Runs
from ingest.receipts import Batch, receipt
from ingest.refusals import BadRequest, Busy, NotFound, Refused, Unreadable, WrongMethod
from ingest.spool import Spool, SpoolBroken, SpoolFull

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)

Adapter = Callable[[bytes, Sender, Limits], Batch]
EVENT_PATHS: Final[tuple[tuple[str, Adapter], ...]] = (
    ("/v1/events", read_native),
    ("/c/<path:app>/v1/events", read_native),
    ("/c/<path:app>/s/<session>/v1/events", read_native),
    ("/api/logs/<path:app>", read_original),
)
_EVENTS: Final = "events "


def create(
    spool: Spool,
    store: Store,
    limits: Limits | None = None,
    *,
    runs: Runs | None = None,
    local: bool = True,
    order_seconds: float = app_routes.WAIT_SECONDS,
) -> Flask:
    """The server over a spool it does not own. `local`: no keys, but only this machine's own names are answered.

    `runs` bounds the replays and inferences beside it; a deletion is answered when done, or after `order_seconds`.
    """
    server = Flask("ingest", static_folder=None)
    server.url_map.merge_slashes = False  # with it comes a redirect, which many clients do not follow
    server.wsgi_app = partial(_without_last_slash, server.wsgi_app)  # type: ignore[method-assign]
    counts, apps = Counts(), Apps(store)
    quotas = Quotas(apps)
    if local:
        server.before_request(lambda: check_host(request))
    for path, adapter in EVENT_PATHS:
        view = partial(take, adapter=adapter, spool=spool, limits=limits or Limits(), counts=counts, quotas=quotas)
        server.add_url_rule(path, _EVENTS + path, view, methods=["POST", "OPTIONS"], provide_automatic_options=False)
    app_routes.register(server, spool, store, apps, order_seconds)
    plan_routes.register(server, store.plans)
    draft_routes.register(server, store, runs)
    vitals.register(server, spool, store, counts)
    server.register_error_handler(Exception, partial(refuse, counts=counts))
    server.after_request(partial(finish, counts=counts))
    return server


def take(
    app: str | None = None,
    session: str | None = None,
    *,
    adapter: Adapter,
    spool: Spool,
    limits: Limits,
    counts: Counts,
    quotas: Quotas,
) -> Response:
    """One request of events: whose they are, what was sent, which events that is, on disk with them, a receipt."""
    if request.method == "OPTIONS":
        return Response(status=204)
    sender = sender_of(request, app, session)
    body = receive(request.stream, request.content_length, limits.body_bytes)
    batch = adapt(body, sender, adapter, limits)
    keep(batch, spool, counts, quotas)
    return Response(receipt(batch), 202, content_type="application/json")


def adapt(body: bytes, sender: Sender, adapter: Adapter, limits: Limits) -> Batch:
    """The events of a body as it was sent; what cannot even be decompressed is kept as one event nobody could read."""
    try:
        plain = unpack(body, request.headers.get("Content-Encoding", ""), limits.body_bytes)
    except Unreadable as reason:
        return unreadable_as_sent(body, sender, reason)
    return adapter(plain, sender, limits)


def keep(batch: Batch, spool: Spool, counts: Counts, quotas: Quotas) -> None:
    """Have the events that are within quotas on disk.

    Raises Busy when they cannot be taken now; then none of them was promised anything.
    """
    day = today()
    taken = quotas.admit(batch, day)
    if batch.events:
        try:
            spool.append(encode(batch.events), len(batch.events), time.time_ns() // 1_000)
        except SpoolFull as reason:
            quotas.give_back(taken, day)
            raise Busy(str(reason)) from reason
        except SpoolBroken as reason:
            raise Busy("events cannot be kept at the moment") from reason
    counts.events(batch)


def refuse(reason: Exception, *, counts: Counts) -> Response:
    """Every refusal in the one JSON shape; what nobody expected too, as something to try again later."""
    refused = reason if isinstance(reason, Refused) else _as_refused(reason)
    counts.refusal(refused.code)
    log.info("refused method=%s path=%r code=%s reason=%r", request.method, request.path, refused.code, refused.message)
    response = Response(refused.body(), refused.status, content_type="application/json")
    if refused.retry_after_seconds is not None:
        response.headers["Retry-After"] = str(refused.retry_after_seconds)
    if isinstance(reason, MethodNotAllowed):
        response.headers["Allow"] = ", ".join(sorted(reason.valid_methods or ()))
    return response


def finish(response: Response, *, counts: Counts) -> Response:
    counts.request(response.status_code)
    is_for_events = (request.endpoint or "").startswith(_EVENTS)
    return open_to_pages(request, response) if is_for_events else response


def _without_last_slash(
    application: "WSGIApplication", environ: "WSGIEnvironment", start_response: "StartResponse"
) -> Iterable[bytes]:
    environ["PATH_INFO"] = environ["PATH_INFO"].removesuffix("/") or "/"
    return application(environ, start_response)


def _as_refused(reason: Exception) -> Refused:
    if isinstance(reason, NoRoute):
        asked = f"{request.method} {request.path[:200]}"
        return NotFound(f"there is no {asked} here; events are sent to POST /v1/events or /c/<app>/v1/events", "path")
    if isinstance(reason, MethodNotAllowed):
        allowed = ", ".join(sorted(reason.valid_methods or ()))
        return WrongMethod(f"{request.path[:200]} takes {allowed}, not {request.method}", "method")
    if isinstance(reason, HTTPException) and reason.code and reason.code < 500:
        return BadRequest(reason.description or "the request cannot be read")
    log.error("unexpected path=%s", request.path, exc_info=reason)
    return Busy("something unexpected went wrong; nothing of this request was promised, send it again")
