import itertools
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from data import live as visible_events
from data.layout import Store
from data.parts import list_live
from data.snapshot import link_parts
from ingest.apps.deletion import Order
from ingest.backup import CannotBackup, backup, pin, pin_spool
from ingest.check import check
from ingest.lines import encode
from ingest.pace import Batch
from ingest.segments import OpenSegment, Record, sealed, write_sealed
from tests.damaging import fill, problems
from tests.live import APP, Live, environment, eventually, start
from tests.storing import START_US, merge_all, put, seal, spooled, visible, writing


@pytest.fixture
def full(store: Store) -> Store:
    return fill(store)


def started(copy: Store) -> Store:
    """The copy after its writer has started and stored all that waited."""
    with writing(copy) as writer:
        for path in sealed(copy.spool):
            writer.store_batch(Batch.of(path))
    return copy


@pytest.mark.parametrize("copy", [False, True])
def test_a_backup_is_a_store_with_the_same_events_and_no_problems(full: Store, tmp_path: Path, copy: bool) -> None:
    told: list[tuple[int, int]] = []
    done = backup(full, tmp_path / "copy", copy=copy, progress=lambda *now: told.append(now))
    made = Store(tmp_path / "copy")
    assert {path.name for path in made.root.iterdir()} == {"parts", "spool", "plans", "store.id", "views.sql"}
    assert (done.parts, done.segments, done.linked_bytes) == (4, 1, 0 if copy else done.bytes)
    assert told[-1] == (done.bytes, done.bytes)
    assert problems(made) == ""
    assert visible(made).equals(visible(full))
    shared = list_live(full)[0].file("events").samefile(list_live(made)[0].file("events"))
    assert shared is not copy
    assert "waiting" in visible(started(made))["event_id"]


def test_a_second_copy_links_what_the_first_one_holds(full: Store, tmp_path: Path) -> None:
    first = backup(full, tmp_path / "copy", copy=True)
    put(full, spooled(event_id="new"))
    second = backup(full, tmp_path / "copy", copy=True)
    assert second.bytes > second.linked_bytes == first.bytes
    assert {path.name for path in tmp_path.iterdir()} == {full.root.name, "copy"}
    assert problems(Store(tmp_path / "copy")) == ""
    assert visible(Store(tmp_path / "copy")).equals(visible(full))


def test_events_of_a_segment_that_is_being_written_are_in_the_backup(store: Store, tmp_path: Path) -> None:
    segment = OpenSegment(store.spool)
    record = Record(START_US, 1, encode([spooled(event_id="accepted")]))
    segment.write(record.header() + record.body + b"half a record", 1)
    backup(store, tmp_path / "copy")
    assert visible(started(Store(tmp_path / "copy")))["event_id"].to_list() == ["accepted"]


@pytest.mark.parametrize("merged", [False, True])
def test_what_is_stored_while_the_backup_is_made_is_in_it_once(store: Store, tmp_path: Path, merged: bool) -> None:
    put(store, spooled(event_id="before"))
    batch, made = seal(store, [spooled(event_name="no id, so that only its segment tells")]), Store(store.pins / "0")
    made.spool.mkdir(parents=True)
    pin_spool(store, made.spool)
    with writing(store) as writer:
        writer.store_batch(batch)
    if merged:
        merge_all(store)
    link_parts(store, made)
    shutil.copytree(made.root, tmp_path / "copy")
    after = started(Store(tmp_path / "copy").create())
    assert (visible(after).height, visible(after)["copies"].to_list()) == (2, [1, 1])


def test_an_order_to_delete_that_was_carried_out_meanwhile_is_not_carried_out_again(store: Store) -> None:
    put(store, spooled(event_id="before"))
    order = write_sealed(store.spool, [Record(START_US, 0, Order("shop").encode())])
    links = itertools.count()

    def carry_out(source: Path, target: Path) -> None:
        if next(links) == 0:
            with writing(store) as writer:
                writer.store_batch(Batch.of(order))
            put(store, spooled(event_id="after"))
        shutil.copyfile(source, target)

    made = Store(store.pins / "0")
    pin(store, made, carry_out)
    assert sealed(made.spool) == []
    assert visible(made)["event_id"].to_list() == ["after"]


