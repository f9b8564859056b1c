"""A condition of the plan in words: when a field is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from plans import paths, tokens
from plans.model import Condition
from plans.paths import Path
from plans.spoken import name_in, plain

MOST: Final = 200
"""Characters of a condition that are told."""


def of_row(condition: Condition) -> str:
    """Of a sheet's row: `` `method` is "card" ``."""
    return _cut(f"`{name_in(condition.if_field)}` is {condition.if_value}")


def of_schema(schema: dict[str, Any], path: Path) -> Iterator[tuple[Any, str]]:
    """The parts of the schema of a value at `path` that count under a condition, each with it."""
    if "if" in schema:
        asked = _asked(schema["if"], path)
        yield schema.get("then"), asked or "the `if` of its schema holds"
        yield schema.get("else"), f"it is not so that {asked}" if asked else "the `if` of its schema does not hold"
    for word in ("dependentSchemas", "dependentRequired", "dependencies"):
        inner = schema.get(word)
        for key, branch in inner.items() if isinstance(inner, dict) else ():
            yield {"required": branch} if isinstance(branch, list) else branch, _cut(_is_there(path, key))


def _asked(schema: Any, path: Path) -> str | None:
    """What an `if` asks, where that is the values of fields and which are there; None for anything more."""
    if not isinstance(schema, dict) or not schema.keys() <= {"properties", "required", "type", "allOf", "not"}:
        return None
    inner, needed = schema.get("properties", {}), schema.get("required", [])
    told = [_told(key, said, path, key in needed) for key, said in inner.items()]
    told += [_is_there(path, key) for key in needed if key not in inner]
    told += [_asked(each, path) for each in schema.get("allOf", ())]
    if "not" in schema:
        other = _asked(schema["not"], path)
        told.append(f"it is not so that {other}" if other else None)
    if not told or None in told:
        return None
    return _cut(" and ".join(filter(None, told)))


def _is_there(path: Path, key: str) -> str:
    return f"`{name_in(paths.render((*path, key)))}` is there"


def _told(key: str, schema: Any, path: Path, needed: bool) -> str | None:
    """What is asked of one field; without `needed`, one that is not there passes."""
    values = _values(schema)
    if values is None:
        return None
    said = f"`{name_in(paths.render((*path, key)))}` is {values}"
    return said if needed else f"{said} or is not there"


def _values(schema: Any) -> str | None:
    """`"card" or "cash"`, `not null`, `string`; None where more than that is asked."""
    if not isinstance(schema, dict):
        return None
    if schema.keys() == {"not"}:
        inner = _values(schema["not"])
        return f"not {inner}" if inner else None
    if schema.keys() == {"type"}:
        kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        return " or ".join(kinds)
    if schema.keys() <= {"const", "type"} and "const" in schema:
        return tokens.dump(schema["const"])
    if schema.keys() <= {"enum", "type"} and "enum" in schema:
        return " or ".join(map(tokens.dump, schema["enum"]))
    return None


def _cut(text: str) -> str:
    return plain(text, MOST)
