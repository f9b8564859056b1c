"""An app's plan over HTTP: put one in force, read it back, list its versions."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from flask import Flask, Response, request

from ingest.access import check_app_in_path
from ingest.bodies import receive, unpack
from ingest.refusals import BadPlan, BadRequest, NoPlan
from plans import versions
from plans.model import MAX_PLAN_BYTES, PlanError, shown_time
from plans.read import read_plan

PATH = "/v1/apps/<path:app>/plan"


def register(server: Flask, plans: Path) -> None:
    """`plans` is the store's folder of plan versions."""

    def put_plan(app: str) -> Response:
        check_app_in_path(app)
        sent = receive(request.stream, request.content_length, MAX_PLAN_BYTES)
        source = unpack(sent, request.headers.get("Content-Encoding", ""), MAX_PLAN_BYTES)
        try:
            draft, report = read_plan(source, app=app, content_type=request.content_type)
            plan = versions.put(plans, draft, source, report=report, content_type=request.content_type)
        except PlanError as error:
            raise BadPlan(error.message, error.where or None) from None
        return _json({**plan.as_dict(), "report": report.as_dict()})

    def get_plan(app: str) -> Response:
        check_app_in_path(app)
        number = _asked_version()
        if number is None:
            in_force = versions.get(plans, app)
            number = in_force.version if in_force else 0
        document = versions.document(plans, app, number)
        if document is None:
            raise NoPlan(f"{app} has no plan{f' version {number}' if number else ' yet'}", where="path")
        return _json(document)

    def list_versions(app: str) -> Response:
        check_app_in_path(app)
        found = versions.versions(plans, app)
        return _json([{"version": each.number, "created_at": shown_time(each.created_at)} for each in found])

    routes: list[tuple[str, str, Callable[[str], Response]]] = [
        (PATH, "PUT", put_plan),
        (PATH, "GET", get_plan),
        (f"{PATH}/versions", "GET", list_versions),
    ]
    for path, method, view in routes:
        server.add_url_rule(path, view_func=view, methods=[method])


def _asked_version() -> int | None:
    if unknown := sorted(set(request.args) - {"version"}):
        raise BadRequest(f"{unknown[0]!r:.80} is not a parameter of this request; there is `version`", where=unknown[0])
    said = request.args.get("version")
    if said is None:
        return None
    if not said.isdecimal() or len(said) > 9 or int(said) < 1:
        raise BadRequest(f"version is {said!r:.80}, not a whole number from 1", where="version")
    return int(said)


def _json(said: dict[str, Any] | list[dict[str, Any]]) -> Response:
    return Response(msgspec.json.encode(said), content_type="application/json")
