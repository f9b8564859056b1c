"""Quick looks at a whole body for what decoders let pass: a key said twice (the last one wins), and deep nesting.

They answer "certainly not" or "perhaps", a thousand times faster than reading event by event, which then tells.
"""

import json

import msgspec
import numpy as np

_COLON, _BRACKET, _BRACE = b":[{"
_encoder = msgspec.json.Encoder()


def may_repeat(body: bytes, decoded: object) -> bool:
    """Whether `body` may say a key twice that `decoded`, made from it, has once; a no is certain.

    Encoded again, everything decoded but repeated keys has as many colons as before, unless a colon was written as an
    escape or a key was not decoded at all.
    """
    return _colons(body) != _colons(_encoder.encode(decoded)) or b"\\u003" in body


def may_be_deeper(body: bytes, limit: int, longest: int) -> bool:
    """Whether one of the values in `body`, of at most `longest` bytes, may be nested deeper than `limit`.

    For that, more than `limit` brackets have to open within the length of one value.
    """
    text = np.frombuffer(body, np.uint8)
    opening = np.flatnonzero((text == _BRACKET) | (text == _BRACE))
    return len(opening) > limit and int((opening[limit:] - opening[:-limit]).min()) < longest


def repeated_key(text: str) -> str | None:
    """The first key the object `text` has twice at its top level. Raises ValueError when it is not JSON."""
    levels: list[list[tuple[str, object]]] = [[]]

    def remember(pairs: list[tuple[str, object]]) -> None:
        levels[0] = pairs  # called innermost first, so the outermost object stays

    json.loads(text, object_pairs_hook=remember)
    seen: set[str] = set()
    for key, _ in levels[0]:
        if key in seen:
            return key
        seen.add(key)
    return None


def _colons(text: bytes) -> int:
    return int(np.count_nonzero(np.frombuffer(text, np.uint8) == _COLON))
