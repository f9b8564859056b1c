"""What is stored, sent again, deleted and expired in turn, and what is visible after each step, in every process."""

from dataclasses import dataclass
from random import Random
from typing import Final

APPS: Final = ("shop", "web")
KEPT_ROWS: Final = 150
"""Rows that the app `shop` keeps; the oldest of more are cut off where a step says so."""
_USERS: Final = 5
_IDS: Final = 300

Log = dict[int, int]
"""What is visible of an app: the copies by seq."""


@dataclass(frozen=True)
class Step:
    """What happens next: events of `app` to store, as pairs of id and user; else all of it to delete, or a user's."""

    app: str
    events: tuple[tuple[int, int], ...] = ()
    user: int | None = None
    expires: bool = False


class Scene:
    """`states[n]` is what is visible of each app after the first `n` steps, the same in every process."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.states: list[dict[str, Log]] = [{app: {} for app in APPS}]
        self._random = Random(7)
        self._rows: dict[tuple[str, int], tuple[int, int, int]] = {}
        self._last_seq = 0

    def play(self, until: int) -> None:
        """Go on until `states[until]` is known."""
        while len(self.steps) < until:
            self.steps.append(self._next())
            self._take(self.steps[-1])
            logs: dict[str, Log] = {app: {} for app in APPS}
            for (app, _), (seq, _, copies) in self._rows.items():
                logs[app][seq] = copies
            self.states.append(logs)

    def _next(self) -> Step:
        app, chance = self._random.choice(APPS), self._random.random()
        if chance < 0.05:
            return Step(app)
        if chance < 0.12:
            return Step(app, user=self._random.randrange(_USERS))
        if chance < 0.20:
            return Step("shop", expires=True)
        ids = self._random.sample(range(_IDS), self._random.randint(1, 40))
        return Step(app, tuple((key, self._random.randrange(_USERS)) for key in ids))

    def _take(self, step: Step) -> None:
        for key, user in step.events:
            self._last_seq += 1
            _, _, copies = self._rows.pop((step.app, key), (0, 0, 0))
            self._rows[step.app, key] = self._last_seq, user, copies + 1
        gone = self._gone(step)
        for row in gone:
            del self._rows[row]
        self._last_seq += bool(gone)  # what goes is committed under a seq of its own

    def _gone(self, step: Step) -> list[tuple[str, int]]:
        rows = sorted((seq, user, row) for row, (seq, user, _) in self._rows.items() if row[0] == step.app)
        if step.expires:
            more = len(rows) - KEPT_ROWS
            return [row for _, _, row in rows[:more]] if more > KEPT_ROWS // 100 else []
        return [] if step.events else [row for _, user, row in rows if step.user in (None, user)]
