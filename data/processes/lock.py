"""One process of a kind per store: a file lock that the kernel gives back when its holder dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from data.layout import Store


class AlreadyRunning(Exception):
    """Another process does this work on the same store."""


@contextmanager
def only_one(store: Store, process: str) -> Iterator[None]:
    """Hold `<process>.lock`; raises AlreadyRunning, naming the other's process id, when it is held."""
    descriptor = os.open(store.lock(process), os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 32).decode().strip() or "unknown"
            taken = f"a {process} process (pid {holder}) already works on the store {store.root}"
            raise AlreadyRunning(taken) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def turn(store: Store, what: str) -> Iterator[None]:
    """Wait for one's turn at a short piece of work that several processes do, such as writing `views.sql`."""
    descriptor = os.open(store.lock(what), os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
