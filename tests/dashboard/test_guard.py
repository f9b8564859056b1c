"""Only this machine is answered, and a browser is told to trust nothing from elsewhere."""

import pytest
from flask.testing import FlaskClient

from data.layout import Store
from tests.dashboard.conftest import served

OURS = ("localhost", "localhost:8050", "127.0.0.1:8050", "[::1]", "[::1]:8050", "LOCALHOST:1")
FOREIGN = ("evil.example", "evil.example:8050", "127.0.0.1.evil.example", "localhost.evil", "[::2]")


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8050", "127.0.0.1:8050", "[::1]", "[::1]:8050", "LOCALHOST:1"]
)
def test_this_machine_is_answered_by_its_own_names(looked_at: FlaskClient, host: str) -> None:
    assert looked_at.get("/api/apps", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", FOREIGN)
@pytest.mark.parametrize("path", ["/", "/api/apps", "/_dash-layout", "/assets/style.css", "/healthz"])
def test_no_other_name_is_answered(looked_at: FlaskClient, host: str, path: str) -> None:
    answer = looked_at.get(path, headers={"Host": host})
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (403, "forbidden_host")


def test_any_name_is_answered_when_bound_elsewhere(store: Store) -> None:
    with served(store, local=False) as client:
        assert client.get("/api/apps", headers={"Host": "dashboard.example"}).status_code == 200


def test_no_page_of_another_site_may_read_or_frame_this_one(looked_at: FlaskClient) -> None:
    page = looked_at.get("/", headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in page.headers
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    policy = dict(rule.split(" ", 1) for rule in page.headers["Content-Security-Policy"].split("; "))
    assert policy["frame-ancestors"] == "'none'"
    assert policy["default-src"] == policy["connect-src"] == "'self'"
    assert "unsafe" not in policy["script-src"]


def test_no_address_of_another_host_is_in_the_page(looked_at: FlaskClient) -> None:
    assert "://" not in looked_at.get("/").text.replace("http://www.w3.org/2000/svg", "")
