"""Which of two promises of one keyword asks more: the one that, when it is kept, keeps the other too."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final, Literal

from plans.exact import is_multiple, less
from plans.promises import Promise

Change = Literal["tightened", "loosened", "changed"]

_WIDER: Final = {
    "integer written whole": {"integer", "number"},
    "integer": {"number"},
}


def change(old: Collection[Promise], new: Collection[Promise]) -> Change | None:
    """How `new` differs from `old`, promises of one keyword on one field that must all be kept; None: not at all."""
    tighter = all(any(_implies(n, o) for n in new) for o in old)
    looser = all(any(_implies(o, n) for o in old) for n in new)
    if tighter and looser:
        return None
    return "tightened" if tighter else "loosened" if looser else "changed"


def _implies(one: Promise, other: Promise) -> bool:
    """Whether whatever keeps `one` keeps `other`."""
    a: Any = one.value
    b: Any = other.value
    if a == b:
        return True
    match one.keyword:
        case "type":
            return all(kind in b or bool(_WIDER.get(kind, set()) & b) for kind in a)
        case "enum" | "anyOf":
            return bool(a <= b)
        case "dependentRequired":
            return bool(a >= b)
        case "minimum":
            return less(b[0], a[0]) or (a[0] == b[0] and a[1])
        case "maximum":
            return less(a[0], b[0]) or (a[0] == b[0] and a[1])
        case "minLength" | "minItems" | "minProperties":
            return less(b, a)
        case "maxLength" | "maxItems" | "maxProperties":
            return less(a, b)
        case "multipleOf":
            return is_multiple(a, b)
        case "format":
            return bool(a[0] == b[0] and a[1])
        case "additionalProperties":
            return bool(a[0] <= b[0] and a[1] <= b[1] and (a[2] is None or a[2] == b[2]))
    return False
