"""A replay or an inference somebody asked for over HTTP: what is asked, and doing it."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import msgspec

from data.history import Range
from data.layout import Store
from ingest.planning.inference import infer
from ingest.planning.replay import Against, replay
from ingest.refusals import NoPlan
from plans import versions
from plans.formats.source import Options
from plans.infer import STATUSES, Guessing
from plans.model import Plan
from plans.read import read_plan
from plans.versions import Shelf


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of an app's events; `body` is the draft to replay, else its stored version of that number.

    Times are UTC without a zone. The last four fields are of inferring, those from `version` to `against` of replaying.
    """

    kind: Literal["replay", "infer"]
    store: str
    app: str
    max_seconds: float
    since: datetime | None = None
    until: datetime | None = None
    first_seq: int | None = None
    last_seq: int | None = None
    version: int | None = None
    body: bytes = b""
    content_type: str | None = None
    format: str | None = None
    null_passes_enum: bool = False
    against: Against = "plan"
    events: int | None = None
    names: tuple[str, ...] = ()
    statuses: tuple[str, ...] = STATUSES
    required_share: float = 1.0


def do(work: Work, progress: Callable[[int, int], None]) -> dict[str, Any]:
    """The answer; PlanError when the draft cannot be read, NoPlan when there is no such version."""
    store = Store(Path(work.store))
    asked = Range(work.since, work.until, work.first_seq, work.last_seq)
    if work.kind == "infer":
        learnt: dict[str, Any] = {"events": work.events, "names": work.names, "statuses": work.statuses}
        guessing = Guessing(required=work.required_share)
        return infer(store, work.app, asked, progress, **learnt, guessing=guessing, max_seconds=work.max_seconds)
    in_force = Shelf(store.plans).in_force
    limits: dict[str, Any] = {"against": work.against, "max_seconds": work.max_seconds}
    return replay(store, draft_of(work), in_force, asked, progress, **limits)


def draft_of(work: Work) -> Plan:
    """The draft a replay is about."""
    if work.version is None:
        options = Options(null_passes_enum=work.null_passes_enum)
        return read_plan(work.body, app=work.app, content_type=work.content_type, format=work.format, options=options)[
            0
        ]
    stored = versions.get(Store(Path(work.store)).plans, work.app, work.version)
    if stored is None:
        raise NoPlan(f"{work.app} has no plan version {work.version}", where="version")
    return stored
