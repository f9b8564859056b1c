"""Starts the processes that replay and infer: few at once, for a bounded time, and gone when nobody listens."""

import os
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from ingest.planning.draft_work import Work
from ingest.refusals import Busy, TooSlow

AT_ONCE: Final = 1
MAX_SECONDS: Final = 300.0
"""After so long a run answers with what it has."""
GRACE_SECONDS: Final = 30.0
"""What it may take beyond that for the batch it is at."""

_ROOT: Final = Path(__file__).resolve().parents[2]


class Runs:
    """Runs in processes of their own, `at_once` of them; nicer than the intake, and with one thread for columns."""

    def __init__(
        self, at_once: int = AT_ONCE, max_seconds: float = MAX_SECONDS, grace_seconds: float = GRACE_SECONDS
    ) -> None:
        self.max_seconds = max_seconds
        self._grace_seconds = grace_seconds
        self._places = threading.BoundedSemaphore(at_once)

    def lines(self, work: Work) -> Generator[bytes, None, None]:
        """Lines of JSON as they come: `{"progress": …}` each, then the answer or `{"error": …}`.

        Raises Busy at the first line when too many run already. Closing the iterator ends the run.
        """
        if not self._places.acquire(blocking=False):
            raise Busy("another replay or inference is running; ask again when it is done")
        try:
            yield from self._run(work)
        finally:
            self._places.release()

    def _run(self, work: Work) -> Iterator[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "ingest.planning.draft_worker"],
            cwd=_ROOT,
            env={**os.environ, "POLARS_MAX_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert process.stdin
        assert process.stdout
        late = threading.Timer(work.max_seconds + self._grace_seconds, process.kill)
        late.start()
        answered = False
        try:
            with suppress(BrokenPipeError):  # it may have been ended already; then no answer comes
                process.stdin.write(msgspec.json.encode(work) + b"\n")
                process.stdin.flush()
            for line in process.stdout:
                answered = not line.startswith(b'{"progress":')
                yield line
            if not answered:
                yield TooSlow("no answer in the time there is; ask about fewer events").body() + b"\n"
        finally:
            late.cancel()
            process.kill()
            process.wait()
            process.stdout.close()
            with suppress(BrokenPipeError):
                process.stdin.close()
