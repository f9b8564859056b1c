"""An event rule of a RudderStack project as one JSON Schema: fields, fields inside them, and cases of a value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from plans.formats.rudderstack import with_cases_named
from plans.formats.rudderstack_catalog import Entry
from plans.formats.rudderstack_fields import TYPE, Fields, Schema
from plans.model import PlanError
from plans.tokens import Value

_OTHERS: Final = ("additional_properties", "additionalProperties", "allow_unplanned")
_RULE: Final = ("type", "id", "event", "properties", "variants", "identity_section", *_OTHERS)
_EVENT: Final = ("$ref", "identity_section", *_OTHERS)
_PROPERTY: Final = ("$ref", "property", "required", "properties", *_OTHERS)
_VARIANT: Final = ("type", "discriminator", "cases", "default")
_CASE: Final = ("display_name", "description", "match", "properties")


@dataclass
class Rules:
    """Turns rules into schemas, with `fields` for what they refer to."""

    fields: Fields

    def __post_init__(self) -> None:
        self.fields.on_type = self.custom_type

    def event(self, rule: dict[str, Value], where: str) -> Schema:
        """The payload an event rule asks for; it refuses fields it does not list unless it says otherwise."""
        event = rule.get("event")
        around = event if isinstance(event, dict) else rule
        self.fields.ledger.unread(rule, _RULE, where)
        if around is event:
            self.fields.ledger.unread(around, _EVENT, f"{where}/event")
        schema = self._object(rule, where)
        others = next((around[key] for key in _OTHERS if around.get(key) is not None), False)
        if not isinstance(others, bool):
            raise PlanError("true or false is expected for unplanned properties", where)
        self.fields.ledger.read += not others
        if "allOf" not in schema or others:
            return {**schema, "additionalProperties": others}
        return {**with_cases_named(schema), "unevaluatedProperties": False}

    def custom_type(self, entry: Entry) -> Schema:
        """What a custom type asks for; an object takes fields it does not list."""
        schema = self.fields.of_type(entry, "config")
        self.fields.ledger.unread(entry.value, TYPE, entry.where)
        if entry.value.get("properties") or entry.value.get("variants"):
            inside = self._object(entry.value, entry.where)
            inside.pop("type")
            schema |= inside
        return schema

    def _object(self, said: dict[str, Value], where: str) -> Schema:
        schema: Schema = {"type": "object", **self._properties(said.get("properties"), f"{where}/properties")}
        cases = list(self._variants(said.get("variants"), f"{where}/variants", schema))
        if cases:
            schema["allOf"] = cases
        return schema

    def _properties(self, listed: Value, where: str) -> Schema:
        found: dict[str, Schema] = {}
        needed: list[str] = []
        for at, said in enumerate(_list(listed, where)):
            here = f"{where}/{at}"
            name, schema, required = self._property(said, here)
            if name in found:
                raise PlanError(f"`{name:.80}` is there twice", here)
            found[name] = schema
            needed += [name] * required
        return {"properties": found, **({"required": needed} if needed else {})}

    def _property(self, said: Value, where: str) -> tuple[str, Schema, bool]:
        if not isinstance(said, dict):
            raise PlanError("an object is expected", where)
        self.fields.ledger.unread(said, _PROPERTY, where)
        key = "property" if "property" in said else "$ref"
        entry = self.fields.catalog.refer(said.get(key), "properties", f"{where}/{key}" if key in said else where)
        name, schema = self.fields.property(entry)
        required = said.get("required", False)
        if not isinstance(required, bool):
            raise PlanError("true or false is expected", f"{where}/required")
        self.fields.ledger.read += required
        return name, self._nested(schema, said, where), required

    def _nested(self, schema: Schema, said: dict[str, Value], where: str) -> Schema:
        """The property with the fields it holds here: in itself, in its elements, or in both."""
        kinds, item_kinds = _kinds(schema), _kinds(schema.get("items", {}))
        listed = said.get("properties")
        others = next((said[key] for key in _OTHERS if said.get(key) is not None), None)
        if others is not None and not isinstance(others, bool):
            raise PlanError("true or false is expected for unplanned properties", where)
        if "object" not in (*kinds, *item_kinds) or "$ref" in schema:
            if listed:
                raise PlanError("only an object, or an array of objects, holds properties", f"{where}/properties")
            if others is False:
                self.fields.ledger.drop([where], "only an object can refuse unplanned properties")
            return schema
        self.fields.ledger.read += others is False
        inside: Schema = self._properties(listed, f"{where}/properties") if listed else {}
        inside["additionalProperties"] = True if others is None else others
        changed = {**schema, **inside} if "object" in kinds else dict(schema)
        if "object" in item_kinds:
            changed["items"] = {**schema["items"], **inside}
        return changed

    def _variants(self, listed: Value, where: str, around: Schema) -> Iterator[Schema]:
        for at, said in enumerate(_list(listed, where)):
            here = f"{where}/{at}"
            if not isinstance(said, dict) or said.get("type") != "discriminator":
                raise PlanError("a variant is of type discriminator", here)
            self.fields.ledger.unread(said, _VARIANT, here)
            yield from self._cases(
                said, self._discriminator(said.get("discriminator"), f"{here}/discriminator", around), here
            )

    def _discriminator(self, named: Value, where: str, around: Schema) -> str:
        if type(named) is str and named in around.get("properties", {}):
            return named
        return self.fields.property(self.fields.catalog.refer(named, "properties", where))[0]

    def _cases(self, said: dict[str, Value], name: str, where: str) -> Iterator[Schema]:
        """One condition for each case, and one for the rest: where the value is there and no case has it."""
        every: list[Value] = []
        for at, case in enumerate(_list(said.get("cases"), f"{where}/cases")):
            here = f"{where}/cases/{at}"
            if not isinstance(case, dict) or not isinstance(case.get("match"), list) or not case["match"]:
                raise PlanError("a case has a list of values to match", here)
            self.fields.ledger.unread(case, _CASE, here)
            every += [value for value in case["match"] if value not in every]
            condition = {"properties": {name: {"enum": case["match"]}}, "required": [name]}
            yield {"if": condition, "then": self._properties(case.get("properties"), f"{here}/properties")}
        default = said.get("default")
        inside, below = (
            (default["properties"], "/properties")
            if isinstance(default, dict) and "properties" in default
            else (default, "")
        )
        if inside:
            otherwise = self._properties(inside, f"{where}/default{below}")
            yield {"if": {"properties": {name: {"enum": every}}}, "else": otherwise} if every else otherwise


def _kinds(schema: Schema) -> list[str]:
    said = schema.get("type", [])
    return said if isinstance(said, list) else [said]


def _list(value: Value, where: str) -> list[Value]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise PlanError("a list is expected", where)
    return value
