from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import digests
from data.digests import PIECE, Unsound, damage, digest_of
from data.layout import Store
from data.parts import list_live, part_at
from data.store_id import FILE, named_by_parts, store_id
from tests.storing import put, spooled

PART = part_at(Store(Path("/store")), date(2026, 11, 23), 1, 9)


def test_every_part_is_committed_with_the_digests_of_its_files(store: Store) -> None:
    put(store, spooled(event_id="1"))
    put(store, spooled(event_id="1"))
    for part in list_live(store):
        found = digests.read(part.folder)
        assert found is not None
        assert (found.store, found.part) == (store_id(store.root), digests.place(part))
        assert {name: damage(part.folder / name, each) for name, each in found.files.items()} == {
            path.name: [] for path in part.folder.glob("*.parquet")
        }


@settings(max_examples=60)
@given(at=st.integers(0, 196_699), bit=st.integers(0, 7))
def test_a_flipped_bit_is_found_and_its_piece_named(
    tmp_path_factory: pytest.TempPathFactory, at: int, bit: int
) -> None:
    file = tmp_path_factory.mktemp("part") / "events.parquet"
    content = bytearray(range(100)) * 1_967
    file.write_bytes(content)
    told = digest_of(file)
    content[at] ^= 1 << bit
    file.write_bytes(content)
    ((first, following),) = damage(file, told)
    assert first <= at < following <= first + PIECE


@pytest.mark.parametrize(
    ("now", "stretches"),
    [
        (PIECE * 3, []),
        (PIECE * 2, [(PIECE * 2, PIECE * 3)]),
        (PIECE - 1, [(0, PIECE * 3)]),
        (0, [(0, PIECE * 3)]),
        (PIECE * 3 + 7, [(PIECE * 3, PIECE * 3 + 7)]),
    ],
)
def test_a_file_of_another_length_is_damaged_from_there_on(
    tmp_path: Path, now: int, stretches: list[tuple[int, int]]
) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x" * PIECE * 3)
    told = digest_of(file)
    file.write_bytes(b"x" * now)
    assert damage(file, told) == stretches


def test_digests_with_a_flipped_bit_are_no_digests(tmp_path: Path) -> None:
    (tmp_path / "events.parquet").write_bytes(b"some events")
    digests.write(tmp_path, "a store", PART)
    written = (tmp_path / "digests.json").read_bytes()
    for at in range(len(written)):
        (tmp_path / "digests.json").write_bytes(written[:at] + bytes([written[at] ^ 4]) + written[at + 1 :])
        with pytest.raises(Unsound):
            digests.read(tmp_path)


def test_a_folder_without_digests_has_none(tmp_path: Path) -> None:
    assert digests.read(tmp_path) is None


def test_a_store_keeps_the_id_it_was_made_with(store: Store, tmp_path: Path) -> None:
    assert store_id(store.root) == store_id(store.create().root)
    assert store_id(Store(tmp_path / "another").create().root) != store_id(store.root)


def test_a_lost_id_is_the_one_that_the_parts_name(store: Store) -> None:
    put(store, spooled())
    before = store_id(store.root)
    (store.root / FILE).unlink()
    assert named_by_parts(store.root) == before == store_id(store.create().root)
