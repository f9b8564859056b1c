"""A verdict does not depend on how it was found: as columns, one by one, or by jsonschema-rs."""

from random import Random

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from plans.judging.fallback import plain
from plans.judging.judge import judge
from plans.judging.one import document
from plans.model import Plan, PlanError
from plans.oracle import validator
from plans.read import read_plan
from tests.plans import generated

EVENTS = 40
MANY = settings(max_examples=200, deadline=None)
SEEDS = st.integers(0, 2**64).map(Random)


def judged(plan: Plan, payloads: list[str], columns_from: int) -> pl.DataFrame:
    height = len(payloads)
    events = pl.DataFrame(
        {
            "app": ["shop"] * height,
            "event_name": ["e"] * height,
            "event_type": ["track"] * height,
            "payload": payloads,
            "problem": pl.Series([None] * height, dtype=pl.String()),
        }
    )
    return judge(events, lambda _: plan, columns_from=columns_from, glanced=False)


def of_schema(schema: str) -> Plan:
    return read_plan(f'{{"events":[{{"name":"e","schema":{schema}}}]}}'.encode(), app="shop")[0]


def of_sheet(r: Random) -> Plan:
    """The first of the sheets made up that is one: fields may contradict each other."""
    while True:
        try:
            return read_plan(generated.sheet(r).encode(), app="shop", content_type="text/csv")[0]
        except PlanError:
            continue


def payloads(r: Random) -> list[str]:
    return [generated.payload(r) for _ in range(EVENTS)]


@MANY
@given(SEEDS)
def test_a_schema_gives_the_same_violations_as_columns_and_one_by_one(r: Random) -> None:
    plan, sent = of_schema(generated.schema(r)), payloads(r)
    one_by_one = judged(plan, sent, 1_000_000)
    assert_frame_equal(judged(plan, sent, 0), one_by_one)
    assert_frame_equal(judged(plan, sent, EVENTS // 2), one_by_one)


@MANY
@given(SEEDS)
def test_a_sheet_gives_the_same_violations_as_columns_and_one_by_one(r: Random) -> None:
    plan, sent = of_sheet(r), payloads(r)
    one_by_one = judged(plan, sent, 1_000_000)
    assert_frame_equal(judged(plan, sent, 0), one_by_one)
    assert_frame_equal(judged(plan, sent, EVENTS // 2), one_by_one)


@MANY
@given(SEEDS)
def test_an_event_is_invalid_exactly_when_jsonschema_rs_says_so(r: Random) -> None:
    plan, sent = of_schema(generated.schema(r) if r.random() < 0.7 else generated.beyond(r)), payloads(r)
    text = plan.event("e").schema or ""
    verdicts = judged(plan, sent, 0)["status"].to_list()
    for payload, verdict in zip(sent, verdicts, strict=True):
        if verdict != "error":
            valid = validator(text, None).is_valid(plain(document(payload)))
            assert (verdict, payload, text) == ("valid" if valid else "invalid", payload, text)


def test_order_is_kept_over_many_chunks_of_a_large_batch() -> None:
    plan = of_schema('{"properties":{"n":{"maximum":10},"l":{"items":{"type":"integer"}}}}')
    sent = [f'{{"n":{at},"l":[1,{at % 3}.5]}}' for at in range(30_000)]
    found = judged(plan, sent, 0)["violations"].list.get(0).struct.field("value").to_list()
    assert found[11:] == [str(at) for at in range(11, 30_000)]
    assert_frame_equal(judged(plan, sent[:2_000], 0), judged(plan, sent[:2_000], 1_000_000))
