"""A plan guessed from traffic: what it says, what speaks for it, and how little it keeps whatever was sent."""

import json
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plans.infer import Bounds, Draft, Evidence, Guessing
from plans.infer_names import alike
from plans.judging.judge import judge
from plans.model import MAX_FIELDS
from plans.read import read_plan
from tests.plans import generated


def sent(*payloads: Any, name: str | None = "e", kind: str = "track") -> pl.DataFrame:
    """Events of one name; a payload is text or null as it is, anything else as JSON."""
    texts = [each if each is None or isinstance(each, str) else json.dumps(each) for each in payloads]
    told = {"app": "shop", "event_name": name, "event_type": kind, "problem": None}
    columns = [pl.lit(value, pl.String()).alias(key) for key, value in told.items()]
    return pl.DataFrame({"payload": texts}, schema={"payload": pl.String()}).with_columns(columns)


def inferred(*batches: pl.DataFrame, bounds: Bounds | None = None, **guessing: Any) -> Draft:
    evidence = Evidence(bounds)
    for batch in batches:
        evidence.add(batch)
    return evidence.draft("shop", Guessing(**guessing))


def schema(draft: Draft, name: str = "e") -> dict[str, Any]:
    (found,) = [event["schema"] for event in json.loads(draft.plan)["events"] if event["name"] == name]
    assert isinstance(found, dict)
    return found


def field(draft: Draft, path: str, name: str = "e") -> dict[str, Any]:
    (event,) = [each for each in draft.evidence if each["event"] == name]
    (found,) = [each for each in event["fields"] if each["field"] == path]
    assert isinstance(found, dict)
    return found


def guess(told: dict[str, Any], keyword: str) -> tuple[str, float]:
    (found,) = [(each["says"], each["share"]) for each in told["guesses"] if each["keyword"] == keyword]
    return found


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([1, 2, -3], {"type": "integer"}),
        ([1, 2.5], {"type": "number"}),
        (["1e2", 2], {"type": ["string", "integer"]}),
        ([True, False], {"type": "boolean"}),
        (["a", None], {"type": ["string", "null"]}),
        ([None], {"type": "null"}),
        ([[]], {"type": "array"}),
        ([[1, 2], ["x"]], {"type": "array", "items": {"type": ["string", "integer"]}}),
        ([[[1]], [[]]], {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}}),
        ([{}], {"type": "object"}),
        (
            [{"a": 1, "b": 2}, {"a": 3}],
            {
                "type": "object",
                "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
                "required": ["a"],
            },
        ),
        (
            [[{"n": 1}, {"n": 2, "m": True}]],
            {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"n": {"type": "integer"}, "m": {"type": "boolean"}},
                    "required": ["n"],
                },
            },
        ),
    ],
)
def test_types_fields_and_elements_are_as_they_were_sent(values: list[Any], said: dict[str, Any]) -> None:
    assert schema(inferred(sent(*({"v": value} for value in values))))["properties"]["v"] == said


def test_numbers_are_told_apart_by_how_they_were_written() -> None:
    texts = ['{"v":1}', '{"v":18446744073709551617}', '{"v":-0}']
    assert schema(inferred(sent(*texts)))["properties"]["v"] == {"type": "integer"}
    assert schema(inferred(sent(*texts, '{"v":1e400}')))["properties"]["v"] == {"type": "number"}


def test_a_field_is_required_where_it_is_always_there() -> None:
    draft = inferred(sent({"a": 1, "o": {"x": 1}}, {"a": 1}), sent({"a": 2, "b": 1}, {"a": None}))
    assert schema(draft)["required"] == ["a"]
    assert schema(draft)["properties"]["o"]["required"] == ["x"]
    assert guess(field(draft, "a"), "required") == ("always there", 1.0)
    assert (field(draft, "b")["share"], field(draft, "b")["required"]) == (0.25, False)


def test_an_event_without_a_payload_has_no_fields() -> None:
    assert "required" not in schema(inferred(sent({"a": 1}, None, "null")))


