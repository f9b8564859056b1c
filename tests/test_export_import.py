"""What was exported is imported again as the same events, by the real writer, whatever the format and the layout."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from data.layout import Store
from ingest.importing.blocks import CannotImport
from ingest.importing.importer import import_files
from queries.export.ask import Asked
from queries.reader import Engine
from tests.queries.export.conftest import exported, fill, plan, rows

NEW = ("seq", "received_at", "copies", "supersedes")
"""What storing an event says of it: these are those of the import."""
WAYS: list[tuple[str, dict[str, Any], list[str]]] = [
    ("a.parquet", {}, []),
    ("a.csv", {"format": "csv"}, []),
    ("a.ndjson", {"format": "ndjson"}, []),
    ("typed", {"kind": "typed"}, []),
    ("typed-by-day", {"kind": "typed"}, ["day", "app_version"]),
    ("by-name", {}, ["day", "event_name"]),
    ("by-name-csv", {"format": "csv"}, ["event_name", "status"]),
    ("by-name-ndjson", {"format": "ndjson"}, ["event_name"]),
]


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return fill(Store(tmp_path_factory.mktemp("before")).create())


def events(store: Store) -> pl.DataFrame:
    """An app's events as they would be the same in another store; payloads as what they say."""
    found = rows(store).drop(NEW)
    texts = [None if text is None else json.dumps(json.loads(text), sort_keys=True) for text in found["payload"]]
    return found.with_columns(payload=pl.Series(texts, dtype=pl.String()))


@pytest.mark.parametrize(("name", "options", "by"), WAYS, ids=[name for name, _, _ in WAYS])
def test_what_was_exported_is_imported_as_the_same_events(
    before: Store, store: Store, tmp_path: Path, name: str, options: dict[str, Any], by: list[str]
) -> None:
    engine = Engine()
    told = exported(before, engine, tmp_path / name, Asked("shop", **options), partition_by=by)
    engine.close()
    plan(store)
    done = import_files("shop", [tmp_path / name], store, tmp_path / "plans")
    assert (done.events, done.rejected) == (told["rows"], 0)
    was, now = events(before), events(store)
    if (tmp_path / name).is_dir():
        was, now = (
            each.with_columns(key=pl.struct(pl.all()).map_elements(repr, pl.String())).sort("key")
            for each in (was, now)
        )
    assert now.equals(was)


def test_a_table_of_violations_holds_no_events(before: Store, store: Store, tmp_path: Path) -> None:
    engine = Engine()
    for kind in ("parquet", "csv"):
        exported(before, engine, tmp_path / f"v.{kind}", Asked("shop", kind="violations", format=kind))
        with pytest.raises(CannotImport, match="table of violations"):
            import_files("shop", [tmp_path / f"v.{kind}"], store, tmp_path / "plans")
    engine.close()


def test_a_row_that_was_changed_by_hand_is_named_by_its_place(before: Store, store: Store, tmp_path: Path) -> None:
    engine = Engine()
    exported(before, engine, tmp_path / "a.ndjson", Asked("shop", format="ndjson"))
    engine.close()
    lines = (tmp_path / "a.ndjson").read_text().splitlines()
    lines[2] = lines[2].replace('"event_type":"track"', '"event_type":"walk"')
    lines[4] = lines[4].replace('"seq":', '"sequel":')
    (tmp_path / "a.ndjson").write_text("\n".join(lines))
    import_files("shop", [tmp_path / "a.ndjson"], store, tmp_path / "plans")
    broken = [row["violations"][0]["received"] for row in rows(store).to_dicts() if row["status"] == "error"]
    assert [each for each in broken if each.startswith("a.ndjson")] == [
        "a.ndjson, line 3: event_type is 'walk', not track or system",
        "a.ndjson, line 5: seq is missing, which every row of an export has",
    ]
