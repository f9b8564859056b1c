"""The parameters of a request, each read as what it should be and named when it is not."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from ingest.instants import instant
from ingest.refusals import BadRequest

Args = MultiDict[str, str]
_EPOCH: Final = datetime(1970, 1, 1)


def known(args: Args, names: Collection[str], repeatable: Collection[str] = ()) -> Args:
    """The parameters, when all have one of these names and only `repeatable` ones come twice; else BadRequest."""
    for name in args:
        if name not in names:
            there = f"there are {', '.join(names)}"
            raise BadRequest(f"{name!r:.80} is not a parameter of this request; {there}", where=name)
        if name not in repeatable and len(args.getlist(name)) > 1:
            raise BadRequest(f"{name} is given more than once", where=name)
    return args


def stretch(args: Args) -> dict[str, Any]:
    """`since`, `until` (UTC without a zone), `first_seq` and `last_seq`; None for what is not given."""
    times = {name: _time(args, name) for name in ("since", "until")}
    return {**times, "first_seq": whole(args, "first_seq"), "last_seq": whole(args, "last_seq")}


def whole(args: Args, name: str) -> int | None:
    """A whole number from 1; None when it is not given."""
    said = args.get(name)
    if said is None:
        return None
    if not (said.isascii() and said.isdecimal()) or len(said) > 15 or int(said) < 1:
        raise wrong(name, said, "a whole number from 1")
    return int(said)


def share(args: Args, name: str) -> float:
    """A share above 0; 1 when it is not given."""
    said = args.get(name, "1")
    try:
        found = float(said)
    except ValueError:
        found = 0.0
    if not 0 < found <= 1:
        raise wrong(name, said, "a share above 0, at most 1")
    return found


def yes(args: Args, name: str) -> bool:
    """`true` or `false`; false when it is not given."""
    said = args.get(name, "false")
    if said not in ("true", "false"):
        raise wrong(name, said, "true or false")
    return said == "true"


def wrong(name: str, said: str, wanted: str) -> BadRequest:
    return BadRequest(f"{name} is {said!r:.80}, not {wanted}", where=name)


def _time(args: Args, name: str) -> datetime | None:
    said = args.get(name)
    try:
        # the + of an offset arrives as a space when nobody escaped it
        us = instant(said.replace(" ", "+") if said and "T" in said else said)
    except ValueError:
        raise wrong(name, str(said), "a date or a time such as 2026-11-23T15:20:01Z") from None
    return None if us is None else _EPOCH + timedelta(microseconds=us)
