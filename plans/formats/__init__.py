"""The formats a plan may be written in, by name, in the order they are asked whether a source looks like theirs.

source.py     what was handed in: files, and the JSON and YAML (yaml_text.py) in them
events.py     planned events made and checked, for every format; ledger.py, keywords.py and nulls.py keep the count
payload.py    what other tools say of a whole call, cut down to its payload (rerooted.py); drafting.py, inline.py end it
the others    one file for each format: NAME, looks_like(source), read(source, app=…, options=…)
"""

from __future__ import annotations

from typing import Final, Protocol

from plans.formats import (
    amplitude,
    avo,
    iglu,
    json_schema,
    mparticle,
    native,
    rudderstack,
    rudderstack_yaml,
    segment,
    sheet,
)
from plans.formats.source import Options, Source
from plans.model import Plan, Report


class Format(Protocol):
    """A module that reads one format."""

    @property
    def NAME(self) -> str:
        """What the format is called in requests, commands and reports."""
        ...

    def looks_like(self, source: Source) -> bool:
        """Whether the source is written in this format, by its outline; never raises for odd shapes."""
        ...

    def read(self, source: Source, *, app: str, options: Options) -> tuple[Plan, Report]:
        """The plan as a draft, and what became of each promise; PlanError points at what cannot be read."""
        ...


_IN_ORDER: Final[tuple[Format, ...]] = (
    sheet,
    amplitude,
    native,
    iglu,
    segment,
    rudderstack,
    rudderstack_yaml,
    avo,
    mparticle,
    json_schema,
)

FORMATS: Final[dict[str, Format]] = {format.NAME: format for format in _IN_ORDER}
"""The most particular first: whatever any schema could be comes last."""
