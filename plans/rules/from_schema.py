"""A JSON Schema compiled: the everyday keywords become checks, anything else sends the event to jsonschema-rs."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import jsonschema_rs as rs

from plans import oracle, tokens
from plans.model import FormatMode, PlannedEvent, Rule, Severity
from plans.paths import Path
from plans.rules import checks, ecma, expected, value_checks
from plans.rules.checks import Test
from plans.rules.frames import Check, Compiled, Frame, Guard, Planned
from plans.rules.known_formats import SURELY
from plans.rules.patterns import as_rust
from plans.tokens import Num

When = tuple[int, bool] | None

_BEYOND = frozenset(
    """
    $ref $dynamicRef $recursiveRef allOf anyOf oneOf not patternProperties propertyNames dependencies
    dependentRequired dependentSchemas contains minContains maxContains prefixItems additionalItems uniqueItems
    unevaluatedItems unevaluatedProperties minProperties maxProperties contentEncoding contentMediaType contentSchema
    """.split()  # noqa: SIM905 - a list of quoted words hides the words
)
"""Keywords only a full evaluation can judge."""


class _Beyond(Exception):
    """The schema says something the frames cannot."""


def compile_schema(event: PlannedEvent, *, strict_float: bool, mode: FormatMode | None) -> Compiled:
    """The frames of a schema's event; with `why` set, they hold only what we add to the schema's own errors."""
    text = event.schema or "true"
    schema = tokens.parse(text)
    try:
        walk = _Schema(schema, strict_float, mode, whole=True)
        why = None
    except _Beyond as error:
        walk = _Schema(schema, strict_float, mode, whole=False)
        why = str(error)
    depth = max(frame.depth for frame in walk.root.walk())
    return Compiled(walk.root, depth, next(walk.orders), text, why)


class _Schema:
    def __init__(self, schema: Any, strict_float: bool, mode: FormatMode | None, *, whole: bool) -> None:
        self.root = Frame((), 0)
        self.orders = itertools.count()
        self._numbers = itertools.count()
        self._guards = itertools.count()
        self._strict_float, self._whole = strict_float, whole
        self._draft, self._dialect = oracle.draft(schema), oracle.dialect(schema)
        self._format_severity: Severity = "error" if oracle.format_is_promise(schema, mode) else "warning"
        self._node(schema, self.root, 0, (), next(self.orders), None)
        self.root.known(0, 0)

    def _node(self, schema: Any, frame: Frame, cell: int, path: Path, order: int, when: When) -> None:
        """The checks of one subschema on one cell."""
        if not isinstance(schema, dict):
            if schema is False:
                self._refuse("false")
            return
        for keyword in schema.keys() & _BEYOND:
            self._refuse(keyword)
        if "$ref" in schema and self._draft in oracle.OLD_DRAFTS:
            return  # there, $ref replaces all that stands beside it
        if "$schema" in schema and path:
            self._refuse("$schema inside")
        for rule, severity, said, test in self._tests(schema):
            number = next(self._numbers)
            frame.checks.append(Check(number, cell, path, order, rule, severity, said, test, False, when))
        self._object(schema, frame, cell, path, when)
        self._array(schema, frame, cell, path, when)
        self._if(schema, frame, cell, path, when)

    def _refuse(self, keyword: str) -> None:
        if self._whole:
            raise _Beyond(keyword)

    def _tests(self, schema: dict[str, Any]) -> Iterator[tuple[Rule, Severity, str, Test]]:
        if self._whole:
            yield from self._values(schema)
            yield from self._sizes(schema)
        if self._strict_float and schema.get("type") in ("number", ["number"]):
            yield "wrong_type", "error", "number with a fraction", checks.has_fraction_form()
        if type(schema.get("format")) is str and (self._whole or self._format_severity == "warning"):
            accepts = _has_format(schema["format"], self._dialect)
            test = value_checks.text_that(accepts, SURELY.get(schema["format"]), surely_not=False)
            yield "wrong_format", self._format_severity, expected.text_format(schema["format"]), test

    def _values(self, schema: dict[str, Any]) -> Iterator[tuple[Rule, Severity, str, Test]]:
        if "type" in schema:
            kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
            by_value = self._draft is not rs.Draft4Validator
            yield "wrong_type", "error", expected.kinds(kinds), checks.is_kind(kinds, whole_by_value=by_value)
        if "enum" in schema:
            yield "not_allowed", "error", expected.one_of(schema["enum"]), self._one_of(schema["enum"])
        if "const" in schema:
            if self._draft is rs.Draft4Validator:
                raise _Beyond("const in draft 4")
            yield "not_allowed", "error", expected.one_of([schema["const"]]), self._one_of([schema["const"]])
        if "pattern" in schema:
            rust = as_rust(schema["pattern"])
            test = value_checks.text_that(_has_pattern(schema["pattern"], self._dialect), rust, surely_not=True)
            yield "wrong_format", "error", expected.pattern(schema["pattern"]), test

    def _one_of(self, values: list[Any]) -> Test:
        if any(isinstance(value, dict | list) for value in values):
            raise _Beyond("enum of objects or arrays")
        return value_checks.equals_one_of(values)

    def _sizes(self, schema: dict[str, Any]) -> Iterator[tuple[Rule, Severity, str, Test]]:
        for bound, said, test in self._bounds(schema):
            yield "out_of_range", "error", f"{said} {bound}", test
        if "multipleOf" in schema:
            step = schema["multipleOf"]
            yield "out_of_range", "error", f"a multiple of {step}", value_checks.multiple_of(step)
        low, high = _count(schema.get("minLength")), _count(schema.get("maxLength"))
        if low is not None or high is not None:
            yield "out_of_range", "error", expected.count(low, high, "characters"), value_checks.length(low, high)
        low, high = _count(schema.get("minItems")), _count(schema.get("maxItems"))
        if low is not None or high is not None:
            yield "out_of_range", "error", expected.count(low, high, "elements"), value_checks.item_count(low, high)

    def _bounds(self, schema: dict[str, Any]) -> Iterator[tuple[Num, str, Test]]:
        """Draft 4 says whether a limit is excluded with a boolean; later ones give the excluded limit itself."""
        for word, make, sign in (("Minimum", value_checks.at_least, ">"), ("Maximum", value_checks.at_most, "<")):
            plain, strict = schema.get(word.lower()), schema.get(f"exclusive{word}")
            if isinstance(plain, Num):
                exclusive = strict is True
                yield plain, sign if exclusive else f"{sign}=", make(plain, exclusive=exclusive)
            if isinstance(strict, Num):
                yield strict, sign, make(strict, exclusive=True)

    def _object(self, schema: dict[str, Any], frame: Frame, cell: int, path: Path, when: When) -> None:
        fields: dict[str, Any] = schema.get("properties", {})
        needed: list[str] = schema.get("required", []) if isinstance(schema.get("required"), list) else []
        others = schema.get("additionalProperties")
        if isinstance(others, dict) and others:
            self._refuse("additionalProperties with a schema")
        if fields or needed or others is False:
            known = frame.known(cell, next(self.orders))
            if others is False and not when and self._whole:
                known.severity, known.keys = "error", set(fields)
            elif others is False:
                self._refuse("additionalProperties under if")
            elif known.severity != "error":
                known.keys |= {*fields, *needed}
                if others is None and fields and not when and self._whole:
                    known.severity = "warning"
        for key, inner in fields.items():
            self._field(key, inner, key in needed, frame, cell, path, when)
        for key in needed:
            if key not in fields:
                self._field(key, True, True, frame, cell, path, when)

    def _field(self, key: str, schema: Any, needed: bool, frame: Frame, around: int, path: Path, when: When) -> None:
        cell, order, here = frame.cell((*frame.cells[around], key)), next(self.orders), (*path, key)
        said = expected.of(schema)
        if needed and self._whole:
            check = Check(next(self._numbers), cell, here, order, "missing", "error", said, guard=when)
            frame.checks.append(check)
        if not isinstance(schema, dict) or not schema.keys() & {"properties", "items"}:
            frame.planned.append(Planned(cell, here, order, said, when is not None, when))
        self._node(schema, frame, cell, here, order, when)

    def _array(self, schema: dict[str, Any], frame: Frame, cell: int, path: Path, when: When) -> None:
        items = schema.get("items")
        if isinstance(items, list) or items is False:
            self._refuse("items one by one")
        elif isinstance(items, dict) and items:
            inner, order = frame.elements(cell), next(self.orders)
            here: Path = (*path, None)
            if not items.keys() & {"properties", "items"}:
                inner.planned.append(Planned(0, here, order, expected.of(items), when is not None, when))
            self._node(items, inner, 0, here, order, when)

    def _if(self, schema: dict[str, Any], frame: Frame, cell: int, path: Path, when: When) -> None:
        if "if" not in schema or not schema.keys() & {"then", "else"} or not self._whole:
            return
        if when or self._draft in (rs.Draft4Validator, rs.Draft6Validator):
            raise _Beyond("if inside if, or before draft 7")
        number = next(self._guards)
        frame.guards[number] = Guard(tuple(self._conditions(schema["if"], frame, cell)))
        for word, holds in (("then", True), ("else", False)):
            branch = schema.get(word, True)
            if branch is False or (isinstance(branch, dict) and not branch.keys() <= {"properties", "required"}):
                raise _Beyond(f"{word} of more than fields")
            if isinstance(branch, dict):
                self._object(branch, frame, cell, path, (number, holds))

    def _conditions(self, asked: Any, frame: Frame, cell: int) -> Iterator[tuple[int, Test, bool]]:
        if not isinstance(asked, dict) or not asked.keys() <= {"properties", "required"} or "properties" not in asked:
            raise _Beyond("if of more than values of fields")
        needed = asked.get("required", [])
        if not set(needed) <= asked["properties"].keys():
            raise _Beyond("if a field is there")
        for key, said in asked["properties"].items():
            if not isinstance(said, dict) or len(said) != 1 or not said.keys() <= {"const", "enum"}:
                raise _Beyond("if of more than values of fields")
            values = said["enum"] if "enum" in said else [said["const"]]
            yield frame.cell((*frame.cells[cell], key)), self._one_of(values), key not in needed


def _count(limit: Num | None) -> int | None:
    if limit is None:
        return None
    if len(limit) > 15 or "e" in limit.lower():
        raise _Beyond("an odd count")
    return int(limit.partition(".")[0])


@lru_cache(maxsize=4096)
def _has_format(name: str, dialect: str) -> Callable[[str], bool]:
    return oracle.make(dialect, tokens.dump({"format": name}), formats=True).is_valid


@lru_cache(maxsize=4096)
def _has_pattern(pattern: str, dialect: str) -> Callable[[str], bool]:
    judge = oracle.make(dialect, tokens.dump({"pattern": ecma.taken(pattern)}), formats=False)

    def accepts(text: str) -> bool:
        if judge.is_valid(text):
            return True
        if any("error" in error.kind.as_dict() for error in judge.iter_errors(text)):
            raise ecma.too_many_steps()
        return False

    return ecma.bounded(pattern, accepts)
