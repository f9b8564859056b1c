"""The smallest way to ask for a verdict: a plan's text, an event name and a payload."""

import polars as pl

from plans.judging.judge import judge
from plans.model import Plan
from plans.read import read_plan

HEADER = "eventName,eventPayload,dataType,required,condition\n"


def sheet(*rows: str) -> Plan:
    """A plan of an event `e` with these rows, such as `price,float,true`."""
    return read_plan((HEADER + "\n".join(f"e,{row}" for row in rows)).encode(), app="shop")[0]


def schema(text: str, **told: str) -> Plan:
    """A plan of an event `e` with this JSON Schema; `told` is said of the whole plan."""
    options = "".join(f',"{key}":{value}' for key, value in told.items())
    return read_plan(f'{{"events":[{{"name":"e","schema":{text}}}]{options}}}'.encode(), app="shop")[0]


def events(payloads: list[str | None], *, name: str | None = "e", kind: str = "track") -> pl.DataFrame:
    height = len(payloads)
    return pl.DataFrame(
        {
            "app": ["shop"] * height,
            "event_name": pl.Series([name] * height, dtype=pl.String()),
            "event_type": [kind] * height,
            "payload": pl.Series(payloads, dtype=pl.String()),
            "problem": pl.Series([None] * height, dtype=pl.String()),
        }
    )


def verdicts(plan: Plan | None, payloads: list[str | None]) -> list[tuple[str, list[tuple[str | None, str | None]]]]:
    """Status and (field, rule) of each violation, which are the same whichever way they are found."""
    one_by_one = judge(events(payloads), lambda _: plan, columns_from=1_000_000, glanced=False)
    as_columns = judge(events(payloads), lambda _: plan, columns_from=0, glanced=False)
    assert one_by_one.equals(as_columns)
    assert one_by_one.equals(judge(events(payloads), lambda _: plan))
    told = as_columns.select("status", "violations").iter_rows()
    return [(status, [(one["field"], one["rule"]) for one in found]) for status, found in told]


def verdict(plan: Plan | None, payload: str | None) -> tuple[str, list[tuple[str | None, str | None]]]:
    return verdicts(plan, [payload])[0]
