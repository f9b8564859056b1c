"""A body never costs more memory than its limit, however it comes."""

import gzip
import io
import tracemalloc
import zlib

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from ingest.bodies import receive, unpack
from ingest.refusals import TooLarge, Unreadable

MEGABYTE = 1 << 20


class Endless:
    """A body of zeros that never ends, and how much of it was read; gives at most 64 KiB at a time."""

    def __init__(self) -> None:
        self.bytes_read = 0

    def read(self, size: int, /) -> bytes:
        given = min(size, 64 << 10)
        self.bytes_read += given
        return bytes(given)


def test_a_body_that_says_it_is_too_long_is_not_read_at_all() -> None:
    body = Endless()
    with pytest.raises(TooLarge, match="100000000 bytes"):
        receive(body, 100_000_000, MEGABYTE)
    assert body.bytes_read == 0


def test_a_body_that_does_not_say_how_long_it_is_is_read_to_the_limit() -> None:
    body = Endless()
    with pytest.raises(TooLarge):
        receive(body, None, MEGABYTE)
    assert body.bytes_read == MEGABYTE + 1


def test_a_body_that_comes_in_pieces_is_put_together() -> None:
    sent = bytes(range(256)) * 1_000
    assert receive(io.BytesIO(sent), len(sent), MEGABYTE) == sent
    assert receive(io.BytesIO(b""), None, MEGABYTE) == b""


@pytest.mark.parametrize(
    ("bomb", "coding"),
    [
        (gzip.compress(bytes(200 * MEGABYTE), 9), "gzip"),
        (zlib.compress(bytes(200 * MEGABYTE), 9), "deflate"),
        (zstandard.compress(bytes(200 * MEGABYTE)), "zstd"),
        (gzip.compress(gzip.compress(bytes(200 * MEGABYTE), 9)), "gzip, gzip"),
    ],
    ids=["gzip", "deflate", "zstd", "gzip in gzip"],
)
def test_a_bomb_is_stopped_at_the_limit(bomb: bytes, coding: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge, match="decompressed"):
            unpack(bomb, coding, MEGABYTE)
        assert tracemalloc.get_traced_memory()[1] < 50 * MEGABYTE
    finally:
        tracemalloc.stop()


@given(
    body=st.binary(max_size=300),
    pack=st.sampled_from([gzip.compress, zlib.compress, zstandard.compress]),
    cut=st.floats(0, 1, exclude_max=True),
)
def test_a_compressed_body_cut_anywhere_is_never_taken_for_whole(body: bytes, pack: object, cut: float) -> None:
    assert callable(pack)
    coding = {gzip.compress: "gzip", zlib.compress: "deflate", zstandard.compress: "zstd"}[pack]  # type: ignore[index]
    packed = pack(body)
    assert unpack(packed, coding, MEGABYTE) == body.removeprefix(b"\xef\xbb\xbf")
    shorter = packed[: int(len(packed) * cut)]
    try:
        assert unpack(shorter, coding, MEGABYTE) == shorter  # so little of it that nothing shows it was compressed
        assert len(shorter) < 4
    except Unreadable:
        pass
