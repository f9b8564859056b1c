"""Apps on the command line: what is set for one, and deleting what is stored of it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app import main
from data.layout import Store
from ingest.check import check
from tests.storing import put, spooled, visible

Answer = tuple[int, str, str]


@pytest.fixture
def said(
    store: Store, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Answer]:
    """Runs a command in a store of two apps with the same events: its exit code, stdout and stderr."""
    monkeypatch.setattr("app.configure_logging", lambda *_: None)  # it is this process's, and other tests share it

    def run(*words: str) -> Answer:
        folders = ("--store", str(store.root), "--plans", str(tmp_path / "plans"))
        code = main([words[0], *folders, *words[1:]])
        return code, *capfd.readouterr()

    for app in ("shop", "web"):
        put(store, *(spooled(app, event_id=str(n), user_id=f"u{n % 2}") for n in range(5)))
    return run


def test_what_is_set_is_shown_and_only_what_is_said_changes(said: Callable[..., Answer]) -> None:
    assert said("app", "shop", "--keep-days", "30", "--name", "The shop")[0] == 0
    code, out, _ = said("app", "shop", "--quota", "1000", "--keep-days", "none")
    assert code == 0
    told = dict(line.split(maxsplit=1) for line in out.splitlines())
    assert told == {
        "name": "The shop",
        "description": "-",
        "retention_days": "-",
        "retention_rows": "-",
        "quota_events_per_day": "1000",
        "duplicates": "auto",
    }


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("app", "-x"), "--help"),
        (("app", "a/b"), "a/b"),
        (("app", "shop", "--keep-days", "soon"), "--keep-days is 'soon', neither a number nor none"),
        (("app", "shop", "--quota", "1.5"), "--quota is '1.5', neither a whole number nor none"),
        (("app", "shop", "--keep-rows", "0"), "retention_rows is 0, not a whole number from 1"),
        (("app", "shop", "--duplicates", "on"), "duplicates is 'on', not one of auto, payload, off"),
        (("forget", "shop"), "say --yes"),
        (("forget", "shop", "--user-id", "", "--yes"), "--user-id is empty"),
        (("forget", "shop", "--everything", "--user-id", "u1", "--yes"), "not both"),
    ],
)
def test_what_cannot_be_meant_is_one_line_and_changes_nothing(
    said: Callable[..., Answer], store: Store, words: tuple[str, ...], complaint: str
) -> None:
    code, out, err = said(*words)
    assert (code, out) == (2, "")
    assert complaint in err
    assert len(err.splitlines()) == 1
    assert visible(store).height == 10


@pytest.mark.parametrize(
    ("words", "answer", "left"),
    [
        (("--user-id", "u1"), "deleted: 2 events of user u1 in shop\n", 8),
        ((), "deleted: all 5 events of shop\n", 5),
        (("--everything",), "deleted: shop: 5 events, 0 versions of its plan, its settings\n", 5),
    ],
)
def test_forgetting_says_what_went_and_leaves_the_rest(
    said: Callable[..., Answer], store: Store, words: tuple[str, ...], answer: str, left: int
) -> None:
    code, out, _ = said("forget", "shop", *words, "--yes")
    assert (code, out) == (0, answer)
    shown = visible(store)
    assert shown.height == left
    assert shown.filter(app="web").height == 5
    assert check(store).problems == ()