def test_a_backup_that_fails_leaves_the_one_before_as_it_is(full: Store, tmp_path: Path) -> None:
    backup(full, tmp_path / "copy")
    before = visible(Store(tmp_path / "copy"))
    put(full, spooled(event_id="new"))

    def fail(done: int, of: int) -> None:
        raise OSError("no room")

    with pytest.raises(OSError, match="no room"):
        backup(full, tmp_path / "copy", progress=fail)
    assert visible(Store(tmp_path / "copy")).equals(before)
    assert {path.name for path in tmp_path.iterdir()} == {full.root.name, "copy"}


def test_what_a_killed_backup_left_is_put_right_by_the_next(full: Store, tmp_path: Path) -> None:
    backup(full, tmp_path / "copy")
    (tmp_path / "copy").rename(tmp_path / "copy.replaced")
    (tmp_path / "copy.0.tmp").mkdir()
    backup(full, tmp_path / "copy")
    assert {path.name for path in tmp_path.iterdir()} == {full.root.name, "copy"}


@pytest.mark.parametrize(
    ("where", "why"),
    [
        ("store/copy", "is in the store"),
        (".", "is in the store .* or around it"),
        ("other", "is there and is no backup of a store"),
        ("other.txt", "is there and is no backup of a store"),
        ("another", "is a backup of another store"),
        ("used", "was started as a store since it was made"),
    ],
)
def test_a_folder_that_holds_something_else_is_refused(full: Store, tmp_path: Path, where: str, why: str) -> None:
    (tmp_path / "other").mkdir()
    for file in ("other/file", "other.txt"):
        (tmp_path / file).write_text("mine")
    Store(tmp_path / "another").create()
    backup(full, tmp_path / "used")
    Store(tmp_path / "used").lock("write").touch()
    with pytest.raises(CannotBackup, match=why):
        backup(full, tmp_path / where)
    assert (tmp_path / "other" / "file").read_text() == "mine"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(APP), *arguments]
    return subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=60)


def test_a_backup_beside_the_running_product_holds_what_was_accepted_before_and_goes_on(tmp_path: Path) -> None:
    running, stop, sent = start(tmp_path), threading.Event(), [0]

    def send() -> None:
        while not stop.is_set():
            first = sent[0]
            batch = [{"event_name": "sold", "event_id": str(n), "payload": {"n": n}} for n in range(first, first + 20)]
            if running.post("/c/shop/v1/events", batch).status_code == 202:
                sent[0] = first + 20

    sender = threading.Thread(target=send)
    sender.start()
    try:
        copies = []
        for number in range(2):
            eventually(lambda before=sent[0]: sent[0] >= before + 200)  # type: ignore[misc]
            accepted, copy = sent[0], tmp_path / f"copy{number}" / "store"
            copy.parent.mkdir()
            done = run("backup", str(copy), "--store", str(running.store.root))
            assert (done.returncode, done.stderr) == (0, "")
            copies.append((accepted, Store(copy)))
    finally:
        stop.set()
        sender.join()
        running.stop()
    for accepted, store in copies:
        assert check(store).problems == ()
        ids = visible_events(started(store)).collect()["event_id"].cast(int).sort().to_list()
        assert len(ids) >= accepted
        assert ids == list(range(len(ids)))
        assert check(store).problems == ()
    assert goes_on(start(copies[-1][1].root.parent))


def goes_on(again: Live) -> bool:
    """Whether a product started on a copy takes an event and shows it."""
    try:
        before = again.get("/api/apps/shop/stats")["events"]["total"]
        again.post("/c/shop/v1/events", [{"event_name": "sold", "event_id": "one more", "payload": {}}])
        return bool(eventually(lambda: again.get("/api/apps/shop/stats")["events"]["total"] == before + 1))
    finally:
        again.stop()
