"""A plan of several files as one zip archive: taken in within bounds; equal files are packed to equal bytes."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final

from plans.model import MAX_PLAN_BYTES, PlanError

MAX_FILES: Final = 2_000
MAX_NAME: Final = 500
"""Characters of a file's path inside an archive or folder."""

_STARTS: Final = (b"PK\x03\x04", b"PK\x05\x06")
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_DAMAGED: Final = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, NotImplementedError, ValueError)


def is_archive(data: bytes) -> bool:
    """Whether the bytes begin as a zip archive does."""
    return data.startswith(_STARTS)


def unpacked(data: bytes, *, max_bytes: int = MAX_PLAN_BYTES, max_files: int = MAX_FILES) -> dict[str, bytes]:
    """The files of an archive by their paths, in order; hidden ones are left out.

    PlanError for what is damaged, encrypted, too much, in an archive itself, or would lie outside.
    """
    files: dict[str, bytes] = {}
    left = max_bytes
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for entry in archive.infolist():
                if entry.is_dir() or is_hidden(entry.filename):
                    continue
                _check(entry, files)
                if len(files) >= max_files:
                    raise PlanError(f"the archive has more than {max_files:,} files")
                files[entry.filename] = _content(archive, entry, left)
                left -= len(files[entry.filename])
                if left < 0:
                    raise PlanError(f"the archive holds more than {max_bytes:,} bytes", _short(entry.filename))
    except PlanError:
        raise
    except _DAMAGED as error:
        raise PlanError(f"the archive cannot be read: {str(error)[:200]}") from None
    return dict(sorted(files.items()))


def packed(files: Mapping[str, bytes]) -> bytes:
    """The archive of these files; the same files give the same bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return made.getvalue()


def is_hidden(name: str) -> bool:
    """Whether a file is none of the plan's: a tool's own, such as `.git/HEAD` or `__MACOSX/x`."""
    return any((part.startswith(".") and part != "..") or part == "__MACOSX" for part in name.split("/"))


def _check(entry: zipfile.ZipInfo, files: Mapping[str, bytes]) -> None:
    name = entry.filename
    outside = name.startswith("/") or ".." in PurePosixPath(name).parts or "\\" in name or ":" in name[:2]
    if outside or not name.isprintable() or len(name) > MAX_NAME:
        raise PlanError("the archive has a file with an impossible name", _short(name))
    if name in files:
        raise PlanError("the file is in the archive twice", _short(name))
    if entry.flag_bits & 0x1:
        raise PlanError("the file is encrypted", _short(name))
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise PlanError("the file is a link, which leads out of the archive", _short(name))
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise PlanError("the file is packed in a way that is not taken; zip it plainly", _short(name))


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> bytes:
    with archive.open(entry) as file:
        content = file.read(limit + 1)
    if is_archive(content):
        raise PlanError("an archive in the archive is not taken", _short(entry.filename))
    return content


def _short(name: str) -> str:
    return ascii(name[:100])[1:-1] if not name.isprintable() else name[:100]
