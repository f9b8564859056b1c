"""The inbox and exports of the running product: a dropped file is in the log, once, also when its process is killed."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.live import Live, eventually, start


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Live]:
    """The running product, which waits only shortly for a file to come to rest."""
    live = start(tmp_path, "--inbox", str(tmp_path / "dropped"), settings={"LVD_INBOX_SECONDS": "0.05"})
    yield live
    if live.process.poll() is None:
        live.stop()


def kill_inbox(live: Live) -> None:
    holder = live.store.lock("inbox").read_text()
    os.kill(int(holder), signal.SIGKILL)
    eventually(lambda: live.store.lock("inbox").read_text() not in ("", holder))


def drop(folder: Path, name: str, content: str) -> None:
    """As careful programs do it: written beside, and renamed in."""
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f"{name}.tmp"
    beside.write_text(content)
    beside.rename(folder / name)


def test_dropped_files_are_in_the_log_once_and_put_away_whatever_dies(quick: Live, tmp_path: Path) -> None:
    folder = tmp_path / "dropped" / "shop"
    for n in range(2):
        lines = [json.dumps({"event_name": f"n{n}", "payload": {"i": i}}) for i in range(5_000)]
        drop(folder, f"{n}.ndjson", "\n".join(lines))
        kill_inbox(quick)
    drop(folder, "odd.txt", "hello")
    eventually(lambda: quick.get("/api/apps/shop/stats")["events"]["total"] == 10_000, 30)
    eventually(lambda: sorted(path.name for path in (folder / "done").iterdir()) == ["0.ndjson", "1.ndjson"])
    eventually(lambda: sorted(path.name for path in (folder / "failed").iterdir()) == ["odd.txt", "odd.txt.reason.txt"])
    assert quick.get("/api/apps/shop/stats")["events"]["replaced"] == 0
    assert not any(quick.store.staged.iterdir())
    assert quick.stop() == 0


def test_an_export_that_nobody_takes_any_more_ends(quick: Live, tmp_path: Path) -> None:
    lines = [json.dumps({"event_name": "long", "payload": {"text": f"{n} " + "x" * 5_000}}) for n in range(6_000)]
    drop(tmp_path / "dropped" / "shop", "a.ndjson", "\n".join(lines))
    eventually(lambda: quick.get("/api/apps/shop/stats")["events"]["total"] == 6_000, 30)
    taken = requests.get(f"{quick.dashboard}/api/apps/shop/export?format=ndjson", stream=True, timeout=30)
    assert next(taken.iter_content(1_000)).startswith(b'{"seq":1,')
    assert any(quick.store.pins.iterdir())
    taken.close()
    eventually(lambda: not any(quick.store.pins.iterdir()))
