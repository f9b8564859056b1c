"""`python -m bench` runs the benchmarks and prints their table; `python -m bench questions` only the named ones."""

import argparse
import os
import platform
import sys
from collections.abc import Callable, Iterator
from functools import partial

from tqdm import tqdm

from bench.big_store import NoRoom
from bench.flow import flow
from bench.merging import merging
from bench.questions import questions
from bench.store import ROWS, store
from bench.table import Figure, text
from bench.validate import validate

BENCHMARKS = {"validate": validate, "questions": questions, "flow": flow, "merging": merging}
ALONE = "store"
"""Runs only where it is named: it makes stores of many gigabytes first."""
LEAST_ROWS = 100_000


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    known = [*BENCHMARKS, ALONE]
    parser.add_argument("names", nargs="*", choices=[*known, []], metavar="NAME", help=", ".join(known))
    parser.add_argument("--rows", type=int, default=ROWS, help=f"Events in the store of `store` ({ROWS:,}).")
    asked = parser.parse_args()
    if asked.rows < LEAST_ROWS:
        parser.error(f"--rows is {asked.rows}, and at least {LEAST_ROWS:,} are needed")
    benchmarks: dict[str, Callable[[], Iterator[Figure]]] = {**BENCHMARKS, ALONE: partial(store, asked.rows)}
    names = asked.names or list(BENCHMARKS)
    figures: list[Figure] = []
    with tqdm(names, unit=" benchmarks", disable=None) as bar:
        for name in bar:
            bar.set_description(name)
            try:
                for figure in benchmarks[name]():
                    figures.append(figure)
                    tqdm.write(text([figure]).partition("\n")[2], file=sys.stderr)
            except NoRoom as reason:
                parser.error(str(reason))
    print(f"\n{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}\n")
    print(text(figures))
    return 1 if any(figure.reached is False for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
