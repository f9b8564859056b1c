"""Puts the pages and the API on one Flask server."""

import threading

from flask import Flask

from dashboard import api, errors, export_routes, guard, health, shell
from dashboard.answers import MAX_BYTES, Answers
from dashboard.pages import apps, coverage, events, missing, overview, violations
from dashboard.questions import Questions
from dashboard.watch import Versions, keep_ready
from queries.reader import Reader
from queries.version import versions


def create(
    reader: Reader,
    *,
    local: bool = True,
    answer_bytes: int = MAX_BYTES,
    exports: int = export_routes.PLACES,
    stop: threading.Event | None = None,
) -> Flask:
    """The dashboard over the reader's store.

    `local` answers to names of this machine only; `answer_bytes` bounds what is remembered, `exports` how many are
    written at once; `stop`, when set, ends the thread that watches for commits (`extensions["watch"]`), which
    otherwise ends with the process.
    """
    server = Flask("dashboard", static_folder=None)
    questions = Questions(
        reader, Versions(reader.store, lambda: versions(reader), reader.apps.revisions), Answers(answer_bytes)
    )
    errors.install(server)
    health.install(server, questions)
    export_routes.install(server, questions, reader, exports)
    api.install(server, questions)
    app = shell.create(server)
    apps.register(questions)
    overview.register(questions)
    events.register(app, questions)
    coverage.register(questions)
    violations.register(app, questions)
    missing.register()
    guard.install(server, app.csp_hashes, local=local)
    server.extensions["watch"] = keep_ready(reader.store, questions.versions, stop or threading.Event())
    return server
