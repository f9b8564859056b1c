"""An app's plan over HTTP: put one in force, read it back or export it, list its versions."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from flask import Flask, Response, request

from ingest.access import check_app_in_path
from ingest.bodies import receive, unpack
from ingest.refusals import BadPlan, BadRequest, NoPlan
from plans import versions
from plans.export import EXPORTS, ExportFormat, export
from plans.formats import FORMATS
from plans.formats.source import Options
from plans.model import MAX_PLAN_BYTES, Plan, PlanError, shown_time
from plans.read import read_plan

PATH = "/v1/apps/<path:app>/plan"


def register(server: Flask, plans: Path) -> None:
    """`plans` is the store's folder of plan versions."""

    def put_plan(app: str) -> Response:
        check_app_in_path(app)
        format, options = _asked_reading()
        sent = receive(request.stream, request.content_length, MAX_PLAN_BYTES)
        source = unpack(sent, request.headers.get("Content-Encoding", ""), MAX_PLAN_BYTES)
        try:
            draft, report = read_plan(
                source, app=app, content_type=request.content_type, format=format, options=options
            )
            plan = versions.put(plans, draft, source, report=report, content_type=request.content_type)
        except PlanError as error:
            raise BadPlan(error.message, error.where or None) from None
        return _json({**plan.as_dict(), "report": report.as_dict()})

    def get_plan(app: str) -> Response:
        check_app_in_path(app)
        number = _asked_version()
        exported = _asked_format()
        if number is None:
            in_force = versions.get(plans, app)
            number = in_force.version if in_force else 0
        document = versions.document(plans, app, number)
        if document is None:
            raise NoPlan(f"{app} has no plan{f' version {number}' if number else ' yet'}", where="path")
        if exported is None:
            return _json(document)
        stored = versions.get(plans, app, number)
        return _file(stored, exported) if stored else _json(document)

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


def _asked_reading() -> tuple[str | None, Options]:
    """How a plan is to be read: its format, when that is named, and what is asked for beside."""
    _only("format", "null_passes_enum")
    format = request.args.get("format")
    if format is not None and format not in FORMATS:
        raise BadRequest(f"{format!r:.80} is not a format; there are {', '.join(FORMATS)}", where="format")
    return format, Options(null_passes_enum=_asked("null_passes_enum"))


def _asked_format() -> ExportFormat | None:
    said = request.args.get("format")
    if said is not None and said not in EXPORTS:
        raise BadRequest(f"{said!r:.80} is not a format to export to; there are {', '.join(EXPORTS)}", where="format")
    if said is None and "report" in request.args:
        raise BadRequest("a report on the export needs its `format`", where="report")
    return EXPORTS[said] if said else None


def _asked(name: str) -> bool:
    said = request.args.get(name, "false")
    if said not in ("true", "false"):
        raise BadRequest(f"{name} is {said!r:.80}, neither true nor false", where=name)
    return said == "true"


def _only(*names: str) -> None:
    if unknown := sorted(set(request.args) - set(names)):
        known = ", ".join(f"`{name}`" for name in names)
        raise BadRequest(f"{unknown[0]!r:.80} is not a parameter of this request; there is {known}", where=unknown[0])


def _file(plan: Plan, format: ExportFormat) -> Response:
    """The plan as a file in this format, or what became of its promises when that is asked for."""
    try:
        exported = export(plan, format)
    except PlanError as error:
        raise BadRequest(error.message, where="format") from None
    if _asked("report"):
        return _json(exported.report.as_dict())
    answer = Response(exported.data, content_type=exported.content_type)
    answer.headers.set("Content-Disposition", "attachment", filename=exported.filename)
    return answer


def _asked_version() -> int | None:
    _only("version", "format", "report")
    said = request.args.get("version")
    if said is None:
        return None
    if not said.isdecimal() or len(said) > 9 or int(said) < 1:
        raise BadRequest(f"version is {said!r:.80}, not a whole number from 1", where="version")
    return int(said)


def _json(said: dict[str, Any] | list[dict[str, Any]]) -> Response:
    return Response(msgspec.json.encode(said), content_type="application/json")
