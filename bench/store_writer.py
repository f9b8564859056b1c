"""What the writer holds in memory while it stores what has piled up in its spool."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from bench.asked import children, most_mb
from bench.stored import PER_COMMIT, PER_RECORD, record
from bench.table import Figure, memory
from data.layout import Store
from data.parts import list_live
from data.sample.faults import PLAN
from data.sample.generate import lines
from ingest.segments import write_sealed
from plans.read import read_plan
from plans.versions import put
from tests.live import APP, ROOT, environment, eventually

WAITING: Final = 500_000
WRITER_MB: Final = 1_000
SECONDS: Final = 300.0
RECEIVED_US: Final = 1_795_446_000_000_000


def writer() -> Iterator[Figure]:
    """The most the writer's process held for `WAITING` events of the demo, as fast as it can."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "store").create()
        draft, _ = read_plan(PLAN.read_bytes(), app="shop", filename=PLAN.name)
        put(store.plans, draft, PLAN.read_bytes())
        source = lines(seed=5)
        for _ in range(WAITING // PER_COMMIT):
            records = [record(list(islice(source, PER_RECORD)), RECEIVED_US) for _ in range(PER_COMMIT // PER_RECORD)]
            write_sealed(store.spool, records)
        command = [
            sys.executable,
            str(APP),
            "write",
            "--store",
            str(store.root),
            "--plans",
            str(Path(folder) / "plans"),
        ]
        process = subprocess.Popen([*command, "--log-level", "warning"], cwd=ROOT, env=environment())
        try:
            eventually(lambda: list_live(store) and not any(store.spool.glob("*.seg")), SECONDS)
            most = sum(most_mb(pid) for pid in (process.pid, *children(process.pid)))
        finally:
            process.terminate()
            process.wait()
    yield memory("the writer", most, WRITER_MB)
