"""Copies a store in use so that the copy is one: every event accepted before is in it, and once.

The order matters. First the spool, then the parts: a segment may be stored and dropped meanwhile, and is in the parts
then; the other way round it could be in neither. What is in both is stored once, because parts name the segments whose
events they hold, and a merger keeps those names as long as a segment is pinned. An order to delete that was carried
out meanwhile would be again, over what came after it; then both are taken anew. Plans and settings come last: stored
events were judged by plans that were there before them. What can be made anew is left out: the duplicate index, views,
status, pins and whatever is half made.
"""

import filecmp
import glob
import os
import shutil
import sqlite3
import uuid
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from data import views
from data.durable import TEMPORARY, fsync_path, publish_file
from data.layout import Store
from data.parts import Damaged, list_live
from data.pins import held_folder
from data.processes.lock import only_one
from data.snapshot import NO_LINKS, Link, link_parts
from data.store_id import FILE
from ingest.segments import SEALED, opened, read_segment, sealed, whole_bytes

TRIES: Final = 20
"""How often a backup begins anew because of orders to delete that are carried out meanwhile."""


class CannotBackup(Exception):
    """The folder cannot become a backup, said in one line."""


@dataclass(frozen=True)
class Copied:
    """What a backup holds, and how much of it was linked instead of copied."""

    parts: int
    segments: int
    bytes: int
    linked_bytes: int


def backup(
    store: Store, folder: Path, *, copy: bool = False, progress: Callable[[int, int], None] = lambda done, of: None
) -> Copied:
    """Make `folder` a copy of `store` as it is now: by hard links where the disk takes them and not `copy` is asked.

    A backup that is there already is replaced when the new one is complete, and what it holds is not copied again.
    `progress` hears how many bytes are done, of how many. Raises CannotBackup, AlreadyRunning and OSError; `folder` is
    as it was then.
    """
    folder = folder.absolute()
    _refuse(store, folder)
    with only_one(store, "backup"), held_folder(store) as held:
        _sweep(folder)
        made = Store(folder.with_name(f"{folder.name}.{uuid.uuid4().hex}{TEMPORARY}"))
        made.root.mkdir(parents=True)
        try:
            pinned = Store(held)
            pin(store, pinned)
            copying = _Copying(made, Store(folder), copy, progress)
            copying.take(pinned)
            copying.take_beside(store)
            _publish(made.root, folder)
        except BaseException:
            shutil.rmtree(made.root, ignore_errors=True)
            raise
    with suppress(Damaged):  # a damaged part is copied as it is
        publish_file(Store(folder).views, views.sql(list_live(Store(folder))).encode())
    return copying.copied


def _refuse(store: Store, folder: Path) -> None:
    root = store.root.resolve()
    if folder.resolve() == root or root in folder.resolve().parents or folder.resolve() in root.parents:
        raise CannotBackup(f"{folder} is in the store {store.root}, or around it")
    if not folder.exists():
        return
    if not folder.is_dir() or (any(folder.iterdir()) and not (folder / FILE).exists()):
        raise CannotBackup(f"{folder} is there and is no backup of a store")
    if (folder / FILE).exists() and (folder / FILE).read_bytes() != (store.root / FILE).read_bytes():
        raise CannotBackup(f"{folder} is a backup of another store")
    if Store(folder).lock("write").exists():
        raise CannotBackup(f"{folder} was started as a store since it was made; it may hold what {store.root} does not")


def link_or_copy(source: Path, target: Path) -> None:
    """Have `target` hold what `source` does."""
    if not _link(source, target):
        _copy(source, target)


def pin(store: Store, pinned: Store, link: Link = link_or_copy) -> None:
    """Have `pinned` hold spool and parts of one moment. Raises OSError."""
    for _ in range(TRIES):
        pinned.spool.mkdir(parents=True)
        pin_spool(store, pinned.spool)
        link_parts(store, pinned, link)
        if all(_waits(store, order) for order in sealed(pinned.spool) if _is_order(order)):
            return
        shutil.rmtree(pinned.spool)
        shutil.rmtree(pinned.parts)
    raise OSError(f"orders to delete were carried out all the time in {store.root}")


