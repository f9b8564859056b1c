"""The memory of answers: bounded, exact, and never working the same thing out twice at once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from dashboard.answers import Answers


def test_an_answer_is_worked_out_once() -> None:
    answers, asked = Answers(), []
    for _ in range(3):
        assert answers.get("key", lambda: asked.append(1) or b"answer") == b"answer"  # type: ignore[func-returns-value]
    assert len(asked) == 1
    assert (answers.misses, answers.hits) == (1, 2)


def test_whoever_asks_meanwhile_waits_for_the_same_answer() -> None:
    answers, begun, go_on = Answers(), threading.Event(), threading.Event()

    def slowly() -> bytes:
        begun.set()
        assert go_on.wait(10)
        return b"answer"

    with ThreadPoolExecutor(5) as viewers:
        first = viewers.submit(answers.get, "key", slowly)
        assert begun.wait(10)
        others = [viewers.submit(answers.get, "key", lambda: b"worked out again") for _ in range(4)]
        go_on.set()
        assert [first.result(10), *(other.result(10) for other in others)] == [b"answer"] * 5
    assert answers.misses == 1


def test_what_was_used_longest_ago_goes_first_when_bytes_run_out() -> None:
    answers = Answers(max_bytes=10)
    for key in ("a", "b"):
        answers.get(key, lambda: b"12345")
    answers.get("a", lambda: b"again")
    answers.get("c", lambda: b"12345")
    assert answers.bytes == 10
    assert answers.get("a", lambda: b"again") == b"12345"
    assert answers.get("b", lambda: b"anew!") == b"anew!"


def test_an_answer_larger_than_the_memory_is_given_but_not_kept() -> None:
    answers = Answers(max_bytes=3)
    assert answers.get("key", lambda: b"12345") == b"12345"
    assert answers.bytes == 0


def test_a_failure_reaches_everybody_and_is_not_kept() -> None:
    answers = Answers()

    def fails() -> bytes:
        raise ValueError("not now")

    with pytest.raises(ValueError, match="not now"):
        answers.get("key", fails)
    assert answers.get("key", lambda: b"now") == b"now"
