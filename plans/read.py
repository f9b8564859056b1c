"""Bytes somebody handed us become a plan, whatever format they are in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePath, PurePosixPath

from plans import archive, folder
from plans.formats import FORMATS, Format
from plans.formats.source import Options, Source, Syntax
from plans.model import MAX_PLAN_BYTES, Note, Plan, PlanError, Report, check_app

ENDINGS = (".csv", ".json", ".yaml", ".yml", ".zip")
"""What a file that holds a whole plan is called."""

_PLAIN = Options()
_READ_ENDINGS = frozenset((".csv", ".json", ".yaml", ".yml"))
_SCHEMA_VERSION = re.compile(r"\d+-\d+-\d+")
_BY_TYPE: dict[str, Syntax] = {"text/csv": "csv", "application/json": "json"}
_WIDE = (b"\xff\xfe", b"\xfe\xff")


def read_plan(
    data: bytes,
    *,
    app: str,
    filename: str | None = None,
    content_type: str | None = None,
    format: str | None = None,
    options: Options = _PLAIN,
) -> tuple[Plan, Report]:
    """The draft (version 0) in `data`, and what was read; PlanError names what is wrong and where.

    `data` is one file or a zip archive of several. `format` is a name of `FORMATS`; without it the formats are asked.
    """
    check_app(app)
    if len(data) > MAX_PLAN_BYTES:
        raise PlanError(f"the plan has {len(data):,} bytes; at most {MAX_PLAN_BYTES:,} are taken")
    name = PurePath(filename).name if filename else ""
    media_type = (content_type or "").split(";")[0].strip().lower()
    if archive.is_archive(data) or media_type == "application/zip" or name.lower().endswith(".zip"):
        return _read_files(archive.unpacked(data), app, format, options)
    text = _text(data, name)
    if not text.strip():
        raise PlanError("the plan is empty")
    declared = "yaml" if "yaml" in media_type else _BY_TYPE.get(media_type)
    return _read(Source({name: text}, declared), app, format, options)


def read_path(
    path: Path, *, app: str, format: str | None = None, options: Options = _PLAIN
) -> tuple[Plan, Report, bytes]:
    """The draft in a file or a folder, what was read, and the bytes to store as its source: the folder's zipped.

    PlanError as `read_plan`; OSError when it cannot be read.
    """
    check_app(app)
    if path.is_dir():
        files = folder.contents(path)
        return *_read_files(files, app, format, options), archive.packed(files)
    with path.open("rb") as file:
        data = file.read(MAX_PLAN_BYTES + 1)
    return *read_plan(data, app=app, filename=path.name, format=format, options=options), data


def _read_files(files: Mapping[str, bytes], app: str, format: str | None, options: Options) -> tuple[Plan, Report]:
    """The plan in several files; those that can be none of a plan are noted, never passed over in silence."""
    kept = {name: data for name, data in files.items() if _is_read(name, data)}
    if not kept:
        raise PlanError("there is no file of a plan: CSV, JSON, YAML, or Iglu's versions")
    texts = {name: _text(data, name) for name, data in kept.items()}
    plan, report = _read(Source({name: text for name, text in texts.items() if text.strip()}), app, format, options)
    unread = [Note(name, "the file is not read") for name in files if name not in kept or not texts[name].strip()]
    return plan, replace(report, notes=(*report.notes, *unread))


def _is_read(name: str, data: bytes) -> bool:
    path = PurePosixPath(name)
    if _SCHEMA_VERSION.fullmatch(path.name):
        return True
    return path.suffix.lower() in _READ_ENDINGS or (not path.suffix and data.lstrip()[:1] == b"{")


def _text(data: bytes, name: str) -> str:
    if data.startswith(_WIDE):
        raise PlanError("the plan is not UTF-8 text but UTF-16; save it as UTF-8", name or "line 1")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PlanError("the plan is not UTF-8 text", f"{name + ', ' if name else ''}line {line}") from None


def _read(source: Source, app: str, format: str | None, options: Options) -> tuple[Plan, Report]:
    if format is not None and format not in FORMATS:
        raise PlanError(f"`{format:.80}` is not a format; there are {', '.join(FORMATS)}", "format")
    chosen = FORMATS[format] if format else _sniffed(source)
    return chosen.read(source, app=app, options=options)


def _sniffed(source: Source) -> Format:
    source.documents()  # what is broken says so itself, before anybody guesses at its format
    found = next((format for format in FORMATS.values() if format.looks_like(source)), None)
    if found is None:
        raise PlanError(f"this is a plan of no known format; tried were {', '.join(FORMATS)}", _names(source))
    return found


def _names(source: Source) -> str:
    return ", ".join(list(source.files)[:3]) + (", …" if len(source.files) > 3 else "")
