"""The files of the inbox that are being taken: each goes into the store exactly once, wherever a process dies.

A file is claimed by a rename. Its events are staged as sealed segments in a folder of the store, and a rename says that
all of them are there. Then each is moved into the spool, again by a rename: a segment is either staged or in the spool,
never both. Once the writer has stored them all, the file is put away. Whatever comes first after a restart goes on from
there; a file that was claimed but not staged is read anew.
"""

from __future__ import annotations

import errno
import logging
import shutil
import threading
import time
from pathlib import Path
from typing import Any, Final

import msgspec

from data.durable import TEMPORARY, fsync_path, write_file
from data.layout import Store
from ingest.importing.blocks import CannotImport
from ingest.importing.importer import MAX_SPOOL_BYTES
from ingest.importing.inbox_places import DONE, FAILED, put_away
from ingest.importing.inbox_stage import Staged, Stopped, stage, state_of
from ingest.limits import Limits
from ingest.segments import SpoolFull, held, new_name

log = logging.getLogger(__name__)

TAKING: Final = ".taking"
MOST_AT_ONCE: Final = 8
"""Files that may be claimed and not yet stored."""
MOST_TRIES: Final = 3
"""How often a process may die over one file before that is refused."""
PAUSE_SECONDS: Final = 5.0
"""After which a file for which there was no room is tried again."""
NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT}
_TOLD: Final = "told.json"
_TRIES: Final = ".tries"


class Claims:
    """The files being taken, in the order they were claimed."""

    def __init__(
        self,
        store: Store,
        inbox: Path,
        limits: Limits,
        stop: threading.Event,
        *,
        max_spool_bytes: int = MAX_SPOOL_BYTES,
    ) -> None:
        self._store, self._limits, self._stop, self._max_spool_bytes = store, limits, stop, max_spool_bytes
        store.staged.mkdir(exist_ok=True)
        self._open = sorted(inbox.glob(f"*/{TAKING}/*"), key=lambda claim: claim.name)
        for left in list(store.staged.iterdir()):
            if _is_over(left):
                shutil.rmtree(left)
        self._resume_at = 0.0
        self.told: dict[str, Any] = {"done": 0, "failed": 0, "taking": len(self._open)}

    def has_room(self) -> bool:
        return len(self._open) < MOST_AT_ONCE

    def take(self, path: Path) -> None:
        """Claim a file of an app's folder. Raises FileNotFoundError when it is gone."""
        claim = path.parent / TAKING / new_name()
        claim.mkdir(parents=True)
        try:
            path.rename(claim / path.name)
        except FileNotFoundError:
            claim.rmdir()
            raise
        fsync_path(claim)
        self._open.append(claim)
        self.step()

    def step(self) -> bool:
        """Go as far as is possible now with each file, in their order; whether one was put away."""
        before = len(self._open)
        for claim in list(self._open) if time.monotonic() >= self._resume_at else ():
            try:
                if not self._go_on(claim):
                    break  # what was claimed later is not to overtake it
            except SpoolFull as full:
                log.warning("waiting for room claim=%s reason=%s", claim.name, full)
                self._resume_at = time.monotonic() + PAUSE_SECONDS
                break
            except Stopped:
                break
        self.told["taking"] = len(self._open)
        return len(self._open) < before

    def _go_on(self, claim: Path) -> bool:
        """Whether all of a file's events are in the spool, so that the next file's may follow."""
        file = next((path for path in claim.iterdir() if not path.name.startswith(_TRIES)), None)
        if file is None:
            self._end(claim)
            return True
        if not self._staged(claim).exists():
            reason = self._stage(claim, file)
            if reason is not None:
                self._put_away(claim, file, FAILED, reason)
                return True
        told = _told(self._staged(claim))
        if not self._hand_over(claim):
            return False
        if not any((self._store.spool / name).exists() for name in told.segments):
            problem = self._problem(told, file)
            self._put_away(claim, file, FAILED if problem else DONE, problem or told.remarks())
        return True

    def _problem(self, told: Staged, file: Path) -> str | None:
        """What went wrong with a file whose events were handed over."""
        aside = [name for name in told.segments if (self._store.quarantine / name).exists()]
        if aside:
            return f"{len(aside)} of its segments could not be stored and were set aside; one is quarantine/{aside[0]}"
        if state_of(file) != told.state:
            return f"it was changed after it had been taken: {told.events} events of what it was before are stored"
        return None

    def _stage(self, claim: Path, file: Path) -> str | None:
        """Read the file and have its events on disk; the reason why not, when it cannot be taken. Raises SpoolFull."""
        if self._tries(claim) >= MOST_TRIES:
            return f"reading it ended the process {MOST_TRIES} times"
        made = self._staged(claim).with_suffix(TEMPORARY)
        try:
            made.mkdir()
            told = stage(claim.parent.parent.name, file, made, self._limits, self._stop)
            write_file(made / _TOLD, msgspec.json.encode(told))
            made.rename(self._staged(claim))
            fsync_path(self._store.staged)
        except (CannotImport, OSError) as error:
            if isinstance(error, OSError) and error.errno in NO_ROOM:
                raise SpoolFull(f"no room to read {file}: {error.strerror}") from error
            return str(error).replace(str(file), file.name)
        except (SpoolFull, Stopped):
            raise
        except Exception as error:
            log.exception("a file could not be read path=%s", file)
            return f"it could not be read: {type(error).__name__}"
        finally:
            shutil.rmtree(made, ignore_errors=True)
            (claim / _TRIES).unlink(missing_ok=True)
        return None

    def _tries(self, claim: Path) -> int:
        """How often this was tried before; a try that ends in whatever way but a dead process is taken back."""
        file = claim / _TRIES
        tries = len(file.read_bytes()) if file.exists() else 0
        write_file(file, b"." * (tries + 1))
        return tries

    def _hand_over(self, claim: Path) -> bool:
        """Move the staged segments into the spool, oldest first, as far as there is room."""
        for segment in sorted(self._staged(claim).glob("*.seg")):
            if held(self._store.spool).bytes > self._max_spool_bytes:
                return False
            segment.rename(self._store.spool / segment.name)
            fsync_path(self._store.spool)
        return True

    def _put_away(self, claim: Path, file: Path, where: str, reason: str | None) -> None:
        put_away(file, claim.parent.parent / where, reason, mark=claim.name)
        self.told[where] += 1
        self._end(claim)

    def _end(self, claim: Path) -> None:
        shutil.rmtree(self._staged(claim), ignore_errors=True)
        shutil.rmtree(claim, ignore_errors=True)
        self._open.remove(claim)

    def _staged(self, claim: Path) -> Path:
        return self._store.staged / claim.name


def _told(staged: Path) -> Staged:
    return msgspec.json.decode((staged / _TOLD).read_bytes(), type=Staged)


def _is_over(staged: Path) -> bool:
    """Whether it was half read, half removed, or is of a file that was put away."""
    if staged.suffix == TEMPORARY or not (staged / _TOLD).exists():
        return True
    return not Path(_told(staged).claim).exists()
