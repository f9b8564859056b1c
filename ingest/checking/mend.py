"""Mends parts: damaged rows are left behind, lost hides found again, and counts that do not add up made anew."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import polars as pl

from data import digests
from data.durable import fsync_path
from data.hidden import Hidden, hidden
from data.layout import Store
from data.parts import Part, is_dense, list_all, live
from data.schema import COUNTS, EVENTS, HIDES, RELATIONS
from data.store_id import DIGESTS, store_id
from ingest.checking.examine import UNREADABLE, Examination, Examined
from ingest.checking.files import look_at
from ingest.checking.renew import next_generation
from ingest.checking.rows import look_through
from ingest.checking.salvage import Whole, copy_groups, whole_groups
from ingest.checking.tally import keys_of, sums_of
from ingest.count import add
from ingest.quarantine import set_aside

_CUTS: Final = "cuts.parquet"


class Rows:
    """Parts whose rows or hides are damaged: noted while parts are read, and mended after that."""

    def __init__(self, store: Store, store_id: str) -> None:
        self._store, self._id = store, store_id
        self._noted: list[_Hurt] = []

    def note(self, found: Examined) -> None:
        # What was cut off would show again without its cuts: such a part stays as it is.
        hurt = not found.files.sound("events") or not found.files.sound("hides") or found.back.len() > 0
        if hurt and found.files.sound("cuts") and not found.files.elsewhere:
            self._noted.append(_Hurt(found, _hides_again(found)))

    def mend(self) -> Iterator[str]:
        """Mend what was noted; a line for each part."""
        for hurt in self._noted:
            yield self._mend_hides(hurt) if hurt.found.files.sound("events") else self._mend_events(hurt)

    def _mend_hides(self, hurt: "_Hurt") -> str:
        part = hurt.found.part
        next_generation(self._store, part, hurt.tables)
        return f"{part.folder} hides what newer copies replaced: {hurt.tables['hides'].height} rows"

    def _mend_events(self, hurt: "_Hurt") -> str:
        part, files = hurt.found.part, hurt.found.files
        reason = f"events.parquet {files.bad['events.parquet']}"
        called = f"{part.folder.parent.name}.{part.folder.name}"
        if self._made_of_sound_parts(part):
            aside = set_aside(self._store, part.folder, reason, called=called)
            return f"{part.folder}: {reason}; the parts it was made of take its place, it is now {aside}"
        whole = whole_groups(part.file("events"), files.stretches.get("events.parquet", ()))
        next_generation(self._store, part, hurt.tables, partial(_write_whole, part.file("events"), whole))
        aside = set_aside(self._store, part.folder, f"{reason}; {whole} were kept", called=called)
        return f"{part.folder}: {reason}; {whole} were kept, the damaged part is now {aside}"

    def _made_of_sound_parts(self, part: Part) -> bool:
        """Whether the parts that `part` replaced are still there and whole."""
        inside = [each for each in live(set(list_all(self._store)) - {part}) if part.covers(each)]
        if not inside or (inside[0].first, inside[-1].last) != (part.first, part.last) or not is_dense(inside):
            return False
        looked = [look_at(each, self._id) for each in inside]
        return not any(files.elsewhere or files.bad for files in looked)


class Counts:
    """Parts whose counts are damaged or, together, do not equal a recount."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._suspect: dict[Part, set[str]] = {}
        self._bad: dict[Part, set[str]] = {}
        self._bare: list[Part] = []

    def note(self, found: Examined) -> None:
        if not found.readable:
            return
        bad = {relation for relation in COUNTS if not found.files.sound(relation)}
        if bad | found.off:
            self._suspect[found.part], self._bad[found.part] = found.off, bad
        if found.files.bare and not bad:
            self._bare.append(found.part)

    def mend(self, examination: Examination) -> Iterator[str]:
        """Count again what is off; a line for each part. Only parts with a share in a group that is off are touched."""
        wrong = examination.tally.wrong()
        whole = {relation for relation, groups in wrong.items() if groups.height >= examination.tally.most}
        renewed = set()
        for part, off in self._suspect.items():
            asked = self._bad[part] | (off & wrong.keys())
            counted = self._recount(part, examination.hides) if asked else {}
            tables: dict[str, pl.DataFrame] = {}
            for relation in sorted(asked):
                stored = None if relation in self._bad[part] else pl.read_parquet(part.file(relation))
                fresh = counted.get(relation, pl.DataFrame(schema=RELATIONS[relation]))
                table = _mended(
                    relation, stored, fresh, None if relation in whole else wrong.get(relation, fresh.clear())
                )
                tables |= {} if table is None else {relation: table}
            if tables:
                next_generation(self._store, part, tables)
                renewed.add(part)
                yield f"{part.folder} counts again: {', '.join(tables)}"
        yield from (self._tell_digests(part) for part in self._bare if part not in renewed)

    def _recount(self, part: Part, hides: Hidden) -> dict[str, pl.DataFrame]:
        counts = look_through(part, hides, lambda relation: relation not in self._bad[part]).counts
        return {relation: add(relation, [table]) for relation, table in counts.items()}

    def _tell_digests(self, part: Part) -> str:
        digests.write(part.folder, store_id(self._store.root), part)
        fsync_path(part.folder / DIGESTS)
        fsync_path(part.folder)
        return f"{part.folder / DIGESTS} is written from what was read"


@dataclass(frozen=True)
class _Hurt:
    """A part to mend, and tables for what of it must not be taken over: its hides, and counts that are damaged."""

    found: Examined
    hides: pl.DataFrame

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        bad = [relation for relation in COUNTS if not self.found.files.sound(relation)]
        return {"hides": self.hides, **{relation: pl.DataFrame(schema=RELATIONS[relation]) for relation in bad}}


def _hides_again(found: Examined) -> pl.DataFrame:
    """What the part hides as far as that can be read, else what its rows replaced, and what it shows wrongly."""
    try:
        kept = hidden([found.part]).seqs
    except UNREADABLE:
        kept = pl.Series("seq", [], pl.Int64)
    replaced = found.rows.superseded if not found.files.sound("hides") else kept.clear()
    return pl.concat([kept, replaced, found.back]).unique().sort().to_frame().cast(HIDES)


def _write_whole(file: Path, whole: Whole, target: Path) -> None:
    if whole.groups:
        copy_groups(file, whole, target)
    else:
        pl.DataFrame(schema=EVENTS).write_parquet(target)


def _mended(
    relation: str, stored: pl.DataFrame | None, counted: pl.DataFrame, groups: pl.DataFrame | None
) -> pl.DataFrame | None:
    """`stored` with the recount in the `groups` that are off, all of them for None; None where that changes nothing.

    With the recount in every part that has a share in it, a group adds up to the recount of all.
    """
    if groups is None:
        return counted
    keys, sums = keys_of(relation), sums_of(relation)
    if stored is None:
        return counted.join(groups, on=keys, how="semi", nulls_equal=True)
    kept = stored.join(groups, on=keys, how="anti", nulls_equal=True)
    table = pl.concat([kept, counted.join(groups, on=keys, how="semi", nulls_equal=True)]).sort(keys)
    return None if table.select(keys + sums).equals(stored.select(keys + sums).sort(keys)) else table
