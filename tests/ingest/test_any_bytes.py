"""Whatever is sent: no 500, nothing lost, nothing counted twice, payloads as they went in."""

import gzip
import json
import zlib
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.limits import Limits
from tests.ingest.intake import intake_at

STATUSES = {202, 400, 401, 413}
ODDITIES = [
    b"[",
    b"]",
    b"{",
    b"}",
    b",",
    b":",
    b'"',
    b"\\",
    b"\\u",
    b"\\ud800",
    b"\n",
    b"\r",
    b"\0",
    b"\xff",
    b" ",
    b"NaN",
]
WORDS = [
    b'"event_name"',
    b'"payload"',
    b'"events"',
    b'"app"',
    b'"timestamp"',
    b"1e999",
    b"null",
    b"5",
    b"Event Payload:",
]
nearly_json = st.lists(st.sampled_from(ODDITIES + WORDS), max_size=40).map(b"".join)
codings = st.sampled_from(["", "gzip", "deflate", "zstd", "br", "gzip, zstd"])
packings = st.sampled_from([bytes, gzip.compress, zlib.compress, zstandard.compress])

names = st.text(st.characters(codec="utf-8"), max_size=5)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | names,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)
payloads = st.dictionaries(names, values, max_size=4)
separators = st.sampled_from([(",", ":"), (", ", ": "), (" ,\n", "\t:\r\n")])
good = st.builds(
    lambda payload, style, plain: ("good", json.dumps(payload, separators=style, ensure_ascii=plain).encode()),
    payloads,
    separators,
    st.booleans(),
)
broken = st.sampled_from(
    [
        b'{"event_name":5,"payload":{}}',
        b'{"event_name":"broken","payload":[]}',
        b'{"event_name":"broken","event_name":"twice"}',
        b'{"event_name":"broken","payload":{"x":NaN}}',
        b'{"event_name":"broken","payload":{"x":"\xff"}}',
        b'{"event_name":"broken","payload":{"x":"\\ud800"}}',
        b"[[]]",
        b"5",
    ]
).map(lambda raw: ("broken", raw))
torn = st.sampled_from(
    [
        b'{"event_name":"torn","payload":{"x":"}}',
        b'{"event_name":"torn","payload":{"x":[}',
        b'{"event_name":"torn","payload":{"x":1}',
        b'"event_name":"torn","payload":{}}',
    ]
).map(lambda raw: ("torn", raw))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=200) | nearly_json, pack=packings, coding=codings)
@pytest.mark.parametrize("path", ["/v1/events", "/c/shop/v1/events", "/api/logs/shop"])
def test_no_bytes_get_another_answer_than_those_that_are_written_down(
    tmp_path: Path, path: str, body: bytes, pack: Any, coding: str
) -> None:
    intake = intake_at(tmp_path)
    answer = intake.post(pack(body), path, Content_Encoding=coding, Content_Type="text/plain")
    intake.spool.close()
    assert answer.status_code in STATUSES
    said = answer.json
    assert said is not None
    if answer.status_code == 202:
        assert said["received"] == said["accepted"] + len(said["rejected"])
        assert len(said["errors"]) <= said["accepted"]
    else:
        assert list(said["error"]) == ["code", "message", "where"]


def posted(folder: Path, sent: list[tuple[str, bytes]], wrap: bytes) -> tuple[Any, list[dict[str, Any]]]:
    """The receipt of a body that holds these events, and what was kept of them."""
    intake = intake_at(folder)
    events = [b'{"event_name":"good","payload":%s}' % raw if kind == "good" else raw for kind, raw in sent]
    return intake.post(wrap % b",".join(events)).json, intake.kept()


def payloads_of(sent: list[tuple[str, bytes]]) -> list[str]:
    return [raw.decode().replace("\n", " ").replace("\r", " ") for kind, raw in sent if kind == "good"]


@given(sent=st.lists(good | broken, max_size=30), wrap=st.sampled_from([b"[%s]", b'{"events":[%s]}']))
def test_broken_events_cost_none_of_the_good_ones(
    tmp_path_factory: pytest.TempPathFactory, sent: list[tuple[str, bytes]], wrap: bytes
) -> None:
    said, kept = posted(tmp_path_factory.mktemp("store"), [("good", b"{}"), *sent], wrap)
    faults = [at for at, (kind, _) in enumerate(sent, 1) if kind == "broken"]
    assert (said["received"], said["accepted"], said["rejected"]) == (1 + len(sent), 1 + len(sent), [])
    assert [fault["index"] for fault in said["errors"]] == faults
    assert [at for at, event in enumerate(kept) if event["problem"] and event["unread"]] == faults
    assert [event["payload"] for event in kept if not event["problem"]] == ["{}", *payloads_of(sent)]


@given(sent=st.lists(good | broken | torn, max_size=20))
def test_torn_events_cost_none_of_the_good_ones_either(
    tmp_path_factory: pytest.TempPathFactory, sent: list[tuple[str, bytes]]
) -> None:
    said, kept = posted(tmp_path_factory.mktemp("store"), [("good", b"{}"), *sent], b"[%s]")
    assert said["received"] == said["accepted"] == len(kept)
    assert [event["payload"] for event in kept if not event["problem"]] == ["{}", *payloads_of(sent)]
    assert len(said["errors"]) <= sum(kind != "good" for kind, _ in sent)


@given(sent=st.lists(payloads, min_size=1, max_size=20), most=st.integers(1, 25))
def test_a_limit_on_events_is_exact(
    tmp_path_factory: pytest.TempPathFactory, sent: list[dict[str, Any]], most: int
) -> None:
    intake = intake_at(tmp_path_factory.mktemp("store"), Limits(events=most))
    answer = intake.post("\n".join(json.dumps({"event_name": "a", "payload": payload}) for payload in sent).encode())
    assert answer.status_code == (202 if len(sent) <= most else 413)
    assert len(intake.kept()) == (len(sent) if len(sent) <= most else 0)
