"""A schema taken out of the one around it: references still lead where they led, or are refused with their place."""

from __future__ import annotations

from urllib.parse import unquote

from plans.formats.keywords import rebuilt
from plans.model import PlanError
from plans.tokens import Value


def rerooted(schema: dict[str, Value], where: str, section: tuple[str, ...]) -> dict[str, Value]:
    """A schema that stood at `section` of a call's, its references from its own root; PlanError for one that cannot."""
    start = "#" + "".join(f"/properties/{step}" for step in section)
    local: list[tuple[str, str]] = []

    def change(inner: dict[str, Value], here: str) -> Value:
        changed = dict(inner)
        named = changed.get("$ref")
        if section and type(named) is str and named.startswith("#"):
            if named == start or named.startswith(f"{start}/"):
                changed["$ref"] = "#" + named[len(start) :]
            elif not named.startswith(("#/$defs/", "#/definitions/")):
                raise PlanError(f"the reference {named:.200} leads out of the payload", f"{here}/$ref")
        local.extend((named, here) for named in [changed.get("$ref")] if type(named) is str and named.startswith("#/"))
        return changed

    referring: dict[str, Value] = rebuilt(schema, where, change)
    for named, here in local:
        if not _leads_somewhere(named, referring):
            raise PlanError(f"the reference {named:.200} leads nowhere", f"{here}/$ref")
    return referring


def without(schema: dict[str, Value], labels: frozenset[str]) -> dict[str, Value]:
    """The schema without keywords that promise nothing; an `$id` would give references another base."""

    def change(inner: dict[str, Value], _: str) -> Value:
        left = {key: value for key, value in inner.items() if key not in labels}
        return {key: value for key, value in left.items() if not (key in ("$id", "id") and type(value) is str)}

    plain: dict[str, Value] = rebuilt(schema, "", change)
    return plain


def _leads_somewhere(reference: str, schema: Value) -> bool:
    for step in reference.split("/")[1:]:
        key = unquote(step).replace("~1", "/").replace("~0", "~")
        if isinstance(schema, list) and key.isdecimal() and len(key) < 10 and int(key) < len(schema):
            schema = schema[int(key)]
        elif isinstance(schema, dict) and key in schema:
            schema = schema[key]
        else:
            return False
    return True
