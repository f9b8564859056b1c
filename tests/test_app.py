"""The command line: settings, exit codes, and `serve` as it starts, survives and stops."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import fields
from pathlib import Path

import pytest
import requests

from app import COMMANDS, Settings, read_settings
from data import views
from data.layout import Store
from data.processes.settings import Wrong, environment_of, flag, variable
from tests.live import APP, Live, environment, eventually, start

PARTS = ("ingest", "write", "merge", "dashboard")


def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """A command to its end."""
    return subprocess.run(
        [sys.executable, str(APP), *arguments],
        env=environment() | settings,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_every_setting_has_a_default() -> None:
    assert read_settings({}, {}) == Settings()


@pytest.mark.parametrize("name", [each.name for each in fields(Settings)])
def test_a_setting_is_read_from_its_flag_before_its_variable(name: str) -> None:
    values = {"host": ("::1", "localhost"), "log_level": ("debug", "error")}
    values |= dict.fromkeys(("commit_seconds", "duplicate_hours", "inbox_seconds", "retention_days"), ("0.5", "7.5"))
    by_flag, by_variable = values.get(name, ("71", "72"))
    outside = {variable(name): by_variable}
    assert str(getattr(read_settings({}, outside), name)) == by_variable
    assert str(getattr(read_settings({name: by_flag}, outside), name)) == by_flag


@pytest.mark.parametrize(
    ("flags", "outside", "said"),
    [
        ({}, {"LVD_PORT": "many"}, "LVD_PORT is 'many', not a whole number"),
        ({"port": "8050.5"}, {}, "--port is '8050.5', not a whole number"),
        ({"port": "65536"}, {}, "--port is 65536, and may not be more than 65535"),
        ({}, {"LVD_INGEST_PORT": "-1"}, "LVD_INGEST_PORT is -1, and may not be less than 0"),
        ({"commit_rows": "0"}, {}, "--commit-rows is 0, and may not be less than 1"),
        ({"commit_seconds": "soon"}, {}, "--commit-seconds is 'soon', not a number"),
        ({"commit_seconds": "nan"}, {}, "--commit-seconds is nan, and may not be less than 0.01"),
        ({}, {"LVD_PROT": "8050"}, "LVD_PROT is not a setting"),
        ({"host": "0.0.0.0"}, {}, "host '0.0.0.0' is not this machine's own address"),
        ({"host": "example.org"}, {}, "host 'example.org' is not this machine's own address"),
        ({"log_level": "loud"}, {}, "log level 'loud' is not one of debug, info"),
    ],
)
def test_a_wrong_setting_is_named(flags: dict[str, str], outside: dict[str, str], said: str) -> None:
    with pytest.raises(Wrong, match="^" + re.escape(said)):
        read_settings(flags, outside)


def test_a_child_process_reads_the_same_settings() -> None:
    settings = read_settings({"port": "0", "commit_seconds": "0.5", "store": "/somewhere"}, {"LVD_QUERIES": "3"})
    assert read_settings({}, environment_of(settings, {"LVD_PORT": "9", "PATH": "/bin"})) == settings


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_command_has_help_that_names_every_setting(command: str) -> None:
    answer = run(*command.split(), "--help")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert all(flag(each.name) in answer.stdout for each in fields(Settings))


@pytest.mark.parametrize(
    "arguments",
    [
        ("dance",),
        ("--port", "many"),
        ("serve", "--colour", "red"),
        ("plan", "shop"),
        ("plan", "shop", "nowhere.csv"),
        ("import", "shop"),
        ("check", "--store", "nowhere"),
        ("write", "--store", str(APP)),
    ],
    ids=" ".join,
)
def test_a_wrong_flag_file_or_value_is_one_line_and_exit_code_2(arguments: tuple[str, ...]) -> None:
    answer = run(*arguments)
    assert answer.returncode == 2
    assert re.fullmatch(r"app\.py: .+\n", answer.stderr)


def test_a_plan_that_cannot_be_read_says_where(tmp_path: Path) -> None:
    broken = tmp_path / "shop.csv"
    broken.write_text("eventName,eventPayload,dataType\nopened,count,whole\n")
    answer = run("plan", "shop", str(broken), "--store", str(tmp_path / "store"), "--plans", str(tmp_path))
    assert answer.returncode == 2
    assert re.fullmatch(r"app\.py: .*shop\.csv.*whole.*\n", answer.stderr)


def test_a_plan_is_imported_with_its_report(tmp_path: Path) -> None:
    sheet = tmp_path / "shop.csv"
    sheet.write_text("eventName,eventPayload,dataType\nopened,count,integer\n,name,text\n")
    answer = run("plan", "shop", str(sheet), "--store", str(tmp_path / "store"), "--plans", str(tmp_path))
    assert answer.returncode == 0
    assert answer.stdout.splitlines() == [
        "plan of shop: version 1",
        "read as sheet: 1 events, 2 fields",
        "4 rules: 4 kept exactly, 0 approximated, 0 dropped",
    ]


def test_files_are_imported_with_their_faults_named(tmp_path: Path) -> None:
    file = tmp_path / "events.ndjson"
    file.write_text(
        '{"event_name": "opened", "payload": {}}\n{"event_name": "op\n{"event_name": "closed", "payload": {}}\n'
    )
    folders = ("--store", str(tmp_path / "store"), "--plans", str(tmp_path))
    answer = run("import", "shop", str(file), *folders)
    assert (answer.returncode, answer.stdout) == (0, "3 events stored for shop, 1 of them unreadable; 0 rejected\n")
    assert run("check", *folders).stdout == "1 parts, 3 events, 0 problems\n"


def test_an_empty_store_has_no_problems(tmp_path: Path) -> None:
    views.write(Store(tmp_path).create())
    answer = run("check", "--store", str(tmp_path))
    assert (answer.returncode, answer.stdout) == (0, "0 parts, 0 events, 0 problems\n")


def test_a_second_writer_is_refused_with_one_line(running: Live) -> None:
    answer = run("write", "--store", str(running.store.root), "--plans", str(running.plans))
    assert answer.returncode == 1
    assert re.fullmatch(r"app\.py: a write process \(pid \d+\) already works on the store .+\n", answer.stderr)


def test_a_second_serve_on_the_same_store_stops_with_that_line(running: Live, tmp_path: Path) -> None:
    second = start(tmp_path, ready=False)
    assert second.wait() == 1
    assert any("already works on the store" in line for line in second.log)
    assert running.get("/api/apps") == []


@pytest.mark.parametrize("name", ["port", "ingest_port"])
def test_a_port_in_use_is_named_with_its_setting(name: str, tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = str(taken.getsockname()[1])
        second = start(tmp_path, flag(name), port, ready=False)
        assert second.wait() == 1
    assert len(second.log) == 1
    assert re.match(rf"app\.py: port {port} .* in use.*{flag(name)} or {variable(name)}", second.log[0])


def test_both_addresses_are_ready_when_they_are_printed(running: Live) -> None:
    for address in (running.dashboard, running.ingest):
        assert requests.get(address + "/readyz", timeout=5).status_code == 200


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_dies_is_restarted_and_said_so(running: Live, part: str) -> None:
    before = running.kill(part)
    eventually(lambda: running.pid(part) != before)
    assert any(re.search(rf"{part} died code=-9", line) for line in running.log)
    body = [{"event_name": "after", "payload": {}, "event_id": part}]
    eventually(lambda: running.post("/c/again/v1/events", body).status_code == 202)
    eventually(lambda: running.get("/api/apps/again/stats")["events"]["total"] == 1)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything_within_5_seconds_and_nothing_accepted_is_lost(tmp_path: Path, number: int) -> None:
    live = start(tmp_path)
    pids = [live.pid(part) for part in PARTS]
    body = [{"event_name": "last", "payload": {"n": n}, "event_id": str(n)} for n in range(500)]
    assert live.post("/c/late/v1/events", body).json()["accepted"] == 500
    began = time.monotonic()
    assert live.stop(number) == 0
    assert time.monotonic() - began < 5
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    again = start(tmp_path)
    try:
        eventually(lambda: again.get("/api/apps/late/stats")["events"]["total"] == 500)
    finally:
        again.stop()


def test_the_parts_end_when_serve_is_killed(tmp_path: Path) -> None:
    live = start(tmp_path)
    pids = [live.pid(part) for part in PARTS]
    os.kill(live.process.pid, signal.SIGKILL)
    live.process.wait()
    eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))
    live.wait()
