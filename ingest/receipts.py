"""The answer to a request: how many events were taken, which were not and why."""

from dataclasses import dataclass, field
from typing import Final

import msgspec

from ingest.lines import Spooled
from ingest.refusals import BadApp, OverQuota, Refused, TooLarge, Unauthorized

UNREADABLE: Final = "unreadable"
TOO_LARGE: Final = "too_large"
TOO_DEEP: Final = "too_deep"
BAD_APP: Final = "bad_app"
UNAUTHORIZED: Final = "unauthorized"
QUOTA: Final = "quota"

_REFUSALS: Final[dict[str, type[Refused]]] = {
    TOO_LARGE: TooLarge,
    TOO_DEEP: TooLarge,
    BAD_APP: BadApp,
    UNAUTHORIZED: Unauthorized,
    QUOTA: OverQuota,
}


class Fault(msgspec.Struct, gc=False):
    """What is wrong with the event at `index` of its request."""

    index: int
    code: str
    message: str


class Receipt(msgspec.Struct, gc=False):
    received: int
    accepted: int
    errors: list[Fault]
    rejected: list[Fault]


@dataclass
class Batch:
    """The events of one request: those to keep, which of them are `error` rows, and those that are not kept.

    `refused` says why the request as a whole failed, though something of it may be kept.
    """

    events: list[Spooled] = field(default_factory=list)
    errors: list[Fault] = field(default_factory=list)
    rejected: list[Fault] = field(default_factory=list)
    refused: Refused | None = None

    @property
    def received(self) -> int:
        return len(self.events) + len(self.rejected)

    def add(self, event: Spooled) -> None:
        if event.problem is not None:
            self.errors.append(Fault(self.received, UNREADABLE, event.problem))
        self.events.append(event)

    def reject(self, code: str, message: str) -> None:
        self.rejected.append(Fault(self.received, code, message))


def receipt(batch: Batch) -> bytes:
    """The receipt as JSON. Raises Refused when the request failed as a whole, or each of its events for one reason."""
    if batch.refused:
        raise batch.refused
    codes = {fault.code for fault in batch.rejected}
    if not batch.events and len(codes) == 1:
        raise _REFUSALS[codes.pop()](batch.rejected[0].message, where=f"event {batch.rejected[0].index}")
    return msgspec.json.encode(Receipt(batch.received, len(batch.events), batch.errors, batch.rejected))
