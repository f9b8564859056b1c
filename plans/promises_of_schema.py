"""The promises of a JSON Schema: everyday keywords field by field, anything tangled as one promise of its place."""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from typing import Any, Final

import jsonschema_rs as rs

from plans import oracle, tokens
from plans.exact import exact
from plans.model import FormatMode
from plans.paths import Path
from plans.promises import Budget, Promises, canonical, same_schema
from plans.tokens import Num

_DRAFTS: Final = {
    rs.Draft4Validator: 4,
    rs.Draft6Validator: 6,
    rs.Draft7Validator: 7,
    rs.Draft201909Validator: 2019,
    rs.Draft202012Validator: 2020,
}
_SINCE: Final = {
    **dict.fromkeys(("const", "contains", "propertyNames"), 6),
    "if": 7,
    **dict.fromkeys(("dependentRequired", "dependentSchemas", "unevaluatedProperties", "unevaluatedItems"), 2019),
    **dict.fromkeys(("minContains", "maxContains", "$recursiveRef"), 2019),
    **dict.fromkeys(("prefixItems", "$dynamicRef"), 2020),
}
"""The draft from which on a keyword means something."""
_WHOLE: Final = (
    ("not",),
    ("oneOf",),
    ("propertyNames",),
    ("dependentSchemas",),
    ("dependencies",),
    ("if", "then", "else"),
    ("contains", "minContains", "maxContains"),
    ("$dynamicRef",),
    ("$recursiveRef",),
)
"""Keywords that are compared as they stand, each with those that belong to it."""
_COUNTS: Final = ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")
_BESIDE: Final = frozenset(
    "allOf anyOf oneOf not if then else dependentSchemas dependencies $ref $dynamicRef $recursiveRef".split()  # noqa: SIM905
)
"""Keywords that decide, at the same place, which fields are evaluated."""
_REFERENCES: Final = ('"$ref":', '"$dynamicRef":', '"$recursiveRef":')


def promises_of_schema(text: str, mode: FormatMode | None, strict_float: bool, budget: Budget) -> Promises:
    """What the schema in `text` promises of a payload, which is an object whatever it says; TooMany beyond `budget`."""
    return _Reading(tokens.parse(text), mode, strict_float, budget).found


