"""What was answered is on disk: sealing, sharing a sync, running out of room, being killed, and reading back."""

import errno
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.segments import HEADER, OpenSegment, damaged, new_name
from ingest.spool import Record, Spool, SpoolBroken, SpoolFull, held, read_segment, seal_abandoned, sealed, write_sealed

LONG = 3_600.0


def until(happens: Callable[[], bool], seconds: float = 10.0) -> None:
    waited = threading.Event()
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end, "it never happened"
        waited.wait(0.005)


def bodies(folder: Path) -> list[bytes]:
    return [record.body for path in sealed(folder) for record in read_segment(path)]


def open_segments(folder: Path) -> list[Path]:
    return list(folder.glob("*.open"))


def test_what_was_appended_is_read_back_in_order(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.append(b"one\n", 1, 11)
    spool.append(b"two\nthree\n", 2, 12)
    spool.close()
    records = [record for path in sealed(tmp_path) for record in read_segment(path)]
    assert records == [Record(11, 1, b"one\n"), Record(12, 2, b"two\nthree\n")]


def test_an_appended_record_is_on_disk_before_append_returns(tmp_path: Path) -> None:
    spool = Spool(tmp_path, seal_seconds=LONG)
    spool.append(b"one\n", 1, 11)
    (path,) = open_segments(tmp_path)
    assert [record.body for record in read_segment(path)] == [b"one\n"]
    spool.close()


def test_a_segment_is_sealed_by_time_even_when_nothing_more_comes(tmp_path: Path) -> None:
    spool = Spool(tmp_path, seal_seconds=0.05)
    spool.append(b"one\n", 1, 11)
    until(lambda: bodies(tmp_path) == [b"one\n"])
    assert not open_segments(tmp_path)
    spool.append(b"two\n", 1, 12)
    until(lambda: bodies(tmp_path) == [b"one\n", b"two\n"])
    spool.close()


@pytest.mark.parametrize(("seal_events", "seal_bytes"), [(4, 1 << 20), (1_000, 2 * (HEADER.size + 4))])
def test_a_full_segment_is_sealed_at_once(tmp_path: Path, seal_events: int, seal_bytes: int) -> None:
    spool = Spool(tmp_path, seal_seconds=LONG, seal_events=seal_events, seal_bytes=seal_bytes)
    spool.append(b"a\nb\n", 2, 1)
    assert not sealed(tmp_path)
    spool.append(b"c\nd\n", 2, 1)
    until(lambda: len(sealed(tmp_path)) == 1)
    spool.close()


def test_requests_that_wait_together_share_one_sync(tmp_path: Path) -> None:
    syncs: list[int] = []
    first_is_syncing, go_on = threading.Event(), threading.Event()

    def sync(descriptor: int) -> None:
        syncs.append(descriptor)
        first_is_syncing.set()
        go_on.wait(10)
        os.fdatasync(descriptor)

    spool = Spool(tmp_path, seal_seconds=LONG, sync=sync)
    with ThreadPoolExecutor(9) as threads:
        first = threads.submit(spool.append, b"first\n", 1, 1)
        first_is_syncing.wait(10)
        rest = [threads.submit(spool.append, b"%d\n" % n, 1, 1) for n in range(8)]
        until(lambda: spool._queue.qsize() == 8)
        go_on.set()
        for done in [first, *rest]:
            done.result(10)
    spool.close()
    assert len(syncs) == 2
    assert sorted(bodies(tmp_path)) == sorted([b"first\n", *(b"%d\n" % n for n in range(8))])


def test_after_a_failed_sync_everybody_is_refused_and_no_sync_is_tried_again(tmp_path: Path) -> None:
    syncs = 0

    def sync(descriptor: int) -> None:
        nonlocal syncs
        syncs += 1
        if syncs == 2:
            raise OSError(errno.EIO, "Input/output error")

    told = threading.Event()
    spool = Spool(tmp_path, seal_seconds=LONG, sync=sync, failed=told.set)
    spool.append(b"kept\n", 1, 1)
    assert not told.is_set()
    for _ in range(3):
        with pytest.raises(SpoolBroken, match="Input/output error"):
            spool.append(b"lost\n", 1, 1)
    assert not spool.takes_more
    assert syncs == 2
    assert told.wait(10)
    spool.close()
    assert seal_abandoned(tmp_path) == 1  # the lock is free, so that the writer gets what was synced before
    assert bodies(tmp_path)[0] == b"kept\n"


def test_a_closed_spool_refuses_and_may_be_closed_again(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.close()
    spool.close()
    with pytest.raises(SpoolBroken, match="closed"):
        spool.append(b"late\n", 1, 1)
    assert not list(tmp_path.iterdir())


def test_a_spool_at_its_limit_is_full_until_the_writer_has_taken_something(tmp_path: Path) -> None:
    spool = Spool(tmp_path, seal_seconds=0.01, max_bytes=100)
    spool.append(b"x" * 60, 1, 1)
    with pytest.raises(SpoolFull, match="at most 100"):
        spool.append(b"y" * 60, 1, 1)
    until(lambda: len(sealed(tmp_path)) == 1)
    sealed(tmp_path)[0].unlink()

    def there_is_room() -> bool:
        try:
            spool.append(b"z" * 60, 1, 1)
        except SpoolFull:
            return False
        return True

    until(there_is_room)
    spool.close()
    assert bodies(tmp_path) == [b"z" * 60]


OUT_OF_ROOM = """
import resource, sys
from pathlib import Path
from ingest.spool import Spool, SpoolFull
folder = Path(sys.argv[1])
spool = Spool(folder, seal_seconds=3600)
spool.append(b"a" * 1000, 1, 1)
resource.setrlimit(resource.RLIMIT_FSIZE, (1500, resource.RLIM_INFINITY))
try:
    spool.append(b"b" * 1000, 1, 1)
except SpoolFull as error:
    print("full:", error)
print("bytes:", next(folder.glob("*.open")).stat().st_size)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
spool.append(b"c" * 1000, 1, 1)
spool.close()
"""


def test_a_record_the_disk_had_no_room_for_leaves_nothing_behind(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", OUT_OF_ROOM, tmp_path], capture_output=True, text=True, timeout=60)
    assert "full: no room on the spool's disk: File too large" in done.stdout, done.stderr
    assert f"bytes: {HEADER.size + 1000}" in done.stdout
    assert bodies(tmp_path) == [b"a" * 1000, b"c" * 1000]


KILLED = """
import sys, threading
from pathlib import Path
from ingest.spool import Spool
spool = Spool(Path(sys.argv[1]), seal_seconds=0.02)
def send(sender):
    for n in range(1_000_000):
        line = b"%d-%d" % (sender, n)
        spool.append(line + b"x" * 500, 1, n)
        sys.stdout.buffer.write(line + b"\\n")
        sys.stdout.buffer.flush()
for sender in range(4):
    threading.Thread(target=send, args=(sender,)).start()
"""


@pytest.mark.parametrize("answers", [1, 40, 400])
def test_what_was_answered_before_a_kill_is_there_once(tmp_path: Path, answers: int) -> None:
    with subprocess.Popen([sys.executable, "-c", KILLED, tmp_path], stdout=subprocess.PIPE) as sender:
        assert sender.stdout is not None
        answered = [sender.stdout.readline() for _ in range(answers)]
        sender.send_signal(signal.SIGKILL)
        answered += sender.stdout.read().splitlines(keepends=True)
    seal_abandoned(tmp_path)
    assert not open_segments(tmp_path)
    kept = [body.rstrip(b"x") for body in bodies(tmp_path)]
    assert len(kept) == len(set(kept))
    assert {line.strip() for line in answered if line.endswith(b"\n")} <= set(kept)


def test_a_segment_whose_process_lives_is_not_taken_over(tmp_path: Path) -> None:
    spool = Spool(tmp_path, seal_seconds=LONG)
    spool.append(b"one\n", 1, 1)
    assert seal_abandoned(tmp_path) == 0
    assert len(open_segments(tmp_path)) == 1
    spool.close()
    assert bodies(tmp_path) == [b"one\n"]


def test_a_segment_whose_process_is_dead_is_sealed(tmp_path: Path) -> None:
    path = tmp_path / f"{new_name()}.open"
    record = Record(7, 1, b"one\n")
    path.write_bytes(record.header() + record.body + record.header())
    assert seal_abandoned(tmp_path) == 1
    assert [read_segment(sealed_path) for sealed_path in sealed(tmp_path)] == [[record]]
    assert sealed(tmp_path)[0].stat().st_size == HEADER.size + 4


def test_an_abandoned_segment_without_a_whole_record_is_removed(tmp_path: Path) -> None:
    (tmp_path / f"{new_name()}.open").write_bytes(b"torn")
    (tmp_path / f"{new_name()}.open").touch()
    assert seal_abandoned(tmp_path) == 0
    assert not list(tmp_path.iterdir())


def test_a_file_left_before_it_became_a_segment_is_removed_unless_it_is_new_or_held(tmp_path: Path) -> None:
    old, held_by_another, new = (tmp_path / f"{new_name()}.tmp" for _ in range(3))
    for path in (old, held_by_another, new):
        path.touch()
    for path in (old, held_by_another):
        os.utime(path, (0, 0))
    with held_by_another.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        seal_abandoned(tmp_path)
    assert sorted(tmp_path.iterdir()) == [held_by_another, new]


THREE = [Record(1, 1, b"one\n"), Record(2, 2, b"two\n" * 2), Record(3, 0, b"")]


def test_a_segment_torn_at_any_byte_gives_its_whole_records(tmp_path: Path) -> None:
    content = write_sealed(tmp_path, THREE).read_bytes()
    ends = [0]
    for record in THREE:
        ends.append(ends[-1] + HEADER.size + len(record.body))
    torn = tmp_path / "torn.seg"
    for length in range(len(content) + 1):
        torn.write_bytes(content[:length])
        assert read_segment(torn) == THREE[: sum(end <= length for end in ends[1:])], length


@given(at=st.integers(0, 83), bit=st.integers(0, 7))
def test_a_flipped_bit_costs_no_more_than_its_record_and_is_told(
    tmp_path_factory: pytest.TempPathFactory, at: int, bit: int
) -> None:
    folder = tmp_path_factory.mktemp("flipped")
    path = write_sealed(folder, THREE)
    content = bytearray(path.read_bytes())
    assert len(content) == 84
    content[at] ^= 1 << bit
    path.write_bytes(content)
    ((first, following),) = damaged(path)
    assert first <= at < following
    ends = [28, 60, 84]
    assert read_segment(path) == [record for record, end in zip(THREE, ends, strict=True) if end != following]


def test_a_segment_continued_by_zeros_ends_there(tmp_path: Path) -> None:
    path = write_sealed(tmp_path, THREE)
    path.write_bytes(path.read_bytes() + bytes(4096))
    assert read_segment(path) == THREE


def test_a_sealed_segment_written_whole_leaves_nothing_else(tmp_path: Path) -> None:
    path = write_sealed(tmp_path, iter(THREE))
    assert list(tmp_path.iterdir()) == [path]
    assert read_segment(path) == THREE


def test_names_sort_by_when_they_were_made() -> None:
    names = [new_name() for _ in range(10_000)]
    assert names == sorted(names)
    assert len(set(names)) == len(names)
    assert names[0][14] == "7"


def test_what_is_held_counts_open_and_sealed_segments(tmp_path: Path) -> None:
    assert held(tmp_path).oldest_at is None
    before = time.time()
    path = write_sealed(tmp_path, THREE)
    segment = OpenSegment(tmp_path)
    segment.write(b"half", 1)
    what = held(tmp_path)
    assert (what.segments, what.bytes) == (2, path.stat().st_size + 4)
    assert what.oldest_at is not None
    assert before - 0.002 <= what.oldest_at <= time.time()
    segment.seal()
