"""Files of events end up in the store, whatever their form, with every bad one named by its place."""

import gzip
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import data
from data.layout import Store
from data.processes.lock import only_one
from ingest.importing.blocks import CannotImport
from ingest.importing.importer import import_files
from ingest.limits import Limits
from ingest.segments import held
from ingest.writer import run
from plans.model import PlanError
from tests.live import eventually

EVENTS: list[dict[str, Any]] = [
    {
        "event_name": "bought",
        "event_id": f"e{n}",
        "timestamp": f"2026-11-23T15:20:{n:02}Z",
        "user_id": f"u{n}",
        "app_version": "1.10",
        "payload": {"n": n, "name": "Łódź\n", "tags": ["a", None], "deep": {"x": 1.0}},
    }
    for n in range(50)
]


def ndjson(path: Path) -> None:
    path.write_text("".join(f"{json.dumps(event)}\n" for event in EVENTS))


def ndjson_without_last_line_end(path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n\r\n".join(json.dumps(event) for event in EVENTS).encode())


def zipped(path: Path) -> None:
    path.write_bytes(gzip.compress("\n".join(json.dumps(event) for event in EVENTS).encode()))


def array(path: Path) -> None:
    path.write_text(json.dumps(EVENTS, indent=1))


def wrapped(path: Path) -> None:
    path.write_text(json.dumps({"events": EVENTS}))


def sheet(path: Path) -> None:
    texts = [{**event, "payload": json.dumps(event["payload"])} for event in EVENTS]
    pl.DataFrame(texts).write_csv(path)


def parquet(path: Path) -> None:
    texts = [{**event, "payload": json.dumps(event["payload"])} for event in EVENTS]
    frame = pl.DataFrame(texts).with_columns(pl.col("timestamp").str.to_datetime(time_zone="UTC"))
    frame.rename({"timestamp": "occurred_at"}).with_columns(status=pl.lit("valid")).write_parquet(path)


def nested_parquet(path: Path) -> None:
    pl.DataFrame(EVENTS).write_parquet(path)


FORMS: list[tuple[str, Callable[[Path], None]]] = [
    ("a.ndjson", ndjson),
    ("a.jsonl", ndjson_without_last_line_end),
    ("a.ndjson.gz", zipped),
    ("a.json", array),
    ("b.json", wrapped),
    ("a.csv", sheet),
    ("a.parquet", parquet),
    ("b.parquet", nested_parquet),
]


def is_written(store: Store) -> bool:
    """Whether a writer is at work: what it wrote into its lock tells; trying the lock could take it from a new one."""
    lock = store.lock("write")
    return lock.exists() and lock.read_text() != ""


def stored(store: Store) -> list[dict[str, Any]]:
    return data.live(store).sort("seq").collect().to_dicts()


@pytest.mark.parametrize(("name", "write"), FORMS, ids=[name for name, _ in FORMS])
def test_every_form_of_file_is_stored_as_it_was(
    store: Store, tmp_path: Path, name: str, write: Callable[[Path], None]
) -> None:
    write(tmp_path / name)
    done = import_files("shop", [tmp_path / name], store, tmp_path / "plans")
    assert (done.events, done.errors, done.rejected) == (50, 0, 0)
    rows = stored(store)
    assert [row["event_id"] for row in rows] == [event["event_id"] for event in EVENTS]
    for row, event in zip(rows, EVENTS, strict=True):
        assert (row["app"], row["source"], row["status"]) == ("shop", "import", "unplanned")
        assert (row["event_name"], row["user_id"], row["app_version"]) == ("bought", event["user_id"], "1.10")
        assert f"{row['occurred_at']:%Y-%m-%dT%H:%M:%SZ}" == event["timestamp"]
        assert json.loads(row["payload"]) == event["payload"]


def test_columns_that_are_no_key_of_an_event_are_fields_of_its_payload(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("event_name,user_id,price,payload.note\nbought,7,1.50,hi\nbought,,,\n")
    import_files("shop", [path], store, tmp_path / "plans")
    assert [(row["user_id"], row["payload"]) for row in stored(store)] == [
        ("7", '{"price":"1.50","note":"hi"}'),
        (None, None),
    ]


def test_several_files_keep_their_order_and_progress_reaches_the_end(store: Store, tmp_path: Path) -> None:
    paths = [tmp_path / f"{n}.ndjson" for n in range(3)]
    for n, path in enumerate(paths):
        path.write_text("".join(f'{{"event_name":"n{n}-{line}"}}\n' for line in range(2_000)))
    told: list[tuple[int, int]] = []
    import_files("shop", paths, store, tmp_path / "plans", progress=lambda done, of: told.append((done, of)))
    size = sum(path.stat().st_size for path in paths)
    assert told == sorted(told)
    assert told[-1] == (size, size)
    assert [row["event_name"] for row in stored(store)] == [f"n{n}-{line}" for n in range(3) for line in range(2_000)]


def test_a_bad_line_becomes_an_error_row_that_names_its_line(store: Store, tmp_path: Path) -> None:
    lines = [b'{"event_name":"a","payload":{"n":%d}}' % n for n in range(3_000)]
    lines[0] = b'{"event_name":5}'
    lines[1_500] = b"half a li"
    lines[2_999] = b'{"event_name":"a","payload":{"x":"\xff"}}'
    path = tmp_path / "a.ndjson"
    path.write_bytes(b"\n".join([*lines[:10], b"", *lines[10:]]))
    done = import_files("shop", [path], store, tmp_path / "plans")
    assert (done.events, done.errors) == (3_000, 3)
    problems = [row["violations"][0]["received"] for row in stored(store) if row["status"] == "error"]
    assert [problem.split(":")[0] for problem in problems] == [
        "a.ndjson, line 1",
        "a.ndjson, line 1502",
        "a.ndjson, line 3001",
    ]


def test_a_bad_row_of_a_table_becomes_an_error_row_too(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b'event_name,payload\na,{}\na,{broken\na,{},more\n,{}\na,"{""x"":""\xff""}"\nb,{}\n')
    assert import_files("shop", [path], store, tmp_path / "plans").errors == 4
    assert [(row["event_name"], row["status"]) for row in stored(store)] == [
        ("a", "unplanned"),
        ("a", "error"),
        (None, "error"),
        (None, "error"),
        ("a", "error"),
        ("b", "unplanned"),
    ]


def test_a_line_of_many_megabytes_is_rejected_by_its_number(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    long = b'{"event_name":"' + b"x" * 5_000_000 + b'"}'
    path.write_bytes(b"\n".join([b'{"event_name":"a"}', long, b'{"event_name":"b"}', long]))
    done = import_files("shop", [path], store, tmp_path / "plans", limits=Limits(event_bytes=2_000))
    assert (done.events, done.rejected) == (2, 2)
    assert [each.split(":")[0] for each in done.rejections] == ["a.ndjson, line 2", "a.ndjson, line 4"]
    assert [row["event_name"] for row in stored(store)] == ["a", "b"]


def test_the_originals_events_may_be_imported_too(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_text('{"eventName":"a","payload":{"x":1},"identity":"u"}\n')
    import_files("shop", [path], store, tmp_path / "plans")
    (row,) = stored(store)
    assert (row["event_name"], row["user_id"], row["payload"]) == ("a", "u", '{"x":1}')


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.txt", b"hello\n", "is no file of events"),
        ("a.csv", b"", "has no column event_name"),
        ("a.csv", b"name,price\na,1\n", "it has name, price"),
        ("a.csv", b"event_name,payload,price\na,{},1\n", "'price' cannot be one of its fields"),
        ("a.csv", b'event_name,payload\na,"{}\n', "is not CSV"),
        ("a.parquet", b"PAR1 and then nothing", "is no Parquet file"),
        ("a.ndjson.gz", gzip.compress(b'{"event_name":"a"}' * 100)[:30], "cannot be decompressed"),
    ],
)
def test_a_file_that_cannot_be_imported_says_why(
    store: Store, tmp_path: Path, name: str, content: bytes, why: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CannotImport, match=why):
        import_files("shop", [tmp_path / name], store, tmp_path / "plans")


def test_an_impossible_app_is_refused_before_anything_is_read(store: Store, tmp_path: Path) -> None:
    with pytest.raises(PlanError):
        import_files("../../etc", [tmp_path / "a.ndjson"], store, tmp_path / "plans")


def test_an_empty_file_holds_no_events(store: Store, tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").touch()
    assert import_files("shop", [tmp_path / "a.ndjson"], store, tmp_path / "plans").events == 0


def test_a_writer_that_is_there_does_the_writing(store: Store, tmp_path: Path) -> None:
    ndjson(tmp_path / "a.ndjson")
    stop = threading.Event()
    writer = threading.Thread(target=run, args=(store, tmp_path / "plans"), kwargs={"stop": stop})
    writer.start()
    try:
        eventually(lambda: is_written(store))
        import_files("shop", [tmp_path / "a.ndjson"], store, tmp_path / "plans")
        assert len(stored(store)) == 50
    finally:
        stop.set()
        writer.join()


def test_reading_waits_for_the_writer_when_the_spool_holds_enough(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_text("".join(f'{{"event_name":"a","event_id":"{n}"}}\n' for n in range(50_000)))
    most = 0

    def watch(done: int, of: int) -> None:
        nonlocal most
        most = max(most, held(store.spool).bytes)

    import_files("shop", [path], store, tmp_path / "plans", progress=watch, max_spool_bytes=1)
    assert len(stored(store)) == 50_000
    assert 0 < most < 10_000_000
    assert held(store.spool).segments == 0
    with only_one(store, "write"):
        pass  # the writer for the import gave it back
