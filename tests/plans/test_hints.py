"""Hints: right where they appear, and silent over sound traffic."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

import polars as pl
import pytest

from plans.explain import told
from plans.hinting import misplaced
from plans.hinting.outline import outline
from plans.judging.judge import judge
from plans.model import Plan
from tests.plans import generated, media, mutations
from tests.plans.judging import events, schema, sheet
from tests.plans.mutations import EVERYWHERE, Mutation
from tests.plans.shopping import ENUMS_OF_THE_SHOP, schema_plan, sheet_plan, shopping
from tests.plans.test_both_ways import of_schema, of_sheet

Sound = Callable[[Random], tuple[str, dict[str, Any]]]


def spelt(values: dict[str, tuple[str, ...]]) -> dict[str, Mutation]:
    return {
        "enum's case": mutations.of_enum(values, lambda text, _: text.swapcase(), True),
        "enum's blanks": mutations.of_enum(values, lambda text, _: f" {text}", True),
        "enum's typing": mutations.of_enum(values, mutations.typo, True),
        "enum's other": mutations.of_enum(values, lambda _, r: r.choice(["zzz", "other", "-1"]), False),
    }


MEDIA = spelt(media.ENUMS) | {
    "s for ms": mutations.scaled(1e-3, media.OF_MS, "seconds for milliseconds"),
    "ms for s": mutations.scaled(1e3, media.OF_SECONDS, "milliseconds for seconds"),
    "µs for ms": mutations.scaled(1e3, ("started_at",), "microseconds for milliseconds"),
    "ten times as long": mutations.scaled(10, ("buffer_ms", "session_seconds")),
    "half as long": mutations.scaled(0.05, ("session_seconds",)),
    "too many": mutations.scaled(1e3, ("seats", "amount")),
    "too small": mutations.scaled(-1, ("seats", "buffer_ms", "session_seconds", "amount")),
}
PLANS: dict[str, tuple[Plan, Sound, dict[str, Mutation]]] = {
    "the demo's sheet": (sheet_plan(), shopping, EVERYWHERE),
    "the demo as schema": (schema_plan(), shopping, EVERYWHERE | spelt(ENUMS_OF_THE_SHOP)),
    "media": (media.plan(), media.sound, EVERYWHERE | MEDIA),
}


@dataclass
class Score:
    """How many hints appeared, and of how many events that a hint was due for one did."""

    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    due: Counter[str] = field(default_factory=Counter)
    given: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    def precision(self) -> float:
        return self.right.total() / (self.right + self.wrong).total()

    def recall(self) -> float:
        return self.given.total() / self.due.total()


def hinted(plan: Plan, sent: list[tuple[str, dict[str, Any]]]) -> list[list[dict[str, Any]]]:
    """The violations of each event, with messages and hints."""
    events = pl.DataFrame(
        {
            "app": "shop",
            "event_name": [name for name, _ in sent],
            "event_type": "track",
            "payload": [json.dumps(payload) for _, payload in sent],
            "problem": pl.Series([None] * len(sent), dtype=pl.String()),
        }
    )
    found = judge(events, lambda _: plan)["violations"].to_list()
    return [told(one, plan, name) for one, (name, _) in zip(found, sent, strict=True)]


def scored(plan: Plan, sound: Sound, kinds: dict[str, Mutation], seed: int, each: int) -> Score:
    r, score = Random(seed), Score()
    made: list[tuple[str, str, dict[str, Any], tuple[str, ...]]] = []
    for kind, mutate in kinds.items():
        for _ in range(each):
            name, payload = sound(r)
            if broken := mutate(payload, r):
                made.append((kind, name, *broken))
    before = hinted(plan, [(name, payload) for _, name, payload, _ in made])
    for (kind, _, payload, says), violations in zip(made, before, strict=True):
        if not violations:
            continue
        hints = [one["hint"] for one in violations if one["hint"]]
        score.due[kind] += bool(says)
        score.given[kind] += bool(says) and bool(hints)
        for hint in hints:
            right = any(text in hint for text in says)
            (score.right if right else score.wrong)[kind] += 1
            if not right:
                score.examples.append(f"{kind}: {hint}  {json.dumps(payload)[:300]}")
    return score


@pytest.mark.parametrize("which", PLANS)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_hint_names_the_mistake_that_was_made(which: str, seed: int) -> None:
    score = scored(*PLANS[which], seed, 100)
    assert score.precision() >= 0.95, score.examples[:20]
    assert score.recall() >= 0.85


@pytest.mark.parametrize("which", PLANS)
def test_sound_traffic_gets_no_hints(which: str) -> None:
    plan, sound, _ = PLANS[which]
    r = Random(3)
    told_of = hinted(plan, [sound(r) for _ in range(2_000)])
    remarked = sum(bool(violations) for violations in told_of)
    assert remarked > 100
    assert sum(any(one["hint"] for one in violations) for violations in told_of) < 0.02 * len(told_of)


def test_what_the_demo_breaks_is_hinted_at() -> None:
    broken: list[tuple[str, dict[str, Any], str, str]] = [
        ("product_viewed", {"price": "84.73"}, "price", "a number sent as text"),
        ("product_viewed", {"in_stock": "true"}, "in_stock", "a boolean sent as text"),
        ("screen_view", {"loadMs": 7}, "load_ms", "`loadMs` came, a near name"),
        ("screen_view", {"loadMs": 7}, "loadMs", "a near name for `load_ms`"),
        ("ProductViewed", {}, "", "a near name for `product_viewed`"),
    ]
    for name, payload, where, says in broken:
        [violations] = hinted(sheet_plan(), [(name, payload)])
        assert [one["hint"] for one in violations if one["field"] == where] == [says]


@pytest.mark.parametrize(
    ("plan", "payload", "hints"),
    [
        (sheet("order_id,text,true"), {"orderID": "1"}, {"order_id": "`orderID` came, a near name"}),
        (sheet("order_id,text,true"), {"order_Id": "1"}, {"order_id": "`order_Id` came, a near name"}),
        (sheet("quantity,integer,true"), {"qty": 1}, {"quantity": "`qty` came, a near name"}),
        (
            sheet("load_ms,integer,true"),
            {"load_seconds": 2},
            {"load_ms": "`load_seconds` came, seconds for milliseconds"},
        ),
        (sheet("coupon,text,false"), {"Coupon": "x"}, {"Coupon": "a near name for `coupon`"}),
        (sheet("price,float,true"), {"price": 1, "prices": 2}, {"prices": None}),
        (
            sheet("address.city,text,true"),
            {"address": {"x": 1}, "city": "y"},
            {"address.city": "it came as `city`, one level up"},
        ),
        (
            sheet("city,text,true", "a.b,text,true"),
            {"a": {"b": "x", "city": "y"}},
            {"city": "it came as `a.city`, one level down"},
        ),
        (
            sheet("items[].sku,text,true"),
            {"items": [{"SKU": "x"}]},
            {"items[0].sku": "`items[0].SKU` came, a near name"},
        ),
        (sheet("price,float,true"), {"price": "1.234,56 €"}, {"price": "a number sent as text, with its unit"}),
        (sheet("price,float,true"), {"price": "12,50"}, {"price": "a number sent as text, written as people write it"}),
        (sheet("price,float,true"), {"price": "undefined"}, {"price": '"undefined" for a value that was never set'}),
        (sheet("price,float,true"), {"price": "dear"}, {"price": None}),
        (sheet("paid,boolean,true"), {"paid": 1}, {"paid": "1 for true"}),
        (sheet("paid,boolean,true"), {"paid": "No"}, {"paid": '"No" for false'}),
        (sheet("zip,text,true"), {"zip": 10115}, {"zip": "text sent as a number"}),
        (sheet("name,text,true"), {"name": ["x"]}, {"name": "sent inside an array"}),
        (sheet("l[].a,text,true"), {"l": {"a": "x"}}, {"l[].a": "one element sent without its array"}),
        (sheet("l[],text,true"), {"l": "de,en"}, {"l[]": "a list sent as text"}),
        (sheet("at.x,text,true"), {"at": '{"x":"y"}'}, {"at.x": "JSON sent as text"}),
        (sheet("on,date,true"), {"on": "2026-11-23T10:00:00Z"}, {"on": "a date with its time; the day alone would do"}),
        (sheet("on,date,true"), {"on": "23.11.2026"}, {"on": "a date that is not written as year-month-day"}),
        (sheet("on,date,true"), {"on": 1_790_000_000_000}, {"on": "a Unix time in milliseconds for a date"}),
        (schema('{"properties":{"a":{"pattern":"^[A-Z]{3}$"}}}'), {"a": "eur"}, {"a": 'wrong case: "EUR" would match'}),
        (schema('{"properties":{"a":{"pattern":"^(a+)+(?=b)$"}}}'), {"a": "A" * 150}, {"a": None}),
        (schema('{"properties":{"a":{"enum":["card","cash"]}}}'), {"a": " card"}, {"a": 'blanks around "card"'}),
        (schema('{"properties":{"a":{"enum":[1,2]}}}'), {"a": "2"}, {"a": "a number sent as text"}),
        (
            schema('{"required":["at"],"properties":{"at":{"properties":{"x":{}}}}}'),
            {"x": 1},
            {"at": "its `x` came as `x`, one level up"},
        ),
    ],
)
def test_what_probably_happened(plan: Plan, payload: dict[str, Any], hints: dict[str, str | None]) -> None:
    [violations] = hinted(plan, [("e", payload)])
    said = {one["field"]: one["hint"] for one in violations}
    assert {field: said[field] for field in hints} == hints


def test_an_enum_longer_than_is_shown_is_hinted_at_by_the_plan() -> None:
    plan = schema(
        f'{{"properties":{{"a":{{"enum":{json.dumps([f"value {letter}" for letter in "abcdefghijklmnop"])}}}}}}}'
    )
    [[one]] = hinted(plan, [("e", {"a": "Value P"})])
    assert "and 6 more" in one["expected"]
    assert one["hint"] == 'wrong case: the plan has "value p"'


def test_a_schema_that_refers_to_itself_is_read_once_and_for_all() -> None:
    branches = ",".join('{"$ref":"#"}' for _ in range(6))
    plan = schema(f'{{"properties":{{"a":{{"type":"integer"}},"b":{{"$ref":"#"}}}},"anyOf":[{branches}]}}')
    [[one, *_]] = hinted(plan, [("e", {"b": {"a": "5"}})])
    assert one["hint"] is None or "number" in one["hint"]


def test_what_is_costly_is_worked_out_once_for_a_page() -> None:
    plan = schema_plan()
    event, wrong = plan.event("screen_view"), {"screen": "home", "loadMs": 7}
    page = hinted(plan, [("screen_view", wrong | {"previous_screen": str(at)}) for at in range(500)])
    assert outline(event) is outline(event)
    assert len(outline(event).said) == 1
    assert len({tuple(one["hint"] for one in violations) for violations in page}) == 1


def test_what_is_remembered_is_bounded() -> None:
    plan = sheet("order_id,text,true")
    hinted(plan, [("e", {f"extra{at}": 1}) for at in range(1_000)])
    assert len(outline(plan.event("e")).said) <= misplaced.KEPT


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("Order Placd", "order_placed"),
        ("OrderPlaced!", "order_placed"),
        ("order_place", "order_placed"),
        ("placed_order", "order_placed"),
        ("ScreenView", "screen_view"),
        ("heartbeat", None),
        ("search_result_clicked", None),
        ("x" * 1_000, None),
        ("", None),
    ],
)
def test_an_unplanned_event_is_hinted_at_by_the_names_of_the_plan(sent: str, meant: str | None) -> None:
    [[one]] = hinted(sheet_plan(), [(sent, {})])
    assert one["hint"] == (f"a near name for `{meant}`" if meant else None)


@pytest.mark.parametrize("odd", ["\u202e", "\n", "`", "\u05d0", "\x00", '"', ".", "[]"])
def test_a_hostile_name_in_a_hint_reads_well(odd: str) -> None:
    [[_, extra], [missing, *_]] = hinted(
        schema('{"properties":{"order_id":{}},"required":["order_id"]}'),
        [("e", {f"order{odd}_id": 1}), ("e", {f"order_id{odd}": 1})],
    )
    for one in (extra, missing):
        assert one["hint"].count("`") == 2
        assert not {"\u202e", "\n", "\x00"} & set(one["message"])


def test_hints_never_fail_whatever_was_sent() -> None:
    for seed in range(60):
        r = Random(seed)
        plan = (
            of_sheet(r) if seed % 3 == 0 else of_schema(generated.schema(r) if seed % 3 == 1 else generated.beyond(r))
        )
        events_of = events([generated.payload(r) for _ in range(20)])
        for found in judge(events_of, {"shop": plan}.get)["violations"].to_list():
            for one in told(found, plan, "e"):
                assert len(one["message"]) < 1_500
