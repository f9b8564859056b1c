import shutil
from pathlib import Path

from data import live
from data.layout import Store
from data.parts import list_live
from data.snapshot import link_parts, snapshot
from tests.storing import merge_all, put, spooled


def test_a_snapshot_stays_readable_while_its_parts_are_merged_and_deleted(store: Store) -> None:
    for key in range(3):
        put(store, spooled(event_id=str(key)))
    before = list_live(store)
    with snapshot(store) as shown:
        merge_all(store)
        for part in before:
            shutil.rmtree(part.folder)
        assert [part.name for part in list_live(shown)] == [part.name for part in before]
        assert live(shown).collect()["event_id"].sort().to_list() == ["0", "1", "2"]
    assert list(store.pins.iterdir()) == []


def test_a_part_that_goes_while_it_is_linked_leaves_no_half_of_it(store: Store, tmp_path: Path) -> None:
    for key in range(2):
        put(store, spooled(event_id=str(key)))
    first, second = list_live(store)

    def deleted_meanwhile(source: Path, target: Path) -> None:
        if source.name == "events.parquet" and first.folder.exists():
            merge_all(store)
            shutil.rmtree(first.folder)
            shutil.rmtree(second.folder)
            raise FileNotFoundError(source)
        shutil.copyfile(source, target)

    linked = link_parts(store, Store(tmp_path / "copy"), deleted_meanwhile)
    assert [(part.first, part.last) for part in linked] == [(1, 2)]
    assert [path.name for path in tmp_path.glob("copy/parts/*/*")] == [linked[0].name]
