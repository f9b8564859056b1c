"""Writes `views.sql`: DuckDB views over exactly the live files, for anybody's shell."""

import logging
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from data.durable import publish_file
from data.hidden import Cut, cuts
from data.layout import Store
from data.parts import Damaged, Part, list_live
from data.processes.lock import turn
from data.schema import OPTIONAL, RELATIONS, VIOLATION

log = logging.getLogger(__name__)

_TYPES = {pl.String: "varchar", pl.Int64: "bigint", pl.Datetime: "timestamp"}
_HEAD = """\
-- Views over the live files of this store; written anew after each commit and merge.
-- A file that a newer views.sql no longer names stays for half a minute: run this anew before each question.
"""
_LISTED = 16
"""Cuts that are written into a statement; above that many, joining their relation is faster."""


def sql(parts: Sequence[Part]) -> str:
    """`create or replace view` for every relation; `events` leaves hidden rows out.

    An empty store gives empty views with the right columns, because DuckDB refuses to read no files at all.
    """
    order = sorted(RELATIONS, key=lambda name: name == "events")
    visible = {"events": _visible(cuts(parts))}
    return _HEAD + "".join(_view(name, _files(name, parts), visible.get(name, "where true")) for name in order)


def write(store: Store) -> None:
    """Put `views.sql` of the parts now live in place, by rename; in turns, or an older list could win.

    Raises OSError, data.parts.Damaged where it cannot be read what a part hides.
    """
    with turn(store, "views"):
        publish_file(store.views, sql(list_live(store)).encode())


def refresh(store: Store) -> None:
    """Like `write`; where a part is damaged the views stay as they are, which is logged."""
    try:
        write(store)
    except Damaged as error:
        log.error("views.sql is not written: %s", error)


def _files(relation: str, parts: Sequence[Part]) -> list[Path]:
    files = [part.file(relation) for part in parts]
    return [file for file in files if file.exists()] if relation in OPTIONAL else files


def _visible(made: Sequence[Cut]) -> str:
    """What leaves hidden rows of `events` out, after a `from`; it names the relations `hides` and `cuts`."""
    unhidden = "where seq not in (select seq from hides)"
    if len(made) <= _LISTED:
        return f"{unhidden} and {uncut(made)}"
    return (
        "anti join cuts on cuts.app = events.app and events.seq <= cuts.through"
        f" and (cuts.before is null or events.received_at < cuts.before) {unhidden}"
    )


def uncut(some: Sequence[Cut]) -> str:
    """True for a row of `events` that none of `some` cuts hides, as a condition of SQL."""
    return " and ".join(["true", *(f"not ({_cut(cut)})" for cut in some)])


def _cut(cut: Cut) -> str:
    said = f"app = {quoted(cut.app)} and seq <= {cut.through}"
    return said if cut.before is None else f"{said} and received_at < timestamp '{cut.before.isoformat(sep=' ')}'"


def _view(relation: str, files: list[Path], visible: str) -> str:
    read, visible = (source(files), visible) if files else (nothing(relation), "where false")
    return f"create or replace view {relation} as select * from {read} as {relation} {visible};\n"


def source(files: Sequence[Path]) -> str:
    """The rows of these files, as DuckDB reads them in a `from`."""
    listed = ",\n  ".join(quoted(str(file.absolute())) for file in files)
    return f"read_parquet([\n  {listed}\n], hive_partitioning = false)"


def quoted(text: str) -> str:
    """`text` as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def nothing(relation: str) -> str:
    """A row of nulls with the columns of `relation`, to be left out by the condition `false`."""
    columns = ", ".join(f"null::{type_of(dtype)} as {name}" for name, dtype in RELATIONS[relation].items())
    return f"(select {columns})"


def type_of(dtype: pl.DataType) -> str:
    """How DuckDB calls the type of one of the store's columns."""
    if isinstance(dtype, pl.List):
        return f"struct({', '.join(f'{field.name} varchar' for field in VIOLATION.fields)})[]"
    return _TYPES[type(dtype)]