class _Reading:
    def __init__(self, schema: Any, mode: FormatMode | None, strict_float: bool, budget: Budget) -> None:
        self.found = Promises(budget)
        self._root, self._strict_float = schema, strict_float
        self._draft = _DRAFTS[oracle.draft(schema)]
        self._asserts = oracle.format_is_promise(schema, mode)
        self._dialect = oracle.dialect(schema)
        self._node(schema, (), ())

    def _node(self, schema: Any, path: Path, through: tuple[str, ...]) -> None:
        """The promises of one subschema; `through` are the references that led to it."""
        self.found.spend()
        if not isinstance(schema, dict):
            if schema is False:
                self.found.add(path, "false", True, False)
            return
        if through and ({"$id", "id", "$schema"} & schema.keys()):
            self._as_it_stands(path, "schema", schema)
            return
        if "$ref" in schema:
            self._reference(schema["$ref"], path, through)
            if self._draft < 2019:
                return  # there it replaces all that stands beside it
        self._value(schema, path)
        self._sizes(schema, path)
        self._object(schema, path, through)
        self._array(schema, path, through)
        for branch in schema.get("allOf", ()):
            self._node(branch, path, (*through, "allOf"))
        if "anyOf" in schema:
            branches = frozenset(self._written(branch) for branch in schema["anyOf"])
            self.found.add(path, "anyOf", branches, schema["anyOf"])
        for words in _WHOLE:
            if self._means(words[0], schema):
                self._as_it_stands(path, words[0], {word: schema[word] for word in words if word in schema})
        self._unevaluated(schema, path)

    def _means(self, keyword: str, schema: dict[str, Any]) -> bool:
        return keyword in schema and self._draft >= _SINCE.get(keyword, 4)

    def _reference(self, to: Any, path: Path, through: tuple[str, ...]) -> None:
        target = _found(self._root, to)
        if target is None or to in through:
            self._as_it_stands(path, "$ref", {"$ref": to})
        else:
            self._node(target, path, (*through, to))

    def _written(self, schema: Any) -> Hashable:
        """A schema as it stands, with all it may refer to and what decides its meaning."""
        text = same_schema(schema)
        refers = any(word in str(text) for word in _REFERENCES)
        return text, self._draft, self._asserts, same_schema(self._root) if refers else None

    def _as_it_stands(self, path: Path, keyword: str, schema: dict[str, Any]) -> None:
        said = schema[keyword] if len(schema) == 1 and keyword in schema else schema
        self.found.add(path, keyword, self._written(schema), said)

    def _value(self, schema: dict[str, Any], path: Path) -> None:
        if "type" in schema:
            kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
            if path or "object" not in kinds:  # a payload is always an object
                exactly = {"integer": "integer written whole"} if self._draft == 4 else {}
                self.found.add(path, "type", frozenset(exactly.get(kind, kind) for kind in kinds), kinds)
            if self._strict_float and kinds == ["number"]:
                self.found.add(path, "strict_float", True, True)
        values = [schema["enum"]] if "enum" in schema else []
        if self._means("const", schema):
            values.append([schema["const"]])
        for each in values:
            self.found.add(path, "enum", frozenset(map(canonical, each)), each)
        if "pattern" in schema:
            self.found.add(path, "pattern", schema["pattern"], schema["pattern"])
        name = schema.get("format")
        if type(name) is str and _is_known(name, self._dialect):
            self.found.add(path, "format", (name, self._asserts), name, "error" if self._asserts else "warning")

    def _sizes(self, schema: dict[str, Any], path: Path) -> None:
        for word in ("minimum", "maximum"):
            plain, strict = schema.get(word), schema.get(f"exclusive{word.title()}")
            if isinstance(plain, Num):
                excluded = self._draft == 4 and strict is True
                self.found.add(path, word, (exact(plain), excluded), _limit(word, plain, excluded))
            if isinstance(strict, Num) and self._draft > 4:
                self.found.add(path, word, (exact(strict), True), _limit(word, strict, True))
        for word in (*_COUNTS, "multipleOf"):
            if isinstance(schema.get(word), Num):
                self.found.add(path, word, exact(schema[word]), schema[word])
        if schema.get("uniqueItems") is True:
            self.found.add(path, "uniqueItems", True, True)

    def _object(self, schema: dict[str, Any], path: Path, through: tuple[str, ...]) -> None:
        fields: dict[str, Any] = schema.get("properties", {})
        patterns: dict[str, Any] = schema.get("patternProperties", {})
        for key, inner in fields.items():
            self.found.add((*path, key), "planned", True, True, "warning")
            self._node(inner, (*path, key), (*through, "properties"))
        for key in schema.get("required", ()) if isinstance(schema.get("required"), list) else ():
            self.found.add((*path, key), "required", True, True)
        for pattern, inner in patterns.items():
            said = {pattern: inner}
            self.found.add(path, "patternProperties", (pattern, self._written(inner)), said)
        others = schema.get("additionalProperties", True)
        if others is True and self._means("unevaluatedProperties", schema) and not schema.keys() & _BESIDE:
            others = schema["unevaluatedProperties"]
        if others not in (True, {}):
            closed = None if others is False else self._written(others)
            value = frozenset(fields), frozenset(patterns), closed
            self.found.add(path, "additionalProperties", value, others if others else [*fields, *patterns])
        if self._means("dependentRequired", schema):
            for key, needed in schema["dependentRequired"].items():
                self.found.add((*path, key), "dependentRequired", frozenset(needed), needed)

    def _array(self, schema: dict[str, Any], path: Path, through: tuple[str, ...]) -> None:
        items = schema.get("items", True)
        if self._means("prefixItems", schema) or isinstance(items, list):
            words = ("prefixItems", "items", "additionalItems")
            self._as_it_stands(path, "items", {word: schema[word] for word in words if word in schema})
        else:
            self._node(items, (*path, None), (*through, "items"))

    def _unevaluated(self, schema: dict[str, Any], path: Path) -> None:
        """What is evaluated depends on all that stands beside; where nothing does, it is said more plainly above."""
        beside = schema.keys() & _BESIDE
        if self._means("unevaluatedItems", schema) or (self._means("unevaluatedProperties", schema) and beside):
            self._as_it_stands(path, "schema", schema)


@lru_cache(maxsize=1024)
def _is_known(name: str, dialect: str) -> bool:
    """Whether a draft asks anything by a format of this name: then it refuses one of these."""
    accepts = oracle.by_dialect(dialect)({"format": name}, validate_formats=True, offline=True).is_valid
    return not all(map(accepts, ("\0", "(", "{", "%")))


def _limit(word: str, number: Num, excluded: bool) -> str:
    sign = ">" if word == "minimum" else "<"
    return f"{sign} {number}" if excluded else f"{sign}= {number}"


def _found(root: Any, to: Any) -> Any:
    """What a reference of the form `#/a/b` leads to; None when it is another, or leads nowhere."""
    if type(to) is not str or not (to == "#" or to.startswith("#/")) or "%" in to:
        return None
    for step in to[2:].split("/") if to != "#" else ():
        key = step.replace("~1", "/").replace("~0", "~")
        if isinstance(root, dict) and key in root:
            root = root[key]
        elif isinstance(root, list) and key.isdecimal() and int(key) < len(root):
            root = root[int(key)]
        else:
            return None
    return root
