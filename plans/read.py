"""Bytes somebody handed us become a plan, whatever format they are in."""

from __future__ import annotations

from pathlib import PurePath

from plans.formats import native, sheet
from plans.model import MAX_PLAN_BYTES, Plan, PlanError, Report, check_app

_BY_TYPE = {"text/csv": "sheet", "application/json": "native"}
_BY_SUFFIX = {".csv": "sheet", ".json": "native"}


def read_plan(
    data: bytes, *, app: str, filename: str | None = None, content_type: str | None = None
) -> tuple[Plan, Report]:
    """The draft (version 0) in `data`, and what was read; PlanError names what is wrong and where.

    The format is what `content_type` or the ending of `filename` says, else what the text looks like.
    """
    check_app(app)
    if len(data) > MAX_PLAN_BYTES:
        raise PlanError(f"the plan has {len(data):,} bytes; at most {MAX_PLAN_BYTES:,} are taken")
    text = _text(data)
    if not text.strip():
        raise PlanError("the plan is empty")
    if _format(text, filename, content_type) == "native":
        return native.read(text, app=app)
    return sheet.read(text, app=app)


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PlanError("the plan is not UTF-8 text", f"line {line}") from None


def _format(text: str, filename: str | None, content_type: str | None) -> str:
    suffix = PurePath(filename).suffix.lower() if filename else ""
    media_type = (content_type or "").split(";")[0].strip().lower()
    if suffix in (".yaml", ".yml") or "yaml" in media_type:
        raise PlanError("YAML plans cannot be read; write the plan as CSV or JSON", filename or "")
    named = _BY_TYPE.get(media_type) or _BY_SUFFIX.get(suffix)
    return named or ("native" if text.lstrip()[0] in "{[" else "sheet")
