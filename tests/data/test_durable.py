from pathlib import Path

import pytest

from data.durable import publish_folder, write_file


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    target = tmp_path / "plan.json"
    write_file(target, b"old")
    write_file(target, b"new")
    assert target.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [target]


def test_a_failed_write_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "taken"
    target.mkdir()
    with pytest.raises(OSError, match="taken"):
        write_file(target, b"new")
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_appears_with_all_its_files(tmp_path: Path) -> None:
    made = tmp_path / "made.tmp"
    made.mkdir()
    (made / "events").write_bytes(b"1")
    publish_folder(made, tmp_path / "day" / "part")
    assert (tmp_path / "day" / "part" / "events").read_bytes() == b"1"
    assert not made.exists()