@pytest.mark.parametrize(
    ("texts", "name"),
    [
        (["2026-02-28", "2026-01-31", "2024-02-29"], "date"),
        (["2026-11-23T15:20:00Z", "2026-11-30T15:20:00.123+01:00"], "date-time"),
        (["8c0f1a52-5c1b-4d58-a3a4-9a1f0b6d7c11", "8C0F1A52-5C1B-4D58-A3A4-9A1F0B6D7C11"], "uuid"),
        (["a@example.org", "Ann.O'Neil+x@sub.example.org"], "email"),
        (["https://example.org/a", "app://open?x=1"], "uri"),
        (["10.0.0.1", "192.168.1.254"], "ipv4"),
        (["2026-02-30", "2026-01-31", "x"], None),
        (["home", "offers"], None),
        (["", "", ""], None),
    ],
)
def test_formats_are_guessed_where_all_texts_have_them(texts: list[str], name: str | None) -> None:
    draft = inferred(sent({"v": ""} if not texts[0] else {"v": texts[0]}), sent(*({"v": text} for text in texts)))
    assert schema(draft)["properties"]["v"].get("format") == name
    if name:
        assert guess(field(draft, "v"), "format") == (name, 1.0)


def test_a_small_set_of_values_becomes_an_enum() -> None:
    many = [{"v": "abc"[n % 3], "w": f"w{n}", "x": None if n % 2 else "ab"[n % 4 // 2]} for n in range(120)]
    draft = inferred(sent(*many[:50]), sent(*many[50:]))
    said = schema(draft)["properties"]
    assert said["v"] == {"type": "string", "enum": ["a", "b", "c"]}
    assert said["w"] == {"type": "string"}
    assert said["x"] == {"type": ["string", "null"], "enum": ["a", "b", None]}
    (told,) = [each for each in field(draft, "v")["guesses"] if each["keyword"] == "enum"]
    assert (told["share"], told["values"]) == (1.0, {"a": 40, "b": 40, "c": 40})


def test_a_value_that_came_once_or_is_the_only_one_is_no_enum() -> None:
    assert "enum" not in schema(inferred(sent(*({"v": "EUR"} for _ in range(100)))))["properties"]["v"]
    assert "enum" not in schema(inferred(sent({"v": "a"}, {"v": "b"})))["properties"]["v"]


def test_what_comes_rarely_is_taken_for_a_mistake_and_said_so() -> None:
    draft = inferred(sent(*({"price": n} for n in range(99)), {"price": "14.99"}, {"Price": 1}, {"price": 4}))
    assert schema(draft)["properties"] == {"price": {"type": "integer"}}
    price = field(draft, "price")
    assert guess(price, "type") == ("integer", 0.990099)
    assert price["types"] == {"string": 1, "integer": 100}
    assert price["marks"] == ["missing in only 1 of 102"]
    assert field(draft, "Price")["marks"] == ["looks like `price`, which came 101 times"]
    assert field(draft, "Price")["left_out"]


def test_rare_event_names_and_those_that_look_like_mistakes_are_marked() -> None:
    often = sent(*({} for _ in range(400)), name="order_placed")
    once = [sent({}, name=name) for name in ("orderPlaced", "order_plaeced", "something_else")]
    draft = inferred(often, *once)
    marks = {event["event"]: event["marks"] for event in draft.evidence}
    assert marks["order_placed"] == []
    assert marks["something_else"] == ["seen once, which is rare"]
    assert marks["orderPlaced"][1] == marks["order_plaeced"][1] == "looks like `order_placed`, which came 400 times"
    told = {event["name"]: event.get("description") for event in json.loads(draft.plan)["events"]}
    assert told["something_else"] == "Seen in 1 of 403 events: seen once, which is rare."


@pytest.mark.parametrize(
    ("one", "other", "like"),
    [
        ("order_id", "orderID", True),
        ("Order Placed", "order_placed", True),
        ("checkout", "chekout", True),
        ("checkout", "chackout", True),
        ("item1", "item2", False),
        ("home", "hole", False),
        ("opened", "closed", False),
    ],
)
def test_names_are_alike_but_for_case_signs_or_a_letter(one: str, other: str, like: bool) -> None:
    assert alike({one: 100, other: 5}) == ({other: one} if like else {})
    assert alike({one: 100, other: 6}) == {}


def test_what_teaches_nothing_is_counted() -> None:
    draft = inferred(
        sent({"a": 1}),
        sent({"b": 1}, kind="system"),
        sent({"b": 1}, name=None),
        sent("[1]", '{"b":', '{"b":"\\ud800"}'),
    )
    assert list(schema(draft)["properties"]) == ["a"]
    assert draft.notes == [
        "1 system events were left out",
        "1 events without a name were left out",
        "1 payloads that are no object were left out",
        "2 unreadable payloads were left out",
    ]


def test_a_key_that_comes_twice_is_told() -> None:
    (event,) = inferred(sent('{"a":1,"a":"x"}', {"a": "y"})).evidence
    assert event["marks"][1:] == ["has a key twice in 1 objects; such events cannot be judged"]


def test_what_is_kept_is_bounded_whatever_is_sent() -> None:
    bounds = Bounds(names=3, fields=60, fields_of_event=20, keys=10, nesting=4, values=5)
    deep: Any = 1
    for _ in range(50):
        deep = {"d": [deep]}
    noise = [{f"k{n}-{m}": f"text {n}" for m in range(8)} for n in range(50)]
    evidence = Evidence(bounds)
    for name in ("map", "deep", "wide", "more", "yet more"):
        wide = [{f"g{n}": {f"f{m}": m for m in range(9)}} for n in range(9)]
        evidence.add(sent(*{"map": noise, "deep": [deep]}.get(name, wide), name=name))
    draft = evidence.draft("shop")
    told = {event["event"]: event for event in draft.evidence}
    assert set(told) == {"map", "deep", "wide"}
    assert draft.notes == ["18 events of names beyond the limit were left out"]
    assert schema(draft, "map") == {"type": "object"}
    assert [each["field"] for each in told["deep"]["fields"]] == ["d", "d[]", "d[].d", "d[].d[]"]
    assert len(told["wide"]["fields"]) == 20
    assert "has more fields than are looked at" in told["wide"]["marks"]
    assert evidence._counts.values.height <= bounds.fields * bounds.values
    assert evidence._counts.examples.height <= bounds.fields * bounds.examples


def test_a_key_too_long_to_be_a_name_is_left_out() -> None:
    draft = inferred(sent({"k" * 300: 1, "a": 1}))
    assert list(schema(draft)["properties"]) == ["a"]
    assert "has more fields than are looked at" in draft.evidence[0]["marks"]


def test_the_bounds_of_a_draft_are_within_those_of_a_plan() -> None:
    assert Bounds().fields <= MAX_FIELDS


def test_order_and_cutting_into_batches_do_not_matter() -> None:
    r = Random(3)
    payloads = [generated.payload(r) for _ in range(60)]
    whole = inferred(sent(*payloads))
    pieces = inferred(*(sent(*payloads[at : at + 7]) for at in range(0, 60, 7)))
    assert json.loads(pieces.plan) == json.loads(whole.plan)
    assert pieces.events == whole.events


@settings(max_examples=30)
@given(st.integers(0, 2**64).map(Random))
def test_no_event_fails_the_plan_inferred_from_it_unless_a_guess_says_so(r: Random) -> None:
    payloads = [generated.payload(r) for _ in range(r.choice([1, 5, 80]))]
    events = pl.concat([sent(payload, name=r.choice("eef")) for payload in payloads])
    draft = inferred(events)
    plan, report = read_plan(draft.plan.encode(), app="shop")
    assert report.events == len(draft.evidence)
    judged = pl.concat([events, judge(events, lambda _: plan).select("status", "violations")], how="horizontal")
    unsure = {
        (event["event"], told["field"])
        for event in draft.evidence
        for told in event["fields"]
        if any(each["share"] < 1 for each in told["guesses"]) or told["left_out"]
    }
    twice = any("twice" in mark for event in draft.evidence for mark in event["marks"])
    for event in judged.iter_rows(named=True):
        broken = {(event["event_name"], each["path"]) for each in event["violations"] if each["severity"] == "error"}
        if event["status"] == "error":
            assert twice or draft.notes
        else:
            assert broken <= unsure
