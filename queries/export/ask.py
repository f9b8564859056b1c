"""What is asked to be exported: whose events, which of them, from which seq on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, get_args

from data.exported.columns import Kind
from queries import parameters
from queries.errors import BadRequest
from queries.export.formats import Format
from queries.filter import OF_EVENTS, Filter

FORMATS: Final = get_args(Format)
DEFAULT_FORMAT: Final[Format] = "parquet"
REPORTS: Final = ("rows", "latest", "summary")
FILTERS: Final = ("since", "until", "hours", *OF_EVENTS, "q")
"""Everything that chooses rows."""
_OWN: Final[tuple[str, ...]] = ("format", "after", "violations", "typed")


@dataclass(frozen=True)
class Asked:
    """Rows of `app` that the filter shows, with seqs above `after`, oldest first; `told` is the filter as it was given.

    `kind` says what is made of them: a table of rows, one with typed columns for each event name, or a row for each
    violation.
    """

    app: str
    chosen: Filter = field(default_factory=Filter)
    told: Mapping[str, list[str]] = field(default_factory=dict)
    after: int = 0
    kind: Kind = "rows"
    format: Format = DEFAULT_FORMAT

    @staticmethod
    def parse(app: str, args: Any) -> Asked:
        """What a query string asks for: `format`, `after`, `violations` or `typed`, and every filter of `events`.

        Typed rows are one table here: Parquet, of one event name. Raises BadRequest.
        """
        own, told, chosen = _parted(args, _OWN)
        wanted = parameters.single(own, "format") or DEFAULT_FORMAT
        if wanted not in FORMATS:
            raise parameters.wrong("format", wanted, f"one of {', '.join(FORMATS)}")
        after = parameters.whole(own, "after", 0, parameters.LARGEST) or 0
        kind: Kind = "violations" if parameters.yes_or_no(own, "violations") else "rows"
        asked = Asked(app, chosen, told, after, kind, next(each for each in FORMATS if each == wanted))
        return asked._typed() if parameters.yes_or_no(own, "typed") else asked

    def event_name(self) -> str | None:
        """The one event name that is asked for; None for several or any."""
        values = [each.values for each in self.chosen.chosen if each.dimension == "event" and each.wanted]
        return values[0][0] if values and len(values[0]) == 1 else None

    def _typed(self) -> Asked:
        if self.event_name() is None or self.format != "parquet" or self.kind != "rows":
            raise BadRequest("bad_value", "typed rows are one Parquet table of one event: give event=<name>", "typed")
        return replace(self, kind="typed")

    @staticmethod
    def of_report(app: str, args: Any) -> tuple[Asked, str]:
        """What a query string asks for in a report: `kind`, and every filter of `events`. Raises BadRequest."""
        own, told, chosen = _parted(args, ("kind",))
        kind = parameters.single(own, "kind") or REPORTS[0]
        if kind not in REPORTS:
            raise parameters.wrong("kind", kind, f"one of {', '.join(REPORTS)}")
        return Asked(app, chosen, told), kind


def _parted(args: Any, own: tuple[str, ...]) -> tuple[dict[str, list[str]], dict[str, list[str]], Filter]:
    """The parameters of that name, those of the filter, and the filter."""
    given = {name: list(values) for name, values in parameters.read(args, {*own, *FILTERS}).items()}
    told = {name: values for name, values in given.items() if name in FILTERS}
    return {name: values for name, values in given.items() if name in own}, told, Filter.parse(told, "export")
