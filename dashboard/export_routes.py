"""Exports and reports over HTTP: streamed, a few at a time, and ended when nobody takes them any more."""

import json
import logging
from collections.abc import Generator, Mapping
from contextlib import closing
from threading import BoundedSemaphore
from typing import Any, Final

from flask import Flask, Response, request

from dashboard.errors import Refused
from dashboard.questions import Questions
from queries.errors import Busy
from queries.export.ask import Asked
from queries.export.reports import report
from queries.export.stream import stream
from queries.reader import Engine, Reader

log = logging.getLogger(__name__)

PLACES: Final = 2
"""Exports and reports that one process writes at once."""
ABOUT_HEADER: Final = "X-Lvd-Export"
_LONGEST_HEADER: Final = 4_000
_TYPES: Final = {
    "parquet": "application/vnd.apache.parquet",
    "csv": "text/csv; charset=utf-8",
    "ndjson": "application/x-ndjson",
}


def install(server: Flask, questions: Questions, reader: Reader, places: int = PLACES) -> None:
    """Put `/api/apps/<app>/export` and `/api/apps/<app>/report` on that server, for `places` who ask at once."""
    engine, free = Engine(), BoundedSemaphore(places)

    def export(app: str) -> Response:
        questions.version(app)
        asked = Asked.parse(app, request.args)
        held = _held(free, stream(reader.store, reader.plans, engine, asked))
        about: dict[str, Any] = _first(held)
        response = _streamed(held, _TYPES[asked.format], f"{app}-{asked.kind}-{about['through']}.{asked.format}")
        response.headers[ABOUT_HEADER] = _in_a_header(about)
        return response

    def reported(app: str) -> Response:
        questions.version(app)
        asked, kind = Asked.of_report(app, request.args)
        held = _held(free, report(reader.store, reader.plans, engine, asked, kind))
        _first(held)
        return _streamed(held, _TYPES["csv"], f"{app}-{kind}.csv")

    server.add_url_rule("/api/apps/<app>/export", "app-export", export)
    server.add_url_rule("/api/apps/<app>/report", "app-report", reported)


def _held(free: BoundedSemaphore, pieces: Generator[Any]) -> Generator[Any]:
    """The same, in one of the places there are, which is free again when this ends or is closed. Raises Busy."""
    if not free.acquire(blocking=False):
        raise Busy("busy", "as many exports as may be are being written; ask again in a moment")
    try:
        with closing(pieces):
            yield from pieces
    finally:
        free.release()


def _first(held: Generator[Any]) -> Any:
    """What comes before the first byte. Raises Refused where a part cannot be read: an export never leaves one out."""
    try:
        return next(held)
    except OSError as error:
        log.error("export failed: %s", error)
        raise Refused(500, "damaged", "A part of the store cannot be read; python app.py check says which.") from None


def _streamed(held: Generator[Any], content_type: str, name: str) -> Response:
    response = Response((piece for piece in held if piece), content_type=content_type)
    response.call_on_close(held.close)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _in_a_header(about: Mapping[str, Any]) -> str:
    """What is told of the export, in ASCII; without the filter where that is too long for a header."""
    said = json.dumps(about)
    return said if len(said) <= _LONGEST_HEADER else json.dumps({**about, "filter": None})
