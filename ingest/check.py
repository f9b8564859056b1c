"""Reads a whole store and proves it: every part readable, ranges dense, counts equal to a recount, nothing twice."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl
from polars.testing import assert_frame_equal

from data import views
from data.hidden import hidden
from data.layout import Store
from data.parts import Part, list_live
from data.schema import COUNTS, OPTIONAL, RELATIONS
from ingest.count import add, count, rows
from ingest.segments import HEADER, read_segment, sealed

_SUMS = ("events", "warned", "replaced")


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: the file, folder or table it is in, and what it is."""

    where: str
    what: str


@dataclass(frozen=True)
class Findings:
    """What a check read, and all that is wrong with it."""

    parts: int
    events: int
    problems: tuple[Problem, ...]


def check(store: Store, progress: Callable[[int, int], None] = lambda done, of: None) -> Findings:
    """Read every live part of `store`; `progress` hears how many parts are done, of how many.

    A store in use may be checked: what is committed meanwhile is not looked at.
    """
    parts = list_live(store)
    problems = [*_ranges(parts), *_files(parts)]
    broken = {problem.where for problem in problems}
    sound = [part for part in parts if not broken & {str(part.file(relation)) for relation in RELATIONS}]
    visible, recount = _recount(sound, progress)
    if len(sound) == len(parts):
        problems += _miscounts(parts, recount)
    problems += [*_seqs(sound), *_spool(store), *_quarantine(store), *_views(store, parts)]
    return Findings(len(parts), visible, tuple(problems))


def _ranges(parts: Sequence[Part]) -> Iterator[Problem]:
    following = 1
    for part in parts:
        if part.first > following:
            yield Problem(str(part.folder.parent), f"seq {following}..{part.first - 1} is in no part")
        following = part.last + 1


def _files(parts: Sequence[Part]) -> Iterator[Problem]:
    for part in parts:
        for relation, schema in RELATIONS.items():
            file = part.file(relation)
            if relation in OPTIONAL and not file.exists():
                continue
            try:
                found = pl.read_parquet(file).schema
            except (OSError, pl.exceptions.PolarsError) as error:
                yield Problem(str(file), f"cannot be read: {str(error).splitlines()[0]}")
                continue
            if found != schema:
                yield Problem(str(file), f"has other columns than {relation} should: {dict(found)}")


def _recount(parts: Sequence[Part], progress: Callable[[int, int], None]) -> tuple[int, dict[str, pl.DataFrame]]:
    """How many events are visible, and the counts they should have."""
    hides = hidden(parts)
    visible, tables = 0, {relation: [pl.DataFrame(schema=RELATIONS[relation])] for relation in COUNTS}
    for done, part in enumerate(parts, start=1):
        events = hides.between(part.first, part.last).visible(pl.scan_parquet(part.file("events"))).collect()
        visible += events.height
        for relation, table in count(rows(events)).items():
            tables[relation] = [add(relation, [*tables[relation], table])]
        progress(done, len(parts))
    return visible, {relation: kept[0] for relation, kept in tables.items()}


def _miscounts(parts: Sequence[Part], recount: dict[str, pl.DataFrame]) -> Iterator[Problem]:
    for relation, counted in recount.items():
        empty = pl.DataFrame(schema=RELATIONS[relation])
        stored = add(relation, [empty, *(pl.read_parquet(part.file(relation)) for part in parts)])
        try:
            assert_frame_equal(_sums(stored), _sums(counted))
        except AssertionError as error:
            yield Problem(relation, f"does not equal a recount of the events: {' '.join(str(error).split())}")


def _sums(table: pl.DataFrame) -> pl.DataFrame:
    """Only what adds up, and only groups that have events: a group that was wholly taken back does not exist."""
    keys = [name for name in table.columns if name not in _SUMS and not name.startswith(("first_", "last_", "latest_"))]
    sums = [name for name in _SUMS if name in table.columns]
    return table.filter(pl.any_horizontal(pl.col(name) != 0 for name in sums)).select(*keys, *sums).sort(keys)


def _seqs(parts: Sequence[Part]) -> Iterator[Problem]:
    hides = hidden(parts)
    superseded: list[pl.DataFrame] = []
    shown: list[pl.DataFrame] = []
    for part in parts:
        events = pl.read_parquet(part.file("events"), columns=["seq", "app", "received_at", "supersedes"])
        if events.height and not events["seq"].is_between(part.first, part.last).all():
            yield Problem(str(part.file("events")), f"holds seqs outside {part.first}..{part.last}")
        if events["seq"].n_unique() != events.height:
            yield Problem(str(part.file("events")), "holds a seq twice")
        shown.append(hides.between(part.first, part.last).visible(events.lazy()).select("seq").collect())
        superseded.append(events.select(seq="supersedes").drop_nulls())
    if parts:
        both = pl.concat(shown).join(pl.concat(superseded), on="seq", how="semi")
        if both.height:
            yield Problem("events", f"{both.height} replaced events are visible, seq {both['seq'][0]} among them")


def _spool(store: Store) -> Iterator[Problem]:
    for path in sealed(store.spool):
        whole = sum(HEADER.size + len(record.body) for record in read_segment(path))
        if whole != path.stat().st_size:
            yield Problem(str(path), f"only its first {whole} bytes are whole records")


def _quarantine(store: Store) -> Iterator[Problem]:
    for reason in sorted(store.quarantine.glob("*.txt")):
        yield Problem(str(reason.with_suffix(".seg")), f"was set aside: {reason.read_text().strip()}")


def _views(store: Store, parts: Sequence[Part]) -> Iterator[Problem]:
    said = store.views.read_text() if store.views.exists() else ""
    if said != views.sql(parts) and list_live(store) == tuple(parts):
        yield Problem(str(store.views), "does not name the live files")
