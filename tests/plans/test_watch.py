"""The watched folder: what is saved there comes in force, what is broken does not."""

import itertools
import json
import multiprocessing
import os
import time
from pathlib import Path
from typing import Any

import pytest

from plans import watch
from plans.archive import packed
from plans.read import read_path
from plans.versions import get, put, versions
from plans.watch import take_in
from tests.live import eventually
from tests.plans.judging import sheet

HEADER = "eventName,eventPayload,dataType\n"


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    watched, store = tmp_path / "watched", tmp_path / "store"
    watched.mkdir()
    store.mkdir()
    return watched, store


def test_a_saved_sheet_is_in_force_and_taken_once(folders: tuple[Path, Path]) -> None:
    watched, store = folders
    (watched / "shop.csv").write_text(HEADER + "e,a,text")
    results = eventually(lambda: take_in(watched, store))
    assert [(result.path.name, result.plan and result.plan.version) for result in results] == [("shop.csv", 1)]
    assert take_in(watched, store) == []
    (watched / "shop.csv").write_text(HEADER + "e,a,integer")
    assert [result.plan and result.plan.version for result in eventually(lambda: take_in(watched, store))] == [2]


def test_a_broken_sheet_is_refused_by_name_and_the_old_plan_stays(
    folders: tuple[Path, Path], caplog: pytest.LogCaptureFixture
) -> None:
    watched, store = folders
    (watched / "shop.csv").write_text(HEADER + "e,a,text")
    eventually(lambda: take_in(watched, store))
    (watched / "shop.csv").write_text(HEADER + "e,a,txt")
    [result] = eventually(lambda: take_in(watched, store))
    assert (result.plan, str(result.error)[:31]) == (None, "line 2, column dataType: `txt` ")
    assert take_in(watched, store) == []
    assert [record.getMessage().split(":")[0] for record in caplog.records] == ["plan refused file=shop.csv"]
    in_force = get(store, "shop")
    assert in_force is not None
    assert in_force.version == 1


def taken(watched: Path, store: Path) -> None:
    eventually(lambda: take_in(watched, store))


def test_a_file_taken_before_a_restart_does_not_undo_what_was_put_since(folders: tuple[Path, Path]) -> None:
    watched, store = folders
    (watched / "shop.csv").write_text(HEADER + "e,a,text")
    earlier = multiprocessing.get_context("spawn").Process(target=taken, args=folders)
    earlier.start()
    earlier.join()
    put(store, sheet("b,text,true"), b"")
    (watched / "zoo.csv").write_text(HEADER + "e,a,text")
    assert [result.path.name for result in eventually(lambda: take_in(watched, store))] == ["zoo.csv"]
    (watched / "shop.csv").write_text(HEADER + "e,a,date")
    assert [result.plan and result.plan.version for result in eventually(lambda: take_in(watched, store))] == [3]


def test_other_files_and_impossible_names_do_no_harm(folders: tuple[Path, Path]) -> None:
    watched, store = folders
    (watched / "notes.txt").write_text("x")
    (watched / "shop.csv~").write_text("x")
    (watched / ".hidden.csv").write_text(HEADER + "e,a,text")
    (watched / "two words.json").write_text("{}")
    (watched / "shop.yaml").write_text("events: [")
    (watched / "empty").mkdir()
    (watched / ".git").mkdir()
    (watched / ".git" / "HEAD").write_text("x")
    (watched / "broken.csv").symlink_to(watched / "gone")
    os.mkfifo(watched / "endless.csv")
    refused: set[str] = set()

    def all_refused() -> bool:
        for result in take_in(watched, store):
            assert result.error
            refused.add(result.path.name)
        return len(refused) == 4

    eventually(all_refused)
    assert refused == {".hidden.csv", "two words.json", "shop.yaml", "endless.csv"}
    assert list(store.iterdir()) == []


def test_a_missing_folder_is_empty(tmp_path: Path) -> None:
    assert take_in(tmp_path / "nowhere", tmp_path) == []


def schema(field: str) -> str:
    return json.dumps({"type": "object", "required": [field]})


def test_a_folder_is_one_plan_and_a_change_of_any_file_is_one_version_within_a_second(
    folders: tuple[Path, Path],
) -> None:
    watched, store = folders
    (watched / "shop" / "deep").mkdir(parents=True)
    for name in ("a.json", "b.yaml", "deep/c.json"):
        (watched / "shop" / name).write_text(schema("x"))
    [first] = eventually(lambda: take_in(watched, store))
    assert first.plan
    assert (first.plan.app, first.plan.version, first.plan.names()) == ("shop", 1, ["a", "b", "c"])
    (watched / "shop" / "a.json").write_text(schema("y"))
    (watched / "shop" / "deep" / "d.json").write_text(schema("y"))
    (watched / "shop" / "b.yaml").unlink()
    saved = time.monotonic()
    [second] = eventually(lambda: take_in(watched, store))
    assert time.monotonic() - saved < 1
    assert second.plan
    assert (second.plan.version, second.plan.names()) == (2, ["a", "c", "d"])
    assert [each.number for each in versions(store, "shop")] == [1, 2]


def test_a_folder_that_is_still_being_written_is_not_taken(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    watched, store = folders
    (watched / "shop").mkdir()
    (watched / "shop" / "a.json").write_text(schema("x"))
    read, more = read_path, iter("bc")

    def read_while_another_file_comes(path: Path, **options: Any) -> Any:
        answer = read(path, **options)
        for name in itertools.islice(more, 1):
            (watched / "shop" / f"{name}.json").write_text(schema("x"))
        return answer

    monkeypatch.setattr(watch, "read_path", read_while_another_file_comes)
    [result] = eventually(lambda: take_in(watched, store))
    assert result.plan
    assert (result.plan.version, result.plan.names()) == (1, ["a", "b", "c"])


def test_a_broken_file_in_a_folder_refuses_the_folder_by_the_files_name(folders: tuple[Path, Path]) -> None:
    watched, store = folders
    (watched / "shop").mkdir()
    (watched / "shop" / "a.json").write_text(schema("x"))
    (watched / "shop" / "b.json").write_text('{"type": "strin"}')
    [result] = eventually(lambda: take_in(watched, store))
    assert (result.plan, result.error and result.error.where) == (None, "b.json#/type")
    assert get(store, "shop") is None


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("shop.zip", packed({"a.json": b'{"type":"object"}'})),
        ("shop.yaml", b"title: a\ntype: object\n"),
        ("shop.yml", b"events:\n- {name: a, schema: {}}\n"),
        ("shop.json", b'{"title":"a","type":"object"}'),
    ],
)
def test_the_folder_takes_every_kind_of_file(folders: tuple[Path, Path], name: str, data: bytes) -> None:
    watched, store = folders
    (watched / name).write_bytes(data)
    [result] = eventually(lambda: take_in(watched, store))
    assert result.plan
    assert (result.plan.app, result.plan.names()) == ("shop", ["a"])
