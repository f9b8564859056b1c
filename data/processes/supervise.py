"""Keeps a handful of child processes running as one: started together, restarted when one dies, stopped in order."""

import ctypes
import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

log = logging.getLogger(__name__)

TICK_SECONDS = 0.1
STEADY_SECONDS = 10.0
LONGEST_WAIT_SECONDS = 30.0
STOP_SECONDS = 4.5

_PR_SET_PDEATHSIG = 1


def end_with_parent(signal_number: int = signal.SIGKILL) -> None:
    """Have Linux end this process when the one that started it ends in whatever way; nothing on other systems."""
    if hasattr(os, "pidfd_open"):
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal_number)


def stop_on_signals() -> threading.Event:
    """Set by Ctrl-C, by SIGTERM and by a terminal that closes."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    return stop


@dataclass(eq=False)
class Child:
    """One process to keep running. It `feeds` the one of that name, which stops after it to finish what it got."""

    name: str
    command: Sequence[str]
    folder: Path | None = None
    feeds: str | None = None
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    deaths: int = 0
    start_at: float = field(default=0.0)

    def start(self, environment: Mapping[str, str]) -> None:
        # A group of its own: Ctrl-C at the terminal reaches the supervisor alone, which then stops children in order.
        self.process = subprocess.Popen(
            self.command,
            env=dict(environment),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            preexec_fn=end_with_parent,
            process_group=0,
        )
        self.started_at = time.monotonic()

    def ended(self) -> int | None:
        """Its exit code, None while it runs or is not started."""
        return self.process.poll() if self.process else None

    def signal(self, number: int) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(number)

    def plan_restart(self) -> float:
        """Seconds until it may start again: none after a steady life, doubling while it dies again and again."""
        steady = time.monotonic() - self.started_at > STEADY_SECONDS
        self.deaths = 1 if steady else self.deaths + 1
        wait = 0.0 if self.deaths == 1 else min(LONGEST_WAIT_SECONDS, 0.25 * 2.0**self.deaths)
        self.process, self.start_at = None, time.monotonic() + wait
        return wait


def supervise(
    children: Sequence[Child],
    environment: Mapping[str, str],
    *,
    stop: threading.Event,
    ready: Callable[[], bool],
    announce: Callable[[], None],
) -> int:
    """Run `children` until `stop` is set; 0, or the exit code of one that gave up by itself before all were ready.

    `announce` is called once, when `ready` first says yes. All children have ended when this returns.
    """
    try:
        for child in children:
            child.start(environment)
        announced = False
        while not stop.wait(TICK_SECONDS):
            for child in children:
                code = child.ended()
                if code is not None and code > 0 and not announced:
                    log.error("%s did not start code=%d", child.name, code)
                    return code
                _revive(child, code, environment)
            if not announced and ready():
                announced = True
                announce()
        return 0
    finally:
        stop_all(children)


def _revive(child: Child, code: int | None, environment: Mapping[str, str]) -> None:
    if code is not None:
        log.warning("%s died code=%d restart_in_seconds=%.1f", child.name, code, child.plan_restart())
    if child.process is None and time.monotonic() >= child.start_at:
        child.start(environment)


def stop_all(children: Sequence[Child], seconds: float = STOP_SECONDS) -> None:
    """Stop those that are fed last; whatever has not ended after `seconds` in all is killed."""
    until = time.monotonic() + seconds
    feeders = [child for child in children if child.feeds]
    fed = [child for child in children if child.name in {feeder.feeds for feeder in feeders}]
    for child in children:
        if child not in fed:
            child.signal(signal.SIGTERM)
    for child in feeders:
        _wait(child, until - seconds / 2)
    for child in fed:
        child.signal(signal.SIGTERM)
    for child in children:
        _wait(child, until)


def _wait(child: Child, until: float) -> None:
    if child.process is None:
        return
    try:
        child.process.wait(max(0.0, until - time.monotonic()))
    except subprocess.TimeoutExpired:
        log.warning("%s killed because it did not stop", child.name)
        child.process.kill()
        child.process.wait()
