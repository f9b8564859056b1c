"""A planned event as a type stricter than its plan: what decodes into it breaks nothing, the rest is judged exactly.

msgspec decodes several times faster than anything here judges, and most events are sound.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from types import GenericAlias
from typing import Annotated, Any, Final, Literal, Protocol, Union

from msgspec import Meta

from plans import tokens
from plans.judging.loosened import Loosened
from plans.judging.members import Keys, Member, decoder, keys_of, struct
from plans.judging.strict_sheet import NOT_BLANK, Strict, strict_schema
from plans.model import FormatMode, PlannedEvent
from plans.rules.known_formats import SURELY
from plans.rules.patterns import as_rust
from plans.tokens import Num

MAX_FIELDS: Final = 500
"""An event with more fields is not typed: making the type would take longer than it saves."""

_SAID_ASIDE: Final = frozenset(
    """
    $schema $id id $comment title description examples default deprecated readOnly
    """.split()  # noqa: SIM905 - a list of quoted words hides the words
)
_JUDGED: Final = frozenset(
    """
    type enum const minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength pattern format
    minItems maxItems items properties required additionalProperties
    """.split()  # noqa: SIM905
)
_KINDS: Final = ("string", "integer", "number", "boolean", "null", "object", "array")
_INT64: Final = 2**63


class _Doubtful(Exception):
    """The plan says something that no type can."""


class Counted(Protocol):
    """Tells how many keys decoded objects have."""

    def count(self, objects: list[Any], /) -> int: ...


@dataclass(frozen=True)
class Typed:
    """`decode` raises msgspec.DecodeError for a payload that may break something; `keys` counts what it returns.

    With `not_blank`, a payload must not have a text without a printable ASCII character either; an empty one does not
    decode. With `inexact`, it must have no number that a double may not hold as written, and no escaped character. With
    `loosened`, what a field breaks depends on that field alone, or on those bound to it.
    """

    decode: Callable[[str], Any]
    keys: Counted
    not_blank: bool = False
    inexact: bool = False
    loosened: Loosened | None = None


@lru_cache(maxsize=4096)
def typed(event: PlannedEvent, strict_float: bool, mode: FormatMode | None) -> Typed | None:
    """The type of a planned event, None when its plan says what no type can say.

    Whatever fits the type keeps every promise, a wrong `format` and an unplanned field among them, unless it says a key
    twice: then it has fewer keys than its text.
    """
    work = _Typing(strict_float)
    try:
        said = strict_schema(event.fields) if event.schema is None else Strict(tokens.parse(event.schema), ())
        schema = said.schema
        if not isinstance(schema, dict) or schema.get("type") != "object":
            return None
        members = work.members(schema)
        return Typed(decoder(members), keys_of(members), work.not_blank, loosened=Loosened(members, said.bound))
    except (_Doubtful, ValueError):  # msgspec takes no keys with quotes, no limits beyond 64 bit
        return None


@dataclass
class _Typing:
    strict_float: bool
    not_blank: bool = False
    fields: int = 0

    def value(self, schema: Any) -> tuple[Any, Keys | None]:
        """The type of a subschema, and how to count the keys of the objects in it."""
        if not isinstance(schema, dict) or not schema.keys() <= _SAID_ASIDE | _JUDGED:
            raise _Doubtful
        kinds = schema.get("type", [])
        kinds = kinds if isinstance(kinds, list) else [kinds]
        if "enum" in schema or "const" in schema:
            return _one_of(schema, kinds), None
        if not kinds or not set(kinds) <= set(_KINDS):
            raise _Doubtful
        made, keys = [], None
        for kind in kinds:
            if kind in ("object", "array"):
                if keys:
                    raise _Doubtful
                one, keys = self.object(schema) if kind == "object" else self._array(schema)
            else:
                one = self._scalar(kind, schema)
            made.append(one)
        return Union[tuple(made)], keys  # noqa: UP007 - the types are made up at run time

    def object(self, schema: dict[str, Any]) -> tuple[Any, Keys]:
        """The type of an object that has nothing but planned keys."""
        members = self.members(schema)
        return struct(members), keys_of(members)

    def members(self, schema: dict[str, Any]) -> list[Member]:
        """What stands under each planned key of an object."""
        if not schema.keys() <= _SAID_ASIDE | _JUDGED or isinstance(schema.get("additionalProperties"), dict):
            raise _Doubtful
        planned, needed = schema.get("properties", {}), schema.get("required", [])
        self.fields += len(planned)
        if not planned or not isinstance(needed, list) or not set(needed) <= planned.keys() or self.fields > MAX_FIELDS:
            raise _Doubtful
        made: list[Member] = []
        for at, (key, said) in enumerate(planned.items()):
            one, inside = self.value(said)
            made.append(Member(f"f{at}", key, one, key in needed, inside))
        return made

    def _array(self, schema: dict[str, Any]) -> tuple[Any, Keys | None]:
        if "items" not in schema:
            raise _Doubtful
        inner, keys = self.value(schema["items"])
        low, high = _count(schema.get("minItems")), _count(schema.get("maxItems"))
        return Annotated[GenericAlias(list, inner), Meta(min_length=low, max_length=high)], keys

    def _scalar(self, kind: str, schema: dict[str, Any]) -> Any:
        if kind == "string":
            return self._text(schema)
        if kind == "integer" or (kind == "number" and not self.strict_float):
            return _number(kind, schema)
        return {"boolean": bool, "null": None}[kind] if kind in ("boolean", "null") else _refuse()

    def _text(self, schema: dict[str, Any]) -> Any:
        pattern, low = schema.get("pattern"), _count(schema.get("minLength"))
        if pattern == NOT_BLANK:
            self.not_blank, pattern, low = True, None, low or 1
        asked = [_python(rust) for rust in _regexes(pattern, schema.get("format"))]
        if len(asked) > 1:
            raise _Doubtful
        high = _count(schema.get("maxLength"))
        return Annotated[str, Meta(min_length=low, max_length=high, pattern=asked[0] if asked else None)]


def _refuse() -> Any:
    raise _Doubtful


def _one_of(schema: dict[str, Any], kinds: list[str]) -> Any:
    """Texts, whole numbers and null of an enum; what else it allows is judged exactly."""
    if not schema.keys() <= _SAID_ASIDE | {"type", "enum", "const"} or {"enum", "const"} <= schema.keys():
        raise _Doubtful
    values = schema["enum"] if "enum" in schema else [schema["const"]]
    taken: list[str | int | None] = []
    for value in values:
        kind = tokens.kind(value)
        if kinds and kind not in kinds and not (kind == "integer" and "number" in kinds):
            continue
        if kind in ("string", "null"):
            taken.append(value if value is None else str(value))
        elif kind == "integer" and abs(int(value)) < _INT64:
            taken.append(int(value))
    if not taken:
        raise _Doubtful
    return Literal[tuple(taken)]


def _regexes(pattern: str | None, text_format: Any) -> Iterable[str]:
    """Rust regexes of texts that certainly keep both."""
    if pattern is not None:
        yield as_rust(pattern) or _refuse()
    if text_format is not None:
        yield SURELY.get(text_format) or _refuse()


def _python(rust: str) -> str:
    r"""The regex in Python's words; there `$` would match before a line break at the end too, \Z does not."""
    if "$" in rust[:-1]:
        raise _Doubtful
    ending = rust[:-1] + r"\Z" if rust.endswith("$") and not rust.endswith(r"\$") else rust
    return re.sub(r"\\x\{([0-9a-f]{1,4})\}", lambda found: f"\\u{int(found[1], 16):04x}", ending)


