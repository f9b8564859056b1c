"""The enum that forgets null: a type that allows null beside an enum that omits it, so that null is refused."""

from __future__ import annotations

from plans.formats.keywords import rebuilt
from plans.formats.ledger import Ledger
from plans.formats.source import Options
from plans.tokens import Value


def settled(schema: Value, where: str, options: Options, ledger: Ledger) -> Value:
    """The schema at `where` with null added to such enums when that is asked for, and a word on each either way."""

    def change(inner: dict[str, Value], here: str) -> Value:
        kinds, values = inner.get("type"), inner.get("enum")
        if not (isinstance(kinds, list) and "null" in kinds and isinstance(values, list) and None not in values):
            return inner
        if not options.null_passes_enum:
            ledger.note(f"{here}/enum", "the type allows null and the enum does not: null is refused")
            return inner
        ledger.approximate(f"{here}/enum", "null is added, because the type allows it")
        return {**inner, "enum": [*values, None]}

    return rebuilt(schema, where, change)
