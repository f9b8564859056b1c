"""What one question sees: the plans, and the relations of one set of live parts over the files that can matter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import polars as pl

from data import views
from data.hidden import Hidden
from data.parts import Part
from data.schema import RELATIONS
from queries.conditions import EVERYTHING, Conditions
from queries.live_set import LiveSet
from queries.rollup import Piece, as_minutes, joined, pieces

if TYPE_CHECKING:
    from queries.reader import Reader

Row = dict[str, Any]

_SQL: Final = Path(__file__).parent / "sql"
_PARAMETER: Final = re.compile(r"\$(\w+)")
_RELATION: Final = re.compile(rf"\b(?:from|join) ({'|'.join(RELATIONS)})\b")
_LISTED: Final = 1_000
"""Hidden seqs that are written into a statement; above that many, looking them up is faster."""


class Cursor(Protocol):
    """What is asked of the engine, for one question."""

    @property
    def description(self) -> list[Any] | None: ...

    def execute(self, query: str, parameters: object = None) -> Any: ...

    def register(self, view_name: str, python_object: object) -> Any: ...


class Look:
    """The relations of one set of live parts, the plans, and what is set for each app.

    A relation reads the files that can matter for a statement's `app`, `since` and `until`, unless it was narrowed.
    """

    def __init__(self, reader: Reader, live: LiveSet, cursor: Cursor, files: set[Path]) -> None:
        self.plans, self.apps = reader.plans, reader.apps
        self.kept, self.scan_seconds = reader.kept, reader.scan_seconds
        self._store = reader.store
        self._live = live
        self._cursor = cursor
        self._files = files
        self._narrowed: set[str] = set()

    @property
    def parts(self) -> tuple[Part, ...]:
        """The live parts, in seq order."""
        return self._live.parts

    def rows(self, question: str, conditions: Conditions = EVERYTHING, /, **values: object) -> list[Row]:
        """The rows of `sql/<question>.sql` under these conditions; it takes of `values` what it names."""
        text, names, relations = _read(question)
        given = {name: values[name] for name in names} | dict(conditions.values)
        for relation in relations - self._narrowed:
            self._define_for(relation, given)
        found = self._cursor.execute(conditions.put_into(text), given)
        columns = [column[0] for column in found.description or ()]
        return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]

    def once(self, question: str) -> list[Row]:
        """The rows of a question about all of `by_hour`, from what is known of each part; worked out once."""
        if question not in self._live.remembered:
            with self._instead("by_hour", self._live.census):
                self._live.remembered[question] = self.rows(question)
        return self._live.remembered[question]

    def narrow(self, app: str, *ranges: tuple[int, int]) -> None:
        """From here on, `events` reads only the parts that can hold seqs from `low` on and below `high` of a range.

        What is hidden is left out of the app's rows alone, which a statement then asks for.
        """
        parts = [part for part in self.parts if any(part.last >= low and part.first < high for low, high in ranges)]
        low, high = min(low for low, _ in ranges), max(high for _, high in ranges)
        files = [part.file("events") for part in parts]
        self._define("events", f"select * from {self._visible(files, app, low, high)}")

    def narrow_minutes(
        self, app: str, since: datetime | None, until: datetime | None, dimensions: set[str], bucket: int | None = None
    ) -> None:
        """From here on, `by_minute` has as few rows as will do for the app and a filter by `dimensions` in that window.

        Rows of whole hours, or of several kinds of events, may be one; in buckets of `bucket` seconds, where given, all
        stays the same. Where counts do not keep the values of a dimension apart, the events are counted.
        """
        width = None if bucket is None else timedelta(seconds=bucket)
        cut = pieces(since, until, dimensions, width)
        if dimensions & self.folded(app):
            cut = (Piece("events", since, until),)
        self._define("by_minute", joined([query for piece in cut if (query := self._piece(app, piece))]))

    @contextmanager
    def only(self, relation: str, parts: Iterable[Part]) -> Iterator[None]:
        """Meanwhile `relation` reads these parts, at least one, and has the path of a row's file as `filename`."""
        self._define(
            relation, f"select *, filename from {self._from([part.file(relation) for part in parts], relation)}"
        )
        try:
            yield
        finally:
            self._narrowed.discard(relation)

    def everything(self) -> tuple[int, int]:
        """The range of seqs, `low` and `high` as in `narrow`, that holds every event."""
        return (self.parts[0].first, self.parts[-1].last + 1) if self.parts else (0, 0)

    def hides_any(self, app: str, low: int, high: int) -> bool:
        """Whether some row of the app, from seq `low` on and below `high`, may be hidden."""
        return self._live.hides_any(app, low, high)

    def folded(self, app: str) -> set[str]:
        """Parameters of a filter that the app's counts cannot answer: too many values came to keep them all apart."""
        return {"event" if name == "event_name" else name for name in self._live.folded(app)}

    def planned_apps(self) -> set[str]:
        """The apps that have a plan in force."""
        with suppress(FileNotFoundError):
            return {folder.name for folder in self._store.plans.iterdir() if self.plans.in_force(folder.name)}
        return set()

    def _piece(self, app: str, piece: Piece) -> str | None:
        files = self._live.files(piece.relation, app, piece.first, piece.end)
        if not files:
            return None
        rows = (
            self._visible(files, app, *self.everything())
            if piece.relation == "events"
            else self._from(files, piece.relation)
        )
        return f"{as_minutes(piece, rows)} and app = {views.quoted(app)}"

    def _define_for(self, relation: str, given: Mapping[str, object]) -> None:
        """The relation as a statement with these parameters needs it."""
        # Events of a block may lie outside the window, and what takes them back inside: by_block has no such bounds.
        timed = relation not in ("by_block", "events")
        window = (given.get("since"), given.get("until")) if timed else ()
        files = self._live.files(relation, given.get("app"), *window)
        if relation == "events":
            rows = self._visible(files, str(given["app"]), *self.everything())
        else:
            rows = self._from(files, relation)
        self._cursor.execute(f"create or replace temp view {relation} as select * from {rows}")

    def _define(self, relation: str, query: str) -> None:
        self._cursor.execute(f"create or replace temp view {relation} as {query}")
        self._narrowed.add(relation)

    @contextmanager
    def _instead(self, relation: str, table: pl.DataFrame) -> Iterator[None]:
        """Meanwhile `relation` has the rows of `table`."""
        self._cursor.register("instead", table.to_arrow())
        self._define(relation, "select * from instead")
        try:
            yield
        finally:
            self._narrowed.discard(relation)

    def _from(self, files: list[Path], relation: str) -> str:
        self._files.update(files)
        return views.source(files) if files else f"(select * from {views.nothing(relation)} where false)"

    def _visible(self, files: list[Path], app: str, low: int, high: int) -> str:
        """The rows of these files of events, all of seqs from `low` on and below `high`; of the app those that show."""
        near = self._live.hidden.between(low, high - 1).of(app)
        if len(near.seqs) > _LISTED:
            self._cursor.register("hides", near.seqs.to_frame().to_arrow())
        return f"(select * from {self._from(files, 'events')} where {_visible(near)})"


@cache
def _read(question: str) -> tuple[str, frozenset[str], frozenset[str]]:
    """The question's SQL, the parameters it takes and the relations it reads."""
    text = (_SQL / f"{question}.sql").read_text()
    return text, frozenset(_PARAMETER.findall(text)), frozenset(_RELATION.findall(text))


def _visible(near: Hidden) -> str:
    uncut = views.uncut(near.cuts)
    if not len(near.seqs):
        return uncut
    if len(near.seqs) <= _LISTED:
        return f"seq not in (select unnest([{', '.join(map(str, near.seqs))}]::bigint[])) and {uncut}"
    return f"seq not in (select seq from hides) and {uncut}"
