"""What is asked to be exported: whose events, which of them, from which seq on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, get_args

from data.exported.columns import Kind
from queries import parameters
from queries.export.formats import Format
from queries.filter import Filter

FORMATS: Final = get_args(Format)
DEFAULT_FORMAT: Final[Format] = "parquet"
_OWN: Final[tuple[str, ...]] = ("format", "after", "violations")


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
        """What a query string asks for: `format`, `after`, `violations`, and every filter of `events`.

        Raises BadRequest.
        """
        given: dict[str, list[str]] = args.to_dict(flat=False) if hasattr(args, "to_dict") else dict(args)
        own: dict[str, list[str]] = {name: given[name] for name in _OWN if name in given}
        told = {name: values for name, values in given.items() if name not in own}
        chosen = Filter.parse(told, "export")
        parameters.read(own, _OWN)
        wanted = parameters.single(own, "format") or DEFAULT_FORMAT
        if wanted not in FORMATS:
            raise parameters.wrong("format", wanted, f"one of {', '.join(FORMATS)}")
        after = parameters.whole(own, "after", 0, parameters.LARGEST) or 0
        kind: Kind = "violations" if parameters.yes_or_no(own, "violations") else "rows"
        return Asked(app, chosen, told, after, kind, next(each for each in FORMATS if each == wanted))
