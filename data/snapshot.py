"""The parts of one moment, whole, as a store of hard links: what a check reads and a backup copies."""

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from data.layout import Store
from data.parts import Part, list_live
from data.pins import TRIES, held_folder

Link = Callable[[Path, Path], object]
"""Makes the second path hold what the first one does."""

NO_LINKS: Final = {errno.EPERM, errno.EXDEV, errno.EROFS, errno.EACCES, errno.ENOTSUP, errno.EMLINK}
"""What a disk says that takes no hard links, or not from there."""


@contextmanager
def snapshot(store: Store) -> Iterator[Store]:
    """A store whose parts are the live ones of this moment, readable until this is left, whatever is merged meanwhile.

    Where the disk takes no links it is `store` itself.
    """
    with ExitStack() as held:
        try:
            shown = Store(held.enter_context(held_folder(store)))
            link_parts(store, shown)
        except OSError as error:
            if error.errno not in NO_LINKS:
                raise
            shown = store
        yield shown


def link_parts(store: Store, into: Store, link: Link = os.link) -> tuple[Part, ...]:
    """Put the parts that are live now into the store `into`, every file of them; returns them, as they lie there."""
    for _ in range(TRIES):
        try:
            for part in list_live(store):
                _link_part(part, into.parts / part.folder.parent.name / part.folder.name, link)
        except FileNotFoundError:
            continue
        return list_live(into)
    raise FileNotFoundError(f"the parts of {store.root} were replaced faster than they could be read")


def _link_part(part: Part, target: Path, link: Link) -> None:
    """All of the part or, when a merger deletes it meanwhile, nothing; then FileNotFoundError is raised."""
    if target.exists():
        return
    target.mkdir(parents=True)
    try:
        for file in sorted(part.folder.iterdir()):
            if file.is_file():
                link(file, target / file.name)
    except FileNotFoundError:
        shutil.rmtree(target)
        raise
