import json

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from ingest.lines import Spooled, encode, text
from ingest.read import BATCH, read_batch
from ingest.segments import Record
from tests.storing import spooled

names = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.recursive(st.none() | st.booleans() | st.integers() | names, lambda inner: st.lists(inner, max_size=3))
objects = st.dictionaries(names, values, max_size=4)


def record(*events: Spooled, at: int = 1) -> Record:
    return Record(at, len(events), encode(events))


def test_no_records_are_no_events() -> None:
    assert read_batch([]).schema == BATCH
    assert read_batch([Record(1, 0, b"")]).schema == BATCH


def test_every_event_has_the_time_its_request_came() -> None:
    read = read_batch([record(spooled(), spooled(), at=5), record(spooled(), at=7)])
    assert read["received_at"].to_physical().to_list() == [5, 5, 7]


def test_what_was_not_sent_is_null() -> None:
    read = read_batch([record(Spooled(app="shop"))])
    assert read.row(0, named=True) == dict.fromkeys(BATCH) | {
        "app": "shop",
        "event_type": "track",
        "received_at": read["received_at"][0],
    }


def test_numbers_keep_the_spelling_they_were_sent_with() -> None:
    sent = (
        b'{"a": 1.0, "b": 1e2, "c": 9007199254740993, "d": 18446744073709551617, "e": 1e400, "f": -0, "g": "\\u00e9"}'
    )
    assert read_batch([record(spooled(payload=sent))])["payload"][0] == sent.decode()


def test_line_breaks_between_tokens_become_spaces() -> None:
    assert read_batch([record(spooled(payload=b'{\r\n\t"a":\n1}'))])["payload"][0] == '{  \t"a": 1}'


@given(st.lists(st.tuples(names, names, objects, objects | st.none()), min_size=1, max_size=6))
def test_payload_context_and_ids_come_out_as_they_went_in(
    sent: list[tuple[str, str, dict[str, object], object]],
) -> None:
    events = [
        Spooled(app="a", event_name=name, event_id=key, payload=text(_json(payload)), context=text(_json(context)))
        for name, key, payload, context in sent
    ]
    read = read_batch([record(*events)])
    context = [None if context is None else _json(context).decode() for _, _, _, context in sent]
    assert read["event_name"].to_list() == [name for name, _, _, _ in sent]
    assert read["event_id"].to_list() == [key for _, key, _, _ in sent]
    assert read["payload"].to_list() == [_json(payload).decode() for _, _, payload, _ in sent]
    assert read["context"].to_list() == context
    assert read.select(pl.col("problem").null_count()).item() == len(sent)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
