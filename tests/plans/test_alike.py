"""Events that differ from sound ones by a field or two: told apart by these, with the verdict each gets by itself."""

import json
from collections.abc import Mapping
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from plans.judging.judge import judge
from plans.judging.loosened import LONGEST
from plans.judging.soundness import look
from plans.judging.typed import typed
from plans.model import Plan
from tests.plans import generated
from tests.plans.judging import events, schema, sheet
from tests.plans.test_both_ways import of_sheet
from tests.plans.test_soundness import object_schema, payload

SEEDS = st.integers(0, 2**64).map(Random)
WRONG = ["null", '""', '"x"', "1", "1.50", "-1", "true", "[]", "{}", '{"a":1}', '{"a":1,"a":2}', '[{"a":null}]', '" "']


def with_faults(r: Random, text: str) -> str:
    """A payload of which one top-level field, or two, hold something else, are gone, said twice or called otherwise."""
    sound = json.loads(text)
    if not isinstance(sound, dict):
        return text
    said = {key: json.dumps(value) for key, value in sound.items()}
    twice = ""
    for key in r.sample(list(said), min(len(said), r.choice([1, 1, 1, 2]))):
        kind = r.randrange(5)
        if kind == 0:
            del said[key]
        elif kind == 1:
            said["other"] = said.pop(key)
        elif kind == 2:
            twice = f",{json.dumps(key)}:{r.choice(WRONG)}"
        else:
            said[key] = r.choice(WRONG)
    return "{" + ",".join(f"{json.dumps(key)}:{value}" for key, value in said.items()) + (twice if said else "") + "}"


def as_each_by_itself(plan: Plan, sent: list[str | None]) -> None:
    exactly = judge(events(sent), lambda _: plan, columns_from=1_000, glanced=False)
    assert_frame_equal(judge(events(sent), lambda _: plan, columns_from=1_000), exactly)


@settings(max_examples=100, deadline=None)
@given(SEEDS)
def test_alike_events_of_a_schema_are_judged_as_each_by_itself(r: Random) -> None:
    text = object_schema(r, 2)
    said = json.loads(text)
    sound = [payload(r, said) for _ in range(8)]
    as_each_by_itself(schema(text), [with_faults(r, r.choice(sound)) for _ in range(80)])


@settings(max_examples=100, deadline=None)
@given(SEEDS)
def test_alike_events_of_a_sheet_are_judged_as_each_by_itself(r: Random) -> None:
    plan = of_sheet(r)
    sound = [generated.fitting(r, plan.event("e").fields) for _ in range(8)]
    as_each_by_itself(plan, [with_faults(r, r.choice(sound)) for _ in range(80)])


PLAN = sheet(
    "n,integer,true,",
    "at.x,text,true,",
    "how,text,true,",
    'card,text,false,"{""if_field"":""how"",""if_value"":""card"",""then_field"":""card"",""then_type"":""text""}"',
)
SOUND: dict[str, str | None] = {"n": "1", "at": '{"x":"y"}', "how": '"card"', "card": '"visa"'}


def left_of(plan: Plan, payloads: list[str]) -> tuple[int, int]:
    """How many events are left to be judged by themselves, and how many kinds the others are of."""
    planned = events(list(payloads)).select("payload", name=pl.lit(0)).with_row_index("row")
    looked = look(planned, [typed(plan.event("e"), plan.strict_float, plan.format)])
    as_each_by_itself(plan, list(payloads))
    return looked.left.height, len(looked.fields)


def text_of(fields: Mapping[str, str | None]) -> str:
    return "{" + ",".join(f'"{key}":{value}' for key, value in fields.items() if value is not None) + "}"


@pytest.mark.parametrize(
    "wrong",
    [
        {"n": "null"},
        {"n": '"1"'},
        {"n": None},
        {"at": '{"x":1}'},
        {"at": '{"x":"y","z":1}'},
        {"at": '{"x":["y"],"x":["z"]}'},
        {"other": "1"},
        {"n": None, "N": "1"},
        {"n": None, "at": "7"},
        {"how": '"cash"', "card": None},
        {"card": None},
        {"how": "5"},
    ],
)
def test_events_that_are_wrong_in_the_same_fields_are_judged_once(wrong: dict[str, str | None]) -> None:
    sent = [text_of(SOUND | {"at": f'{{"x":"y{number}"}}'} | wrong) for number in range(30)]
    assert left_of(PLAN, [text_of(SOUND)] * 30 + sent) == (0, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"N": "1", "M": "1"},
        {"n": None, "at": None, "card": None, "how": None, "more": "1"},
        {"at": '{"x":"y","x":"z"}'},
        {"n": json.dumps("x" * LONGEST)},
        {"n": '{"a":1}', "at": '{"x":{"a":1}}'},
        {"n": "1 ", "at": ' {"x" : "y"}'},
    ],
)
def test_events_that_these_fields_alone_may_not_tell_are_judged_by_themselves(wrong: dict[str, str | None]) -> None:
    sent = [text_of(SOUND | wrong) for _ in range(30)]
    assert left_of(PLAN, sent) == (30, 0)


def test_different_values_are_different_kinds() -> None:
    sent = [text_of(SOUND | {"n": f'"{number % 10}"'}) for number in range(40)]
    assert left_of(PLAN, sent) == (0, 10)


def test_keys_without_end_make_no_types_without_end() -> None:
    sent = [text_of(SOUND)] * 400 + [text_of(SOUND | {f"key_{number}": "1"}) for number in range(400)]
    planned = events([*sent]).select("payload", name=pl.lit(0)).with_row_index("row")
    typed.cache_clear()
    kind = typed(PLAN.event("e"), PLAN.strict_float, PLAN.format)
    assert look(planned, [kind]).left.height == 400
    assert kind is not None
    assert kind.loosened is not None
    assert len(kind.loosened._types) < 10
