"""A JSON Schema compiled: the everyday keywords become checks, anything else sends the event to jsonschema-rs."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from plans import oracle, tokens
from plans.model import FormatMode, PlannedEvent, Rule, Severity
from plans.paths import Path
from plans.rules import checks, combined, expected, keywords
from plans.rules.checks import Test
from plans.rules.conditions import Asked, conditions, there
from plans.rules.frames import Check, Compiled, Frame, Guard, Planned
from plans.rules.keywords import Beyond
from plans.rules.one_value import OneValue
from plans.rules.unevaluated import evaluated_keys
from plans.rules.unions import without_union

When = tuple[int, bool] | None

MAX_SCHEMAS: Final = 50_000
"""How many subschemas are compiled, references written out; a schema with more is left to jsonschema-rs."""
_OBJECT_ONLY: Final = frozenset(
    ("properties", "required", "additionalProperties", "dependentRequired", "minProperties", "maxProperties")
)


def compile_schema(event: PlannedEvent, *, strict_float: bool, mode: FormatMode | None) -> Compiled:
    """The frames of a schema's event; with `why` set, they hold only what we add to the schema's own errors."""
    text = event.schema or "true"
    schema = tokens.parse(text)
    try:
        walk = _Schema(schema, strict_float, mode, whole=True)
        why = None
    except Beyond as error:
        walk = _Schema(schema, strict_float, mode, whole=False)
        why = str(error)
    depth = max(frame.depth for frame in walk.root.walk())
    return Compiled(walk.root, depth, next(walk.orders), text, why)


@dataclass(frozen=True)
class _Place:
    """Where a subschema applies: a cell, the path and the order of its field, and when."""

    frame: Frame
    cell: int
    path: Path
    order: int
    when: When = None


class _Schema:
    def __init__(self, schema: Any, strict_float: bool, mode: FormatMode | None, *, whole: bool) -> None:
        self.root = Frame((), 0)
        self.orders = itertools.count()
        self._numbers, self._guards, self._schemas = itertools.count(), itertools.count(), itertools.count()
        self._strict_float, self._whole = strict_float, whole
        self._format_severity: Severity = "error" if oracle.format_is_promise(schema, mode) else "warning"
        self._values = OneValue(schema, formats=self._format_severity == "error")
        self._fields: dict[tuple[int, int], int] = {}
        self._planned: dict[tuple[int, int], int] = {}
        self._open: set[tuple[int, int]] = set()
        self._going: list[str] = []
        self._node(schema, _Place(self.root, 0, (), next(self.orders)))
        self.root.known(0, 0)
        for frame in self.root.walk():
            for cell, known in frame.objects.items():
                if known.severity == "warning" and (id(frame), cell) in self._open:
                    known.severity = None

    def _node(self, schema: Any, at: _Place) -> None:
        """The checks of one subschema on one cell."""
        if next(self._schemas) > MAX_SCHEMAS:
            raise Beyond("too large when its references are written out")
        if schema is False and self._whole:
            self._check(at, "schema", expected.NOTHING, combined.always())
        if not isinstance(schema, dict):
            return
        said = keywords.promises(schema, self._values.draft)
        if self._whole:
            keywords.check(said)
            said = without_union(said, self._values)
            if at.path and schema.get("$schema", self._values.dialect) != self._values.dialect:
                raise Beyond("another $schema inside")
            for rule, words, test in self._values.promises(said):
                self._check(at, rule, words, test)
            if said.keys() & {"minProperties", "maxProperties"}:
                at.frame.known(at.cell, next(self.orders))
            for words, test in self._values.combinations(said):
                self._check(at, "schema", words, test)
        self._added(said, at)
        self._object(said, at)
        self._array(said, at)
        if self._whole:
            self._combined(said, at)

    def _check(self, at: _Place, rule: Rule, words: str, test: Test | None, severity: Severity = "error") -> None:
        number = next(self._numbers)
        at.frame.checks.append(Check(number, at.cell, at.path, at.order, rule, severity, words, test, False, at.when))

    def _added(self, said: dict[str, Any], at: _Place) -> None:
        """What we remark on beside what the schema asks."""
        if self._strict_float and said.get("type") in ("number", ["number"]):
            self._check(at, "wrong_type", "number with a fraction", checks.has_fraction_form())
        if type(said.get("format")) is str and self._format_severity == "warning":
            test = self._values.has_format(said["format"])
            self._check(at, "wrong_format", expected.text_format(said["format"]), test, "warning")

    def _object(self, said: dict[str, Any], at: _Place) -> None:
        fields: dict[str, Any] = said.get("properties", {})
        needed: list[str] = said["required"] if isinstance(said.get("required"), list) else []
        closed = self._known(said, fields, needed, at)
        for key, inner in fields.items():
            self._field(key, inner, key in needed, at)
        for key in needed:
            if key not in fields:
                self._field(key, True, True, at)
        if "propertyNames" in said and self._whole:
            self._names(said["propertyNames"], at)
        if closed and at.when:
            raise Beyond("additionalProperties under if")

    def _known(self, said: dict[str, Any], fields: dict[str, Any], needed: list[str], at: _Place) -> bool:
        """Tell the keys an object may have from others; whether others are refused."""
        others, keys = said.get("additionalProperties"), set(fields)
        if isinstance(others, dict) and others and self._whole:
            raise Beyond("additionalProperties with a schema")
        closed = others is False
        if said.get("unevaluatedProperties", True) is not True and others is None and self._whole:
            keys, closed = evaluated_keys(said, self._values), True
        if not fields and not needed and not closed:
            return False
        known = at.frame.known(at.cell, next(self.orders))
        if closed and self._whole:
            known.keys = known.keys & keys if known.severity == "error" else keys
            known.severity = "error"
        elif not closed and known.severity != "error":
            known.keys |= {*fields, *needed}
            if others is None and fields and not at.when and self._whole:
                known.severity = "warning"
        if others is True or others == {}:
            self._open.add((id(at.frame), at.cell))
        return closed and self._whole

    def _names(self, asked: Any, at: _Place) -> None:
        order = next(self.orders)
        known, test = at.frame.known(at.cell, order), self._values.test(asked)
        words = f"field names: {expected.of(asked)}"
        check = Check(next(self._numbers), at.cell, at.path, order, "schema", "error", words, test, guard=at.when)
        known.names.append(check)

    def _field(self, key: str, schema: Any, needed: bool, around: _Place) -> None:
        cell = around.frame.cell((*around.frame.cells[around.cell], key))
        order = self._fields.setdefault((id(around.frame), cell), next(self.orders))
        at = _Place(around.frame, cell, (*around.path, key), order, around.when)
        words = expected.of(self._resolved(schema))
        if needed and self._whole:
            self._check(at, "missing", words, None)
        if not isinstance(schema, dict) or not self._resolved(schema).keys() & {"properties", "items"}:
            self._plan(at, words)
        self._node(schema, at)

    def _plan(self, at: _Place, words: str) -> None:
        """A line of the field table; what is asked for under several conditions is planned under any."""
        line = Planned(at.cell, at.path, at.order, words, at.when is not None, at.when)
        key, lines = (id(at.frame), at.cell), at.frame.planned
        known = self._planned.setdefault(key, len(lines))
        if known == len(lines):
            lines.append(line)
        elif lines[known].conditional:
            lines[known] = replace(lines[known], guard=None) if at.when else line
        elif lines[known].expected == expected.of(True):
            lines[known] = replace(lines[known], expected=words)

    def _resolved(self, schema: Any) -> Any:
        """The schema a field's only reference stands for, if it is one of this document."""
        if not isinstance(schema, dict) or "$ref" not in schema:
            return schema
        try:
            found = self._values.references.at(schema["$ref"])
        except Beyond:
            return schema
        return found if isinstance(found, dict) else schema

    def _array(self, said: dict[str, Any], at: _Place) -> None:
        items = said.get("items")
        if isinstance(items, list) and self._whole:
            raise Beyond("items one by one")
        if items is False or (isinstance(items, dict) and items):
            inner = at.frame.elements(at.cell)
            order = self._fields.setdefault((id(inner), 0), next(self.orders))
            within = _Place(inner, 0, (*at.path, None), order, at.when)
            if not isinstance(items, dict) or not self._resolved(items).keys() & {"properties", "items"}:
                self._plan(within, expected.of(self._resolved(items)))
            self._node(items, within)

    def _combined(self, said: dict[str, Any], at: _Place) -> None:
        """What applies beside: references, `allOf`, and what depends on a condition."""
        if "$ref" in said:
            self._referenced(said["$ref"], at)
        for each in said.get("allOf", ()):
            self._node(each, at)
        for key, asked in {**said.get("dependencies", {}), **said.get("dependentRequired", {})}.items():
            when = self._when([there(at.frame, at.cell, key)], at)
            branch = {"required": asked} if isinstance(asked, list) else asked
            self._node(branch, replace(at, when=(when, True)))
        if "if" in said and said.keys() & {"then", "else"}:
            self._if(said, at)

    def _referenced(self, reference: str, at: _Place) -> None:
        if reference in self._going:
            raise Beyond("a $ref that goes round")
        self._going.append(reference)
        self._node(self._values.references.at(reference), at)
        self._going.pop()

    def _if(self, said: dict[str, Any], at: _Place) -> None:
        asked, then, otherwise = said["if"], said.get("then", True), said.get("else", True)
        if isinstance(asked, dict) and keywords.promises(asked, self._values.draft).keys() == {"not"}:
            asked, then, otherwise = asked["not"], otherwise, then
        an_object = (at.frame is self.root and at.cell == 0) or (_of_objects(then) and _of_objects(otherwise))
        found = conditions(self._values, at.frame, at.cell, asked, an_object=an_object)
        guard = self._when(found, at)
        for branch, holds in ((then, True), (otherwise, False)):
            if branch is True:
                continue
            if at.when and not holds:
                raise Beyond("else inside if")
            self._node(branch, replace(at, when=(guard, holds)))

    def _when(self, asked: Iterable[Asked], at: _Place) -> int:
        """The guard of what is asked, and of what is asked around it."""
        around: tuple[Asked, ...] = ()
        if at.when:
            number, holds = at.when
            if not holds or number not in at.frame.guards:
                raise Beyond("if inside else, or inside elements under if")
            around = at.frame.guards[number].conditions
        number = next(self._guards)
        at.frame.guards[number] = Guard((*around, *asked))
        return number


def _of_objects(schema: Any) -> bool:
    """Whether a schema asks nothing of what is no object."""
    return schema is True or (isinstance(schema, dict) and schema.keys() <= _OBJECT_ONLY)
