import pytest

from data.app_settings import AppSettings
from data.layout import Store
from data.settings_db import Apps
from ingest.check import check
from tests.storing import put, spooled, visible, writing


def set_to(store: Store, policy: str) -> None:
    apps = Apps(store)
    apps.put("shop", AppSettings(duplicates=policy))
    apps.close()


@pytest.mark.parametrize(
    ("policy", "copies"),
    [("auto", [1, 1, 1, 1, 2]), ("payload", [1, 1, 1, 4]), ("off", [1, 1, 1, 1, 1, 1, 1])],
)
@pytest.mark.parametrize("anew", [False, True])
@pytest.mark.parametrize("together", [False, True])
def test_what_is_one_event_is_for_each_app_to_say(
    store: Store, policy: str, copies: list[int], anew: bool, together: bool
) -> None:
    """Web's events go by what they are; four of the shop's have the same name and payload, two of them one id."""
    set_to(store, policy)
    events = [
        spooled("web", event_id="1", payload={"n": 1}),
        spooled("web", event_id="2", payload={"n": 1}),
        spooled("shop", event_id="1", event_name="sold", payload={"n": 1}),
        spooled("shop", event_id="1", event_name="sold", payload={"n": 1}),
        spooled("shop", event_id="2", event_name="sold", payload={"n": 1.0, "m": 2}),
        spooled("shop", event_id="2", event_name="sold", user_id="ann", payload=b'{ "n": 1}'),
        spooled("shop", event_id="3", event_name="sold", user_id="bob", payload={"n": 1}),
    ]
    for batch in [events] if together else [[event] for event in events]:
        if anew:
            with writing(store) as writer:
                writer._index.clear()
        put(store, *batch)
    assert sorted(visible(store)["copies"]) == sorted(copies if policy != "auto" else [1, 1, 2, 2, 1])
    assert check(store).problems == ()


def test_a_policy_is_in_force_for_what_comes_after_it(store: Store) -> None:
    put(store, spooled("shop", event_id="1"), spooled("shop", event_id="2"))
    set_to(store, "off")
    put(store, spooled("shop", event_id="1"))
    set_to(store, "auto")
    put(store, spooled("shop", event_id="2"))
    assert visible(store).select("event_id", "copies").rows() == [("1", 1), ("1", 1), ("2", 2)]
    assert check(store).problems == ()
