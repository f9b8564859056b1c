"""Every refusal has one shape, whatever was wrong and wherever it was noticed."""

import pytest
from flask.testing import FlaskClient

from dashboard.questions import Questions
from queries.errors import Busy

REFUSED = (
    ("GET", "/api/apps/nobody/stats", 404, "unknown_app", "app"),
    ("GET", "/api/apps/nobody/version", 404, "unknown_app", "app"),
    ("GET", "/api/apps/nobody/events", 404, "unknown_app", "app"),
    ("GET", "/api/apps/nobody/events/1", 404, "unknown_app", "app"),
    ("GET", "/api/apps/nobody/overview", 404, "unknown_app", "app"),
    ("GET", "/api/apps/shop/events/99", 404, "not_found", "seq"),
    ("GET", "/api/apps/shop/events/x", 404, "not_found", "path"),
    ("GET", "/api/apps/shop", 404, "not_found", "path"),
    ("GET", "/api/nothing", 404, "not_found", "path"),
    ("GET", "/api/apps?x=1", 400, "unknown_parameter", "x"),
    ("GET", "/api/version?x=1", 400, "unknown_parameter", "x"),
    ("GET", "/api/apps/shop/version?x=1", 400, "unknown_parameter", "x"),
    ("GET", "/api/apps/shop/stats?limit=1", 400, "unknown_parameter", "limit"),
    ("GET", "/api/apps/shop/stats?hours=soon", 400, "bad_value", "hours"),
    ("GET", "/api/apps/shop/trend?bucket=61", 400, "bad_value", "bucket"),
    ("GET", "/api/apps/shop/trend?bucket=60&since=2000-01-01", 400, "bad_value", "bucket"),
    ("GET", "/api/apps/shop/coverage?status=fine", 400, "bad_value", "status"),
    ("GET", "/api/apps/shop/violations?until=later", 400, "bad_value", "until"),
    ("GET", "/api/apps/shop/events?limit=1001", 400, "bad_value", "limit"),
    ("GET", "/api/apps/shop/events?cursor=5&offset=1", 400, "bad_value", "offset"),
    ("GET", "/api/apps/shop/events/2?x=1", 400, "unknown_parameter", "x"),
    ("GET", "/api/apps/shop/overview?window=9y", 400, "bad_value", "window"),
    ("GET", "/api/apps-page?window=1h", 400, "unknown_parameter", "window"),
    ("POST", "/api/nothing", 404, "not_found", "path"),
    ("POST", "/healthz", 405, "method_not_allowed", None),
)  # fmt: skip


@pytest.mark.parametrize(("method", "path", "status", "code", "where"), REFUSED)
def test_a_refusal_says_what_is_wrong_and_where(
    looked_at: FlaskClient, method: str, path: str, status: int, code: str, where: str | None
) -> None:
    answer = looked_at.open(path, method=method)
    assert (answer.status_code, answer.mimetype) == (status, "application/json"), answer.text
    error = answer.get_json()["error"]
    assert error.keys() == {"code", "message", "where"}
    assert (error["code"], error["where"]) == (code, where)
    assert error["message"]


def test_too_many_questions_at_once_come_back_later(looked_at: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object) -> None:
        raise Busy("busy", "too many questions are being answered")

    monkeypatch.setattr(Questions, "ask", busy)
    answer = looked_at.get("/api/apps/shop/stats")
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (503, "busy")
    assert answer.headers["Retry-After"] == "1"


def test_a_fault_of_our_own_tells_nothing_of_the_inside(
    looked_at: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("/secret/path")

    monkeypatch.setattr(Questions, "ask", broken)
    answer = looked_at.get("/api/apps/shop/stats")
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (500, "failed")
    assert "secret" not in answer.text
