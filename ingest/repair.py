"""Mends a store: what can be made anew is, what cannot is set aside and said; doing it twice changes nothing more.

Nothing is changed in place: a mended part is its next generation, and the rename is the moment readers move over.
"""

import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from data import digests, views
from data.digests import Unsound
from data.durable import TEMPORARY, write_file
from data.layout import Store
from data.parts import list_all, list_live, part_at
from data.pins import held_folder
from data.processes.lock import AlreadyRunning, only_one
from data.store_id import DIGESTS, FILE
from ingest.checking import beside, mend, names
from ingest.checking.examine import Examination, Progress
from ingest.checking.files import elsewhere
from ingest.checking.recall import look_at_index
from ingest.checking.renew import empty_part
from ingest.checking.tally import Tally
from ingest.quarantine import note_loss, set_aside
from plans import versions

OLD_SECONDS: Final = 60.0
"""Age from which a temporary file is nobody's any more."""


def repair(store: Store, progress: Progress = lambda done, of: None) -> list[str]:
    """Mend `store` and say what was done, a line each; `progress` hears how many bytes of parts are read, of how many.

    Raises AlreadyRunning while a writer or a merger is at work on the store, and OSError.
    """
    with ExitStack() as alone:
        try:
            for process in ("write", "merge"):
                alone.enter_context(only_one(store, process))
        except AlreadyRunning as error:
            raise AlreadyRunning(f"{error}; a repair has to be alone: stop it first") from None
        return list(_steps(store, progress))


def _steps(store: Store, progress: Progress) -> Iterator[str]:
    store_id, about_id = beside.id_of(store)
    if about_id:
        store_id = store_id or str(uuid.uuid4())
        write_file(store.root / FILE, f"{store_id}\n".encode())
        yield f"{FILE} says {store_id} again"
    yield from _sort_out(store, store_id)
    yield from _fill_gaps(store)
    yield from _mend_parts(store, store_id, progress)
    yield from _beside(store)


def _sort_out(store: Store, store_id: str) -> Iterator[str]:
    """Set aside what does not belong among the parts: other files, parts from elsewhere, parts that overlap."""
    for path in names.strangers(store):
        yield _aside(store, path, "is no part of a store")
    for part in list_all(store):
        if reason := elsewhere(part, store_id):
            yield _aside(store, part.folder, reason)
        else:
            for path in _added(part.folder):
                yield _aside(store, path, "is none of the files the part was committed with")
    for part, other in names.overlaps(list_all(store)):
        yield _aside(store, part.folder, f"shares seqs with {other.name} without being replaced by it")


def _added(folder: Path) -> list[Path]:
    """Files of a part that its digests do not know."""
    try:
        told = digests.read(folder)
    except Unsound:
        return []
    return [path for path in sorted(folder.iterdir()) if told and path.name not in {*told.files, DIGESTS}]


def _aside(store: Store, path: Path, reason: str) -> str:
    called = ".".join(path.relative_to(store.parts).parts)
    return f"{path} {reason}: it is now {set_aside(store, path, reason, called=called)}"


def _fill_gaps(store: Store) -> Iterator[str]:
    recall, parts = look_at_index(store), list_live(store)
    for before, first, last in names.gaps(parts, 0 if recall.problems else recall.mark):
        day = before.day if before else parts[0].day if parts else datetime.now(UTC).date()
        note_loss(store, f"{first}-{last}", f"the events of seq {first}..{last}, whose part was missing")
        empty_part(store, part_at(store, day, first, last))
        yield f"seq {first}..{last} was in no part: an empty part fills the gap"


def _mend_parts(store: Store, store_id: str, progress: Progress) -> Iterator[str]:
    """Rows and what is hidden first, until all that is left can be read; then the counts of that."""
    while True:
        with TemporaryDirectory() as spill:
            examination = Examination(store, store, store_id, Tally(Path(spill)), anew=True)
            rows = mend.Rows(store, store_id)
            counts = mend.Counts(store)
            for found in examination.each(progress):
                rows.note(found)
                counts.note(found)
            done = list(rows.mend())
            yield from done
            if not done:
                yield from counts.mend(examination)
                return


def _beside(store: Store) -> Iterator[str]:
    for folder in {Path(problem.where) for problem in look_at_index(store).problems}:
        shutil.rmtree(folder)
        yield f"{folder} is thrown away: the writer makes it anew"
    for path in sorted(store.plans.glob("*/*.json")):
        if beside.is_bare_plan(path):
            write_file(path, versions.sealed(path.read_bytes()))
            yield f"{path} has a checksum now"
    with held_folder(store):  # which removes the pins of dead processes
        for path in beside.leftovers(store):
            if path.name.endswith(TEMPORARY) and _nobodys(store, path):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
                yield f"{path} was left half made: removed"
    if next(beside.problems_of_views(store, list_live(store)), None):
        views.write(store)
        yield f"{store.views} names the live files again"


def _nobodys(store: Store, path: Path) -> bool:
    """Only the writer, the merger and a repair make things among the parts, and we are alone."""
    return path.parent == store.parts or time.time() - path.stat().st_mtime > OLD_SECONDS
