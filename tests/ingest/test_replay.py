"""A draft tried on stored events: what it would newly fail and pass, told rule by rule; nothing is written."""

from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.history import Range
from data.layout import Store
from data.parts import list_live
from ingest.lines import Spooled
from ingest.planning.replay import Against, replay
from ingest.planning.replay_tally import OTHER, Tally
from plans import versions
from plans.judging.judge import judge
from plans.model import Plan
from plans.read import read_plan
from plans.versions import Shelf
from tests.plans import generated
from tests.storing import merge_all, put, spooled, visible

HEADER = "eventName,eventPayload,dataType,required\n"
FIRST = "order_placed,price,float,true\n,coupon,text,false\nopened,path,text,true\n"
SECOND = FIRST.replace("price,float", "price,integer") + "closed,after,integer,true\n"


def sheet(rows: str, app: str = "shop") -> Plan:
    return read_plan((HEADER + rows).encode(), app=app, content_type="text/csv")[0]


def in_force(store: Store, rows: str) -> Plan:
    return versions.put(store.plans, sheet(rows), (HEADER + rows).encode())


def replayed(store: Store, draft: Plan, **options: Any) -> dict[str, Any]:
    return replay(store, draft, Shelf(store.plans).in_force, **options)


def moves(answer: dict[str, Any]) -> tuple[int, ...]:
    return tuple(answer[name] for name in ("newly_failing", "newly_passing", "newly_unplanned", "unchanged"))


def bought(price: object, key: str, **fields: Any) -> Spooled:
    return spooled(event_name="order_placed", payload={"price": price}, event_id=key, **fields)


def troubled(store: Store) -> Plan:
    """Three plan versions (one from before any plan), duplicates across them, unplanned and system events, errors."""
    put(store, bought(1.5, "1"), bought("x", "2"), spooled(event_name="early", event_id="3"))
    in_force(store, FIRST)
    put(store, bought(1.5, "4"), bought(2, "5"), bought("x", "2"), spooled(event_name="closed", event_id="6"))
    put(store, spooled(problem="payload is missing", unread='{"event_name"', event_id=None))
    put(store, spooled(event_name="opened", payload=b'{"path":"/","path":"/x"}', event_id="7"))
    put(store, spooled(event_name="opened", event_type="system", payload={}, event_id="8"))
    second = in_force(store, SECOND)
    put(store, bought(1.5, "9"), bought(2, "1"), spooled(event_name="closed", payload={"after": 1}, event_id="10"))
    put(store, spooled(event_name="Opened", payload={"path": ""}, event_id="11"), spooled(event_name="odd"))
    put(store, spooled(app="web", event_name="order_placed", payload={}))
    return second


@pytest.mark.parametrize("merged", [False, True])
@pytest.mark.parametrize("rows", [1, 3, 50_000])
def test_replaying_the_plan_in_force_changes_nothing(store: Store, rows: int, merged: bool) -> None:
    plan = troubled(store)
    if merged:
        merge_all(store)
    shown = visible(store).filter(pl.col("app") == "shop")
    answer = replayed(store, plan, rows=rows)
    assert (answer["events"], moves(answer)) == (shown.height, (0, 0, 0, shown.height))
    assert (answer["by_rule"], answer["complete"], answer["searched_to"]) == ([], True, shown["seq"].max())


def test_events_judged_by_older_plans_count_as_the_plan_in_force_sees_them_today(store: Store) -> None:
    troubled(store)
    answer = replayed(store, sheet(FIRST))
    assert moves(answer) == (0, 2, 2, 9)
    assert answer["older"] == {"events": 6, "differing": 2}
    assert answer["by_rule"][1] == {
        "event_name": "order_placed",
        "field": "price",
        "rule": "wrong_type",
        "severity": "error",
        "newly_failing": 0,
        "newly_passing": 2,
        "samples": [11, 4],
    }


def test_against_what_is_stored_an_event_keeps_the_verdict_it_was_given_then(store: Store) -> None:
    troubled(store)
    then = replayed(store, sheet(SECOND), against="stored")
    assert moves(then) == (2, 0, 0, 11)
    assert [(rule["rule"], rule["samples"]) for rule in then["by_rule"] if rule["newly_failing"]] == [
        ("missing", [7]),
        ("wrong_type", [4]),
    ]


@pytest.mark.parametrize("against", ["plan", "stored"])
def test_a_replay_moves_what_a_recount_event_by_event_moves(store: Store, against: Against) -> None:
    troubled(store)
    draft = sheet(FIRST.replace("price,float,true", "amount,float,true"))
    now = {seq: judged(store, draft, seq) for seq in seqs(store)}
    today = {seq: judged(store, versions.get(store.plans, "shop"), seq) for seq in seqs(store)}
    given_then = {row["seq"]: of(row) for row in visible(store).iter_rows(named=True)}
    before = today if against == "plan" else given_then
    answer = replayed(store, draft, against=against)
    failing = {"invalid", "error"}
    assert answer["newly_failing"] == sum(now[s][0] in failing and before[s][0] not in failing for s in now)
    assert answer["newly_passing"] == sum(now[s][0] == "valid" != before[s][0] for s in now)
    told = {(r["field"], r["rule"]): (r["newly_failing"], r["newly_passing"]) for r in summed(answer["by_rule"])}
    rules = {rule for found in (now, before) for _, broken in found.values() for rule in broken}
    recount = {
        rule: (
            sum(rule in now[s][1] and rule not in before[s][1] for s in now),
            sum(rule in before[s][1] and rule not in now[s][1] for s in now),
        )
        for rule in rules
    }
    assert told == {rule: moved for rule, moved in recount.items() if moved != (0, 0)}


