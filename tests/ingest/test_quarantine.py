import pytest

from data.layout import Store
from ingest.check import check
from ingest.lines import encode
from ingest.pace import Batch
from ingest.quarantine import REASON, note_loss, set_aside
from ingest.segments import HEADER, Record, sealed, write_sealed
from tests.damaging import flip, problems
from tests.storing import START_US, spooled, visible, writing


@pytest.mark.parametrize("restarted", [False, True])
def test_a_damaged_segment_is_stored_but_for_the_damaged_record_and_set_aside(store: Store, restarted: bool) -> None:
    records = [Record(START_US, 1, encode([spooled(event_id=str(n))])) for n in range(3)]
    path = write_sealed(store.spool, records)
    first = HEADER.size + len(records[0].body)
    flip(path, first + HEADER.size + 5)
    content = path.read_bytes()
    with writing(store) as writer:
        writer.store_batch(Batch.of(path))
    if restarted:  # as if it had died before the segment went
        path.write_bytes(content)
        with writing(store):
            pass
    assert visible(store).select("event_id", "copies").rows() == [("0", 1), ("2", 1)]
    assert sealed(store.spool) == []
    aside = store.quarantine / path.name
    assert aside.read_bytes() == content
    said = (
        f"{aside}: was set aside: bytes {first}..{first + HEADER.size + len(records[1].body) - 1} are no whole record"
    )
    assert said in problems(store)


def test_what_is_set_aside_stays_a_problem_until_it_is_removed_with_its_reason(store: Store) -> None:
    for name in ("a", "b"):
        file = store.root / name
        file.write_text(name)
        aside = set_aside(store, file, "nobody knows it", called="same")
        assert (aside.read_text(), file.exists()) == (name, False)
    note_loss(store, "1-9", "the events of seq 1..9")
    told = {problem.where: problem.what for problem in check(store).problems}
    assert told[str(store.quarantine / "same")] == told[str(store.quarantine / "same.1")]
    assert told[str(store.quarantine / "1-9")] == "is lost: the events of seq 1..9"
    for path in store.quarantine.iterdir():
        path.unlink()
    assert not any(str(store.quarantine) in problem.where for problem in check(store).problems)
    assert REASON not in problems(store)
