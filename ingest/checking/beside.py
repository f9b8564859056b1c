"""What a store keeps beside its parts and its spool: id, plans, settings, views, and what dead processes left."""

import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, suppress
from itertools import chain
from pathlib import Path
from typing import Final

from data import views
from data.durable import TEMPORARY
from data.hidden import cuts
from data.layout import Store
from data.parts import Damaged, Part, list_live
from data.store_id import FILE, named_by_parts
from ingest.apps.deletion import order_of
from ingest.checking.findings import Problem
from ingest.segments import read_segment, sealed
from plans import versions
from plans.model import Plan

_COMMIT_SECONDS: Final = 0.5
"""How long `views.sql` may be behind a commit."""


def id_of(store: Store) -> tuple[str, str]:
    """The store's id, and what is wrong with the file that should tell it.

    The parts outvote a file that none of them agrees with.
    """
    path = store.root / FILE
    said = path.read_text(errors="replace").strip() if path.exists() else ""
    by_parts = named_by_parts(store.root, said)
    if said and by_parts in (said, None):
        return said, ""
    return by_parts or "", f"says {said}, but the parts say {by_parts}" if said else "is missing"


def problems_of_plans(store: Store, needed: Iterable[tuple[str, int]], through: int) -> Iterator[Problem]:
    """Versions that cannot be read; `needed` are those that events up to seq `through` were judged by, by app."""
    missing = set(needed)
    for path in sorted(store.plans.glob("*/*.json")):
        judged_by = (path.parent.name, int(path.stem) if path.stem.isdecimal() else 0)
        missing.discard(judged_by)
        try:
            versions.get(store.plans, *judged_by)
            content = path.read_bytes()
            if not versions.tells_checksum(content):
                yield Problem(str(path), "has no checksum, so that nobody would notice a flipped bit", "adds it")
            elif not versions.is_sealed(content):
                yield Problem(str(path), "is not what was written")
        except Exception as error:  # whatever a damaged plan makes of its reader
            yield Problem(str(path), f"is no plan: {(str(error).splitlines() or ['no reason given'])[0]}")
    gone = _deleted_meanwhile(store, through) if missing else set()
    for app, version in sorted(each for each in missing if each[0] not in gone):
        yield Problem(str(store.plans / app / f"{version}.json"), "is missing, and stored events were judged by it")


def is_bare_plan(path: Path) -> bool:
    """Whether a plan can be read that says no checksum, as older ones do."""
    try:
        content = path.read_bytes()
        return Plan.from_json(content) is not None and not versions.tells_checksum(content)
    except Exception:  # whatever a damaged plan makes of its reader
        return False


def _deleted_meanwhile(store: Store, through: int) -> set[str]:
    """Apps whose events up to that seq are deleted by now, or about to be: their plans go first."""
    found = set()
    with suppress(Damaged, FileNotFoundError):
        found |= {cut.app for cut in cuts(list_live(store)) if cut.through >= through and cut.before is None}
    for path in sealed(store.spool):
        with suppress(FileNotFoundError, ValueError):
            found |= {order_of(record).app for record in read_segment(path, quietly=True) if not record.events}
    return found


def problems_of_settings(store: Store) -> Iterator[Problem]:
    """A database that SQLite finds fault with."""
    path = store.settings
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            found = [str(row[0]) for row in database.execute("pragma integrity_check")]
    except sqlite3.Error as error:
        found = [f"cannot be read: {error}"]
    if found != ["ok"]:
        yield Problem(str(path), found[0])


def problems_of_views(store: Store, parts: Sequence[Part]) -> Iterator[Problem]:
    """`parts` are the live ones of the store itself."""
    until = time.monotonic() + _COMMIT_SECONDS
    while _views_are_old(store, parts):
        if time.monotonic() > until:
            yield Problem(str(store.views), "does not name the live files", "writes it anew")
            return
        time.sleep(0.02)


def _views_are_old(store: Store, parts: Sequence[Part]) -> bool:
    said = store.views.read_text(errors="replace") if store.views.exists() else ""
    try:
        return said != views.sql(parts) and list_live(store) == tuple(parts)
    except Damaged:  # the file is named where parts are read
        return False


def notes_of_leftovers(store: Store, own: Path) -> Iterator[Problem]:
    """Pins but our `own`, and half-made files: of a process at work, or of one that died."""
    for path in leftovers(store):
        if path != own:
            yield Problem(str(path), "is temporary: a process is at it, or left it when it died")


def leftovers(store: Store) -> list[Path]:
    """Everything temporary in a store, pins of long readers included."""
    folders = (store.root, store.parts, store.spool, store.quarantine, *_folders(store.plans))
    made = chain.from_iterable(folder.glob(f"*{TEMPORARY}") for folder in folders)
    return sorted({*made, *_folders(store.pins)})


def _folders(path: Path) -> list[Path]:
    return [each for each in path.iterdir() if each.is_dir()] if path.is_dir() else []
