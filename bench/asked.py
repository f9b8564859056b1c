"""The real dashboard process on a store, asked over one connection that stays, as a browser's does."""

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from app import Settings
from data.layout import Store
from data.processes.serving import address, free_port
from data.processes.settings import environment_of
from tests.live import APP, ROOT, eventually


class Api:
    """What is asked of one app."""

    def __init__(self, where: str, app: str) -> None:
        self._connection = http.client.HTTPConnection(where.removeprefix("http://"), timeout=120)
        self._app = app

    def get(self, question: str, **arguments: Any) -> Any:
        """The answer as what its JSON says."""
        path = f"/api/apps/{self._app}/{question}?{urlencode(arguments, doseq=True)}"
        try:
            return self._ask(path)
        except http.client.RemoteDisconnected:  # it was silent for too long while its peer worked
            return self._ask(path)

    def close(self) -> None:
        self._connection.close()

    def _ask(self, path: str) -> Any:
        self._connection.request("GET", path)
        answer = self._connection.getresponse()
        body = answer.read()
        assert answer.status == 200, body
        return json.loads(body)


@dataclass(frozen=True)
class Dashboard:
    """A dashboard process: its address, and the monotonic time it was started at."""

    process: "subprocess.Popen[bytes]"
    where: str
    began: float
    opened: ExitStack

    def api(self, app: str) -> Api:
        """A connection about that app, closed with the dashboard."""
        api = Api(self.where, app)
        self.opened.callback(api.close)
        return api

    def first_answer(self, app: str, question: str, **arguments: Any) -> Any:
        """The answer to the first question of all, asked again until somebody listens."""

        def answer() -> Any:
            if self.process.poll() is not None:
                raise RuntimeError("the dashboard ended")
            with closing(Api(self.where, app)) as api:
                return api.get(question, **arguments)

        return eventually(answer, 120)

    def most_mb(self) -> float:
        """The most memory that it and the processes it started have held, in MB."""
        return sum(most_mb(pid) for pid in (self.process.pid, *children(self.process.pid)))


@contextmanager
def dashboard(store: Store) -> Iterator[Dashboard]:
    """A dashboard on that store, just started: nobody has waited for it."""
    settings = replace(Settings(), store=store.root, plans=Path(store.plans), port=free_port("127.0.0.1", 0))
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, str(APP), "dashboard"], cwd=ROOT, env=environment_of(settings, os.environ)
    )
    try:
        with ExitStack() as opened:
            yield Dashboard(process, address(settings.host, settings.port), began, opened)
    finally:
        process.terminate()
        process.wait()


def most_mb(pid: int) -> float:
    """The most memory a process has held, in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    [peak] = [line.split()[1] for line in lines if line.startswith("VmHWM")]
    return int(peak) / 1024


def children(pid: int) -> list[int]:
    """The processes that this one started, and those these started."""
    own = [int(each) for task in Path(f"/proc/{pid}/task").glob("*/children") for each in task.read_text().split()]
    return own + [grandchild for child in own for grandchild in children(child)]
