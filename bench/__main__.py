"""`python -m bench` runs every benchmark and prints their table; `python -m bench questions` only the named ones."""

import argparse
import os
import platform
import sys

from tqdm import tqdm

from bench.flow import flow
from bench.merging import merging
from bench.questions import questions
from bench.table import Figure, text
from bench.validate import validate

BENCHMARKS = {"validate": validate, "questions": questions, "flow": flow, "merging": merging}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], metavar="NAME", help=", ".join(BENCHMARKS))
    names = parser.parse_args().names or list(BENCHMARKS)
    figures: list[Figure] = []
    with tqdm(names, unit=" benchmarks", disable=None) as bar:
        for name in bar:
            bar.set_description(name)
            figures += BENCHMARKS[name]()
    print(f"\n{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}\n")
    print(text(figures))
    return 1 if any(figure.reached is False for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