def pin_spool(store: Store, target: Path) -> None:
    """Link sealed segments; of those being written copy what is whole, which every accepted event is."""
    being_written = opened(store.spool)
    for path in (*sealed(store.spool), *(each.with_suffix(SEALED) for each in being_written)):
        with suppress(FileNotFoundError, FileExistsError):
            link_or_copy(path, target / path.name)
    for path in being_written:
        aside = target / f"{path.stem}{SEALED}"
        with suppress(FileNotFoundError):
            content = b"" if aside.exists() else path.read_bytes()
            if whole := whole_bytes(content):
                aside.write_bytes(content[:whole])
                continue
        with suppress(FileNotFoundError, FileExistsError):  # sealed meanwhile
            link_or_copy(path.with_suffix(SEALED), aside)


def _is_order(segment: Path) -> bool:
    return any(not record.events and record.body for record in read_segment(segment, quietly=True))


def _waits(store: Store, segment: Path) -> bool:
    return any(path.stem == segment.stem for path in (*opened(store.spool), *sealed(store.spool)))


class _Copying:
    """Files on their way into a backup that is being made, beside the `earlier` one if there is one."""

    def __init__(self, made: Store, earlier: Store, copy: bool, progress: Callable[[int, int], None]) -> None:
        self._made, self._earlier, self._copy, self._progress = made, earlier, copy, progress
        self._done = self._of = 0
        self.copied = Copied(0, 0, 0, 0)

    def take(self, pinned: Store) -> None:
        """The pinned parts and segments."""
        parts, segments = list_live(pinned), sealed(pinned.spool)
        for folder in (self._made.parts, self._made.spool):
            folder.mkdir()
        files = [file for part in parts for file in sorted(part.folder.iterdir())]
        self._of = sum(path.stat().st_size for path in (*files, *segments))
        linked = 0
        for file in (*files, *segments):
            within = file.relative_to(pinned.root)
            (self._made.root / within).parent.mkdir(parents=True, exist_ok=True)
            linked += self._place(file, self._made.root / within, self._earlier.root / within)
        self.copied = Copied(len(parts), len(segments), self._of, linked)

    def take_beside(self, store: Store) -> None:
        """What lies beside parts and spool and cannot be made anew."""
        for source in (store.plans, store.quarantine):
            for path in sorted(source.rglob("*")):
                if path.is_file() and not path.name.endswith(TEMPORARY):
                    target = self._made.root / path.relative_to(store.root)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    with suppress(FileNotFoundError):  # an app deleted meanwhile
                        _copy(path, target)
        self._made.plans.mkdir(exist_ok=True)
        _copy(store.root / FILE, self._made.root / FILE)
        if store.settings.exists():
            _copy_database(store.settings, self._made.settings)

    def _place(self, file: Path, target: Path, earlier: Path) -> int:
        """Link or copy a file, or link what the earlier backup has of it; the bytes that were linked."""
        size = file.stat().st_size
        linked = not self._copy and _link(file, target)
        linked = linked or (_holds(earlier, file) and _link(earlier, target))
        if not linked:
            _copy(file, target)
        self._done += size
        self._progress(self._done, self._of)
        return size * linked


def _link(source: Path, target: Path) -> bool:
    """Whether `target` is now a hard link to `source`; False where the disk takes none."""
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        return False
    return True


def _holds(earlier: Path, file: Path) -> bool:
    """Whether an earlier copy is one, and as good: a link to the file itself would be no copy."""
    return earlier.is_file() and not earlier.samefile(file) and filecmp.cmp(earlier, file, shallow=False)


def _copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
    fsync_path(target)


def _copy_database(source: Path, target: Path) -> None:
    """As SQLite copies one that is in use; one that it cannot read as it stands."""
    try:
        with closing(sqlite3.connect(source)) as here, closing(sqlite3.connect(target)) as there:
            here.backup(there)
    except sqlite3.DatabaseError:
        shutil.copyfile(source, target)
    fsync_path(target)


def _publish(made: Path, folder: Path) -> None:
    """Put what was made in the place of `folder`, which stays beside it until that is done."""
    for path, _, _ in os.walk(made, topdown=False):
        fsync_path(Path(path))
    if folder.exists():
        folder.rename(_replaced(folder))
    made.rename(folder)
    fsync_path(folder.parent)
    shutil.rmtree(_replaced(folder), ignore_errors=True)


def _sweep(folder: Path) -> None:
    """Remove what a backup left that died, and put back what it was about to replace."""
    if _replaced(folder).exists() and not folder.exists():
        _replaced(folder).rename(folder)
    for left in (_replaced(folder), *folder.parent.glob(f"{glob.escape(folder.name)}.*{TEMPORARY}")):
        shutil.rmtree(left, ignore_errors=True)


def _replaced(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.replaced")
