"""An event opened: everything that was sent is shown, as text, and the broken things stand out."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from dash import html
from plotly.io.json import to_json_plotly

from dashboard import fields, verdicts

EVENT: dict[str, Any] = {
    "seq": 7,
    "event_name": "bought",
    "status": "invalid",
    "received_at": "2026-11-23T15:20:01.123456Z",
    "copies": 1,
    "violations": [
        {
            "field": "items[1].sku",
            "path": "items[].sku",
            "rule": "wrong_type",
            "severity": "error",
            "message": "`items[1].sku` should be text.",
        }
    ],
    "fields": [
        {"key": "price", "value": "1.5", "expected": "float", "received": "number", "status": "valid", "message": None},
        {
            "key": "items[1].sku",
            "value": "2",
            "expected": "text",
            "received": "integer",
            "status": "invalid",
            "message": "!",
        },
    ],
    "payload": '{"price":1.5,"items":[{"sku":"a"},{"sku":2}]}',
    "context": None,
}


def drawn(**changed: Any) -> Any:
    return json.loads(to_json_plotly(fields.panel({**EVENT, **changed}, "shop")))


def walk(node: Any) -> Iterator[dict[str, Any]]:
    for child in node if isinstance(node, list) else [node]:
        if isinstance(child, dict):
            yield child
            yield from walk(child["props"].get("children"))


def texts(node: Any) -> str:
    """What a reader sees, without any markup."""
    if isinstance(node, list):
        return "".join(map(texts, node))
    return texts(node["props"].get("children")) if isinstance(node, dict) else "" if node is None else str(node)


def marked(node: Any, name: str) -> list[str]:
    return [texts(child) for child in walk(node) if name in str(child["props"].get("className", "")).split()]


def test_the_broken_place_is_marked_in_table_payload_and_words() -> None:
    panel = drawn()
    assert marked(panel, "is-invalid") == ["items[1].sku2textintegerinvalid"]
    assert marked(panel, "is-broken") == ['"sku": 2']
    assert marked(panel, "sentence") == ["items[1].sku should be text.all like this"]


@pytest.mark.parametrize("number", ["9007199254740993", "1.0", "1e400", "-0", "0.1000"])
def test_a_number_keeps_its_digits(number: str) -> None:
    assert number in marked(drawn(payload=f'{{"n":{number}}}'), "json-number")


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\u202egnorw", "\U0001f389", "&amp;"]
)
def test_whatever_was_sent_is_text(text: str) -> None:
    panel = drawn(payload=json.dumps({"t": text}), event_name=text)
    assert texts(panel).count(text) >= 2
    assert {child["type"] for child in walk(panel)}.isdisjoint({"Script", "Img", "Iframe", "DangerouslySetInnerHTML"})


def test_a_repeated_key_is_shown_as_often_as_it_came() -> None:
    assert marked(drawn(payload='{"a":1,"a":2}'), "key") == ['"a"', '"a"']


def test_a_megabyte_of_text_is_cut_and_says_so() -> None:
    shown = texts(drawn(payload=json.dumps({"t": "x" * 1_000_000})))
    assert len(shown) < 100_000
    assert "more characters" in shown


def test_a_payload_of_many_values_stays_a_bounded_page() -> None:
    panel = drawn(payload=json.dumps(list(range(50_000))))
    assert len(list(walk(panel))) < 5 * fields.MOST_NODES
    assert "more" in texts(panel)


def test_what_could_not_be_read_is_shown_as_it_came() -> None:
    panel = drawn(status="error", payload=None, unread='{"half', fields=[], event_name=None)
    assert marked(panel, "raw") == ['{"half']
    assert "An event without a name" in texts(panel)
    assert "None was sent" not in texts(panel)


def test_copies_are_explained() -> None:
    assert "sent 3 times" in texts(drawn(copies=3))
    assert isinstance(fields.panel(EVENT, "shop")[0], html.Div)


def test_a_payload_nested_deeper_than_a_page_can_be_is_shown_as_far_as_it_can() -> None:
    assert "deeper than is shown" in texts(drawn(payload="[" * 300 + "]" * 300))


def test_many_sentences_are_counted_not_listed() -> None:
    broken = {"field": "a", "path": "a", "rule": "missing", "severity": "error", "message": "`a` is missing."}
    panel = drawn(violations=[broken] * 40)
    assert len(marked(panel, "sentence")) == verdicts.MOST_SENTENCES
    assert "and 34 more" in texts(panel)


def test_a_hint_stands_below_its_sentence_and_its_row() -> None:
    hint, said = "a number sent as text", '`price` should be a number; it was the text "14.99"'
    broken = {
        "field": "price",
        "path": "price",
        "rule": "wrong_type",
        "severity": "error",
        "message": f"{said} \u2014 {hint}.",
        "hint": hint,
    }
    row = {**EVENT["fields"][1], "key": "price", "message": broken["message"], "hint": hint}
    panel = drawn(violations=[broken], fields=[row])
    assert marked(panel, "sentence") == [
        'price should be a number; it was the text "14.99".A number sent as textall like this'
    ]
    assert marked(panel, "hint") == ["A number sent as text"] * 2


def test_a_condition_that_did_not_hold_is_told_below_its_row() -> None:
    why = 'Asked for only when `by` is "card".'
    row = {**EVENT["fields"][0], "status": "not_applied", "message": why, "hint": None}
    assert marked(drawn(fields=[row]), "hint") == ['Asked for only when by is "card".']
    assert marked(drawn(fields=[{**row, "message": "It was not sent, and need not be."}]), "hint") == []


def test_backticks_in_a_value_are_its_own() -> None:
    broken = {
        "field": "a",
        "path": "a",
        "rule": "missing",
        "severity": "error",
        "message": 'it was the text "`x` \\"`y`"; not `a`.',
        "hint": None,
    }
    [line] = [child for child in walk(drawn(violations=[broken], fields=[])) if child["type"] == "Li"]
    assert [texts(child) for child in walk(line) if child["type"] == "Code"] == ["a"]
    assert texts(line).count("`") == 4


def test_a_table_of_many_elements_stays_a_bounded_page_with_what_is_broken() -> None:
    fine = [{**EVENT["fields"][0], "key": f"l[{at}]"} for at in range(5_000)]
    panel = drawn(fields=[*fine, EVENT["fields"][1]])
    assert len(marked(panel, "is-invalid")) == 1
    assert len(marked(panel, "is-valid")) == verdicts.MOST_FIELDS - 1
    assert "and 4,601 more fields" in texts(panel)


def test_a_violation_leads_to_all_events_that_have_it() -> None:
    [link] = [part for part in walk(drawn()) if part.get("type") == "A"]
    assert link["props"]["href"] == "/apps/shop/events?event=bought&field=items%5B%5D.sku&rule=wrong_type"


def test_an_event_leads_to_those_of_the_same_user_session_and_version() -> None:
    told = {"user_id": "!u&1", "session": "s 2", "app_version": "3.1", "violations": []}
    links = [part["props"]["href"] for part in walk(drawn(**told)) if part.get("type") == "A"]
    assert links == [
        "/apps/shop/events?app_version=3.1",
        "/apps/shop/events?session=s+2",
        "/apps/shop/events?user_id=%5C%21u%261",
    ]
