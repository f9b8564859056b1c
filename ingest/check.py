"""Reads a whole store and proves it: every byte as it was written, every seq in one part, counts equal to a recount."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from data.layout import Store
from data.parts import list_live
from data.snapshot import snapshot
from data.store_id import FILE
from ingest.checking import beside, names, waiting
from ingest.checking.examine import Examination, Progress
from ingest.checking.findings import Findings, Problem
from ingest.checking.recall import look_at_index
from ingest.checking.tally import Tally

__all__ = ["Findings", "Problem", "check"]


def check(store: Store, progress: Progress = lambda done, of: None) -> Findings:
    """Read everything `store` keeps; `progress` hears how many bytes of parts are read, of how many.

    A store in use may be checked: what is committed meanwhile is not looked at. Raises OSError.
    """
    store_id, about_id = beside.id_of(store)
    recall = look_at_index(store)
    with snapshot(store) as shown, TemporaryDirectory() as spill:
        examination = Examination(store, shown, store_id, Tally(Path(spill)))
        problems = [*names.problems_of_names(store, examination.parts, recall.mark), *recall.problems]
        for found in examination.each(progress):
            problems += examination.problems(found)
        problems += examination.tally.problems()
        if about_id:
            problems.append(Problem(str(store.root / FILE), about_id, "writes what the parts say"))
        problems += _beside(store, examination)
        notes = (*_notes(store, examination), *beside.notes_of_leftovers(store, shown.root))
        return Findings(len(examination.parts), examination.events, tuple(problems), notes)


def _beside(store: Store, examination: Examination) -> Iterator[Problem]:
    yield from waiting.problems_of_spool(store)
    yield from waiting.problems_of_quarantine(store)
    yield from beside.problems_of_plans(store, examination.versions, examination.last_seq)
    yield from beside.problems_of_settings(store)
    yield from beside.problems_of_views(store, list_live(store))


def _notes(store: Store, examination: Examination) -> Iterator[Problem]:
    yield from names.notes_of_names(store, examination.parts)
    yield from waiting.notes_of_spool(store, examination.parts)
