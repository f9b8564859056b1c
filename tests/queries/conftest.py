"""What every test of the questions starts from: an empty store, a model of it, and a reader."""

from collections.abc import Iterator

import pytest

from data.layout import Store
from queries.reader import Reader
from tests.queries.model import Model

UNHURRIED_MS = 600_000
"""Time to scan all there is, on however busy a machine."""


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """A model for a fixture that fills it once for all tests of a file."""
    return Model(Store(tmp_path_factory.mktemp("store")).create())


@pytest.fixture
def model(store: Store) -> Model:
    return Model(store)


@pytest.fixture
def reader(store: Store) -> Iterator[Reader]:
    reader = Reader(store, threads=1, scan_ms=UNHURRIED_MS)
    yield reader
    reader.close()


@pytest.fixture
def hurried(store: Store) -> Iterator[Reader]:
    """A reader that has no time for anything counts cannot tell: it takes the first step and answers."""
    reader = Reader(store, threads=1, scan_ms=0)
    yield reader
    reader.close()
