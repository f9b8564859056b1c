"""Plans on the command line: brought in force, exported, compared, drafted from traffic and tried on it."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from app import main
from data.layout import Store
from data.parts import list_live
from data.processes import arguments
from plans import formats
from plans.versions import get, versions
from tests.storing import put, spooled

SHEET = "eventName,eventPayload,dataType,required\nbought,price,float,true\n,coupon,text,false\n"
TIGHT = SHEET.replace("float", "integer")
Answer = tuple[int, str, str]


@pytest.fixture
def said(
    store: Store, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Answer]:
    """Runs a command in a store with a plan in force and three events: its exit code, stdout and stderr."""
    file(tmp_path, "first.csv", SHEET)
    monkeypatch.setattr("app.configure_logging", lambda *_: None)  # it is this process's, and other tests share it

    def run(*words: str) -> Answer:
        folders = ("--store", str(store.root), "--plans", str(tmp_path / "plans"))
        code = main([words[0], *folders, *words[1:]])
        return code, *capfd.readouterr()

    run("plan", "shop", str(tmp_path / "first.csv"))
    put(store, *(spooled(event_name="bought", payload={"price": price}) for price in (1, 1.5, "x")))
    return run


def file(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text)
    return str(folder / name)


def test_an_import_says_what_was_kept_approximated_and_dropped(said: Callable[..., Answer], tmp_path: Path) -> None:
    segment = {
        "rules": [
            {
                "type": "TRACK",
                "key": "Order Completed",
                "jsonSchema": {
                    "type": "object",
                    "properties": {
                        "context": {"type": "object", "required": ["ip"]},
                        "properties": {"type": "object", "properties": {"revenue": {"type": "number"}}},
                    },
                },
            }
        ]
    }
    code, out, _ = said("plan", "shop", file(tmp_path, "segment.json", json.dumps(segment)))
    assert code == 0
    first, second, third, *notes = out.splitlines()
    assert (first, second) == ("plan of shop: version 2", "read as segment: 1 events, 1 fields")
    assert re.fullmatch(r"\d+ rules: \d+ kept exactly, \d+ approximated, [1-9]\d* dropped", third)
    assert any(re.match(r"  dropped +.*#/rules/0/jsonSchema/properties/context.*: ", note) for note in notes)


def test_every_format_can_be_named() -> None:
    assert sorted(arguments.FORMATS) == sorted(formats.FORMATS)


def test_a_folder_is_a_plan(said: Callable[..., Answer], tmp_path: Path, store: Store) -> None:
    folder = tmp_path / "schemas"
    folder.mkdir()
    for name in ("opened", "closed"):
        file(
            folder,
            f"{name}.json",
            json.dumps({"title": name, "type": "object", "properties": {"at": {"type": "string"}}}),
        )
    code, out, _ = said("plan", "shop", str(folder), "--format", "json-schema")
    assert (code, out.splitlines()[1]) == (0, "read as json-schema: 2 events, 2 fields")
    plan = get(store.plans, "shop")
    assert plan is not None
    assert plan.names() == ["closed", "opened"]


def test_a_dry_run_says_what_would_change_and_changes_nothing(
    said: Callable[..., Answer], tmp_path: Path, store: Store
) -> None:
    code, out, _ = said("plan", "shop", file(tmp_path, "tight.csv", TIGHT), "--dry-run")
    assert code == 0
    assert "`price` of `bought` now has to be a whole number; before, it had to be a number" in out
    assert len(versions(store.plans, "shop")) == 1


def test_a_type_that_allows_null_passes_the_enum_when_asked(said: Callable[..., Answer], tmp_path: Path) -> None:
    field = {"type": ["string", "null"], "enum": ["a"]}
    plan = {"events": [{"name": "e", "schema": {"type": "object", "properties": {"x": field}}}]}
    code, out, _ = said("plan", "shop", file(tmp_path, "n.json", json.dumps(plan)), "--null-passes-enum", "--dry-run")
    assert (code, "1 approximated" in out) == (0, True)


@pytest.mark.parametrize("kind", ["csv", "json-schema", "native"])
def test_what_is_exported_says_the_same_when_it_is_imported(
    said: Callable[..., Answer], tmp_path: Path, kind: str
) -> None:
    out = tmp_path / f"exported{'.zip' if kind == 'json-schema' else '.csv' if kind == 'csv' else '.json'}"
    assert said("plan", "shop", "--export", kind, "--out", str(out))[0] == 0
    code, told, _ = said("compare", "shop", "1", str(out))
    assert code == 0
    assert kind != "csv" or told == "the two say the same\n"


def test_a_version_is_exported_to_the_terminal(said: Callable[..., Answer], tmp_path: Path) -> None:
    said("plan", "shop", file(tmp_path, "tight.csv", TIGHT))
    _, out, err = said("plan", "shop", "--export", "csv", "--plan-version", "1")
    assert "bought,price,float" in out
    assert "read as" in err


def test_two_versions_are_compared(said: Callable[..., Answer], tmp_path: Path) -> None:
    said("plan", "shop", file(tmp_path, "tight.csv", TIGHT))
    code, out, _ = said("compare", "shop", "1", "2")
    assert (code, out.splitlines()) == (
        0,
        [
            "> tightened  `price` of `bought` now has to be a whole number; before, it had to be a number",
            "events: 0 added, 0 removed; rules: 0 added, 0 removed, 1 tightened, 0 loosened, 0 changed",
        ],
    )


def test_a_draft_is_inferred_edited_and_put_in_force(said: Callable[..., Answer], tmp_path: Path, store: Store) -> None:
    out = tmp_path / "draft.json"
    code, told, _ = said("infer", "shop", "--out", str(out), "--status", "valid")
    assert code == 0
    assert told.splitlines() == [
        f"{out} written",
        "drafted from 2 events",
        "bought: 2 events; seen only 2 times, which is rare",
        "  price  type number (100 %); required always there (100 %); such as 1, 1.5",
    ]
    assert len(versions(store.plans, "shop")) == 1
    assert said("plan", "shop", str(out))[0] == 0
    _, told, _ = said("infer", "shop", "--events", "1")
    assert json.loads(told)["events"][0]["schema"]["properties"] == {"price": {"type": "string"}}


def test_a_draft_is_replayed(said: Callable[..., Answer], tmp_path: Path, store: Store) -> None:
    code, out, _ = said("replay", "shop", file(tmp_path, "tight.csv", TIGHT))
    assert code == 0
    assert out.splitlines() == [
        "3 events against version 1",
        "  1 newly failing, 0 newly passing, 0 newly unplanned, 2 unchanged",
        "  wrong_type  `price` of `bought`: 1 newly failing; seq 2",
    ]
    assert len(versions(store.plans, "shop")) == 1
    _, out, _ = said("replay", "shop", "--plan-version", "1", "--since", "2999-01-01")
    assert out.startswith("0 events against version 1\n")


@pytest.mark.parametrize(
    "words",
    [
        ("plan", "shop"),
        ("plan", "shop", "nowhere.csv"),
        ("plan", "s/x", "first.csv"),
        ("plan", "shop", "first.csv", "--export", "csv"),
        ("plan", "shop", "--export", "xml"),
        ("plan", "other", "--export", "csv"),
        ("plan", "shop", "--export", "csv", "--plan-version", "9"),
        ("plan", "shop", "--export", "csv", "--out", "no/such/folder/plan.csv"),
        ("plan", "shop", "first.csv", "--format", "csvv"),
        ("compare", "shop", "1"),
        ("compare", "shop", "1", "2"),
        ("compare", "shop", "1", "nowhere.csv"),
        ("infer", "shop", "--since", "soon"),
        ("infer", "shop", "--events", "0"),
        ("infer", "shop", "--status", "fine"),
        ("infer", "shop", "--required-share", "2"),
        ("replay", "shop"),
        ("replay", "shop", "first.csv", "--plan-version", "1"),
        ("replay", "shop", "--plan-version", "nine"),
        ("replay", "shop", "first.csv", "--against", "me"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_meant_is_one_line_and_exit_code_2(
    said: Callable[..., Answer], words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = said(*words)
    assert (code, out) == (2, "")
    assert re.fullmatch(r"app\.py: .+\n", err)


def test_work_that_fails_is_one_line_and_exit_code_1(said: Callable[..., Answer], store: Store) -> None:
    broken = list_live(store)[0].file("events")
    broken.write_bytes(b"PAR1")
    for command in (("infer", "shop"), ("replay", "shop", "--plan-version", "1")):
        code, out, err = said(*command)
        assert (code, out) == (1, "")
        assert re.fullmatch(rf"app\.py: {re.escape(str(broken))} cannot be read: .+\n", err)


def test_a_dry_run_makes_no_store(said: Callable[..., Answer], tmp_path: Path) -> None:
    code, out, _ = said("plan", "shop", str(tmp_path / "first.csv"), "--dry-run", "--store", str(tmp_path / "nowhere"))
    assert code == 0
    assert "there is no plan in force to compare with" in out
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("command", ["compare shop 1 2", "infer shop", "replay shop --plan-version 1"])
def test_a_store_that_is_not_there_is_not_made(
    command: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.configure_logging", lambda *_: None)
    assert main([*command.split(), "--store", str(tmp_path / "nowhere")]) == 2
    assert re.fullmatch(r"app\.py: .+nowhere is not a store\n", capfd.readouterr().err)
    assert not (tmp_path / "nowhere").exists()
