"""Damage under the running product: what is damaged is named, and everything else is answered, stored and merged."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from data import live
from data.history import batches
from data.layout import Store
from data.parts import Damaged, Part, list_live
from data.schema import COUNTS
from data.snapshot import snapshot
from ingest.check import check
from ingest.merge import Merger
from ingest.repair import repair
from ingest.rewrite import Rewriter
from ingest.tiers import FAN, Limits
from tests.damaging import flip, problems
from tests.live import APP, Live, environment, eventually, start
from tests.storing import put, spooled

PARTS = 17
PER_PART = 40


@pytest.fixture
def stored(tmp_path: Path) -> Store:
    """Parts of the app `shop`, each of its own event name, too many for the merger to leave alone."""
    store = Store(tmp_path / "store").create()
    for part in range(PARTS):
        put(store, *(spooled(event_id=f"{part}-{n}", event_name=f"e{part}", payload={"n": n}) for n in range(PER_PART)))
    return store


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(APP), *arguments]
    return subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=60)


def cut(part: Part) -> None:
    file = part.file("events")
    file.write_bytes(file.read_bytes()[:200])


def flip_footer(part: Part) -> None:
    file = part.file("events")
    flip(file, file.stat().st_size - 6, 7)  # the length of the footer


def lose_events(part: Part) -> None:
    part.file("events").unlink()


def lose_counts(part: Part) -> None:
    for relation in COUNTS:
        part.file(relation).unlink()


def spoil_counts(part: Part) -> None:
    part.file("by_block").write_bytes(b"no Parquet")


def spoil_hides(part: Part) -> None:
    part.file("hides").write_bytes(b"no Parquet")


DAMAGE = {10: cut, 11: flip_footer, 12: lose_events, 13: lose_counts, 14: spoil_counts, 15: spoil_hides}
"""How each of these parts is damaged; the first ten and the last stay whole."""
WHOLE = PARTS - len(DAMAGE)


def test_the_rest_of_a_store_keeps_answering_storing_and_merging(stored: Store, tmp_path: Path) -> None:
    hurt = {number: list_live(stored)[number] for number in DAMAGE}
    for number, damage in DAMAGE.items():
        damage(hurt[number])
    running = start(tmp_path)
    try:
        whole = {f"e{number}" for number in range(PARTS) if number not in DAMAGE}
        # A question notices the damage of the files it needs; answers given before stay until something new comes.
        assert whole <= _names(running)
        assert _total(running) >= WHOLE * PER_PART
        assert running.post("/c/shop/v1/events", [{"event_name": "after", "payload": {}}]).status_code == 202
        eventually(lambda: (_names(running), _total(running)) == (whole | {"after"}, WHOLE * PER_PART + 1))
        eventually(lambda: list_live(stored)[0].last >= FAN * PER_PART, 60)
        assert _names(running) == whole | {"after"}
        found = run("check", "--store", str(stored.root)).stdout
        assert [str(part.folder) in found for part in hurt.values()] == [True] * len(hurt)
    finally:
        running.stop()
    assert_mended(stored, tmp_path)


def _names(running: Live) -> set[str]:
    return {row["event_name"] for row in running.get("/api/apps/shop/events", limit=1_000)["rows"]}


def _total(running: Live) -> int:
    return int(running.get("/api/apps/shop/stats")["events"]["total"])


def assert_mended(store: Store, folder: Path) -> None:
    """A repair leaves a store that answers again, with no more problems than what was set aside."""
    assert "repaired: " in run("check", "--repair", "--store", str(store.root)).stdout
    assert [problem.what.split(":")[0] for problem in check(store).problems] == ["was set aside"] * 4
    again = start(folder)
    try:
        assert _names(again) == {f"e{number}" for number in range(PARTS) if number not in (10, 11, 12)} | {"after"}
        assert _total(again) == (PARTS - 3) * PER_PART + 1
    finally:
        again.stop()


def test_a_repair_beside_the_running_product_is_refused_with_one_line(running: Live) -> None:
    refused = run("check", "--repair", "--store", str(running.store.root))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "a repair has to be alone: stop it first" in refused.stderr
    assert run("check", "--store", str(running.store.root)).returncode == 0


def test_check_says_where_what_and_the_remedy_and_its_exit_code_tells(stored: Store) -> None:
    file = list_live(stored)[4].file("by_minute")
    flip(file, 100)
    found = run("check", "--store", str(stored.root))
    size = file.stat().st_size
    said = f"{file}: is not what was written: bytes 0..{size - 1} (--repair counts again)"
    assert (found.returncode, said in found.stdout.splitlines()) == (1, True)
    assert f"{PARTS} parts, {PARTS * PER_PART} events, 1 problems" in found.stdout
    mended = run("check", "--repair", "--store", str(stored.root))
    assert mended.returncode == 0
    assert f"repaired: {file.parent} counts again: by_minute" in mended.stdout
    assert run("check", "--store", str(stored.root)).returncode == 0


def test_history_and_exports_name_a_damaged_part(stored: Store, tmp_path: Path) -> None:
    hurt = list_live(stored)[4]
    cut(hurt)
    with pytest.raises(Damaged, match=str(hurt.file("events"))):
        list(batches(stored, "shop", columns=["seq"]))
    with pytest.raises(Damaged, match=str(hurt.file("events"))):
        live(stored)
    with snapshot(stored) as shown:
        assert len(list_live(shown)) == PARTS
    refused = run("export", "shop", "--out", str(tmp_path / "out.ndjson"), "--store", str(stored.root))
    assert refused.returncode == 1
    assert hurt.name in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (tmp_path / "out.ndjson").exists()


def test_a_part_of_another_store_does_not_cost_the_parts_it_hides(stored: Store, tmp_path: Path) -> None:
    other = Store(tmp_path / "other").create()
    put(other, *(spooled(app="foreign", event_id=str(n)) for n in range(PARTS * PER_PART)))
    (foreign,) = list_live(other)
    before = {part.folder for part in list_live(stored)}
    came = stored.parts / foreign.folder.parent.name / foreign.folder.name
    shutil.copytree(foreign.folder, came)
    hasty = Merger(stored, Limits(), Rewriter(stored), grace_seconds=0.0)
    hasty.step()
    hasty.step()
    assert f"{came}: belongs to another store" in problems(stored)
    assert all(folder.exists() for folder in before)
    repair(stored)
    assert {part.folder for part in list_live(stored)} == before
