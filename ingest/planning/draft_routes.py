"""Versions and drafts of an app's plan over HTTP: two compared, one drafted from traffic, one tried on it."""

from collections import deque
from collections.abc import Callable, Generator
from itertools import chain
from typing import Final

import msgspec
from flask import Flask, Response, request

from data.layout import Store
from data.schema import STATUSES as ALL_STATUSES
from ingest.access import check_app_in_path
from ingest.bodies import receive, unpack
from ingest.planning.draft_runs import Runs
from ingest.planning.draft_work import Work
from ingest.planning.parameters import Args, known, share, stretch, whole, wrong, yes
from ingest.refusals import BadPlan, BadRequest, Failed, NoPlan, Refused, TooSlow
from plans import versions
from plans.compare import compare
from plans.formats import FORMATS
from plans.infer import STATUSES
from plans.model import MAX_PLAN_BYTES, Plan

PATH: Final = "/v1/apps/<path:app>/plan"
LINES: Final = "application/x-ndjson"

_RANGE: Final = ("since", "until", "first_seq", "last_seq")
_OF_INFER: Final = (*_RANGE, "events", "event", "status", "required_share")
_OF_REPLAY: Final = (*_RANGE, "version", "against", "format", "null_passes_enum")
_REFUSALS: Final = {each.code: each for each in (BadPlan, NoPlan, TooSlow)}


def register(server: Flask, store: Store, runs: Runs | None = None) -> None:
    """`runs` bounds what is replayed and inferred at once, and for how long."""
    running = runs or Runs()

    def get_compare(app: str) -> Response:
        check_app_in_path(app)
        args = known(request.args, ("from", "to"))
        newer = _version(store, app, whole(args, "to"))
        older = _version(store, app, whole(args, "from") or max(newer.version - 1, 1))
        return Response(msgspec.json.encode(compare(older, newer)), content_type="application/json")

    def post_infer(app: str) -> Response:
        check_app_in_path(app)
        args = known(request.args, _OF_INFER, repeatable=("event", "status"))
        if _body() not in (b"", b"{}"):
            raise BadRequest("inferring takes parameters and no body", where="body")
        return _answer(running.lines(_infer_work(store, app, args, running.max_seconds)))

    def post_replay(app: str) -> Response:
        check_app_in_path(app)
        args = known(request.args, _OF_REPLAY)
        return _answer(running.lines(_replay_work(store, app, args, _body(), running.max_seconds)))

    routes: list[tuple[str, str, Callable[[str], Response]]] = [
        (f"{PATH}/compare", "GET", get_compare),
        (f"{PATH}/infer", "POST", post_infer),
        (f"{PATH}/replay", "POST", post_replay),
    ]
    for path, method, view in routes:
        server.add_url_rule(path, view_func=view, methods=[method])


def _infer_work(store: Store, app: str, args: Args, max_seconds: float) -> Work:
    statuses = tuple(args.getlist("status")) or STATUSES
    if strange := sorted(set(statuses) - set(ALL_STATUSES)):
        raise wrong("status", strange[0], f"one of {', '.join(ALL_STATUSES)}")
    return Work(
        kind="infer",
        store=str(store.root.absolute()),
        app=app,
        max_seconds=max_seconds,
        **stretch(args),
        events=whole(args, "events"),
        names=tuple(args.getlist("event")),
        statuses=statuses,
        required_share=share(args, "required_share"),
    )


def _replay_work(store: Store, app: str, args: Args, body: bytes, max_seconds: float) -> Work:
    version, against = whole(args, "version"), args.get("against", "plan")
    if (version is None) == (not body):
        raise BadRequest("send a draft, or name a stored one as `version`; one of them", where="body")
    format = args.get("format")
    if format is not None and format not in FORMATS:
        raise wrong("format", format, f"one of {', '.join(FORMATS)}")
    if against not in ("plan", "stored"):
        raise wrong("against", against, "plan or stored")
    return Work(
        kind="replay",
        store=str(store.root.absolute()),
        app=app,
        max_seconds=max_seconds,
        **stretch(args),
        version=version,
        body=body,
        content_type=request.content_type,
        format=format,
        null_passes_enum=yes(args, "null_passes_enum"),
        against=against,  # type: ignore[arg-type]
    )


def _answer(lines: Generator[bytes, None, None]) -> Response:
    """The last line as the answer, or all of them as they come for who accepts that; a refusal at once is one."""
    first = next(lines)
    _refuse(first)
    if LINES in request.headers.get("Accept", ""):
        answer = Response(chain([first], lines), content_type=LINES)
        answer.call_on_close(lines.close)  # whoever no longer listens ends the run
        return answer
    last = deque(chain([first], lines), 1).pop()
    _refuse(last)
    return Response(last, content_type="application/json")


def _refuse(line: bytes) -> None:
    if line.startswith(b'{"error":'):
        said = msgspec.json.decode(line)["error"]
        kind: type[Refused] = _REFUSALS.get(said["code"], Failed)
        raise kind(said["message"], said["where"])


def _body() -> bytes:
    sent = receive(request.stream, request.content_length, MAX_PLAN_BYTES)
    return unpack(sent, request.headers.get("Content-Encoding", ""), MAX_PLAN_BYTES)


def _version(store: Store, app: str, number: int | None) -> Plan:
    found = versions.get(store.plans, app, number)
    if found is None:
        raise NoPlan(f"{app} has no plan{f' version {number}' if number else ' yet'}", where="path")
    return found
