"""Files dropped into the inbox: each taken once and put away, whatever dies meanwhile; odd ones refused by reason."""

import gzip
import json
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from data import live
from data.layout import Store
from ingest.importing import inbox_claims
from ingest.importing.inbox import Inbox, run
from ingest.importing.inbox_claims import MOST_TRIES, TAKING, Claims
from ingest.limits import Limits
from ingest.pace import Batch
from ingest.segments import SpoolFull, sealed
from tests.live import eventually
from tests.storing import writing

LINES = "".join(json.dumps({"event_name": "bought", "payload": {"n": n}}) + "\n" for n in range(30))


@pytest.fixture
def folder(store: Store) -> Path:
    """The inbox folder of the app `shop`."""
    made = store.root / "inbox" / "shop"
    made.mkdir(parents=True)
    return made


def box(store: Store, settled_seconds: float = 0.0, limits: Limits | None = None) -> Inbox:
    """An inbox as a process that has just started has it."""
    return Inbox(store, store.root / "inbox", limits or Limits(), threading.Event(), settled_seconds)


def write(store: Store) -> None:
    """Store what waits in the spool, as the writer does."""
    with writing(store) as writer:
        for path in sealed(store.spool):
            writer.store_batch(Batch.of(path))


def take(store: Store, **options: Any) -> None:
    """Take all that is there, and put it away."""
    one = box(store, **options)
    one.step()
    write(store)
    one.step()


def stored(store: Store, app: str = "shop") -> list[dict[str, Any]]:
    return live(store).filter(pl.col("app") == app).sort("seq").collect().to_dicts()


def there(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("name", ["a.ndjson", "a.ndjson.gz", "a.json", "a.csv", "a.parquet", "it's ünusual"])
def test_a_file_is_stored_and_put_away(store: Store, folder: Path, name: str) -> None:
    events = [json.loads(line) for line in LINES.splitlines()]
    texts = pl.DataFrame([{**event, "payload": json.dumps(event["payload"])} for event in events])
    content = {
        "a.ndjson.gz": gzip.compress(LINES.encode()),
        "a.json": json.dumps(events).encode(),
        "a.csv": texts.write_csv().encode(),
    }.get(name, LINES.encode())
    (folder / name).write_bytes(content)
    if name == "a.parquet":
        texts.write_parquet(folder / name)
    take(store)
    assert [json.loads(row["payload"])["n"] for row in stored(store)] == list(range(30))
    assert {row["source"] for row in stored(store)} == {"import"}
    assert there(folder) == [f"done/{name}"]
    assert not any(store.staged.iterdir())


def test_files_are_stored_in_the_order_of_their_names(store: Store, folder: Path) -> None:
    for n in (3, 1, 2):
        (folder / f"{n}.ndjson").write_text(f'{{"event_name":"n{n}"}}\n')
    take(store)
    assert [row["event_name"] for row in stored(store)] == ["n1", "n2", "n3"]


def test_a_file_is_left_alone_until_it_has_come_to_rest(store: Store, folder: Path) -> None:
    (folder / "a.ndjson").write_text(LINES)
    (folder / "b.ndjson.part").write_text(LINES)
    (folder / ".hidden").write_text(LINES)
    one = box(store, settled_seconds=3_600)
    assert not one.step()
    assert there(folder) == [".hidden", "a.ndjson", "b.ndjson.part"]
    long_ago = (folder / "a.ndjson").stat().st_mtime - 7_200
    os.utime(folder / "a.ndjson", (long_ago, long_ago))
    assert one.step()
    assert [path.suffix for path in (folder / TAKING).rglob("*") if path.is_file()] == [".ndjson"]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.txt", b"hello\n", "is no file of events"),
        ("a.csv", b"name,price\na,1\n", "has no column event_name"),
        ("a.parquet", b"PAR1 and then nothing", "is no Parquet file"),
        ("a.ndjson.gz", gzip.compress(LINES.encode())[:60], "cannot be decompressed"),
        ("v.csv", b"seq,path,rule,severity\n1,a,missing,error\n", "table of violations"),
    ],
)
def test_a_file_that_cannot_be_taken_fails_as_a_whole_with_the_reason_beside_it(
    store: Store, folder: Path, name: str, content: bytes, why: str
) -> None:
    (folder / name).write_bytes(content)
    take(store)
    assert there(folder) == [f"failed/{name}", f"failed/{name}.reason.txt"]
    assert (folder / "failed" / name).read_bytes() == content
    reason = (folder / f"failed/{name}.reason.txt").read_text()
    assert why in reason
    assert TAKING not in reason
    assert stored(store) == []


