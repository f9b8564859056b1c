"""Tells whoever watches over processes how this one does: alive, able, and in numbers."""

import threading
from collections import Counter

from flask import Flask, Response, request

from dashboard import errors
from dashboard.questions import Questions


def install(server: Flask, questions: Questions) -> None:
    """`/healthz`, `/readyz` and `/metrics` (Prometheus text) on that server."""
    answered: Counter[tuple[str, int]] = Counter()
    lock = threading.Lock()

    @server.after_request
    def _count(response: Response) -> Response:
        with lock:
            answered[(request.endpoint or "none", response.status_code)] += 1
        return response

    @server.get("/healthz")
    def healthz() -> Response:
        return Response("ok\n", mimetype="text/plain")

    @server.get("/readyz")
    def readyz() -> Response:
        try:
            questions.version(None)
        except Exception as failure:
            return errors.response(503, "not_ready", f"The store cannot be read: {failure}")
        return Response("ok\n", mimetype="text/plain")

    @server.get("/metrics")
    def metrics() -> Response:
        with lock:
            requests = dict(answered)
        return Response(_text(questions, requests), content_type="text/plain; version=0.0.4; charset=utf-8")


def _text(questions: Questions, requests: dict[tuple[str, int], int]) -> str:
    answers = questions.answers
    lines = [
        "# TYPE lvd_dashboard_answers_total counter",
        f'lvd_dashboard_answers_total{{from="memory"}} {answers.hits}',
        f'lvd_dashboard_answers_total{{from="store"}} {answers.misses}',
        "# TYPE lvd_dashboard_answer_bytes gauge",
        f"lvd_dashboard_answer_bytes {answers.bytes}",
        "# TYPE lvd_dashboard_unreadable_parts gauge",
        f"lvd_dashboard_unreadable_parts {questions.unreadable_parts}",
        "# TYPE lvd_dashboard_requests_total counter",
    ]
    for (endpoint, status), count in sorted(requests.items()):
        lines.append(f'lvd_dashboard_requests_total{{endpoint="{endpoint}",status="{status}"}} {count}')
    return "\n".join(lines) + "\n"
