"""Versions on disk: numbered, whole, never written over, and the newest in force at once."""

import multiprocessing
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plans import versions
from plans.model import Plan, PlanError
from plans.read import read_plan
from plans.versions import Shelf, get, put
from tests.plans.judging import sheet

SOURCE = b"eventName,eventPayload,dataType\ne,a,text"


def test_a_changed_plan_is_a_new_version_and_the_same_meaning_is_not(tmp_path: Path) -> None:
    first = put(tmp_path, sheet("a,text,true"), SOURCE)
    again = put(tmp_path, sheet("a,string,"), SOURCE)
    other = put(tmp_path, sheet("a,integer,true"), SOURCE)
    assert [plan.version for plan in (first, again, other)] == [1, 1, 2]
    assert get(tmp_path, "shop") == other
    assert get(tmp_path, "shop", 1) == first
    assert get(tmp_path, "shop", 3) is None
    assert [version.number for version in versions.versions(tmp_path, "shop")] == [1, 2]


def test_a_version_keeps_the_source_it_came_from_and_its_report(tmp_path: Path) -> None:
    plan, report = read_plan(SOURCE, app="shop")
    put(tmp_path, plan, SOURCE, report=report, filename="shop.csv")
    put(tmp_path, replace(plan, match="exact"), b"\xff")
    told = versions.document(tmp_path, "shop", 1) or {}
    assert told["source"] == {"filename": "shop.csv", "content_type": None, "text": SOURCE.decode()}
    assert told["report"]["fields"] == 1
    assert (versions.document(tmp_path, "shop", 2) or {})["source"]["base64"] == "/w=="
    assert versions.document(tmp_path, "shop", 3) is None


def test_nothing_is_left_beside_the_versions(tmp_path: Path) -> None:
    put(tmp_path, sheet("a,text,true"), SOURCE)
    assert [path.name for path in (tmp_path / "shop").iterdir()] == ["1.json"]


@pytest.mark.parametrize("app", ["../x", ".", "", "a/b"])
def test_an_impossible_app_never_becomes_a_path(tmp_path: Path, app: str) -> None:
    with pytest.raises(PlanError):
        get(tmp_path, app)
    with pytest.raises(PlanError):
        put(tmp_path, replace(sheet("a,text,true"), app=app), SOURCE)
    assert Shelf(tmp_path).in_force(app) is None


def _put_many(folder: Path, who: int) -> None:
    for at in range(10):
        put(folder, sheet(f"a{who}_{at},text,true"), SOURCE)


def test_two_processes_at_once_get_different_numbers(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=_put_many, args=(tmp_path, who)) for who in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    known = versions.versions(tmp_path, "shop")
    assert [version.number for version in known] == list(range(1, 21))
    plans = [get(tmp_path, "shop", version.number) for version in known]
    assert len({plan.events for plan in plans if plan}) == 20


def test_a_shelf_sees_each_new_version_at_once(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    assert shelf.in_force("shop") is None
    for at in range(50):
        made = put(tmp_path, sheet(f"a{at},text,true"), SOURCE)
        assert shelf.in_force("shop") == made
    assert shelf.in_force("shop") is shelf.in_force("shop")
    assert shelf.at("shop", 1) == get(tmp_path, "shop", 1)
    assert shelf.at("shop", 99) is None


def test_a_shelf_may_be_asked_from_several_threads(tmp_path: Path) -> None:
    shelf, seen = Shelf(tmp_path), list[Plan | None]()
    put(tmp_path, sheet("a,text,true"), SOURCE)
    threads = [threading.Thread(target=lambda: seen.append(shelf.in_force("shop"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [plan.version if plan else None for plan in seen] == [1] * 8


@settings(max_examples=40)
@given(at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_stored_version_tells_whether_a_bit_of_it_was_flipped(
    tmp_path_factory: pytest.TempPathFactory, at: int, bit: int
) -> None:
    folder = tmp_path_factory.mktemp("plans")
    put(folder, sheet("a,text,true"), SOURCE)
    content = bytearray((folder / "shop" / "1.json").read_bytes())
    assert versions.is_sealed(bytes(content))
    content[at % len(content)] ^= 1 << bit
    assert not versions.is_sealed(bytes(content))