def test_what_was_wrong_with_some_events_is_told_beside_the_file(store: Store, folder: Path) -> None:
    long = json.dumps({"event_name": "x" * 3_000})
    (folder / "a.ndjson").write_text(f'{{"event_name":"a"}}\n{{oops\n{long}\n')
    take(store, limits=Limits(event_bytes=1_000))
    assert there(folder) == ["done/a.ndjson", "done/a.ndjson.reason.txt"]
    told = (folder / "done/a.ndjson.reason.txt").read_text()
    assert told.startswith("2 events stored, 1 of them unreadable; 1 rejected\n  a.ndjson, line 3: ")
    assert [row["status"] for row in stored(store)] == ["unplanned", "error"]


def test_odd_things_and_unknown_apps_are_refused_with_a_reason(store: Store, folder: Path) -> None:
    root = folder.parent
    (folder / "folder").mkdir()
    (folder / "link.ndjson").symlink_to(root / "elsewhere")
    os.mkfifo(folder / "pipe.ndjson")
    (root / "no app!").mkdir()
    (root / "no app!" / "a.ndjson").write_text(LINES)
    (root / "stray.ndjson").write_text(LINES)
    take(store)
    failed = {path.name for path in (folder / "failed").iterdir()}
    assert failed == {
        f"{name}{end}" for name in ("folder", "link.ndjson", "pipe.ndjson") for end in ("", ".reason.txt")
    }
    assert there(root / "no app!") == ["failed/a.ndjson", "failed/a.ndjson.reason.txt"]
    assert "is not an app id" in (root / "no app!/failed/a.ndjson.reason.txt").read_text()
    assert (root / "stray.ndjson").read_text() == LINES
    assert "lies in no app's folder" in (root / "stray.ndjson.reason.txt").read_text()
    assert stored(store) == []


def test_a_name_that_is_taken_already_overwrites_nothing(store: Store, folder: Path) -> None:
    for n in range(3):
        (folder / "a.ndjson").write_text(f'{{"event_name":"n{n}"}}\n')
        take(store)
    assert sorted(path.read_text() for path in (folder / "done").iterdir()) == [
        f'{{"event_name":"n{n}"}}\n' for n in range(3)
    ]


STEPS = 40
"""One more than the times the file system is changed for a file of three segments."""


class Killed(BaseException):
    """The process died here."""


@contextmanager
def dying(monkeypatch: pytest.MonkeyPatch, left: list[int]) -> Iterator[None]:
    """A process that dies when it changes the file system for the `left`-th time: nothing of it happens after that."""

    def deadly(real: Any) -> Any:
        def call(*args: Any, **options: Any) -> Any:
            left[0] -= 1
            if left[0] <= 0:
                raise Killed
            return real(*args, **options)

        return call

    with monkeypatch.context() as patch:
        for name in ("rename", "mkdir", "unlink"):
            patch.setattr(Path, name, deadly(getattr(Path, name)))
        patch.setattr(shutil, "rmtree", deadly(shutil.rmtree))
        patch.setattr(os, "fsync", deadly(os.fsync))
        with suppress(Killed):
            yield


