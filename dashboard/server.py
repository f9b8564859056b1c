"""Puts the pages and the API on one Flask server, and runs it."""

import logging
import threading

from flask import Flask

from dashboard import api, errors, guard, health, shell
from dashboard.answers import MAX_BYTES, Answers
from dashboard.pages import apps, coverage, events, missing, overview
from dashboard.questions import Questions
from dashboard.watch import Versions, keep_ready
from queries.reader import Reader
from queries.version import versions

log = logging.getLogger(__name__)


def create(
    reader: Reader,
    *,
    intake: str = "http://127.0.0.1:8051",
    local: bool = True,
    answer_bytes: int = MAX_BYTES,
    stop: threading.Event | None = None,
) -> Flask:
    """The dashboard over `reader`'s store. `intake` is where events are sent, for the lines to paste; `local` answers
    to names of this machine only; `answer_bytes` bounds what is remembered. Setting `stop` ends the watching thread."""
    server = Flask("dashboard", static_folder=None)
    questions = Questions(reader, Versions(reader.store, lambda: versions(reader)), Answers(answer_bytes))
    errors.install(server)
    health.install(server, questions)
    api.install(server, questions)
    app = shell.create(server)
    apps.register(app, questions, first_event(intake))
    overview.register(app, questions)
    events.register(app, questions)
    coverage.register(app, questions, lambda name: put_plan(intake, name))
    missing.register(app)
    guard.install(server, app.csp_hashes, local=local)
    if stop is not None:
        keep_ready(reader.store, questions.versions, stop)
    return server


def first_event(intake: str) -> str:
    """Lines to paste into a shell that send one event of a new app."""
    return (
        f"curl {intake}/v1/events \\\n"
        "  -H 'Content-Type: application/json' \\\n"
        """  -d '{"app": "my-app", "event_name": "hello", "payload": {"from": "curl"}}'"""
    )


def put_plan(intake: str, app: str) -> str:
    """Lines to paste into a shell that put a plan of one event in force."""
    return (
        f"curl -X PUT {intake}/v1/apps/{app}/plan \\\n"
        "  -H 'Content-Type: text/csv' \\\n"
        "  --data-binary $'eventName,eventPayload,dataType\\nhello,from,text\\n'"
    )