def summed(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """By field and rule, whatever the event name."""
    table = pl.DataFrame(rules).group_by("field", "rule").agg(pl.col("newly_failing", "newly_passing").sum())
    return table.to_dicts()


def seqs(store: Store) -> list[int]:
    return visible(store).filter(pl.col("app") == "shop")["seq"].to_list()


def of(row: dict[str, Any]) -> tuple[str, set[tuple[str, str]]]:
    return row["status"], {(broken["path"], broken["rule"]) for broken in row["violations"]}


def judged(store: Store, plan: Plan | None, seq: int) -> tuple[str, set[tuple[str, str]]]:
    (row,) = visible(store).filter(pl.col("seq") == seq).to_dicts()
    if row["unread"] is not None:
        return of(row)
    event = {name: [row[name]] for name in ("app", "event_name", "event_type", "payload")} | {"problem": [None]}
    schema = dict.fromkeys(event, pl.String())
    return of(judge(pl.DataFrame(event, schema=schema), lambda _: plan).to_dicts()[0])


@settings(max_examples=15)
@given(st.integers(0, 2**32).map(Random))
def test_replaying_any_plan_in_force_changes_nothing_whatever_was_sent(
    tmp_path_factory: pytest.TempPathFactory, r: Random
) -> None:
    store = Store(tmp_path_factory.mktemp("store")).create()
    for _ in range(2):
        text = f'{{"events":[{{"name":"e","schema":{generated.schema(r)}}}]}}'.encode()
        plan = versions.put(store.plans, read_plan(text, app="shop")[0], text)
        payloads = [generated.payload(r).encode() for _ in range(8)]
        put(store, *(spooled(event_name=r.choice("eef"), payload=payload) for payload in payloads))
    merge_all(store)
    answer = replayed(store, plan)
    assert (moves(answer)[:3], answer["by_rule"]) == ((0, 0, 0), [])


def test_an_event_dropped_from_the_plan_is_newly_unplanned(store: Store) -> None:
    in_force(store, FIRST)
    put(store, spooled(event_name="opened", payload={"path": "/"}))
    answer = replayed(store, sheet("order_placed,price,float,true\n"))
    assert moves(answer) == (0, 0, 1, 0)
    assert [(rule["rule"], rule["newly_failing"]) for rule in answer["by_rule"]] == [("unplanned_event", 1)]


def test_a_replay_keeps_to_its_range_and_tells_how_far_it_is(store: Store) -> None:
    in_force(store, FIRST)
    put(store, *(bought(n, str(n)) for n in range(10)))
    told: list[tuple[int, int]] = []
    answer = replayed(
        store, sheet(SECOND), asked=Range(first_seq=3, last_seq=8), rows=2, progress=lambda *at: told.append(at)
    )
    assert answer["events"] == 6
    assert told == [(0, 6), (2, 6), (4, 6), (6, 6)]


def test_a_replay_that_takes_too_long_says_how_far_it_came(store: Store) -> None:
    in_force(store, FIRST)
    put(store, *(bought(n, str(n)) for n in range(10)))
    answer = replayed(store, sheet(SECOND), max_seconds=0.0)
    assert (answer["complete"], answer["searched_to"], answer["events"]) == (False, None, 0)


def test_a_replay_writes_nothing(store: Store) -> None:
    plan = troubled(store)
    before = files(store.root)
    replayed(store, plan)
    assert files(store.root) - before <= {store.root / "pins.lock", store.pins}


def files(root: Path) -> set[Path]:
    return set(root.rglob("*"))


def test_a_replay_reads_parts_that_are_merged_meanwhile(store: Store) -> None:
    in_force(store, FIRST)
    for n in range(4):
        put(store, bought(n + 0.5, str(n)))
    answer = replayed(
        store, sheet(SECOND), rows=1, progress=lambda done, total: merge_all(store) if done == 1 else None
    )
    assert len(list_live(store)) == 1
    assert moves(answer) == (4, 0, 0, 0)


def test_rules_beyond_the_limit_are_counted_together() -> None:
    tally, names = Tally(max_rules=2), [f"e{n}" for n in range(6)]
    seq = pl.Series("seq", range(6), pl.Int64())
    told = judge(events(names), lambda _: sheet("other,x,text\n"))
    valid = told.with_columns(status=pl.lit("valid"), violations=pl.lit([], told.schema["violations"]))
    for _ in range(2):
        tally.add(seq, pl.Series("event_name", names), valid, told)
    rules = tally.as_dict()["by_rule"]
    assert [(rule["event_name"], rule["newly_failing"]) for rule in rules] == [(OTHER, 8), ("e0", 2), ("e1", 2)]


def events(names: list[str]) -> pl.DataFrame:
    told = {"app": "shop", "event_type": "track", "payload": "{}", "problem": None}
    columns = [pl.lit(value, pl.String()).alias(name) for name, value in told.items()]
    return pl.DataFrame({"event_name": names}).with_columns(columns)
