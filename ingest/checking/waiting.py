"""Accepted events that are in no part yet: every record of the spool, and what was set aside."""

from collections.abc import Iterator, Sequence

from data.layout import Store
from data.parts import Part
from ingest.checking.findings import Problem
from ingest.commit import segments_of
from ingest.quarantine import REASON
from ingest.segments import damaged, opened, read_segment, sealed


def problems_of_spool(store: Store) -> Iterator[Problem]:
    """Segments that are not whole; the open end of one that is being written may be."""
    for path in sealed(store.spool):
        try:
            torn = damaged(path)
        except FileNotFoundError:  # stored since the folder was listed
            continue
        for first, following in torn:
            yield Problem(
                str(path), f"bytes {first}..{following - 1} are no whole record; the writer stores the others"
            )


def notes_of_spool(store: Store, parts: Sequence[Part]) -> Iterator[Problem]:
    """What waits, and what is stored already and only has to be dropped."""
    stored = {name: part for part in parts for name in _segments(part)}
    waiting = events = 0
    for path in (*sealed(store.spool), *opened(store.spool)):
        try:
            held = sum(record.events for record in read_segment(path, quietly=True))
        except FileNotFoundError:
            continue
        if path.stem in stored:
            yield Problem(str(path), f"is stored already, in part {stored[path.stem].name}; the writer drops it")
        else:
            waiting, events = waiting + 1, events + held
    if waiting:
        yield Problem(str(store.spool), f"{waiting} segments wait to be stored, with {events} events")


def problems_of_quarantine(store: Store) -> Iterator[Problem]:
    """What was set aside stays a problem until somebody has looked at it and removed it."""
    for reason in sorted(store.quarantine.glob(f"*{REASON}")):
        aside = reason.with_name(reason.name.removesuffix(REASON))
        what = "was set aside" if aside.exists() else "is lost"
        yield Problem(str(aside), f"{what}: {reason.read_text(errors='replace').strip()}")


def _segments(part: Part) -> list[str]:
    try:
        return segments_of(part)
    except Exception:  # a damaged part is named where its files are read
        return []
