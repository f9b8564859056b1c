"""What every byte of a part was when it was committed: neither polars nor DuckDB writes page checksums, nor looks.

`digests.json` of a part names its store, the part itself, and of each file its length and a CRC-32 per 64 KiB. So a
flipped bit is found wherever it is, a file that is missing or from elsewhere too, and what is still whole is known.
"""

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from data.durable import publish_file
from data.parts import Part
from data.store_id import DIGESTS

PIECE: Final = 64 << 10
_READ: Final = 16 * PIECE


class Unsound(Exception):
    """`digests.json` itself is not as it was written; says how."""


@dataclass(frozen=True)
class Digest:
    """A file's length and the CRC-32 of each of its pieces of `PIECE` bytes."""

    bytes: int
    pieces: tuple[int, ...]


@dataclass(frozen=True)
class Digests:
    """The id of the store a part was made for, the part's place in it, and its files."""

    store: str
    part: str
    files: dict[str, Digest]


def place(part: Part) -> str:
    """How a part is called in its digests: its day and name."""
    return f"{part.folder.parent.name}/{part.name}"


def write(folder: Path, store: str, part: Part) -> None:
    """Put digests of all files in `folder`, which is or becomes the folder of `part` of that store; not synced."""
    files = {path.name: digest_of(path) for path in sorted(folder.iterdir()) if path.name != DIGESTS}
    publish_file(folder / DIGESTS, _encoded(Digests(store, place(part), files)))


def read(folder: Path) -> Digests | None:
    """The digests in `folder`; None where there are none. Raises Unsound, or OSError."""
    try:
        content = (folder / DIGESTS).read_bytes()
    except FileNotFoundError:
        return None
    try:
        found = _decoded(json.loads(content))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Unsound("is not what was written") from None
    if _encoded(found) != content:
        raise Unsound("is not what was written")
    return found


def digest_of(path: Path) -> Digest:
    """The digest of a file as it is now. Raises OSError."""
    return Digest(path.stat().st_size, tuple(_pieces(path)))


def damage(path: Path, digest: Digest) -> list[tuple[int, int]]:
    """The stretches of a file, as first and following byte, that are not what they were; whole pieces. Raises OSError.

    What is missing at the end of a shorter file is a stretch too, and so is what is too much.
    """
    size = path.stat().st_size
    told = max(size, digest.bytes)
    stretches: list[tuple[int, int]] = []
    now = list(_pieces(path))
    for at in range(-(-told // PIECE)):
        if now[at : at + 1] == list(digest.pieces[at : at + 1]):
            continue
        first, following = at * PIECE, min((at + 1) * PIECE, told)
        if stretches and stretches[-1][1] == first:
            stretches[-1] = (stretches[-1][0], following)
        else:
            stretches.append((first, following))
    return stretches


def _pieces(path: Path) -> Iterator[int]:
    with path.open("rb") as file:
        while read := file.read(_READ):
            view = memoryview(read)
            for at in range(0, len(read), PIECE):
                yield zlib.crc32(view[at : at + PIECE])


def _encoded(digests: Digests) -> bytes:
    files = {name: {"bytes": each.bytes, "crc32": list(each.pieces)} for name, each in digests.files.items()}
    said = {"store": digests.store, "part": digests.part, "files": files}
    return json.dumps(said | {"crc32": zlib.crc32(json.dumps(said).encode())}).encode()


def _decoded(said: Any) -> Digests:
    files = {str(name): Digest(int(each["bytes"]), tuple(each["crc32"])) for name, each in said["files"].items()}
    return Digests(str(said["store"]), str(said["part"]), files)
