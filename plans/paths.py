"""A field's path: the text people read (`items[1].price`), and the pointer that finds it in JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

Path = tuple[str | None, ...]
"""Object keys from the payload down; None stands for "each element of the array"."""

_PLAIN = re.compile(r'[^.\[\]"]+')
_STEP = re.compile(r"""(?:(?:^|(?<=.)\.)\s*([^\[\].]+?)\s*|\[("(?:[^"\\]|\\.)*")\]|(\[\]))(?=\.|\[|$)""", re.DOTALL)


def parse(text: str) -> Path:
    """The path a sheet writes as `address.city`, `items[].price` or `tags[]`; ValueError says what is wrong.

    A leading `payload.` is dropped; a key that would be misread is quoted, as `render` does: `["utm.source"]`.
    """
    steps: list[str | None] = []
    rest = text.removeprefix("payload.").strip()
    at = 0
    while at < len(rest) or not steps:
        found = _STEP.match(rest, at)
        if not found or (found[3] and not steps):
            raise ValueError(
                f"`{text:.200}` is not a field; write it like price, address.city, items[].price or tags[]"
            )
        steps.append(None if found[3] else _unquoted(found[2], text) if found[2] else found[1])
        at = found.end()
    return tuple(steps)


def _unquoted(quoted: str, text: str) -> str:
    try:
        return str(json.loads(quoted))
    except ValueError:
        raise ValueError(f"`{text:.200}` is not a field; a quoted key is a JSON string") from None


def render(path: Path, indices: Sequence[int] = ()) -> str:
    """The path as text; the first array steps get `indices`, the rest stay `[]`."""
    parts = pieces(path, len(indices))
    numbers = [str(index) for index in indices]
    return "".join(a + b for a, b in zip(parts, [*numbers, ""], strict=True))


def pieces(path: Path, depth: int) -> list[str]:
    """The text of a path cut where its first `depth` indices go: `items[`, `].price`."""
    parts = [""]
    for step in path:
        if step is None and len(parts) <= depth:
            parts[-1] += "["
            parts.append("]")
        else:
            parts[-1] += "[]" if step is None else key_text(step, first=not parts[0] and len(parts) == 1)
    return parts


def key_text(key: str, *, first: bool) -> str:
    """One key as it reads inside a path; one that would be misread is quoted: `["utm.source"]`."""
    if not _PLAIN.fullmatch(key):
        return f"[{json.dumps(key, ensure_ascii=False)}]"
    return key if first else f".{key}"


def pointer(keys: Sequence[str]) -> str:
    """RFC 6901 pointer to nested object keys."""
    return "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in keys)
