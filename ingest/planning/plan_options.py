"""What a command about plans was told: the plan it means, the range of events, and where the outcome goes."""

import argparse
import sys
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, TextIO

from data.durable import write_file
from data.history import Range
from data.layout import Store
from data.processes.settings import Wrong
from ingest.instants import instant
from plans import versions
from plans.formats.source import Options
from plans.model import Plan, Report
from plans.read import read_path

_EPOCH: Final = datetime(1970, 1, 1)
_PLAIN: Final = Options()


def read_draft(options: argparse.Namespace) -> tuple[Plan, Report, bytes]:
    """The plan in the file or folder that was named, its report, and what is stored as its source."""
    format, told = getattr(options, "format", None), Options(null_passes_enum=hasattr(options, "null_passes_enum"))
    return read(options.file, options.app, format, told)


def read(path: Path, app: str, format: str | None = None, told: Options = _PLAIN) -> tuple[Plan, Report, bytes]:
    """The plan in a file or folder; Wrong when it cannot be read, PlanError when it is none."""
    try:
        return read_path(path, app=app, format=format, options=told)
    except OSError as error:
        raise Wrong(f"{error.filename or path} cannot be read: {error.strerror}") from None


def made(store: Store) -> Store:
    """The store with its folders; Wrong where it cannot be."""
    try:
        return store.create()
    except OSError as error:
        raise Wrong(f"store {str(store.root)!r} cannot be a folder: {error.strerror}") from None


def stored(store: Store, app: str, version: int | None) -> Plan:
    """A stored version, by default the one in force."""
    found = versions.get(store.plans, app, version)
    if found is None:
        raise Wrong(f"{app} has no plan{f' version {version}' if version is not None else ''}")
    return found


def either(store: Store, app: str, said: str) -> Plan:
    """The version of that number, or the plan in the file or folder of that name."""
    return stored(store, app, int(said)) if said.isdecimal() and said.isascii() else read(Path(said), app)[0]


def asked(options: argparse.Namespace) -> Range:
    """The range of `--since` and `--until`."""
    return Range(since=_time(options, "since"), until=_time(options, "until"))


def _time(options: argparse.Namespace, name: str) -> datetime | None:
    said = getattr(options, name, None)
    try:
        us = instant(said)
    except ValueError:
        raise Wrong(f"--{name} is {said!r}, not a date or a time such as 2026-11-23T15:20:01Z") from None
    return None if us is None else _EPOCH + timedelta(microseconds=us)


def write(content: bytes, out: Path | None, lines: Iterable[str]) -> None:
    """What was made to a file, and what there is to say of it to the terminal; without a file, apart on stderr."""
    if out is None:
        tell(lines, file=sys.stderr)
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    try:
        write_file(out, content)
    except OSError as error:
        raise Wrong(f"{out} cannot be written: {error.strerror}") from None
    print(f"{out} written")
    tell(lines)


def tell(lines: Iterable[str], file: TextIO | None = None) -> None:
    """Print each line."""
    for line in lines:
        print(line, file=file)
