"""A request's body as plain bytes, never holding more than the limit, however it was sent or compressed."""

import zlib
from typing import Final, Protocol

import zstandard

from ingest.refusals import TooLarge, Unreadable

GZIP: Final = b"\x1f\x8b\x08"
ZSTD: Final = b"\x28\xb5\x2f\xfd"
BOM: Final = b"\xef\xbb\xbf"
_CODINGS: Final = frozenset({"", "identity", "gzip", "x-gzip", "deflate", "zstd"})
_PIECE: Final = 64 << 10
_ZSTD_PIECE: Final = 1 << 10  # it has no limit of its own, and a block of 4 bytes can hold 128 KiB
_ZSTD_WINDOW: Final = 8 << 20  # RFC 8878: what a decoder should be ready for


class Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


def receive(stream: Stream, length: int | None, limit: int) -> bytes:
    """The body as sent, `length` bytes if it said so. Raises TooLarge, with no more than the limit read."""
    if length is not None and length > limit:
        raise TooLarge(f"the body has {length} bytes; at most {limit} are taken")
    pieces: list[bytes] = []
    left = limit + 1
    while left > 0 and (piece := stream.read(left)):
        pieces.append(piece)
        left -= len(piece)
    if left <= 0:
        raise TooLarge(f"the body has more than {limit} bytes")
    return b"".join(pieces)


def unpack(body: bytes, coding: str, limit: int) -> bytes:
    """The body decompressed, by its own first bytes or by what `coding` (Content-Encoding) says.

    Raises TooLarge beyond `limit`, Unreadable when it is damaged, cut short, or in a coding that is not known.
    """
    for name in reversed([part.strip().lower() for part in coding.split(",")]):
        if name not in _CODINGS:
            raise Unreadable(f"the Content-Encoding {name!r:.40} is none of gzip, deflate, zstd")
        body = _unpack_one(body, name, limit)
    return body.removeprefix(BOM)


def _unpack_one(body: bytes, name: str, limit: int) -> bytes:
    try:
        if body.startswith(GZIP):  # a sizeable share of clients forget to say so
            return _inflate(body, 31, limit)
        if body.startswith(ZSTD):
            return _unzstd(body, limit)
        if name == "deflate" and body:
            return _inflate(body, 15 if _has_zlib_header(body) else -15, limit)
    except (zlib.error, zstandard.ZstdError) as error:
        raise Unreadable(f"the compressed body cannot be read: {error}") from error
    return body


def _inflate(body: bytes, window: int, limit: int) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while body:
        inflater = zlib.decompressobj(window)
        while not inflater.eof:
            piece = inflater.decompress(body, _PIECE)
            body = inflater.unconsumed_tail
            if not piece and not body and not inflater.eof:
                raise Unreadable("the compressed body ends too early")
            size += len(piece)
            if size > limit:
                raise TooLarge(f"the decompressed body has more than {limit} bytes")
            pieces.append(piece)
        body = inflater.unused_data.lstrip(b"\0")  # gzip allows several members, and zeros after the last
    return b"".join(pieces)


def _unzstd(body: bytes, limit: int) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while body:
        frame = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()
        at = 0
        while not frame.eof:
            if at >= len(body):
                raise Unreadable("the compressed body ends too early")
            pieces.append(frame.decompress(body[at : at + _ZSTD_PIECE]))
            at += _ZSTD_PIECE
            size += len(pieces[-1])
            if size > limit:
                raise TooLarge(f"the decompressed body has more than {limit} bytes")
        body = frame.unused_data + body[at:]
    return b"".join(pieces)


def _has_zlib_header(body: bytes) -> bool:
    return body[0] & 0x0F == 8 and len(body) > 1 and int.from_bytes(body[:2], "big") % 31 == 0
