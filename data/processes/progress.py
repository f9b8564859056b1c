"""A bar on stderr for long work, when somebody watches."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm


@contextmanager
def progress_bar(unit: str) -> Iterator[Callable[[int, int], None]]:
    """Gives a function that is told how much is done, of how much."""
    with logging_redirect_tqdm(), tqdm(unit=unit, unit_scale=True, disable=None) as bar:

        def tell_bar(done: int, of: int) -> None:
            bar.total = of
            bar.update(done - bar.n)

        yield tell_bar
