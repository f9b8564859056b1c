"""The ways a real app breaks its events."""

import csv
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from typing import Any, Final

import orjson

Event = dict[str, Any]

PLAN: Final = Path(__file__).with_name("shop.csv")


def required_fields(plan: Path) -> Mapping[str, tuple[str, ...]]:
    """The top-level fields that each event of a CSV plan must carry."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    name = ""
    with plan.open(newline="") as file:
        for row in csv.DictReader(file):
            name = row["eventName"] or name
            top, _, below = row["eventPayload"].partition(".")
            if row["required"] == "true" and not below:
                found[name][top] = None
    return {name: tuple(each) for name, each in found.items()}


REQUIRED: Final = required_fields(PLAN)


def wrong_type(event: Event, field: str) -> None:
    """A number or a truth sent as text, a text sent as a number: what a changed serialiser does."""
    value = event["payload"][field]
    event["payload"][field] = 0 if isinstance(value, str) else str(value).lower()


def missing(event: Event, field: str) -> None:
    del event["payload"][field]


def empty(event: Event, field: str) -> None:
    event["payload"][field] = "" if isinstance(event["payload"][field], str) else None


def misspelt(event: Event, field: str) -> None:
    head, *tail = field.split("_")
    camel = head + "".join(word.title() for word in tail)
    event["payload"][camel if tail else field.title()] = event["payload"].pop(field)


def unknown_event(event: Event, field: str) -> None:
    event["event_name"] = event["event_name"].replace("_", " ").title().replace(" ", "")


def encoded_twice(event: Event, field: str) -> None:
    """The payload as text instead of an object: it cannot be read as an event."""
    event["payload"] = orjson.dumps(event["payload"]).decode()


SOUND: Final = frozenset({"payment_added", "product_shared", "review_posted", "sign_in", "wishlist_added"})
"""Events whose code nobody has touched for long: they never break."""

FAULTS: Final[tuple[Callable[[Event, str], None], ...]] = (
    wrong_type,
    missing,
    empty,
    misspelt,
    unknown_event,
    encoded_twice,
)
WEIGHTS: Final = (6, 6, 5, 3, 3, 1)


def break_one(event: Event, random: Random) -> None:
    """Change `event` in one of the ways above, at one of the fields it must carry, unless it is a sound one."""
    if event["event_name"] in SOUND:
        return
    field = random.choice(REQUIRED[event["event_name"]])
    random.choices(FAULTS, WEIGHTS)[0](event, field)


def regress(event: Event) -> None:
    """What version 5.3.0 does: since it, a viewed product's price is text."""
    if event["app_version"] == "5.3.0" and event["event_name"] == "product_viewed":
        event["payload"]["price"] = f"{event['payload']['price']:.2f}"
