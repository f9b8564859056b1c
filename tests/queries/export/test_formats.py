"""What an export writes can be read by other tools: every format, every odd text, what it tells of itself."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.exported.cells import guarded, harmless, unguarded
from data.exported.columns import ABOUT, ABOUT_FILE, ROWS, VIOLATIONS
from data.layout import Store
from data.schema import BLOCK
from queries.export.ask import Asked
from queries.export.formats import table
from queries.reader import Engine
from tests.queries.export.conftest import ODD, exported, rows

RUN = ("=1+1", "+1", "-1", "@x", "\t=1", "\r=1", ' "=1"', "'=1", '"@x', "\ufeff=1", "＝1", "\n-1", "\u00a0=1")  # noqa: RUF001
SAFE = ("1-1", "a=b", "{}", "x'", "", "Łódź", '{"a":"=1"}')


@pytest.mark.parametrize("text", RUN)
def test_a_spreadsheet_is_not_given_a_formula(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", SAFE)
def test_other_texts_are_left_as_they_are_for_people(text: str) -> None:
    assert harmless(text) == text


@given(st.lists(st.none() | st.text() | st.sampled_from(RUN + SAFE)))
def test_guarding_can_be_taken_back_and_null_is_not_the_empty_text(texts: list[str | None]) -> None:
    cells = pl.DataFrame({"text": texts}, schema={"text": pl.String}).select(guarded(pl.col("text"))).to_series()
    assert [unguarded(cell or "") for cell in cells] == texts
    assert [cell[0] == "'" for cell in cells if cell] == [
        harmless(t)[:1] == "'" or t in ("", None) for t in texts if t is not None
    ]


def test_csv_has_every_cell(filled: Store, engine: Engine, tmp_path: Path) -> None:
    exported(filled, engine, tmp_path / "a.csv", Asked("shop", format="csv"))
    with (tmp_path / "a.csv").open(newline="", encoding="utf-8") as file:
        found = list(csv.DictReader(file, strict=True))
    for row, cells in zip(rows(filled).to_dicts(), found, strict=True):
        told = {name: unguarded(cell) for name, cell in cells.items()}
        assert told["violations"] == json.dumps(row["violations"], ensure_ascii=False, separators=(",", ":"))
        assert told["received_at"] == f"{row['received_at']:%Y-%m-%dT%H:%M:%S.%fZ}"
        for name in ("event_name", "session", "payload", "context", "unread", "source", "event_id"):
            assert told[name] == row[name]
        assert [told[name] for name in ("seq", "copies")] == [str(row["seq"]), str(row["copies"])]
    assert not any(cell[:1] in "=+-@\t\r" and cell for cells in found for cell in cells.values())


def test_ndjson_has_every_value_and_the_payload_as_it_was_sent(filled: Store, engine: Engine, tmp_path: Path) -> None:
    exported(filled, engine, tmp_path / "a.ndjson", Asked("shop", format="ndjson"))
    lines = (tmp_path / "a.ndjson").read_text().splitlines()
    for row, line in zip(rows(filled).to_dicts(), lines, strict=True):
        found = json.loads(line)
        for name in ("seq", "event_name", "session", "unread", "violations", "copies", "supersedes"):
            assert found[name] == row[name]
        assert f'"payload":{row["payload"] or "null"}}}' in line


@pytest.mark.parametrize("payload", ['{"n":9007199254740993.10,"m":1e400}', '{"s":"\\ud800\\u0000"}', '{"a":1,"a":2}'])
def test_a_payload_is_spliced_in_unread(payload: str) -> None:
    row: dict[str, Any] = dict.fromkeys(ROWS.names()) | {"seq": 1, "payload": payload}
    file = io.BytesIO()
    table("ndjson", file, ROWS).write(pl.DataFrame([row], schema=ROWS))
    assert f'"payload":{payload}}}\n'.encode() in file.getvalue()


@pytest.mark.parametrize("kind", ["csv", "ndjson"])
def test_what_it_tells_of_itself_stands_beside_a_text(filled: Store, engine: Engine, tmp_path: Path, kind: Any) -> None:
    out = tmp_path / f"a.{kind}"
    told = exported(filled, engine, out, Asked.parse("shop", {"format": [kind], "event": ["bought"], "after": ["3"]}))
    assert json.loads((tmp_path / (out.name + ABOUT_FILE)).read_text()) == told
    assert told["filter"] == {"event": ["bought"]}


def test_parquet_tells_its_app_filter_plan_and_end_in_its_metadata(
    filled: Store, engine: Engine, tmp_path: Path
) -> None:
    asked = Asked.parse("shop", {"status": ["!error"], "since": ["2026-11-23T15:00Z"]})
    told = exported(filled, engine, tmp_path / "a.parquet", asked)
    assert json.loads(pq.read_metadata(tmp_path / "a.parquet").metadata[ABOUT.encode()]) == told
    wanted = {"status": ["!error"], "since": ["2026-11-23T15:00:00.000000Z"]}
    assert (told["app"], told["filter"], told["plan_version"], told["plan_versions"]) == ("shop", wanted, 1, [1])


def test_row_groups_hold_a_block(tmp_path: Path) -> None:
    frame = pl.DataFrame({"seq": range(BLOCK + 10)}, schema={"seq": pl.Int64})
    with (tmp_path / "a.parquet").open("wb") as file:
        made = table("parquet", file, frame.schema)
        for some in frame.iter_slices(10_000):
            made.write(some)
        made.close({})
    told = pq.read_metadata(tmp_path / "a.parquet")
    assert told.num_rows == BLOCK + 10
    assert told.num_row_groups == 2


def test_violations_are_a_long_table(filled: Store, engine: Engine, tmp_path: Path) -> None:
    exported(filled, engine, tmp_path / "v.parquet", Asked.parse("shop", {"violations": ["true"]}))
    found = pl.read_parquet(tmp_path / "v.parquet")
    assert found.schema == VIOLATIONS
    expected = [
        (row["seq"], each["field"], each["rule"]) for row in rows(filled).to_dicts() for each in row["violations"]
    ]
    assert found.select("seq", "field", "rule").rows() == expected
    assert len(expected) > len(ODD)


@pytest.mark.parametrize("kind", ["parquet", "csv", "ndjson"])
def test_nothing_is_a_file_with_no_rows(filled: Store, engine: Engine, tmp_path: Path, kind: Any) -> None:
    out = tmp_path / f"a.{kind}"
    assert exported(filled, engine, out, Asked("shop", after=10_000, format=kind))["rows"] == 0
    content = out.read_bytes()
    assert content == {"csv": (",".join(ROWS) + "\n").encode(), "ndjson": b""}.get(kind, content)
    assert kind != "parquet" or pl.read_parquet(out).height == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        {out.name, out.name + (ABOUT_FILE if kind != "parquet" else "")}
    )
