"""Some events of a file, on their way into the spool."""

from dataclasses import dataclass
from typing import Final

BLOCK_EVENTS: Final = 1_000


class CannotImport(Exception):
    """A file that holds no events, or in a form nobody can read; says which and why."""


@dataclass(frozen=True)
class Block:
    """Events as JSON text, each perhaps broken; where each stands, in `unit`s; bytes of the file read so far.

    `ours` when they are the rows of an export.
    """

    pieces: list[bytes]
    unit: str
    numbers: list[int]
    bytes_read: int
    ours: bool = False
