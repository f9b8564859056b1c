"""An export into a file or a folder, which is there as a whole or not at all."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec
import polars as pl

from data.durable import TEMPORARY, fsync_path, publish_file
from data.exported.columns import ABOUT_FILE
from data.layout import Store
from plans.versions import Shelf
from queries.export.about import about
from queries.export.ask import Asked
from queries.export.folders import Folder
from queries.export.formats import table
from queries.export.layout import Layout
from queries.export.rows import COLUMNS, Progress, Tally, snapshot
from queries.reader import Engine

_ABOUT_ALL: Final = f"_export{ABOUT_FILE}"


def export(
    store: Store,
    plans: Shelf,
    engine: Engine,
    asked: Asked,
    out: Path,
    *,
    partition_by: Sequence[str] = (),
    progress: Progress = lambda done, total: None,
    total: int = 0,
) -> dict[str, Any]:
    """Write what was asked for to the file `out`; to a folder when its tables are typed or partitioned.

    Gives what is told of it (`queries.export.about`), with `rows` and `plan_versions`. A file that is there is
    replaced, a folder has to be empty. `progress` is told rows and `total`. Raises OSError, Busy.
    """
    if out.is_dir() and any(out.iterdir()):
        raise FileExistsError(f"{out} is a folder with something in it")
    with _whole(out) as made, snapshot(store, engine, asked) as taken:
        told, tally = about(taken, plans), Tally()
        frames = _watched(taken.frames(), tally, progress, total)
        if asked.kind == "typed" or partition_by:
            told |= {"partition_by": list(partition_by)}
            _fill(made, asked, frames, told, Layout(asked.kind, plans.in_force(asked.app), partition_by))
            told |= tally.as_dict()
            publish_file(made / _ABOUT_ALL, _json(told))
        else:
            _write(made, asked, frames, told, tally)
            told |= tally.as_dict()
            if asked.format != "parquet":
                publish_file(out.with_name(out.name + ABOUT_FILE), _json(told))
    progress(tally.rows, tally.rows)
    return told


def write_report(out: Path, pieces: Iterable[bytes]) -> None:
    """Write a report's pieces to the file `out`, which is there as a whole or not at all. Raises OSError, Busy."""
    with _whole(out) as made, made.open("xb") as file:
        for piece in pieces:
            file.write(piece)


@contextmanager
def _whole(out: Path) -> Iterator[Path]:
    """A place beside `out` for what is being written; it becomes `out` when that is done, and goes when it fails."""
    made = out.with_name(f"{out.name}.{uuid.uuid4().hex}{TEMPORARY}")
    try:
        yield made
        fsync_path(made)
        made.rename(out)
    except BaseException:
        if made.is_dir():
            shutil.rmtree(made)
        else:
            made.unlink(missing_ok=True)
        raise
    fsync_path(out.parent)


def _json(told: dict[str, Any]) -> bytes:
    return msgspec.json.format(msgspec.json.encode(told))


def _watched(frames: Iterable[pl.DataFrame], tally: Tally, progress: Progress, total: int) -> Iterator[pl.DataFrame]:
    for frame in frames:
        yield frame
        tally.add(frame)
        progress(tally.rows, max(total, tally.rows))


def _write(made: Path, asked: Asked, frames: Iterable[pl.DataFrame], told: dict[str, Any], tally: Tally) -> None:
    with made.open("xb") as file:
        one = table(asked.format, file, COLUMNS[asked.kind])
        try:
            for frame in frames:
                one.write(frame)
            one.close(told | tally.as_dict())
        except BaseException:
            one.abandon()
            raise


def _fill(made: Path, asked: Asked, frames: Iterable[pl.DataFrame], told: dict[str, Any], layout: Layout) -> None:
    made.mkdir()
    folder = Folder(made, asked.format, told)
    try:
        for frame in frames:
            for path, rows, own in layout.divided(frame):
                folder.add(path, rows, own)
        folder.close()
    except BaseException:
        folder.abandon()
        raise
