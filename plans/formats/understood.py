"""The promises of a JSON Schema counted: what its draft gives no meaning is dropped, by name and with its place."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import Final

import jsonschema_rs as rs

from plans import oracle
from plans.formats.keywords import LISTED, NAMED, SINGLE, WHOLE, promises, rebuilt
from plans.formats.ledger import Ledger
from plans.tokens import Value

_DRAFTS: Final = [
    (rs.Draft4Validator, "4"),
    (rs.Draft6Validator, "6"),
    (rs.Draft7Validator, "7"),
    (rs.Draft201909Validator, "2019-09"),
    (rs.Draft202012Validator, "2020-12"),
]
_SINCE: Final[dict[str, int]] = {
    **dict.fromkeys(("const", "contains", "propertyNames"), 1),
    **dict.fromkeys(("if", "then", "else"), 2),
    **dict.fromkeys(("dependentRequired", "dependentSchemas", "unevaluatedItems", "unevaluatedProperties"), 3),
    **dict.fromkeys(("minContains", "maxContains", "$recursiveRef"), 3),
    **dict.fromkeys(("prefixItems", "$dynamicRef"), 4),
}
_UNTIL: Final[dict[str, int]] = {"additionalItems": 3, "$recursiveRef": 3}
_NEEDS: Final[dict[str, str]] = {
    **dict.fromkeys(("then", "else"), "if"),
    **dict.fromkeys(("minContains", "maxContains"), "contains"),
}
_REMARKS: Final = frozenset(
    """
    $schema $id id $comment $anchor $dynamicAnchor $recursiveAnchor $vocabulary title description default examples
    example deprecated readOnly writeOnly contentEncoding contentMediaType contentSchema
    """.split()  # noqa: SIM905 - a list of quoted words hides the words
)
_KNOWN: Final = NAMED | LISTED | SINGLE | WHOLE | _REMARKS
_NO_FORMAT: Final = "(\x00%zz{[ is in no format"


def counted(schema: Value, where: str, ledger: Ledger) -> None:
    """Read the promises of a whole schema that stands at `where` into the ledger."""
    draft = next((at for at, (kind, _) in enumerate(_DRAFTS) if kind is oracle.draft(schema)), len(_DRAFTS) - 1)
    unknown: Counter[str] = Counter()
    first: dict[str, str] = {}

    def meant(inner: dict[str, Value], here: str) -> Value:
        left = dict(inner)
        for key, why in _meaningless(inner, draft):
            ledger.drop(promises({key: left.pop(key)}, here), why)
        if "format" in left and type(left["format"]) is str and not _is_format(left["format"], draft):
            ledger.drop(
                [f"{here}/format"], f"the format `{left.pop('format'):.80}` is not known, so nothing is checked"
            )
        for key in inner.keys() - _KNOWN:
            if not key.startswith("x-"):
                unknown[key] += 1
                first.setdefault(key, here)
        return left

    kept = sum(1 for _ in promises(rebuilt(schema, where, meant), where))
    ledger.read += kept
    for key, times in sorted(unknown.items()):
        often = f", here and in {times - 1:,} more places" if times > 1 else ""
        ledger.note(first[key], f"`{key:.80}` is no keyword of JSON Schema and promises nothing{often}")


def _meaningless(schema: dict[str, Value], draft: int) -> list[tuple[str, str]]:
    """Keywords that the draft does not know, or that mean nothing beside what else is there; with the reason."""
    name = _DRAFTS[draft][1]
    if "$ref" in schema and draft <= 2:
        said = f"stands beside a $ref, which in draft {name} replaces it"
        return [(key, said) for key in schema if key not in ("$ref", "definitions", "$defs")]
    found = []
    for key in schema:
        if _SINCE.get(key, 0) > draft or _UNTIL.get(key, draft) < draft:
            found.append((key, f"`{key}` means nothing in draft {name}"))
        elif key in _NEEDS and _NEEDS[key] not in schema:
            found.append((key, f"`{key}` means nothing without `{_NEEDS[key]}`"))
        elif key == "additionalItems" and not isinstance(schema.get("items"), list):
            found.append((key, "`additionalItems` means nothing without a list of `items`"))
    return found


@lru_cache(maxsize=1024)
def _is_format(name: str, draft: int) -> bool:
    return not _DRAFTS[draft][0]({"format": name}, validate_formats=True, offline=True).is_valid(_NO_FORMAT)
