"""Plans of several files in one archive or folder: bounded, nothing outside, nothing passed over in silence."""

import io
import stat
import zipfile
from pathlib import Path

import pytest

from plans.archive import packed, unpacked
from plans.model import PlanError
from plans.read import read_path, read_plan

SCHEMA = b'{"type":"object"}'


def zipped(*entries: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return made.getvalue()


def link(name: str) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name)
    made.external_attr = (stat.S_IFLNK | 0o777) << 16
    return made


def test_the_same_files_make_the_same_bytes_and_come_back() -> None:
    files = {"b/a.json": SCHEMA, "a.csv": b"x"}
    assert packed(files) == packed(dict(reversed(files.items())))
    assert unpacked(packed(files)) == dict(sorted(files.items()))


def test_hidden_files_are_none_of_the_plans() -> None:
    entries = [(name, SCHEMA) for name in ("a.json", ".git/HEAD.json", "__MACOSX/a.json", "b/.DS_Store")]
    assert list(unpacked(zipped(("folder/", b""), *entries))) == ["a.json"]


@pytest.mark.parametrize(
    ("data", "where", "says"),
    [
        (zipped(("../a.json", SCHEMA)), "../a.json", "impossible name"),
        (zipped(("/etc/passwd", SCHEMA)), "/etc/passwd", "impossible name"),
        (zipped(("a\\b.json", SCHEMA)), "", "impossible name"),
        (zipped(("C:/a.json", SCHEMA)), "C:/a.json", "impossible name"),
        (zipped(("a\n.json", SCHEMA)), "a\\n.json", "impossible name"),
        (zipped(("x" * 501, SCHEMA)), "x" * 100, "impossible name"),
        (zipped((link("a.json"), b"/etc/passwd")), "a.json", "a link"),
        (zipped(("a.json", zipped(("b.json", SCHEMA)))), "a.json", "an archive in the archive"),
        (zipped(("a.json", b" " * 5_000_001)), "a.json", "more than 5,000,000 bytes"),
        (zipped(("a.json", b" " * 3_000_000), ("b.json", b" " * 3_000_000)), "b.json", "more than 5,000,000 bytes"),
        (zipped(*((f"{at}.json", b"") for at in range(2_001))), "", "more than 2,000 files"),
        (zipped(("a.json", SCHEMA), method=zipfile.ZIP_LZMA), "a.json", "zip it plainly"),
        (zipped(("a.json", SCHEMA))[:-30], "", "cannot be read"),
        (b"PK\x03\x04" + b"\x00" * 100, "", "cannot be read"),
        (zipped(("README.md", b"hello")), "", "no file of a plan"),
        (zipped(), "", "no file of a plan"),
        (zipped(("a.json", b"\xff")), "a.json, line 1", "not UTF-8"),
        (zipped(("b.json", SCHEMA), ("a.json", b"{")), "a.json", "not JSON"),
    ],
    ids=range(18),
)
def test_a_bad_archive_is_refused_in_one_error(data: bytes, where: str, says: str) -> None:
    with pytest.raises(PlanError) as refused:
        read_plan(data, app="shop")
    assert says in refused.value.message
    assert refused.value.where.startswith(where)


def test_an_archive_in_which_a_file_is_damaged_is_refused() -> None:
    whole = zipped(("a.json", SCHEMA), method=zipfile.ZIP_STORED)
    with pytest.raises(PlanError, match="cannot be read"):
        read_plan(whole.replace(b"object", b"obiect"), app="shop")


def test_a_file_that_is_there_twice_is_refused() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = zipped(("a.json", SCHEMA), ("a.json", SCHEMA))
    with pytest.raises(PlanError, match="twice"):
        read_plan(data, app="shop")


def test_a_folder_is_read_like_its_archive_and_its_source_is_that_archive(tmp_path: Path) -> None:
    for name in ("a.json", "deep/er/b.yaml", ".git/c.json", "notes.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(SCHEMA)
    (tmp_path / "deep" / "round").symlink_to(tmp_path)
    plan, report, source = read_path(tmp_path, app="shop")
    assert plan.names() == ["a", "b"]
    assert [note.where for note in report.notes] == ["notes.txt"]
    assert read_plan(source, app="shop") == (plan, report)


def test_a_folder_of_too_much_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b" " * 3_000_000)
    (tmp_path / "b.json").write_bytes(b" " * 3_000_000)
    with pytest.raises(PlanError, match="more than 5,000,000 bytes"):
        read_path(tmp_path, app="shop")
    for at in range(2_001):
        (tmp_path / f"{at}.json").touch()
    with pytest.raises(PlanError, match="more than 2,000 files"):
        read_path(tmp_path, app="shop")


def test_a_lone_file_is_read_with_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "order.schema.json").write_bytes(SCHEMA)
    plan, _, source = read_path(tmp_path / "order.schema.json", app="shop")
    assert (plan.names(), source) == (["order"], SCHEMA)
