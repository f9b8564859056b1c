"""What every adapter shares: a body read event by event, so that one that is wrong costs none beside it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NoReturn

import msgspec

from ingest.adapters.members import LONGEST_TEXT, Members, object_of
from ingest.adapters.shapes import Shapes
from ingest.limits import Limits
from ingest.lines import UNREAD_BYTES, Spooled
from ingest.receipts import BAD_APP, TOO_DEEP, TOO_LARGE, UNAUTHORIZED, Batch
from ingest.refusals import TooLarge, Unreadable
from ingest.split import depth, is_whole_object, split, text_member
from plans.model import PlanError, check_app

_AT_ONCE: Final = 128
_FEW: Final = 8
_TOO_MANY_TO_DECODE: Final = 1_000_000
_raws = Shapes(msgspec.Raw)


@dataclass(frozen=True)
class Sender:
    """What the request itself says of its events: their app (None: each names its own), a session, if any, and
    whether it called its body plain text."""

    app: str | None
    session: str | None = None
    is_text: bool = False


@dataclass(frozen=True)
class Form:
    """How one kind of sender writes an event: the keys that say what and whose it is, and how the rest is read.

    `fill` puts an object's members into an event that has its app already. `at_once` reads a body in which nothing is
    wrong, quickly; it returns None when it cannot.
    """

    source: str
    name_key: str
    id_key: str | None
    session_key: str
    app_key: str | None
    fill: Callable[[Spooled, Members], None]
    at_once: Callable[[bytes, Sender, Limits], list[Spooled] | None] | None = None


class Rejected(Exception):
    """An event that is not stored, with the receipt's code for it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def read_body(body: bytes, form: Form, sender: Sender, limits: Limits) -> Batch:
    """All events of a body. Where there is none at all in it, the body is kept as one `error` row and refused.

    Raises Unreadable for an empty body, TooLarge for one with too many events.
    """
    if not body.strip():
        raise Unreadable("the body is empty")
    events = form.at_once(body.strip(), sender, limits) if form.at_once else None
    if events is not None:
        return Batch(events)
    pieces = _pieces(body, form, limits.events + 1)
    if len(pieces) > limits.events:
        raise TooLarge(f"the body has more than {limits.events} events")
    if pieces and not any(is_whole_object(piece) for piece in pieces):
        return unreadable(body, form, sender, *_what_is_wrong(body))
    return read_pieces(pieces, form, sender, limits)


def _pieces(body: bytes, form: Form, most: int) -> list[bytes]:
    if body.count(b",") + body.count(b"\n") < _TOO_MANY_TO_DECODE:
        try:
            return [bytes(raw) for raw in _raws.decode(body.strip())[0][:most]]
        except (msgspec.DecodeError, RecursionError):
            pass  # something in it is no JSON: only its brackets can tell where events begin and end
    return split(body, _quoted(form.name_key), most)


def read_pieces(pieces: list[bytes], form: Form, sender: Sender, limits: Limits) -> Batch:
    """One event for each piece, an `error` row where it cannot be read, unless the piece has to be rejected."""
    batch = Batch()
    for at in range(0, len(pieces), _AT_ONCE):
        _read_into(batch, pieces[at : at + _AT_ONCE], form, sender, limits)
    return batch


def _read_into(batch: Batch, pieces: list[bytes], form: Form, sender: Sender, limits: Limits) -> None:
    """Halve them until what is wrong is among a few, so that all others are still read at once."""
    if form.at_once and len(pieces) > _FEW:
        events = form.at_once(b"[" + b",".join(pieces) + b"]", sender, limits)
        if events is not None and len(events) == len(pieces):
            batch.events += events
            return
        half = len(pieces) // 2
        _read_into(batch, pieces[:half], form, sender, limits)
        _read_into(batch, pieces[half:], form, sender, limits)
        return
    for piece in pieces:
        try:
            batch.add(_read_piece(piece, form, sender, limits))
        except Rejected as reason:
            batch.reject(reason.code, str(reason))


def unreadable(body: bytes, form: Form, sender: Sender, problem: str, where: str | None) -> Batch:
    """The refusal of a body that holds no event, and the row that keeps it where the app is known."""
    batch = Batch(refused=Unreadable(problem, where))
    try:
        event = _begin(body, form, sender)
    except Rejected:
        return batch
    batch.add(_broken(event, body, form, f"{problem} ({where})" if where else problem))
    return batch


def unreadable_as_sent(body: bytes, sender: Sender, reason: Unreadable) -> Batch:
    """The same for a body that cannot be decompressed, so that nothing in it can name an app."""
    batch = Batch(refused=reason)
    if sender.app is not None and body:
        batch.add(Spooled(sender.app, session=sender.session, problem=reason.message, unread=_bounded(body)))
    return batch


def _read_piece(piece: bytes, form: Form, sender: Sender, limits: Limits) -> Spooled:
    if len(piece) > limits.event_bytes:
        raise Rejected(TOO_LARGE, f"the event has {len(piece)} bytes; at most {limits.event_bytes} are taken")
    brackets = piece.count(b"{") + piece.count(b"[")
    if brackets > limits.depth and (deep := depth(piece) - 1) > limits.depth:
        raise Rejected(TOO_DEEP, f"the event is nested {deep} levels deep; at most {limits.depth} are taken")
    event = _begin(piece, form, sender)
    try:
        members = Members(object_of(piece))
    except ValueError as problem:
        return _broken(event, piece, form, str(problem))
    form.fill(event, members)
    if event.session is None:
        event.session = sender.session
    if members.problems:
        event.problem, event.unread = "; ".join(members.problems), _bounded(piece)
    return event


def _begin(piece: bytes, form: Form, sender: Sender) -> Spooled:
    """An event that knows its app. Raises Rejected when nothing names one that can be."""
    app = sender.app
    if app is None and form.app_key:
        app = text_member(piece, _quoted(form.app_key))
    if app is None:
        raise Rejected(UNAUTHORIZED, "nothing names an app: neither the path, a key, nor the event")
    try:
        return Spooled(check_app(app), source=form.source)
    except PlanError as error:
        raise Rejected(BAD_APP, error.message) from None


def _broken(event: Spooled, piece: bytes, form: Form, problem: str) -> Spooled:
    event.event_name = _said(piece, form.name_key)
    event.event_id = _said(piece, form.id_key)
    event.session = _said(piece, form.session_key)
    event.problem, event.unread = problem, _bounded(piece)
    return event


def _said(piece: bytes, key: str | None) -> str | None:
    text = None if key is None else text_member(piece, _quoted(key))
    return text if text and len(text) <= LONGEST_TEXT else None


def _bounded(piece: bytes) -> str:
    return piece[:UNREAD_BYTES].decode("utf-8", "replace")


def _quoted(key: str) -> bytes:
    return b'"%s"' % key.encode()


def _what_is_wrong(body: bytes) -> tuple[str, str | None]:
    """Why a body holds no event, and at which line and column."""
    try:
        json.loads(body.decode(), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        return "the body is not UTF-8", _line_and_column(body, error.start)
    except json.JSONDecodeError as error:
        return f"the body is not JSON: {error.msg.removesuffix(' at')}", f"line {error.lineno} column {error.colno}"
    except (ValueError, RecursionError):
        return "the body is not JSON", "line 1 column 1"
    return "the body is JSON, but there is no event in it: an event is an object", "line 1 column 1"


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _line_and_column(body: bytes, at: int) -> str:
    line, column = body.count(b"\n", 0, at) + 1, at - body.rfind(b"\n", 0, at)
    return f"line {line} column {column}"
