"""The JSON API: a route for every question, and one way to answer them all."""

from collections.abc import Callable, Mapping

import msgspec
from flask import Flask, Response, request

from dashboard import errors
from dashboard.errors import Refused
from dashboard.questions import Answer, Arguments, Questions
from queries import parameters
from queries.errors import BadRequest, Busy, NotFound, Unanswered

ABOUT_ALL = ("apps", "apps-page")
ABOUT_AN_APP = ("stats", "trend", "coverage", "violations", "events", "overview", "coverage-page", "violations-page")
"""`overview` and those of names that end in `-page` are a page's moving pieces, drawn."""

_STATUS: Mapping[type[Unanswered], int] = {BadRequest: 400, NotFound: 404, Busy: 503}


def install(server: Flask, questions: Questions) -> None:
    """Put every route of the API on that server."""

    def answer(name: str, app: str | None = None) -> Response:
        return _answered(questions.ask(name, app, _given()))

    def one_event(app: str, seq: int) -> Response:
        parameters.read(_given(), ())
        return _answered(questions.ask("event", app, {"seq": [str(seq)]}))

    def version(app: str | None = None) -> Response:
        parameters.read(_given(), ())
        now = questions.version(app)
        told = {"version": now, "unreadable_parts": questions.unreadable_parts}
        return _answered(Answer(f"{now}-{told['unreadable_parts']}", lambda: msgspec.json.encode(told)))

    for name in ABOUT_ALL:
        server.add_url_rule(f"/api/{name}", f"all-{name}", answer, defaults={"name": name})
    for name in ABOUT_AN_APP:
        server.add_url_rule(f"/api/apps/<app>/{name}", f"app-{name}", answer, defaults={"name": name})
    server.add_url_rule("/api/version", "all-version", version)
    server.add_url_rule("/api/apps/<app>/version", "app-version", version)
    server.add_url_rule("/api/apps/<app>/events/<int:seq>", "app-event", one_event)
    server.add_url_rule("/api/<path:rest>", "nowhere", _nowhere, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    for failure, status in _STATUS.items():
        server.register_error_handler(failure, _unanswered(status))


def _given() -> Arguments:
    return request.args.to_dict(flat=False)


def _answered(answer: Answer) -> Response:
    """304 to whoever has this very answer already, without working it out; else 200 with the JSON."""
    if request.if_none_match.contains_weak(answer.etag):
        response = Response(status=304)
    else:
        response = Response(answer.body(), mimetype="application/json")
    response.set_etag(answer.etag)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _nowhere(rest: str) -> Response:
    raise Refused(404, "not_found", f"There is nothing at /api/{rest}.", "path")


def _unanswered(status: int) -> Callable[[Unanswered], Response]:
    return lambda failure: errors.response(status, failure.code, failure.message, failure.where)
