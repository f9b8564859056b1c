"""References to a schema's own definitions written out where that stays short: such fields are judged plainly."""

from __future__ import annotations

from typing import Final

from plans.formats.keywords import rebuilt
from plans.tokens import Value, dump

MAX_CHARS: Final = 100_000
"""How long a schema may become by it; a longer one keeps its references."""
_SAYS_NOTHING: Final = frozenset(("description", "title", "$comment", "examples", "default"))


class _TooLong(Exception):
    """The schema would say the same things too often."""


def inlined(schema: dict[str, Value]) -> dict[str, Value]:
    """The schema without `$ref`s to definitions, which mean the same written out; as it is when any must stay.

    A reference must stay when it leads back to itself or somewhere else, or has promises beside it.
    """
    definitions = {f"#/{key}/{name}": inner for key in ("$defs", "definitions") for name, inner in _named(schema, key)}
    if not definitions:
        return schema
    whole = {key: value for key, value in schema.items() if key not in ("$defs", "definitions")}
    try:
        written: dict[str, Value] = _Writing(definitions).out(whole, ())
    except _TooLong:
        return schema
    return written if len(dump(written)) <= MAX_CHARS and not _refers(written) else schema


class _Writing:
    def __init__(self, definitions: dict[str, Value]) -> None:
        self._definitions = definitions
        self._left = MAX_CHARS

    def out(self, schema: Value, inside: tuple[str, ...]) -> Value:
        def change(inner: dict[str, Value], _: str) -> Value:
            reference = inner.get("$ref")
            if type(reference) is not str:
                return inner
            name = reference.replace("~1", "/").replace("~0", "~")
            known = self._definitions.get(name)
            if known is None or name in inside or inner.keys() - {"$ref"} - _SAYS_NOTHING:
                return inner
            self._left -= len(dump(known))
            if self._left < 0:
                raise _TooLong
            written = self.out(known, (*inside, name))
            said = {key: value for key, value in inner.items() if key != "$ref"}
            return {**written, **said} if isinstance(written, dict) else written

        return rebuilt(schema, "", change)


def _named(schema: dict[str, Value], key: str) -> list[tuple[str, Value]]:
    held = schema.get(key)
    return list(held.items()) if isinstance(held, dict) else []


def _refers(schema: Value) -> bool:
    if isinstance(schema, dict):
        return any(key in ("$ref", "$dynamicRef", "$recursiveRef") or _refers(inner) for key, inner in schema.items())
    return isinstance(schema, list) and any(map(_refers, schema))
