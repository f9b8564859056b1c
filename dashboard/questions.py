"""What may be asked here: each answer is worked out once per question, filter and version, and remembered as bytes."""

import hashlib
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import msgspec
import orjson
from plotly.io.json import to_json_plotly

from dashboard.answers import Answers
from dashboard.errors import Refused
from dashboard.watch import Versions
from queries import parameters
from queries.apps import apps
from queries.coverage import coverage
from queries.errors import NotFound
from queries.event import event
from queries.events import events
from queries.filter import Filter
from queries.page import Page
from queries.reader import Reader
from queries.stats import stats
from queries.trend import bucket_of, trend
from queries.violations import violations

Arguments = Mapping[str, Sequence[str]]
Pieces = dict[str, dict[str, Any]]
"""What moves on a page: by component id, the properties to set."""


Draw = Callable[[Reader, str, Any], Pieces]


@dataclass(frozen=True)
class Question:
    """`means` turns a query string into what is asked (raising BadRequest); `answer` gives the JSON for that app."""

    means: Callable[[Arguments], Hashable]
    answer: Callable[[Reader, str, Any], bytes]


@dataclass(frozen=True)
class Answer:
    """An answer not yet worked out: who already has what the `etag` names needs no `body`."""

    etag: str
    body: Callable[[], bytes]


class Questions:
    """Everything that can be asked of one store; safe from several threads."""

    def __init__(self, reader: Reader, versions: Versions, answers: Answers) -> None:
        self.versions = versions
        self.answers = answers
        self._reader = reader
        self._known = dict(_KNOWN)

    def add(self, name: str, means: Callable[[Arguments], Hashable], draw: Draw) -> None:
        """Make a page's moving pieces a question like any other."""
        self._known[name] = Question(means, partial(_drawn, draw))

    @property
    def unreadable_parts(self) -> int:
        """Parts of the store that are left out of every answer, because they cannot be read."""
        return len(self._reader.damaged)

    def knows(self, app: str) -> bool:
        return self.versions.of(app) is not None

    def version(self, app: str | None) -> str:
        """Moves when an answer about that app could, for None about any. Raises Refused (404) for an unknown app."""
        version = self.versions.of_all() if app is None else self.versions.of(app)
        if version is None:
            raise Refused(404, "unknown_app", f"There is no app {app!r}: it has sent no event and has no plan.", "app")
        return version

    def ask(self, name: str, app: str | None, arguments: Arguments) -> Answer:
        """The answer to question `name` about that app, or about all of them for None.

        Raises BadRequest for arguments it does not take, Refused (404) for an unknown app. `body()` may raise Busy and,
        for one event, NotFound.
        """
        question = self._known[name]
        version, asked = self.version(app), question.means(arguments)
        key = (name, app, asked, version)
        return Answer(
            _etag(key), lambda: self.answers.get(key, lambda: question.answer(self._reader, app or "", asked))
        )

    def found(self, name: str, app: str | None, arguments: Arguments) -> Any:
        """The same answer for use in here, as what its JSON says; raises what `ask` and `body()` do."""
        return orjson.loads(self.ask(name, app, arguments).body())

    def pieces(self, name: str, app: str | None, arguments: Arguments) -> Any:
        """The moving pieces of a page as they would be fetched: what a first look shows is what a refresh would."""
        return self.found(name, app, arguments)["pieces"]

    def names(self, app: str) -> list[str]:
        """Every event name that can be asked for: those that have come and those that are planned."""
        found = self.found("coverage", app, {"since": ["2000-01-01"]})
        return sorted({*found["missing_events"], *found["captured_events"], *found["unplanned_events"]})

    def event(self, app: str, seq: int) -> dict[str, Any] | None:
        """One event with its field table; None when there is none of that seq, or no more."""
        try:
            return event(self._reader, app, seq)
        except NotFound:
            return None


def _etag(key: tuple[Hashable, ...]) -> str:
    return hashlib.blake2b(repr((*key, _code())).encode(), digest_size=12).hexdigest()


@cache
def _code() -> str:
    """A mark of this code: after an update no browser may go on showing what the older one had drawn."""
    packages = [Path(__file__).parent.parent / name for name in ("dashboard", "queries", "plans")]
    sources = sorted(file for package in packages for kind in ("*.py", "*.sql") for file in package.rglob(kind))
    return hashlib.blake2b(b"".join(file.read_bytes() for file in sources), digest_size=8).hexdigest()


def _drawn(draw: Draw, reader: Reader, app: str, asked: Any) -> bytes:
    drawn: str = to_json_plotly({"pieces": draw(reader, app, asked)})
    return drawn.encode()


def _counted(name: str, ask: Callable[[Reader, str, Filter], Any]) -> Question:
    return Question(
        means=lambda arguments: Filter.parse(arguments, name),
        answer=lambda reader, app, chosen: msgspec.json.encode(ask(reader, app, chosen)),
    )


def _trend(reader: Reader, app: str, asked: tuple[Filter, int]) -> bytes:
    return msgspec.json.encode(trend(reader, app, *asked))


def _events(reader: Reader, app: str, asked: tuple[Filter, Page]) -> bytes:
    page = events(reader, app, *asked)
    return msgspec.json.encode({**page, "rows": [_spliced(row) for row in page["rows"]]})


def _event(reader: Reader, app: str, seq: int) -> bytes:
    return msgspec.json.encode(_spliced(event(reader, app, seq)))


def _spliced(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with its payload and context as the JSON that was sent, unread, so that every digit survives."""
    return {**row, **{key: msgspec.Raw(row[key]) for key in ("payload", "context") if row.get(key) is not None}}


def _nothing(arguments: Arguments) -> None:
    parameters.read(arguments, ())


_KNOWN: Mapping[str, Question] = {
    "apps": Question(_nothing, lambda reader, _app, _asked: msgspec.json.encode(apps(reader))),
    "stats": _counted("stats", stats),
    "trend": Question(lambda given: (Filter.parse(given, "trend"), bucket_of(given)), _trend),
    "coverage": _counted("coverage", coverage),
    "violations": _counted("violations", violations),
    "events": Question(lambda given: (Filter.parse(given, "events"), Page.parse(given)), _events),
    "event": Question(lambda given: int(given["seq"][0]), _event),
}
