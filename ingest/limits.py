"""How much one request may hold."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """`body_bytes` holds before and after decompression; `depth` is how deep payload and context may be nested."""

    body_bytes: int = 20 << 20
    event_bytes: int = 1_000_000
    events: int = 10_000
    depth: int = 100
