"""The real thing for tests: `app.py serve` in processes of its own on free ports, and waiting on a condition."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import requests

from data.layout import Store

ROOT = Path(__file__).parent.parent
APP = ROOT / "app.py"
ADDRESS = re.compile(r"^(Dashboard|Intake)\s+(http://\S+)$")

T = TypeVar("T")


def eventually(condition: Callable[[], T], seconds: float = 15.0) -> T:
    """The first true answer of `condition`, asked again and again; its last error or an AssertionError after `seconds`.

    AssertionError, OSError (which every `requests` error is) and KeyError mean "not yet".
    """
    until = time.monotonic() + seconds
    pause = threading.Event()
    while True:
        problem: Exception = AssertionError(f"still not true after {seconds} s")
        try:
            if answer := condition():
                return answer
        except (AssertionError, OSError, KeyError) as error:
            problem = error
        if time.monotonic() > until:
            raise problem
        pause.wait(0.02)


def environment() -> dict[str, str]:
    """This process's environment without settings, so that a developer's own do not change a test."""
    return {name: value for name, value in os.environ.items() if not name.startswith("LVD_")}


@dataclass
class Live:
    """A running `serve`: its process, its two addresses and everything it has written to its log."""

    process: subprocess.Popen[str]
    store: Store
    plans: Path
    dashboard: str = ""
    ingest: str = ""
    log: list[str] = field(default_factory=list)
    readers: list[threading.Thread] = field(default_factory=list)

    def post(self, path: str, body: Any, **options: Any) -> requests.Response:
        """POST to the intake: bytes as they are, anything else as JSON."""
        kind = {"data": body} if isinstance(body, bytes) else {"json": body}
        return requests.post(self.ingest + path, timeout=30, **kind, **options)

    def put_plan(self, app: str, content: bytes, content_type: str = "text/csv") -> dict[str, Any]:
        """Bring a plan in force through the intake; its report."""
        headers = {"Content-Type": content_type}
        answer = requests.put(f"{self.ingest}/v1/apps/{app}/plan", data=content, headers=headers, timeout=30)
        assert answer.status_code == 200, answer.text
        report: dict[str, Any] = answer.json()
        return report

    def get(self, path: str, **parameters: Any) -> Any:
        """The JSON answer of the query API; an HTTP error is raised."""
        answer = requests.get(self.dashboard + path, params=parameters, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def pid(self, process: str) -> int:
        """The process id of `ingest`, `write`, `merge` or `dashboard`, as it wrote itself in the store."""
        if process in ("write", "merge"):
            holder = self.store.lock(process).read_text()
            assert holder, "between two holders"
            return int(holder)
        return int(json.loads(self.store.status(process).read_bytes())["pid"])

    def kill(self, process: str) -> int:
        """SIGKILL one of the four; the process id it had."""
        pid = self.pid(process)
        os.kill(pid, signal.SIGKILL)
        return pid

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask `serve` to end, as Ctrl-C would; its exit code."""
        self.process.send_signal(number)
        return self.wait()

    def wait(self, seconds: float = 20) -> int:
        code = self.process.wait(seconds)
        for reader in self.readers:
            reader.join()
        return code


def start(folder: Path, *flags: str, settings: Mapping[str, str] | None = None, ready: bool = True) -> Live:
    """Start `app.py serve` with its store and plans in `folder`, and wait until it has printed both addresses.

    `flags` are added to the command line. With `ready=False` the caller waits.
    """
    store, plans = Store(folder / "store"), folder / "plans"
    own = ["--store", str(store.root), "--plans", str(plans), "--port", "0", "--ingest-port", "0"]
    process = subprocess.Popen(
        [sys.executable, str(APP), "serve", *own, *flags],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**environment(), **(settings or {})},
        text=True,
    )
    live = Live(process, store, plans)
    for stream in (process.stdout, process.stderr):
        reader = threading.Thread(target=_listen, args=(live, stream), daemon=True)
        reader.start()
        live.readers.append(reader)
    if ready:
        try:
            eventually(lambda: _has_started(live), 60)
        except BaseException:
            process.kill()
            live.wait()
            raise
    return live


def _has_started(live: Live) -> bool:
    if live.process.poll() is not None:
        raise RuntimeError("serve ended: " + "\n".join(live.log))
    return bool(live.dashboard and live.ingest)


def _listen(live: Live, stream: Any) -> None:
    with stream:
        for line in stream:
            live.log.append(line.rstrip("\n"))
            if found := ADDRESS.match(live.log[-1]):
                setattr(live, {"Dashboard": "dashboard", "Intake": "ingest"}[found[1]], found[2])
