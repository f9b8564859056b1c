"""What is sent: the demo's events as request bodies, made once for all runs."""

from itertools import islice
from pathlib import Path
from typing import Final

from tqdm import tqdm

from data.sample.generate import lines

ARTEFACTS: Final = Path(__file__).parent.parent / "artefacts" / "bench"
PER_REQUEST: Final = 500


def bodies(seed: int, events: int) -> Path:
    """A file of `events` events as JSON arrays of 500, one a line; the same every time."""
    path = ARTEFACTS / f"bodies-{seed}-{events}.ndjson"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        source, beside = lines(seed), path.with_suffix(".tmp")
        with (
            beside.open("wb") as out,
            tqdm(total=events, unit=" events", unit_scale=True, desc="making traffic", disable=None) as bar,
        ):
            for _ in range(events // PER_REQUEST):
                out.write(b"[" + b",".join(line.rstrip() for line in islice(source, PER_REQUEST)) + b"]\n")
                bar.update(PER_REQUEST)
        beside.rename(path)
    return path
