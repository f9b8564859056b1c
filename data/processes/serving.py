"""Runs an HTTP server on an address that is really free, and asks a running one whether it is ready."""

import http.client
import ipaddress
import multiprocessing
import socket
from collections.abc import Callable
from contextlib import closing
from typing import Any, Final

from granian.constants import Interfaces
from granian.server import MPServer

THREADS: Final = 32
KILL_AFTER_SECONDS: Final = 1


class PortTaken(Exception):
    """Nobody can listen there, said in one line."""


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens on `host`."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def free_port(host: str, port: int) -> int:
    """`port` itself, or a free one for 0; raises PortTaken when it cannot be had."""
    # Asked here because granian shares a port that another server of ours holds (SO_REUSEPORT) instead of failing.
    with closing(socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTaken(f"port {port} of {host} cannot be used: {error.strerror}") from None
        return int(probe.getsockname()[1])


def address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def is_ready(where: str) -> bool:
    """Whether the server at that address says it can do its work."""
    with closing(http.client.HTTPConnection(where.removeprefix("http://"), timeout=1)) as connection:
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False


def run(load: Callable[[], Any], host: str, port: int) -> None:
    """Serve the WSGI app that `load` makes in a worker process until a signal; SystemExit when the worker dies."""
    multiprocessing.set_start_method("spawn")
    server = MPServer(
        "",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        blocking_threads=THREADS,
        workers_kill_timeout=KILL_AFTER_SECONDS,
        log_enabled=False,
    )
    server.serve(target_loader=load, wrap_loader=False)
