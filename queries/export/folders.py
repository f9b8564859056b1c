"""Many tables filled at once: rows wait in memory until there are enough of them, and only a few files are open."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

import polars as pl

from data.durable import fsync_path
from queries.export.formats import GROUP_BYTES, Format, Table, table

MOST_OPEN: Final = 32
MOST_BYTES: Final = 64 << 20
"""Of rows that wait, in all tables together."""
_FRAME_BYTES: Final = 16 << 10
"""What a frame takes beside its rows."""


@dataclass
class _Waiting:
    """Rows of one table that are not written yet; `files` is how many files it has, `told` what they say."""

    told: dict[str, Any]
    frames: list[pl.DataFrame] = field(default_factory=list)
    bytes: int = 0
    files: int = 0


class Folder:
    """Tables by the path of their file below `root`, without its ending.

    A table that had to be closed goes on in another file, `<path>~0001` and so on: their rows follow in that order.
    """

    def __init__(
        self,
        root: Path,
        kind: Format,
        told: dict[str, Any],
        *,
        most_open: int = MOST_OPEN,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._root, self._kind, self._told = root, kind, told
        self._most_open, self._most_bytes = most_open, most_bytes
        self._waiting: dict[str, _Waiting] = {}
        self._open: OrderedDict[str, tuple[BinaryIO, Table]] = OrderedDict()
        self._bytes = 0

    def add(self, path: str, frame: pl.DataFrame, told: dict[str, Any] | None = None) -> None:
        """Rows for the table at `path`, of which `told` is said beside what all are told."""
        waiting = self._waiting.get(path) or self._waiting.setdefault(path, _Waiting(self._told | (told or {})))
        size = int(frame.estimated_size()) + _FRAME_BYTES
        waiting.frames.append(frame)
        waiting.bytes += size
        self._bytes += size
        if waiting.bytes >= GROUP_BYTES:
            self._write(path)
        if self._bytes > self._most_bytes:
            self._write_half()

    def close(self) -> None:
        """Everything is in files, and on disk."""
        for path, waiting in self._waiting.items():
            if waiting.frames:
                self._write(path)
        while self._open:
            self._close_oldest()

    def abandon(self) -> None:
        """Let the files go as they are."""
        for file, made in self._open.values():
            made.abandon()
            file.close()

    def _write_half(self) -> None:
        """The largest first, because many small pieces make slow files."""
        for path in sorted(self._waiting, key=lambda each: self._waiting[each].bytes, reverse=True):
            if self._bytes <= self._most_bytes // 2:
                return
            self._write(path)

    def _write(self, path: str) -> None:
        waiting = self._waiting[path]
        rows = pl.concat(waiting.frames)
        self._bytes -= waiting.bytes
        waiting.frames, waiting.bytes = [], 0
        made = self._table(path, rows.schema, waiting)
        made.write(rows)
        made.flush()

    def _table(self, path: str, columns: pl.Schema, waiting: _Waiting) -> Table:
        if path in self._open:
            self._open.move_to_end(path)
            return self._open[path][1]
        if len(self._open) >= self._most_open:
            self._close_oldest()
        name = f"{path}~{waiting.files:04}" if waiting.files else path
        waiting.files += 1
        place = self._root / f"{name}.{self._kind}"
        place.parent.mkdir(parents=True, exist_ok=True)
        file = place.open("xb")
        made = table(self._kind, file, columns)
        self._open[path] = file, made
        return made

    def _close_oldest(self) -> None:
        path, (file, made) = self._open.popitem(last=False)
        made.close(self._waiting[path].told)
        file.close()
        fsync_path(Path(file.name))
