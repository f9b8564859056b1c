"""The rows of a sheet, checked alike whether CSV or JSON brought them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from plans import paths, tokens
from plans.model import MAX_NESTING, Condition, FieldType, PlanError, PlannedEvent, SheetField
from plans.tokens import Value

CONDITION_KEYS = ("if_field", "if_value", "then_field", "then_type")

_TYPES: dict[str, FieldType] = {
    **dict.fromkeys(("text", "string", "str", "varchar"), "text"),
    **dict.fromkeys(("integer", "int", "long", "bigint"), "integer"),
    **dict.fromkeys(("float", "double", "decimal", "number", "numeric"), "float"),
    **dict.fromkeys(("date", "datetime"), "date"),
    **dict.fromkeys(("boolean", "bool"), "boolean"),
}


@dataclass
class EventRows:
    """The rows of one event so far: no field twice, none both a value and what holds others."""

    name: str
    description: str | None = None
    _fields: dict[paths.Path, SheetField] = field(default_factory=dict)
    _around: set[paths.Path] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self._fields)

    def add(self, row: SheetField, where: str) -> None:
        """One row more; PlanError at `where` when it cannot stand beside the others."""
        path = paths.parse(row.path)
        if path in self._fields:
            raise PlanError(f"`{row.path}` of `{self.name}` is there twice", where)
        outer = [path[:length] for length in range(1, len(path))]
        if path in self._around or any(inside in self._fields for inside in outer):
            said = f"`{row.path}` of `{self.name}` is planned both as one value and as what holds others"
            raise PlanError(said, where)
        self._around.update(outer)
        self._fields[path] = row

    def event(self) -> PlannedEvent:
        """The planned event of these rows."""
        return PlannedEvent(self.name, tuple(self._fields.values()), description=self.description)


def field_text(text: str, where: str) -> str:
    """A field as plans keep it: `payload.a` is `a`; PlanError when it is none."""
    try:
        path = paths.parse(text)
    except ValueError as error:
        raise PlanError(str(error), where) from None
    if len(path) > MAX_NESTING:
        raise PlanError(f"nested {len(path)} deep; at most {MAX_NESTING}", where)
    return row_path(path)


def row_path(path: paths.Path) -> str:
    """The text of a row's field; every key is quoted where `paths.parse` would read something else otherwise."""
    text = paths.render(path)
    try:
        if paths.parse(text) == path:
            return text
    except ValueError:
        pass
    return "".join("[]" if step is None else f"[{json.dumps(step, ensure_ascii=False)}]" for step in path)


def field_type(text: str, where: str) -> FieldType:
    """One of the five types, however it is called; PlanError when it is none."""
    known = _TYPES.get(text.lower())
    if known is None:
        said = f"`{text:.80}` is not a type" if text else "no type"
        raise PlanError(f"{said}; types are text, integer, float, date and boolean", where)
    return known


def condition_of(said: Value, where: str) -> Condition:
    """The condition a JSON object says; PlanError when it says none."""
    if not isinstance(said, dict) or sorted(said) != sorted(CONDITION_KEYS):
        raise PlanError(f"a condition is a JSON object with {', '.join(CONDITION_KEYS)}", where)
    if any(type(said[key]) is not str for key in ("if_field", "then_field", "then_type")):
        raise PlanError("if_field, then_field and then_type are texts", where)
    if isinstance(said["if_value"], dict | list):
        raise PlanError("if_value is one value, not an object or array", where)
    condition = Condition(
        if_field=field_text(said["if_field"], where),
        if_value=tokens.dump(said["if_value"]),
        then_field=field_text(said["then_field"], where),
        then_type=field_type(said["then_type"], where),
    )
    _same_elements(condition, where)
    return condition


def _same_elements(condition: Condition, where: str) -> None:
    """`if_field` must be found once for each `then_field`: beside it or further out."""
    asked, then = paths.parse(condition.if_field), paths.parse(condition.then_field)
    arrays = [at + 1 for at, step in enumerate(asked) if step is None]
    if arrays and asked[: arrays[-1]] != then[: arrays[-1]]:
        raise PlanError(f"`{condition.if_field}` is in other elements than `{condition.then_field}`", where)
