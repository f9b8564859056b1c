"""Who may send, to which app, and from which web pages."""

from typing import Final

from flask import Request, Response

from ingest.adapters.each import Sender
from ingest.refusals import BadApp, Unauthorized, WrongHost
from plans.model import PlanError, check_app

LOCAL_NAMES: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
_MIRRORED: Final = (
    ("Access-Control-Request-Headers", "Access-Control-Allow-Headers"),
    ("Access-Control-Request-Private-Network", "Access-Control-Allow-Private-Network"),
)


def check_host(request: Request) -> None:
    """Answer to this machine's own names only: a page whose name was made to point here (DNS rebinding) has another.

    Raises WrongHost.
    """
    host = request.headers.get("Host", "")
    name, colon, port = host.rpartition(":")
    if not (colon and port.isdecimal()):
        name = host
    if name.lower() not in LOCAL_NAMES:
        raise WrongHost(f"only localhost, 127.0.0.1 and [::1] are answered, not {host!r:.80}", where="Host")


def check_app_in_path(app: str) -> str:
    """The app a path names; raises BadApp when no app can have that id."""
    try:
        return check_app(app)
    except PlanError as error:
        raise BadApp(error.message, where="path") from None


def sender_of(request: Request, app: str | None, session: str | None) -> Sender:
    """Whose events these are: the path says, else the write key, else (no app here) each event.

    On one's own machine a key that is not known names an app. Raises BadApp, or Unauthorized for an impossible key.
    """
    if app is not None:
        return Sender(check_app_in_path(app), session or None, request.mimetype == "text/plain")
    key = _write_key(request)
    if key is None:
        return Sender(None)
    try:
        return Sender(check_app(key))
    except PlanError:
        raise Unauthorized("this write key is not known, and names no app", where="Authorization") from None


def open_to_pages(request: Request, response: Response) -> Response:
    """Let web pages of any origin send events (CORS), whatever odd headers their SDK adds."""
    origin = request.headers.get("Origin")
    if origin is None:
        return response
    response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Access-Control-Allow-Credentials"] = "true"
    response.headers["Access-Control-Expose-Headers"] = "Retry-After"
    response.vary.add("Origin")
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "POST, OPTIONS"
        response.headers["Access-Control-Max-Age"] = "86400"
        for asked, allowed in _MIRRORED:
            if asked in request.headers:
                response.headers[allowed] = request.headers[asked]
    return response


def _write_key(request: Request) -> str | None:
    authorization = request.authorization
    if authorization is None:
        return None
    if authorization.type == "basic":
        return authorization.username
    return authorization.token if authorization.type == "bearer" else None
