"""The process that replays or infers for the intake, so that taking events in never waits for it.

One line in says what is asked (`draft_work.Work`); lines out say how far it is, and the last one is the answer or why
there is none.
"""

import logging
import os
import sys
import threading
import time
from typing import Any, Final

import msgspec

from ingest.planning.draft_work import Work, do
from ingest.refusals import BadPlan, Failed, Refused
from plans.model import PlanError

log = logging.getLogger(__name__)

NICENESS: Final = 10
TELL_SECONDS: Final = 0.2


def main() -> None:
    os.nice(NICENESS)
    work = msgspec.json.decode(sys.stdin.buffer.readline(), type=Work)
    threading.Thread(target=_end_with_asker, daemon=True).start()
    told = 0.0

    def progress(done: int, total: int) -> None:
        nonlocal told
        if done >= total or time.monotonic() - told >= TELL_SECONDS:
            told = time.monotonic()
            _say({"progress": {"done": done, "total": total}})

    try:
        _say(do(work, progress))
    except PlanError as error:
        sys.stdout.buffer.write(BadPlan(error.message, error.where or None).body() + b"\n")
    except Refused as refused:
        sys.stdout.buffer.write(refused.body() + b"\n")
    except Exception as error:
        log.exception("a run failed kind=%s app=%s", work.kind, work.app)
        said = str(error) if isinstance(error, OSError) else "something unexpected went wrong"
        sys.stdout.buffer.write(Failed(said).body() + b"\n")


def _say(line: dict[str, Any]) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
    sys.stdout.buffer.flush()


def _end_with_asker() -> None:
    """Whoever asked keeps our input open for as long as the answer is wanted."""
    while sys.stdin.buffer.read(1):
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
