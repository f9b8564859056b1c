import pytest

from data.layout import Store
from data.processes.lock import AlreadyRunning, only_one


def test_a_second_process_of_a_kind_is_refused_by_name(store: Store) -> None:
    with only_one(store, "write"), pytest.raises(AlreadyRunning, match="a write process"), only_one(store, "write"):
        pass


def test_the_lock_is_free_again_afterwards(store: Store) -> None:
    for _ in range(2):
        with only_one(store, "write"):
            pass


def test_different_kinds_do_not_exclude_each_other(store: Store) -> None:
    with only_one(store, "write"), only_one(store, "merge"):
        pass
