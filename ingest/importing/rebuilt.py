"""Puts a payload together again from the typed columns of an export and what they left over."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from data.exported.columns import FIELD, REST
from data.exported.values import moment, number
from plans import paths

_members = msgspec.json.Decoder(dict[str, msgspec.Raw])


class Rebuilder:
    """Of rows with these columns; the texts of those in `json` are JSON."""

    def __init__(self, columns: Sequence[str], json: Collection[str]) -> None:
        self._fields = [(name, paths.parse(name)) for name in columns if name.startswith(FIELD)]
        self._json = frozenset(json)

    def payload(self, row: Mapping[str, Any]) -> bytes | None:
        """The payload as JSON text, equal to what it was but for spaces and the order of keys."""
        built: dict[str, Any] = {}
        for name, path in self._fields:
            if row[name] is not None:
                _put(built, path, msgspec.Raw(self._text(name, row[name])))
        rest: str | None = row[REST]
        if not built:
            return None if rest is None else rest.encode()
        if rest is not None:
            _merge(built, rest.encode())
        return msgspec.json.encode(built)

    def _text(self, name: str, value: Any) -> bytes:
        if name in self._json and isinstance(value, str):
            return value.encode()
        if isinstance(value, float):
            return number(value).encode()
        return msgspec.json.encode(moment(value) if isinstance(value, datetime) else value)


def _put(into: dict[str, Any], path: paths.Path, value: msgspec.Raw) -> None:
    *parents, last = (step or "" for step in path)
    for step in parents:
        into = into.setdefault(step, {})
    into[last] = value


def _merge(built: dict[str, Any], rest: bytes) -> None:
    """What was left over counts; objects that columns are in are put together."""
    for key, raw in _members.decode(rest).items():
        inner = built.get(key)
        if isinstance(inner, dict) and bytes(raw).startswith(b"{"):
            _merge(inner, bytes(raw))
        else:
            built[key] = raw
