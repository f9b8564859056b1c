"""Properties and custom types of a RudderStack project as JSON Schemas, each promise where the project makes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from plans import oracle, tokens
from plans.formats.ledger import Ledger
from plans.formats.nulls import settled
from plans.formats.rudderstack_catalog import Catalog, Entry
from plans.formats.source import Options
from plans.model import PlanError
from plans.paths import pointer
from plans.tokens import Num, Value

Schema = dict[str, Value]

_TYPES: Final = ("string", "number", "integer", "boolean", "array", "object", "null")
_KEYWORDS: Final = (
    *("enum", "minLength", "maxLength", "pattern", "format", "minimum", "maximum", "exclusiveMinimum"),
    *("exclusiveMaximum", "multipleOf", "minItems", "maxItems", "uniqueItems"),
)
_PROPERTY: Final = (
    *("id", "name", "description", "type", "types", "config", "propConfig"),
    *("item_type", "item_types", "itemType", "itemTypes"),
)
TYPE: Final = (*_PROPERTY, "properties", "variants")
"""What a custom type may say."""
_ITEM_TYPES: Final = ("itemTypes", "item_types", "itemType", "item_type")


def _snake(keyword: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in keyword)


_BY_KEY: Final = {**{keyword: keyword for keyword in _KEYWORDS}, **{_snake(keyword): keyword for keyword in _KEYWORDS}}
"""Constraints as version 0.1 writes them and as version 1 does."""


@dataclass
class Fields:
    """Turns what a catalog lists into schemas; each property and type is read once, however often it is used."""

    catalog: Catalog
    options: Options
    ledger: Ledger
    types: dict[str, Schema] = field(default_factory=dict)
    on_type: Callable[[Entry], Schema] | None = None
    _properties: dict[str, tuple[str, Schema]] = field(default_factory=dict)
    _type_names: dict[str, str] = field(default_factory=dict)

    def property(self, entry: Entry) -> tuple[str, Schema]:
        """The name a property is sent under, and its schema."""
        known = self._properties.get(entry.where)
        if known is None:
            name = entry.value.get("name")
            if type(name) is not str or not name:
                raise PlanError("a property needs a name", entry.where)
            self.ledger.unread(entry.value, _PROPERTY, entry.where)
            known = self._properties[entry.where] = name, self._schema(entry)
        return known

    def used(self, schema: Value) -> dict[str, Schema]:
        """The custom types a schema refers to, and those these refer to."""
        found: dict[str, Schema] = {}
        waiting = [*_referred(schema)]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found[name] = self.types[name]
                waiting += _referred(found[name])
        return dict(sorted(found.items()))

    def of_type(self, entry: Entry, keyed: str) -> Schema:
        """The type and constraints an entry states; `keyed` is where version 1 and 0.1 keep the constraints."""
        said = entry.value
        kinds, where = self._kinds(entry)
        schema: Schema = {}
        if len(kinds) == 1 and kinds[0].startswith("#"):
            schema = self._reference(kinds[0], where)
        elif kinds:
            self.ledger.read += 1
            schema = {"type": kinds[0] if len(kinds) == 1 else kinds}
        items = self._items(said, entry.where)
        if items:
            schema["items"] = items
        for key in dict.fromkeys((keyed, "config")):
            schema |= self._constraints(said.get(key), f"{entry.where}/{key}", custom="$ref" in schema)
        checked: Schema = settled(
            schema, f"{entry.where}/{'config' if 'config' in said else keyed}", self.options, self.ledger
        )
        return checked

    def _schema(self, entry: Entry) -> Schema:
        return self.of_type(entry, "propConfig")

    def _kinds(self, entry: Entry) -> tuple[list[str], str]:
        """The type words of an entry, from `type` (a comma list in version 0.1) or `types`."""
        said = entry.value
        key = "types" if said.get("types") else "type"
        where, named = f"{entry.where}/{key}", said.get(key)
        if named is None or named == "" or named == "any":
            return [], where
        if type(named) is str and not named.startswith("#"):
            return _words(named.split(","), where), where
        return ([named] if type(named) is str else _words(named, where)), where

    def _items(self, said: dict[str, Value], where: str) -> Schema | None:
        for holder in ("", "propConfig", "config"):
            around = said.get(holder) if holder else said
            for key in _ITEM_TYPES:
                if isinstance(around, dict) and around.get(key):
                    here = where + pointer([holder, key] if holder else [key])
                    return self._item_types(around[key], here)
        return None

    def _item_types(self, named: Value, where: str) -> Schema | None:
        kinds = named if isinstance(named, list) else [named]
        if len(kinds) == 1 and type(kinds[0]) is str and kinds[0].startswith("#"):
            return self._reference(kinds[0], f"{where}/0" if isinstance(named, list) else where)
        words = _words(kinds, where)
        if not words:
            return None
        self.ledger.read += 1
        return {"type": words[0] if len(words) == 1 else words}

    def _reference(self, reference: str, where: str) -> Schema:
        entry = self.catalog.refer(reference, "custom-types", where)
        self.ledger.read += 1
        return {"$ref": "#" + pointer(["$defs", self._type(entry)])}

    def _type(self, entry: Entry) -> str:
        """The name of a custom type among the definitions, where it is put when it is first met."""
        known = self._type_names.get(entry.where)
        if known is None:
            name = entry.value.get("name")
            known = name if type(name) is str and name and name not in self.types else f"{entry.group}/{entry.id}"
            self._type_names[entry.where] = known
            self.types[known] = {}
            self.types[known] = self.on_type(entry) if self.on_type else self.of_type(entry, "config")
        return known

    def _constraints(self, said: Value, where: str, *, custom: bool) -> Schema:
        if said is None:
            return {}
        if not isinstance(said, dict):
            raise PlanError("constraints are an object", where)
        schema: Schema = {}
        for key, value in said.items():
            here = where + pointer([key])
            keyword = _BY_KEY.get(key)
            if key in _ITEM_TYPES:
                continue
            if custom or keyword is None:
                self.ledger.drop(
                    [here], "a custom type has its own" if custom else "is no constraint RudderStack knows"
                )
                continue
            self.ledger.read += 1
            schema[keyword] = _checked(keyword, value, here)
        return schema


def _words(named: Any, where: str) -> list[str]:
    if not isinstance(named, list):
        raise PlanError("a type is a word or a list of words", where)
    words = [word.strip() if type(word) is str else word for word in named]
    for word in words:
        if word not in _TYPES:
            shown = word if type(word) is str else tokens.shown(word)
            raise PlanError(f"`{shown:.80}` is not a type; types are {', '.join(_TYPES)}", where)
    return list(dict.fromkeys(words))


def _checked(keyword: str, value: Value, where: str) -> Value:
    """A constraint the schema's own rules take: what is wrong is said where the project says it."""
    if keyword == "enum" and (not isinstance(value, list) or not value):
        raise PlanError("a list of values is expected", where)
    if keyword == "format" and type(value) is not str:
        raise PlanError("a format is text", where)
    if keyword in ("minLength", "maxLength", "minItems", "maxItems") and not (
        isinstance(value, Num) and value.isdecimal()
    ):
        raise PlanError("a whole number from 0 is expected", where)
    try:
        oracle.validator(tokens.dump({keyword: value}), None)
    except oracle.BadSchema as error:
        raise PlanError(str(error), where) from None
    return value


def _referred(schema: Value) -> Iterable[str]:
    if isinstance(schema, dict):
        for key, value in schema.items():
            if key == "$ref" and type(value) is str:
                yield value.removeprefix("#/$defs/").replace("~1", "/").replace("~0", "~")
            else:
                yield from _referred(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _referred(value)
