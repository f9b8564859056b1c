"""The reader: one live set per question, whatever is committed or merged meanwhile, and bounds on all it takes."""

import gc
import os
import shutil
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event

import pytest

from data.layout import Store
from data.parts import list_all, list_live
from queries.apps import apps
from queries.coverage import coverage
from queries.errors import Busy
from queries.events import events
from queries.filter import Filter
from queries.page import Page
from queries.reader import Look, Reader
from queries.stats import stats
from queries.trend import trend
from queries.version import version, versions
from queries.violations import violations
from tests import recount
from tests.queries.model import START, Model, event

TODAY = Filter(since=START)


def seqs(reader: Reader) -> list[int]:
    return [row["seq"] for row in events(reader, "shop", Filter())["rows"]]


def total(reader: Reader) -> int:
    answer: int = stats(reader, "shop", TODAY)["events"]["total"]
    return answer


def merge_and_delete(model: Model) -> None:
    """Merge everything, and delete what was replaced without any grace."""
    model.merge()
    for part in set(list_all(model.store)) - set(list_live(model.store)):
        shutil.rmtree(part.folder)


def test_an_empty_store_answers_everything(reader: Reader) -> None:
    window = Filter.parse({"hours": ["1"]}, "trend", now=START)
    answer = stats(reader, "shop", window)
    assert answer == {**recount.stats([], "shop", window), "version": version(reader, "shop")}
    assert trend(reader, "shop", window) == recount.trend([], "shop", window)
    assert coverage(reader, "shop", window) == recount.coverage([], "shop", window, None)
    assert violations(reader, "shop", window) == []
    assert events(reader, "shop", Filter())["rows"] == []
    assert (apps(reader), versions(reader)) == ([], {})


def test_a_folder_that_is_no_store_yet_is_an_empty_store(store: Store) -> None:
    shutil.rmtree(store.root)
    reader = Reader(store)
    assert apps(reader) == []
    reader.close()


def test_an_answer_knows_what_was_committed_a_moment_before(model: Model, reader: Reader) -> None:
    for seq in range(1, 30):
        model.add(event(seq))
        assert total(reader) == seq


def test_a_question_that_meets_a_deleted_part_is_asked_again(model: Model, reader: Reader) -> None:
    model.add(event(1))
    model.add(event(2))
    asked: list[Look] = []

    def question(look: Look) -> int:
        asked.append(look)
        if len(asked) == 1:
            merge_and_delete(model)
        [row] = look.rows("apps")
        return int(row["events"])

    assert reader.ask(question) == 2
    assert len(asked) == 2


def cut_short(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def garbled(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[:4] + bytes(255 - byte for byte in content[4:-8]) + content[-8:])


@pytest.mark.parametrize("relation", ["by_hour", "by_minute", "events"])
@pytest.mark.parametrize("damage", [Path.unlink, cut_short, garbled])
def test_a_damaged_part_is_left_out_and_everything_else_keeps_answering(
    model: Model, reader: Reader, caplog: pytest.LogCaptureFixture, damage: Callable[[Path], None], relation: str
) -> None:
    for seq in (10, 20, 30):
        model.add(event(seq), event(seq + 1, app="other"))
    broken = list_live(model.store)[1]
    damage(broken.file(relation))
    for ask in (seqs, total, seqs, total):
        ask(reader)  # whoever reads the file first notices
    for _ in range(2):
        assert seqs(reader) == [30, 10]
        assert total(reader) == 2
    assert reader.damaged == (broken,)
    assert len([record for record in caplog.records if broken.name in record.getMessage()]) == 1
    model.add(event(40))
    assert (seqs(reader), total(reader)) == ([40, 30, 10], 3)


def test_a_part_that_is_whole_again_is_shown_again(model: Model, reader: Reader) -> None:
    model.add(event(1))
    model.add(event(2))
    file = list_live(model.store)[0].file("by_hour")
    content = file.read_bytes()
    file.write_bytes(b"")
    assert total(reader) == 1
    file.write_bytes(content)
    model.add(event(3))
    assert (total(reader), reader.damaged) == (3, ())


def test_a_failure_of_another_kind_is_no_damage(model: Model, reader: Reader) -> None:
    model.add(event(1))
    with pytest.raises(KeyError):
        reader.ask(lambda look: look.rows("stats"))
    with pytest.raises(OSError, match="of another kind"):
        reader.ask(fail)
    assert (reader.damaged, total(reader)) == ((), 1)


def fail(look: Look) -> None:
    look.rows("apps")
    raise OSError("of another kind")


def test_one_question_sees_one_live_set(model: Model, reader: Reader) -> None:
    model.add(event(1))

    def question(look: Look) -> list[int]:
        before = look.rows("apps")[0]["events"]
        model.add(event(2, supersedes=1))
        model.add(event(3))
        assert total(reader) == 2
        return [before, look.rows("apps")[0]["events"]]

    assert reader.ask(question) == [1, 1]


def test_two_threads_ask_while_parts_come_and_go(model: Model, reader: Reader) -> None:
    model.add(event(1))
    done = Event()
    begin = Barrier(3)

    def ask() -> bool:
        begin.wait()
        last = 0
        while not done.is_set():
            answer = events(reader, "shop", Filter(), Page(limit=1_000))
            seqs = [row["seq"] for row in answer["rows"]]
            assert len(seqs) == answer["total"] == seqs[0]
            assert last <= seqs[0]
            last = seqs[0]
        return True

    with ThreadPoolExecutor(2) as pool:
        asking = [pool.submit(ask) for _ in range(2)]
        begin.wait()
        try:
            for seq in range(2, 60):
                model.add(event(seq))
                if seq % 7 == 0:
                    merge_and_delete(model)
        finally:
            done.set()
        assert all(one.result() for one in asking)


def test_what_nobody_reads_any_more_is_forgotten(model: Model, reader: Reader) -> None:
    kept = []
    for seq in range(1, 6):
        model.add(event(seq))
        total(reader)
        kept.append(weakref.ref(reader.live))
    gc.collect()
    assert [one() is not None for one in kept] == [False] * 4 + [True]


def test_more_questions_than_may_be_asked_at_once_are_refused(store: Store) -> None:
    reader = Reader(store, concurrency=1, wait_seconds=0.01)
    with pytest.raises(Busy):
        reader.ask(lambda _: total(reader))
    assert total(reader) == 0
    reader.close()


def test_a_question_that_takes_too_long_is_refused(model: Model) -> None:
    model.add(event(1))
    reader = Reader(model.store, max_ms=1)
    with pytest.raises(Busy) as refused:
        reader.ask(lambda look: [look.rows("apps") for _ in range(1_000)])
    assert refused.value.code == "too_slow"
    reader.close()
