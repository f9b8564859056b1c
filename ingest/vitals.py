"""Whether the intake is alive and can do its work, and its figures."""

import logging

from flask import Flask, Response

from data.layout import Store
from data.processes.status import heard
from ingest.metrics import CONTENT_TYPE, Counts, spool_lines, status_lines
from ingest.refusals import Busy
from ingest.spool import Spool, held

log = logging.getLogger(__name__)


def register(server: Flask, spool: Spool, store: Store, counts: Counts) -> None:
    def healthz() -> dict[str, object]:
        return {"alive": True}

    def readyz() -> dict[str, object]:
        if not spool.takes_more:
            raise Busy("the spool takes nothing now")
        return {"ready": True}

    def metrics() -> Response:
        lines = [*counts.lines(), *spool_lines(held(store.spool)), *status_lines(heard(store))]
        return Response("\n".join(lines) + "\n", content_type=CONTENT_TYPE)

    for view in (healthz, readyz, metrics):
        server.add_url_rule(f"/{view.__name__}", view_func=view, methods=["GET"])
