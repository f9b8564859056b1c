"""What becomes of each promise while a plan is imported: kept, approximated, or dropped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from plans.model import Note
from plans.paths import pointer


@dataclass
class Ledger:
    """Every promise is `read` once; those that are not kept as they are get a note that says where and why."""

    read: int = 0
    approximated: list[Note] = field(default_factory=list)
    dropped: list[Note] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def approximate(self, where: str, message: str) -> None:
        """The promise at `where` was read and holds only roughly."""
        self.approximated.append(Note(where, message))

    def drop(self, places: Iterable[str], message: str) -> None:
        """The promises at `places` are read here, and are not part of the plan."""
        for where in places:
            self.read += 1
            self.dropped.append(Note(where, message))

    def unread(self, said: Iterable[str], known: Iterable[str], where: str) -> None:
        """Note each key of the object at `where` that nobody reads."""
        for key in said:
            if key not in known:
                self.note(where + pointer([key]), "is not read")

    def note(self, where: str, message: str) -> None:
        """Something worth knowing at `where` that is no promise."""
        self.notes.append(Note(where, message))
