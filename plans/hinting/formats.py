"""A text that is almost in its format: blanks around it, a date in another order, a time without its zone."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from plans import oracle
from plans.hinting import times
from plans.hinting.outline import Field
from plans.rules.patterns import as_rust
from plans.spoken import quoted

_DAY: Final = r"\d{4}-\d{2}-\d{2}"
_INSTANT: Final = re.compile(rf"{_DAY}[Tt ]\d{{2}}:\d{{2}}(?::\d{{2}}(?:\.\d+)?)?(?:[Zz]|[+-]\d{{2}}:?\d{{2}})?")
_ONLY_DAY: Final = re.compile(_DAY)
_ZONE: Final = re.compile(r"(?:[Zz]|[+-]\d{2}:?\d{2})$")
_OTHER_ORDER: Final = re.compile(
    r"\d{1,2}([./-])\d{1,2}\1\d{4}|\d{4}([./])\d{1,2}\2\d{1,2}|\d{8}|\d{4}-\d{1,2}-\d{1,2}"
)
_DIGITS: Final = re.compile(r"-?\d{9,19}(?:\.\d{1,9})?")
_HEX: Final = re.compile(r"\{?[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}\}?")
_ADDRESS: Final = re.compile(r"(?:www\.)?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?:[/?#]\S*)?")


def is_instant(text: str) -> bool:
    """Whether a text is a date and time as ISO 8601 writes them, or a date."""
    return bool(_INSTANT.fullmatch(text) or _ONLY_DAY.fullmatch(text))


def unix_time(text: str) -> str | None:
    """`a Unix time in milliseconds for a date`, of a number that can be one."""
    unit = times.moment(float(text)) if _DIGITS.fullmatch(text) else None
    return None if unit is None else f"a Unix time in {times.UNITS[unit]} for a date"


def almost(text: str, field: Field) -> str | None:
    """Why a text is not in the format, or does not match the pattern, that its field asks for."""
    if field.format is not None:
        return _blanks(text, _has_format(field.format)) or _FORMATS.get(field.format, _nothing)(text)
    fits = _has_pattern(field.pattern) if field.pattern is not None else None
    if fits is None:
        return None
    if found := _blanks(text, fits):
        return found
    cased = next((other for other in (text.upper(), text.lower()) if other != text and fits(other)), None)
    return f"wrong case: {quoted(cased)} would match" if cased else None


def _blanks(text: str, fits: Callable[[str], bool]) -> str | None:
    bare = text.strip()
    return "blanks around it" if bare != text and fits(bare) else None


def _nothing(text: str) -> str | None:
    return None


def _day(text: str) -> str | None:
    if _INSTANT.fullmatch(text):
        return "a date with its time; the day alone would do"
    if _OTHER_ORDER.fullmatch(text):
        return "a date that is not written as year-month-day"
    return unix_time(text)


def _date_time(text: str) -> str | None:
    if _ONLY_DAY.fullmatch(text):
        return "a date without its time"
    if _INSTANT.fullmatch(text):
        return (
            "a blank where a T is meant"
            if text[10] == " "
            else None
            if _ZONE.search(text)
            else "its time zone is missing"
        )
    return unix_time(text)


def _uuid(text: str) -> str | None:
    if not _HEX.fullmatch(text):
        return None
    return "a UUID in braces" if text[0] == "{" else "a UUID without its hyphens"


def _uri(text: str) -> str | None:
    return "an address without its https://" if _ADDRESS.fullmatch(text) else None


_FORMATS: Final = {"day": _day, "date": _day, "date-time": _date_time, "uuid": _uuid, "uri": _uri, "iri": _uri}


@lru_cache(maxsize=256)
def _has_format(name: str) -> Callable[[str], bool]:
    asked = "date" if name == "day" else name
    return oracle.by_dialect("")({"format": asked}, validate_formats=True, offline=True).is_valid


@lru_cache(maxsize=1_024)
def _has_pattern(pattern: str) -> Callable[[str], bool] | None:
    """None for one that may take its time: only what Rust finds in linear time is asked about guesses."""
    if as_rust(pattern) is None:
        return None
    return oracle.by_dialect("")({"pattern": pattern}, offline=True).is_valid
