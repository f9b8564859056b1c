"""The duplicate index beside the parts: how far it has seen, and whether what it remembers can be."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import lmdb
import numpy as np

from data.layout import Store
from ingest.checking.findings import Problem
from ingest.environment import VALUE
from ingest.index import NAMES

_AT_ONCE: Final = 100_000
_REMEDY: Final = "throws it away, and the writer makes it anew"


@dataclass(frozen=True)
class Recall:
    """The last seq that the duplicate index has seen, and what is wrong with it."""

    mark: int
    problems: tuple[Problem, ...]


def look_at_index(store: Store) -> Recall:
    """Read all that is remembered; a writer at work is not disturbed."""
    mark, problems = 0, []
    for folder in (store.dedup / name for name in NAMES):
        if not (folder / "data.mdb").exists():
            continue
        try:
            with _reading(folder) as look:
                mark = max(mark, look.meta("mark"))
                problems += [Problem(str(folder), what, _REMEDY) for what in look.wrong()]
        except (lmdb.Error, ValueError) as error:
            if "already open in this process" not in str(error):
                problems.append(Problem(str(folder), f"cannot be read: {error}", _REMEDY))
    return Recall(mark, tuple(problems))


@dataclass(frozen=True)
class _Look:
    environment: Any
    transaction: Any

    def meta(self, name: str) -> int:
        said = self.transaction.get(name.encode(), b"0", db=self._database(b"meta"))
        return int(bytes(said))

    def wrong(self) -> list[str]:
        """What no memory can be."""
        mark, kinds = self.meta("mark"), self.transaction.stat(self._database(b"counted"))["entries"]
        for values in self._values():
            if ((values["seq"] < 1) | (values["seq"] > mark)).any():
                return [f"remembers seqs that are not in 1..{mark}"]
            if ((values["counted"] < 0) | (values["counted"] >= kinds) | (values["copies"] < 1)).any():
                return ["remembers events that were not counted"]
        return []

    def _values(self) -> Iterator[Any]:
        waiting: list[bytes] = []
        with self.transaction.cursor(self._database(b"identities")) as cursor:
            for value in cursor.iternext(keys=False, values=True):
                waiting.append(bytes(value))
                if len(waiting) >= _AT_ONCE:
                    yield np.frombuffer(b"".join(waiting), VALUE)
                    waiting = []
        if waiting:
            yield np.frombuffer(b"".join(waiting), VALUE)

    def _database(self, name: bytes) -> Any:
        return self.environment.open_db(name, self.transaction, create=False)


@contextmanager
def _reading(folder: Path) -> Iterator[_Look]:
    environment = lmdb.open(str(folder), readonly=True, max_dbs=4, readahead=False)
    try:
        with environment.begin() as transaction:
            yield _Look(environment, transaction)
    finally:
        environment.close()
