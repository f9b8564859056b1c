"""Many visits at once, with what breaks on the way: an endless stream of the shop's events."""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from random import Random
from typing import Any, Final

from data.sample.catalogue import Visitor, visitor
from data.sample.faults import break_one, regress
from data.sample.sessions import Reported, visit

VISITS_AT_ONCE: Final = 40
LONGEST_UNDER_WAY: Final = 30
"""Events that a visit may have behind it when the stream begins."""
BROKEN: Final = 0.03
SENT_TWICE: Final = 0.01


def traffic(seed: int, clock: Callable[[], datetime]) -> Iterator[dict[str, Any]]:
    """Events as `POST /v1/events` takes them; the same `seed` and `clock` (UTC) give the same events.

    About 5 % are broken: 3 % by chance, 1 % come twice, and the rest is what version 5.3.0 does to prices.
    """
    random = Random(seed)
    visits = [_begin(random, clock) for _ in range(VISITS_AT_ONCE)]
    for _, reports in visits:
        next(islice(reports, random.randrange(LONGEST_UNDER_WAY), None), None)
    while True:
        place = random.randrange(VISITS_AT_ONCE)
        who, reports = visits[place]
        reported = next(reports, None)
        if reported is None:
            visits[place] = _begin(random, clock)
            continue
        event = _event(random, who, reported, clock())
        regress(event)
        if random.random() < BROKEN:
            break_one(event, random)
        yield event
        if random.random() < SENT_TWICE:
            yield event


def _begin(random: Random, clock: Callable[[], datetime]) -> tuple[Visitor, Iterator[Reported]]:
    who = visitor(random)
    return who, visit(random, who, clock().date())


def _event(random: Random, who: Visitor, reported: Reported, at: datetime) -> dict[str, Any]:
    name, payload = reported
    return {
        "event_name": name,
        "payload": payload,
        "event_id": f"{random.getrandbits(128):032x}",
        "timestamp": at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "session": who.session,
        "user_id": who.user_id,
        "app_version": who.app_version,
        "platform": who.platform,
        "environment": who.environment,
        "context": {"locale": who.locale, "city": who.city},
    }
