"""What a keyword that only a full evaluation can judge asks for, as far as jsonschema-rs tells it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import jsonschema_rs as rs

from plans import paths

MOST: Final = 200
"""Characters that are told."""
_SHOWN: Final = 3

Says = Callable[[str, dict[str, Any]], str]
"""What the promise behind one error expects, from its keyword and what jsonschema-rs says of it."""


def asked(keyword: str, said: dict[str, Any], says: Says) -> str:
    """``what `anyOf` asks: string or `a` ``; just the keyword where no more is known."""
    more = _more(keyword, said, says)
    if more is None:
        return f"what `{keyword}` asks"
    return f"what `{keyword}` asks: {more if len(more) <= MOST else more[: MOST - 1] + '…'}"


def _more(keyword: str, said: dict[str, Any], says: Says) -> str | None:
    if keyword in ("anyOf", "oneOf"):
        branches: Sequence[Sequence[rs.ValidationError]] = said["context"]
        if not all(branches):
            return f"just one of its {len(branches)}, not several"
        told = list(dict.fromkeys(_branch(branch, says) for branch in branches[: _SHOWN + 1]))
        return " or ".join(told[:_SHOWN]) + (" or more" if len(branches) > _SHOWN else "")
    if keyword == "contentEncoding":
        return str(said["content_encoding"])
    if keyword == "contentMediaType":
        return str(said["content_media_type"])
    if keyword == "additionalItems":
        return f"no more than {said['limit']}"
    return None


def _branch(errors: Sequence[rs.ValidationError], says: Says) -> str:
    """What the first error of a schema that does not fit would have wanted."""
    first = errors[0]
    keyword, said = first.kind.name, first.kind.as_dict()
    way = tuple(step if isinstance(step, str) else None for step in first.instance_path)
    if keyword == "required":
        return f"`{paths.render((*way, said['property']))}`"
    if keyword in ("additionalProperties", "unevaluatedProperties"):
        return f"no `{paths.render((*way, said['unexpected'][0]))}`"
    return says(keyword, said)
