"""A part's files against its digests: which are missing, damaged or from elsewhere, down to the byte."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import polars as pl

from data import digests
from data.digests import Digest, Digests, Unsound
from data.parts import Part
from data.schema import OPTIONAL, RELATIONS
from data.store_id import DIGESTS

Stretch = tuple[int, int]
"""The first and the following byte of a piece of a file."""

_NAMED: Final = 3
"""Stretches that a problem names; of more it says how many."""


@dataclass
class Files:
    """What is wrong with the files of one part.

    `elsewhere` says why the part is not this store's, `bare` why its digests are of no use. `bad` gives for a file's
    name what is wrong with it, `stretches` which bytes of it are not what they were.
    """

    elsewhere: str = ""
    bare: str = ""
    bad: dict[str, str] = field(default_factory=dict)
    stretches: dict[str, list[Stretch]] = field(default_factory=dict)

    def sound(self, relation: str) -> bool:
        return f"{relation}.parquet" not in self.bad


def look_at(part: Part, store: str) -> Files:
    """Read every byte of `part`, which should be of the store of that id. Raises OSError when it is gone."""
    found = Files(elsewhere=elsewhere(part, store))
    told = _told(part, found)
    needed = {f"{relation}.parquet" for relation in RELATIONS if relation not in OPTIONAL}
    there = {path.name for path in part.folder.iterdir()} - {DIGESTS}
    for name in sorted(needed | there | (told.files.keys() if told else set())):
        try:
            if wrong := _wrong(part, name, told, found):
                found.bad[name] = wrong
        except OSError as error:  # the disk
            found.bad[name] = unreadable(error)
    return found


def _wrong(part: Part, name: str, told: Digests | None, found: Files) -> str:
    """What is wrong with a file of that name; the stretches of it that are go into `found`."""
    path = part.folder / name
    if not path.exists():
        return "is missing"
    if told and name not in told.files:
        return "is none of the files the part was committed with"
    if told and (stretches := digests.damage(path, told.files[name])):
        found.stretches[name] = stretches
        return _damage(path, told.files[name], stretches)
    return _columns(part, name) or _hiding(part, name)


def elsewhere(part: Part, store: str) -> str:
    """Why a part is not of the store of that id, or not of this place in it; empty when it is, or does not say."""
    try:
        told = digests.read(part.folder)
    except Unsound:
        return ""
    if told and told.store != store:
        return f"belongs to another store ({told.store})"
    return f"was committed as {told.part}" if told and told.part != digests.place(part) else ""


def _told(part: Part, found: Files) -> Digests | None:
    try:
        told = digests.read(part.folder)
    except Unsound as error:
        found.bare = str(error)
        return None
    if told is None:
        found.bare = "is missing"
    return told


def _columns(part: Part, name: str) -> str:
    """What is wrong with a file's footer."""
    relation = name.removesuffix(".parquet")
    if relation not in RELATIONS:
        return "is none of a part's files"
    try:
        found = pl.read_parquet_schema(part.folder / name)
    except (OSError, pl.exceptions.PolarsError) as error:
        return unreadable(error)
    return "" if found == RELATIONS[relation] else f"has other columns than {relation} should: {dict(found)}"


def _hiding(part: Part, name: str) -> str:
    """What is wrong with the rows of `hides` or `cuts`: a part speaks of what came before its end."""
    if name not in ("hides.parquet", "cuts.parquet"):
        return ""
    try:
        said = pl.read_parquet(part.folder / name)
    except (OSError, pl.exceptions.PolarsError) as error:
        return unreadable(error)
    seqs = said[{"hides.parquet": "seq", "cuts.parquet": "through"}[name]]
    return "" if seqs.is_between(1, part.last).fill_null(False).all() else f"names seqs that are not in 1..{part.last}"


def unreadable(error: Exception) -> str:
    return f"cannot be read: {(str(error).splitlines() or ['no reason given'])[0]}"


def _damage(path: Path, told: Digest, stretches: list[Stretch]) -> str:
    size = path.stat().st_size
    if size < told.bytes and stretches[-1][1] == told.bytes:
        return f"is cut short: {size} of {told.bytes} bytes are left"
    return f"is not what was written: {_said(stretches)}"


def _said(stretches: list[Stretch]) -> str:
    shown = ", ".join(f"{first}..{following - 1}" for first, following in stretches[:_NAMED])
    return f"bytes {shown}" + (f" and {len(stretches) - _NAMED} stretches more" if len(stretches) > _NAMED else "")
