"""Tables that an export wrote, as rows of JSON that `adapters.exported` reads."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from data.exported.cells import unguarded
from data.exported.columns import ABOUT, Kind
from data.schema import EVENTS
from ingest.importing.blocks import CannotImport
from ingest.importing.rebuilt import Rebuilder

_JSON: Final = frozenset({"context", "payload", "violations"})
_NUMBERS: Final = frozenset({"seq", "plan_version", "copies", "supersedes"})

Piece = Callable[[Sequence[Any]], bytes]
"""The JSON object of one row's values."""


def of_csv(path: Path, kind: Kind, columns: Sequence[str]) -> Piece:
    """For rows of cells. Raises CannotImport."""
    if kind != "rows":
        raise _no_events(path, kind)

    def piece(cells: Sequence[str]) -> bytes:
        if len(cells) != len(columns):  # no row of ours: as it stands, so that the error row shows it
            return ",".join(cells).encode("utf-8", "surrogateescape")
        told = ((name, unguarded(cell)) for name, cell in zip(columns, cells, strict=True))
        return _object({name: _cell(name, text) for name, text in told if text is not None})

    return piece


def of_parquet(path: Path, kind: Kind, columns: Sequence[str], metadata: Mapping[bytes, bytes]) -> Piece:
    """For rows of values. Raises CannotImport."""
    if kind == "violations":
        raise _no_events(path, kind)
    own = [name for name in columns if name in EVENTS]
    rebuilder = Rebuilder(columns, _json_columns(metadata)) if kind == "typed" else None

    def piece(values: Sequence[Any]) -> bytes:
        row = dict(zip(columns, values, strict=True))
        said = {name: _value(name, row[name]) for name in own if row[name] is not None}
        if rebuilder and (payload := rebuilder.payload(row)) is not None:
            said["payload"] = payload
        return _object(said)

    return piece


def _json_columns(metadata: Mapping[bytes, bytes]) -> Collection[str]:
    about = msgspec.json.decode(metadata.get(ABOUT.encode(), b"{}"))
    return frozenset(about.get("json", ()))


def _no_events(path: Path, kind: Kind) -> CannotImport:
    return CannotImport(f"{path} is an export's table of {kind}; its events are in the files beside it")


def _object(said: Mapping[str, bytes]) -> bytes:
    return b"{" + b",".join(b'"%s":%s' % (name.encode(), value) for name, value in said.items()) + b"}"


def _cell(name: str, text: str) -> bytes:
    raw = name in _JSON or name in _NUMBERS
    return text.encode("utf-8", "surrogateescape") if raw else json_text(text)


def json_text(text: str) -> bytes:
    """A text as JSON; bytes that were no UTF-8 stay, so that the event is told to be none."""
    return json.dumps(text, ensure_ascii=False).encode("utf-8", "surrogateescape")


def _value(name: str, value: Any) -> bytes:
    return value.encode() if name in _JSON and isinstance(value, str) else msgspec.json.encode(value)
