from flask.testing import FlaskClient

from data.app_settings import AppSettings
from data.layout import Store
from data.settings_db import Apps
from tests.storing import delete, put, spooled


def listed(client: FlaskClient) -> dict[str, str]:
    """The names of the apps there are."""
    return {each["app"]: each["name"] for each in client.get("/api/apps").get_json()}


def test_an_apps_name_is_shown_as_soon_as_it_is_set_and_not_when_it_is_deleted(
    store: Store, client: FlaskClient
) -> None:
    put(store, spooled("web"))
    assert listed(client) == {"web": "web"}
    etag = client.get("/api/apps").headers["ETag"]
    apps = Apps(store)
    apps.put("shop", AppSettings(name="The shop"))
    apps.put("web", AppSettings(name="The web"))
    assert client.get("/api/apps", headers={"If-None-Match": etag}).status_code == 200
    assert listed(client) == {"shop": "The shop", "web": "The web"}
    assert client.get("/api/apps/shop/stats").get_json()["events"]["total"] == 0
    apps.forget("shop", apps.revision("shop"))
    apps.close()
    assert listed(client) == {"web": "The web"}
    assert client.get("/api/apps/shop/stats").status_code == 404


def test_an_apps_version_moves_with_a_deletion_and_a_deleted_app_is_no_app(store: Store, client: FlaskClient) -> None:
    put(store, spooled("shop", event_id="1", user_id="ann"), spooled("shop", event_id="2", user_id="bob"))
    before = client.get("/api/apps/shop/version").get_json()
    delete(store, "shop", "ann")
    after = client.get("/api/apps/shop/version").get_json()
    assert after != before
    assert client.get("/api/apps/shop/stats").get_json()["events"]["total"] == 1
    delete(store, "shop")
    assert client.get("/api/apps/shop/version").status_code == 404
    assert listed(client) == {}
