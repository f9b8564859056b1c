"""`export` on the command line: files and folders, what it says, what it refuses, and how much memory it takes."""

import csv
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from app import main
from data.layout import Store
from data.processes import arguments
from queries.export.ask import FORMATS, REPORTS
from tests.live import ROOT, environment
from tests.queries.export.conftest import fill, rows
from tests.storing import put, spooled

Answer = tuple[int, str, str]
MEGABYTE = 1_000_000
PEAK = """
import re, sys
from pathlib import Path
from app import main
code = main(sys.argv[1:])
print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024)
sys.exit(code)
"""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A filled store, whose app `shop` nothing is done to."""
    return fill(Store(tmp_path_factory.mktemp("store")).create())


@pytest.fixture
def said(
    filled: Store, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Answer]:
    """Runs a command on that store: its exit code, stdout and stderr."""
    monkeypatch.setattr("app.configure_logging", lambda *_: None)  # it is this process's, and other tests share it

    def run(*words: str) -> Answer:
        code = main([words[0], "--store", str(filled.root), "--plans", str(tmp_path / "plans"), *words[1:]])
        return code, *capfd.readouterr()

    return run


def test_the_choices_are_those_of_the_export() -> None:
    assert (arguments.EXPORTED, arguments.REPORTS) == (FORMATS, REPORTS)


def test_the_ending_of_the_file_says_the_format(said: Callable[..., Answer], filled: Store, tmp_path: Path) -> None:
    for name in ("a.parquet", "a.csv", "a.ndjson", "a"):
        code, out, _ = said("export", "shop", "--out", str(tmp_path / name))
        end = rows(filled)["seq"].max()
        assert code == 0
        assert re.fullmatch(
            rf"{rows(filled).height} rows of shop written to \S+; --after (\d+) goes on from here\n", out
        )
        assert int(out.split("--after ")[1].split()[0]) >= int(str(end))
    assert pl.read_parquet(tmp_path / "a").equals(pl.read_parquet(tmp_path / "a.parquet"))
    assert json.loads((tmp_path / "a.ndjson").read_text().partition("\n")[0])["app"] == "shop"


def test_filters_are_those_of_the_log(said: Callable[..., Answer], filled: Store, tmp_path: Path) -> None:
    out = tmp_path / "a.parquet"
    said(
        "export", "shop", "--out", str(out), "--event", "bought", "--event", "left", "--status", "!error", "--q", "zip"
    )
    wanted = rows(filled).filter(pl.col("event_name").is_in(["bought", "left"]) & (pl.col("status") != "error"))
    assert pl.read_parquet(out)["seq"].to_list() == wanted["seq"].to_list()


def test_typed_partitioned_and_reported(said: Callable[..., Answer], filled: Store, tmp_path: Path) -> None:
    assert said("export", "shop", "--out", str(tmp_path / "t"), "--typed", "--partition-by", "day")[0] == 0
    assert (tmp_path / "t/bought/day=2026-11-23/rows.parquet").exists()
    assert said("export", "shop", "--out", str(tmp_path / "p"), "--partition-by", "day,event_name")[0] == 0
    assert (tmp_path / "p/day=2026-11-23/event_name=bought/rows.parquet").exists()
    assert said("export", "shop", "--out", str(tmp_path / "s.csv"), "--report", "summary")[0] == 0
    with (tmp_path / "s.csv").open(newline="") as file:
        assert "bought" in {row["event"] for row in csv.DictReader(file)}
    assert said("export", "shop", "--out", str(tmp_path / "v.csv"), "--violations")[0] == 0
    assert said("import", "again", str(tmp_path / "t"))[1].startswith(f"{rows(filled).height} events stored for again")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["shop"], "--out"),
        (["nobody", "--out", "{}/a"], "there is no app 'nobody'"),
        (["shop", "--out", "{}/no/a"], "is not a folder"),
        (["shop", "--out", "{}"], "is a folder"),
        (["shop", "--out", "{}/a", "--format", "xlsx"], "--format"),
        (["shop", "--out", "{}/a.csv", "--typed"], "needs a format that has types"),
        (["shop", "--out", "{}/a", "--typed", "--violations"], "leave out --violations"),
        (["shop", "--out", "{}/a", "--partition-by", "day,colour"], "'colour', not one of day, event_name"),
        (["shop", "--out", "{}/a", "--partition-by", "day,day"], "twice"),
        (["shop", "--out", "{}/a", "--since", "yesterday"], "since is 'yesterday'"),
        (["shop", "--out", "{}/a", "--after", "-1"], "after is '-1'"),
        (["shop", "--out", "{}/a", "--status", "odd"], "status is 'odd'"),
        (["shop", "--out", "{}/a", "--report", "rows", "--typed"], "leave out --typed"),
    ],
)
def test_what_cannot_be_meant_is_one_line(
    said: Callable[..., Answer], tmp_path: Path, words: list[str], why: str
) -> None:
    before = sorted(tmp_path.iterdir())
    code, out, err = said("export", *(word.format(tmp_path) for word in words))
    assert (code, out) == (2, "")
    assert re.fullmatch(r"app\.py: .+\n", err)
    assert why in err
    assert sorted(tmp_path.iterdir()) == before


def test_memory_does_not_grow_with_what_is_exported(store: Store, tmp_path: Path) -> None:
    for batch in range(6):
        name = "some" if batch < 2 else "more"
        texts = [f"{batch} {n} " + str(n % 10) * MEGABYTE for n in range(30)]
        put(store, *(spooled(event_name=name, payload={"text": text[:MEGABYTE]}) for text in texts))

    def peak(*words: str) -> int:
        """Megabytes at most in memory."""
        command = [sys.executable, "-c", PEAK, "export", "shop", "--store", str(store.root), *words]
        done = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=True)
        return int(done.stdout.split()[-1])

    few = peak("--out", str(tmp_path / "few"), "--event", "some")
    assert peak("--out", str(tmp_path / "all")) < few + 60  # of 120 MB of texts more
