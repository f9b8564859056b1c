"""An export as a stream of bytes, for whoever asks over HTTP."""

from __future__ import annotations

import io
from collections.abc import Generator
from itertools import chain
from typing import Any

from data.layout import Store
from plans.versions import Shelf
from queries.export.about import about
from queries.export.ask import Asked
from queries.export.formats import table
from queries.export.rows import COLUMNS, Tally, snapshot
from queries.export.typed import typed
from queries.reader import Engine


def stream(store: Store, plans: Shelf, engine: Engine, asked: Asked) -> Generator[dict[str, Any] | bytes]:
    """What is told of the export first, once its first rows are read; then the file's bytes.

    Close it to let the parts go early. Raises OSError, Busy.
    """
    with snapshot(store, engine, asked) as taken:
        told, tally, file = about(taken, plans), Tally(), Drained()
        frames, columns = taken.frames(), COLUMNS[asked.kind]
        if asked.kind == "typed":
            one = typed(plans.in_force(asked.app), asked.event_name())
            frames, columns, told = map(one.of, frames), one.schema, told | {"json": one.json}
        first = next(frames, None)  # what cannot be read is told as an error, not as half a file
        yield told
        made = table(asked.format, file, columns)
        try:
            for frame in chain([first] if first is not None else [], frames):
                tally.add(frame)
                made.write(frame)
                yield file.taken()
            made.close(told | tally.as_dict())
        except BaseException:
            made.abandon()
            raise
        yield file.taken()


class Drained(io.RawIOBase):
    """A file to write to, whose bytes are taken away as they come."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []
        self._at = 0

    def writable(self) -> bool:
        return True

    def write(self, piece: Any, /) -> int:
        content = bytes(piece)
        self._pieces.append(content)
        self._at += len(content)
        return len(content)

    def tell(self) -> int:
        return self._at

    def taken(self) -> bytes:
        """What was written since this was last asked."""
        content = b"".join(self._pieces)
        self._pieces = []
        return content
