"""The one shape of a refusal: `{"error": {"code", "message", "where"}}` with a status that says whose fault it is."""

import logging

import msgspec
from flask import Flask, Response
from werkzeug.exceptions import HTTPException

log = logging.getLogger(__name__)

_CODES = {400: "bad_request", 404: "not_found", 405: "method_not_allowed", 413: "too_large", 503: "busy"}


class Refused(Exception):
    """A request that gets no answer: HTTP's `status`, a `code` for programs, words for people, the place at fault."""

    def __init__(self, status: int, code: str, message: str, where: str | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.where = status, code, message, where


def response(status: int, code: str, message: str, where: str | None = None) -> Response:
    body = msgspec.json.encode({"error": {"code": code, "message": message, "where": where}})
    refusal = Response(body, status, mimetype="application/json")
    refusal.headers["Cache-Control"] = "no-store"
    if status == 503:
        refusal.headers["Retry-After"] = "1"
    return refusal


def install(server: Flask) -> None:
    """Every way a request can fail on this server ends in that shape."""
    server.register_error_handler(Refused, _refused)
    server.register_error_handler(HTTPException, _http)
    server.register_error_handler(Exception, _unexpected)


def _refused(refused: Refused) -> Response:
    return response(refused.status, refused.code, refused.message, refused.where)


def _http(failure: HTTPException) -> Response:
    status = failure.code or 500
    refusal = response(status, _CODES.get(status, "http_error"), failure.description or failure.name)
    for name, value in failure.get_headers():
        if name in ("Allow", "Location"):
            refusal.headers[name] = value
    return refusal


def _unexpected(failure: Exception) -> Response:
    log.error("answer failed", exc_info=failure)
    return response(500, "failed", "This answer could not be worked out; the log of the dashboard says why.")