def _count(limit: Num | None) -> int | None:
    if limit is not None and not re.fullmatch("[0-9]{1,9}", limit):
        raise _Doubtful
    return None if limit is None else int(limit)


def _number(kind: str, schema: dict[str, Any]) -> Any:
    """Whole numbers are compared exactly; a fraction must keep off a limit, where a double may have been rounded."""
    low, high = _limit(schema, "minimum", "exclusiveMinimum"), _limit(schema, "maximum", "exclusiveMaximum")
    step = _limit(schema, "multipleOf", "multipleOf")
    bounds = {"ge": low, "gt": None, "le": high, "lt": None}
    if "exclusiveMinimum" in schema:
        bounds |= {"ge": None, "gt": low}
    if "exclusiveMaximum" in schema:
        bounds |= {"le": None, "lt": high}
    whole = Annotated[int, Meta(**bounds, multiple_of=step)]
    if kind == "integer" or step is not None:
        return whole
    return whole | Annotated[float, Meta(gt=low, lt=high)]


def _limit(schema: dict[str, Any], *words: str) -> int | None:
    """A limit said once and as a plain whole number."""
    said = [schema[word] for word in dict.fromkeys(words) if word in schema]
    if len(said) > 1 or not all(isinstance(limit, Num) and re.fullmatch("-?[0-9]{1,15}", limit) for limit in said):
        raise _Doubtful
    return int(said[0]) if said else None