@pytest.mark.parametrize("steps", range(1, STEPS + 1))
def test_every_event_is_there_once_wherever_the_process_dies(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    monkeypatch.setattr("ingest.importing.inbox_stage.SEGMENT_EVENTS", 10)
    monkeypatch.setattr("ingest.importing.files.BLOCK_BYTES", 500)
    (folder / "a.ndjson").write_text(LINES)
    left = [steps]
    with dying(monkeypatch, left):
        one = box(store)
        one.step()
    write(store)
    if left[0] > 0:
        with dying(monkeypatch, left):
            one.step()
    assert (left[0] > 0) == (steps == STEPS)
    take(store)
    take(store)
    assert [json.loads(row["payload"])["n"] for row in stored(store)] == list(range(30))
    assert {row["copies"] for row in stored(store)} == {1}
    assert [name for name in there(folder) if not name.endswith(".tmp")] == ["done/a.ndjson"]
    assert not any(store.staged.iterdir())


def test_what_a_dead_process_had_half_removed_goes(store: Store, folder: Path) -> None:
    (store.staged / "half").mkdir(parents=True)
    (store.staged / "read.tmp").mkdir()
    (folder / "a.ndjson").write_text(LINES)
    take(store)
    assert len(stored(store)) == 30
    assert not any(store.staged.iterdir())


def test_a_file_that_kills_its_reader_again_and_again_is_refused(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.ndjson").write_text(LINES)

    def die(*_: object) -> None:
        raise Killed

    monkeypatch.setattr(inbox_claims, "stage", die)
    monkeypatch.setattr(Path, "unlink", lambda *_, **__: None)  # nor does a dead process tidy up
    for _ in range(MOST_TRIES):
        with pytest.raises(Killed):
            box(store).step()
    box(store).step()
    assert "ended the process" in (folder / "failed/a.ndjson.reason.txt").read_text()


def test_files_wait_while_the_spool_is_full(store: Store, folder: Path) -> None:
    for name in ("a", "b"):
        (folder / f"{name}.ndjson").write_text(LINES.replace("bought", name))
    claims = Claims(store, folder.parent, Limits(), threading.Event(), max_spool_bytes=0)
    claims.take(folder / "a.ndjson")
    claims.take(folder / "b.ndjson")
    assert len(sealed(store.spool)) == 1
    write(store)
    claims.step()
    write(store)
    claims.step()
    assert [row["event_name"] for row in stored(store)] == ["a"] * 30 + ["b"] * 30
    assert there(folder) == ["done/a.ndjson", "done/b.ndjson"]


def test_a_file_for_which_there_is_no_room_is_not_refused(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.ndjson").write_text(LINES)

    def full(*_: object) -> None:
        raise SpoolFull("no room")

    with monkeypatch.context() as patch:
        patch.setattr(inbox_claims, "stage", full)
        box(store).step()
    take(store)
    assert len(stored(store)) == 30


def test_a_file_that_changed_after_it_was_taken_is_told_of(store: Store, folder: Path) -> None:
    (folder / "a.ndjson").write_text(LINES)
    one = box(store)
    with (folder / "a.ndjson").open("a") as late:
        one.step()
        late.write(LINES)
    write(store)
    one.step()
    assert "changed after it had been taken: 30 events" in (folder / "failed/a.ndjson.reason.txt").read_text()


def test_it_runs_until_it_is_stopped(store: Store, folder: Path) -> None:
    stop = threading.Event()
    process = threading.Thread(target=run, args=(store, folder.parent), kwargs={"stop": stop, "settled_seconds": 0.01})
    process.start()
    try:
        (folder / "a.ndjson").write_text(LINES)
        eventually(lambda: sealed(store.spool))
        write(store)
        eventually(lambda: there(folder) == ["done/a.ndjson"])
        late = folder.parent / "late"
        late.mkdir()
        (late / "b.ndjson").write_text(LINES)
        eventually(lambda: sealed(store.spool))
    finally:
        stop.set()
        process.join()
    assert json.loads(store.status("inbox").read_bytes())["done"] == 1
