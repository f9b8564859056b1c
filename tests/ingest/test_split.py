"""One broken event costs none of those beside it, and finding that out takes time linear in the body."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.split import depth, is_whole_object, split, text_member

GOOD = b'{"event_name":"a","payload":{"items":[{"x":"}],{"},{"y":1}]}}'
NAME = b'"event_name"'


def pieces(body: bytes, most: int = 1_000) -> list[bytes]:
    return split(body, NAME, most)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"[]", []),
        (b"[" + GOOD + b"," + GOOD + b"]", [GOOD, GOOD]),
        (b" [\n" + GOOD + b" ,\n" + GOOD + b"\n] ", [GOOD, GOOD]),
        (b'{"events":[' + GOOD + b"," + GOOD + b'],"sent_at":1}', [GOOD, GOOD]),
        (b'{"sent_at": 1, "events" : [' + GOOD + b"]}", [GOOD]),
        (GOOD, [GOOD]),
        (GOOD + b"\n" + GOOD + b"\r\n\r\n", [GOOD, GOOD]),
        (b'{\n"event_name":\n"a"}\n{\n"event_name":"b"}', [b'{\n"event_name":\n"a"}', b'{\n"event_name":"b"}']),
        (b'{"event_name":"a","events":[1,2]}', [b'{"event_name":"a","events":[1,2]}']),
        (b"[" + GOOD + b',{"x":NaN},' + GOOD + b"]", [GOOD, b'{"x":NaN}', GOOD]),
        (b"[" + GOOD + b",nope, 5, " + GOOD + b",]", [GOOD, b"nope", b"5", GOOD]),
        (b"[" + GOOD + GOOD + b"]", [GOOD, GOOD]),
        (b"[" + GOOD + b',{"event_name":"b","payl', [GOOD, b'{"event_name":"b","payl']),
        (b"[" + GOOD + b',{"a":{"b":1,' + GOOD + b"," + GOOD + b"]", [GOOD, b'{"a":{"b":1', GOOD, GOOD]),
        (b"[" + GOOD + b',{"a":"b},' + GOOD + b"," + GOOD + b"]", [GOOD, b'{"a":"b}', GOOD, GOOD]),
        (b"[" + GOOD + b',{"a":1]},' + GOOD + b"]", [GOOD, b'{"a":1]}', GOOD]),
        (b"[" + GOOD + b"] and more", [GOOD, b"and more"]),
        (GOOD + b'\n{"event_name":"b","pay\n' + GOOD, [GOOD, b'{"event_name":"b","pay', GOOD]),
        (GOOD + b"\noops\n" + GOOD, [GOOD, b"oops", GOOD]),
        (b'{"events":[' + GOOD + b',{"event_name":"b"', [GOOD, b'{"event_name":"b"']),
        (b'{"event_name":"b","payl', [b'{"event_name":"b","payl']),
        (b"oops\nnope", [b"oops\nnope"]),
        (b"", []),
    ],
)
def test_the_events_of_a_body_are_found(body: bytes, found: list[bytes]) -> None:
    assert pieces(body) == found


def test_no_more_pieces_are_made_than_are_asked_for() -> None:
    for body in (b"[" + b"0," * 500_000 + b"0]", b"{}" * 500_000, b"0\n" * 500_000 + b"{}"):
        assert len(pieces(body, most=11)) <= 11


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 2_000_000,
        b'[{"a":' * 200_000,
        b"[" + b'"\\' * 1_000_000,
        b"[" + b'{"event_name":"' * 150_000,
        b"[" + b',{"event_name":[' * 150_000,
        b'{"events":[' + b'{"a":[}' * 200_000,
        b"[" + (b'{"a":[,' + GOOD + b",") * 25_000,
        b"[" + (b'{"a":"' + GOOD + b",") * 25_000,
        b"{" * 1_000_000 + b"\n" * 1_000_000,
    ],
)
def test_two_megabytes_of_malice_take_seconds_at_most(body: bytes) -> None:
    began = time.process_time()
    for piece in pieces(body):
        depth(piece)
        text_member(piece, NAME)
    assert time.process_time() - began < 10


names = st.text(max_size=5)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | names,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)
events = st.dictionaries(names, values, max_size=4).map(lambda event: {**event, "event_name": "a"})


@given(st.lists(events, min_size=1, max_size=5), st.sampled_from([None, 1]), st.booleans())
def test_whatever_is_well_formed_is_split_as_a_json_parser_would(
    sent: list[dict[str, object]], indent: int | None, ascii_only: bool
) -> None:
    body = json.dumps(sent, indent=indent, ensure_ascii=ascii_only).encode()
    assert [json.loads(piece) for piece in pieces(body)] == sent
    assert all(is_whole_object(piece) for piece in pieces(body))


@pytest.mark.parametrize(
    ("piece", "said"),
    [
        (b'{"payload":{"event_name":"in"},"event_name":"out","x":NaN}', "out"),
        (b'{"event_name":"a\\u00e9", oops', "aé"),
        (b'{"event_name":"\\ud800"}', None),
        (b'{"event_name":"\xff"}', None),
        (b'{"event_name":5}', None),
        (b'{"event_name":', None),
        (b'{"x":"event_name"}', None),
        (b'"event_name":"a"', None),
        (b"", None),
    ],
)
def test_what_a_broken_event_says_of_itself_is_kept(piece: bytes, said: str | None) -> None:
    assert text_member(piece, NAME) == said


def test_depth_counts_brackets_outside_of_texts() -> None:
    assert depth(b'{"a":[{"b":"[[[["}],"c":{}}') == 3
    assert depth(b"[" * 1_000_000 + b"]" * 1_000_000) == 1_000_000
    assert depth(b"5") == 0
