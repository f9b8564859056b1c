"""The watched folder: what is saved there comes in force, what is broken does not."""

import multiprocessing
from pathlib import Path

import pytest

from plans.versions import get, put
from plans.watch import take_in
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
    results = take_in(watched, store)
    assert [(result.path.name, result.plan and result.plan.version) for result in results] == [("shop.csv", 1)]
    assert take_in(watched, store) == []
    (watched / "shop.csv").write_text(HEADER + "e,a,integer")
    assert [result.plan and result.plan.version for result in take_in(watched, store)] == [2]


def test_a_broken_sheet_is_refused_by_name_and_the_old_plan_stays(
    folders: tuple[Path, Path], caplog: pytest.LogCaptureFixture
) -> None:
    watched, store = folders
    (watched / "shop.csv").write_text(HEADER + "e,a,text")
    take_in(watched, store)
    (watched / "shop.csv").write_text(HEADER + "e,a,txt")
    [result] = take_in(watched, store)
    assert (result.plan, str(result.error)[:31]) == (None, "line 2, column dataType: `txt` ")
    assert take_in(watched, store) == []
    assert [record.getMessage().split(":")[0] for record in caplog.records] == ["plan refused file=shop.csv"]
    in_force = get(store, "shop")
    assert in_force is not None
    assert in_force.version == 1


def test_a_file_taken_before_a_restart_does_not_undo_what_was_put_since(
    folders: tuple[Path, Path],
) -> None:
    watched, store = folders
    (watched / "shop.csv").write_text(HEADER + "e,a,text")
    earlier = multiprocessing.get_context("spawn").Process(target=take_in, args=folders)
    earlier.start()
    earlier.join()
    put(store, sheet("b,text,true"), b"")
    assert take_in(watched, store) == []
    (watched / "shop.csv").write_text(HEADER + "e,a,date")
    assert [result.plan and result.plan.version for result in take_in(watched, store)] == [3]


def test_other_files_and_impossible_names_do_no_harm(folders: tuple[Path, Path]) -> None:
    watched, store = folders
    (watched / "notes.txt").write_text("x")
    (watched / "shop.csv~").write_text("x")
    (watched / ".hidden.csv").write_text(HEADER + "e,a,text")
    (watched / "two words.json").write_text("{}")
    (watched / "shop.yaml").write_text("events: [")
    (watched / "folder.csv").mkdir()
    (watched / "broken.csv").symlink_to(watched / "gone")
    refused = {result.path.name: result.error is not None for result in take_in(watched, store)}
    assert refused == {".hidden.csv": True, "two words.json": True, "shop.yaml": True, "folder.csv": True}
    assert list(store.iterdir()) == []


def test_a_missing_folder_is_empty(tmp_path: Path) -> None:
    assert take_in(tmp_path / "nowhere", tmp_path) == []
