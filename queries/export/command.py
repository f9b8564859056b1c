"""`export` on the command line: what was typed becomes what is asked, and what was written is told."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from data.layout import Store
from data.processes.progress import progress_bar
from data.processes.settings import Failed, Wrong
from queries.errors import BadRequest, Unanswered
from queries.events import events
from queries.export.ask import DEFAULT_FORMAT, FILTERS, FORMATS, Asked
from queries.export.files import export, write_report
from queries.export.layout import PARTITIONS
from queries.export.reports import report
from queries.filter import DIMENSIONS, Filter
from queries.page import Page
from queries.reader import Engine, Reader
from queries.version import versions


def start(store: Store, options: argparse.Namespace, *, threads: int = 1, memory_mb: int = 256) -> int:
    """Do what `options` say; Wrong for what cannot be meant, Failed when it cannot be done."""
    reader, engine = Reader(store, threads=threads, memory_mb=memory_mb), Engine(threads, memory_mb)
    try:
        kind, out = getattr(options, "report", None), options.out
        if not out.parent.is_dir():
            raise Wrong(f"{out.parent} is not a folder")
        if options.app not in versions(reader):
            raise Wrong(f"there is no app {options.app!r} in {store.root}: it has sent no event and has no plan")
        return _report(reader, engine, options, kind, out) if kind else _export(reader, engine, options, out)
    except BadRequest as refused:
        raise Wrong(refused.message) from None
    except (Unanswered, OSError) as error:
        raise Failed(str(error)) from None
    finally:
        engine.close()
        reader.close()


def _export(reader: Reader, engine: Engine, options: argparse.Namespace, out: Path) -> int:
    asked, partition_by = _asked(options, out), _partitions(options)
    if (asked.kind == "typed" or partition_by) and out.is_file():
        raise Wrong(f"{out} is a file; typed and partitioned exports are folders")
    if out.is_dir() and (any(out.iterdir()) or not (asked.kind == "typed" or partition_by)):
        raise Wrong(f"{out} is a folder{' with something in it' if any(out.iterdir()) else ''}; name another")
    with progress_bar(" rows") as progress:
        total = expected(reader, asked)
        told = export(
            reader.store, reader.plans, engine, asked, out, partition_by=partition_by, progress=progress, total=total
        )
    print(f"{told['rows']} rows of {asked.app} written to {out}; --after {told['through']} goes on from here")
    return 0


def expected(reader: Reader, asked: Asked) -> int:
    """How many rows to expect, from counts: where these do not know the filter, how many there are without that."""
    total = _counted(reader, asked, asked.chosen)
    if total is None:
        known = tuple(each for each in asked.chosen.chosen if each.dimension in DIMENSIONS)
        total = _counted(reader, asked, replace(asked.chosen, chosen=known, q=None))
    return total or 0


def _counted(reader: Reader, asked: Asked, chosen: Filter) -> int | None:
    def below(before: int | None) -> int | None:
        total: int | None = events(reader, asked.app, chosen, Page(limit=1, before=before, brief=True))["total"]
        return total

    everything, earlier = below(None), below(asked.after + 1) if asked.after else 0
    return None if everything is None or earlier is None else everything - earlier


def _report(reader: Reader, engine: Engine, options: argparse.Namespace, kind: str, out: Path) -> int:
    if others := [
        name for name in ("typed", "violations", "partition_by", "format", "after") if hasattr(options, name)
    ]:
        raise Wrong(f"--report is one CSV file of its own kind; leave out --{others[0].replace('_', '-')}")
    asked, _ = Asked.of_report(options.app, _given(options, FILTERS))
    write_report(out, report(reader.store, reader.plans, engine, asked, kind))
    print(f"report {kind} of {options.app} written to {out}")
    return 0


def _asked(options: argparse.Namespace, out: Path) -> Asked:
    given = _given(options, FILTERS)
    ending = out.suffix.removeprefix(".").lower()
    given["format"] = [getattr(options, "format", ending if ending in FORMATS else DEFAULT_FORMAT)]
    given["after"] = [str(getattr(options, "after", 0))]
    typed, violations = hasattr(options, "typed"), hasattr(options, "violations")
    if typed and violations:
        raise Wrong("--typed has the violations beside it already; leave out --violations")
    if typed and given["format"] != ["parquet"]:
        raise Wrong(f"--typed needs a format that has types: parquet, not {given['format'][0]}")
    asked = Asked.parse(options.app, given | ({"violations": ["true"]} if violations else {}))
    return replace(asked, kind="typed") if typed else asked


def _given(options: argparse.Namespace, names: tuple[str, ...]) -> dict[str, list[str]]:
    """The flags that are filters, as a query string would have them."""
    said: dict[str, Any] = {name: getattr(options, name) for name in names if hasattr(options, name)}
    return {name: value if isinstance(value, list) else [value] for name, value in said.items()}


def _partitions(options: argparse.Namespace) -> list[str]:
    said = getattr(options, "partition_by", "")
    by = [each.strip() for each in said.split(",") if each.strip()]
    if strange := [each for each in by if each not in PARTITIONS]:
        raise Wrong(f"--partition-by has {strange[0]!r}, not one of {', '.join(PARTITIONS)}")
    if len(set(by)) < len(by):
        raise Wrong("--partition-by names a column twice")
    return by
