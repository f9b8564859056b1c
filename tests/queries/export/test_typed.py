"""Typed tables: planned fields as columns of their type, and nothing of a payload lost."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.exported.columns import ENVELOPE, REST, ROWS
from data.layout import Store
from ingest.importing.rebuilt import Rebuilder
from plans.model import Plan, PlannedEvent
from plans.read import read_plan
from queries.export.ask import Asked
from queries.export.typed import MOST_COLUMNS, Typed, typed
from queries.reader import Engine
from tests.queries.export.conftest import exported, rows

FIELDS: dict[str, Any] = {
    "whole": {"type": "integer"},
    "price": {"type": ["number", "null"]},
    "ok": {"type": "boolean"},
    "text": {"type": "string"},
    "at": {"type": "string", "format": "date-time"},
    "day": {"type": "string", "format": "date"},
    "tags": {"type": "array", "items": {"type": "string"}},
    "free": {},
    "either": {"type": ["string", "integer"]},
    "address": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "geo": {"properties": {"lat": {"type": "number"}}}},
    },
    "a.b": {"type": "string"},
    " edge ": {"type": "string"},
    "Text": {"type": "string"},
}
NUMBERS = [
    "1",
    "1.0",
    "-0",
    "1.10",
    "1e2",
    "1e400",
    "9007199254740993",
    "123456789012345678901",
    "0.1234567890123456789",
    "2.5",
]
TEXTS = ['"x"', '""', '"\\ud800"', '"\\u0000\\ud83d\\ude00"', '"Łódź"', '"a:b"']
TIMES = [
    '"2026-11-23T15:20:01.000Z"',
    '"2026-11-23T15:20:01Z"',
    '"2026-11-23T15:20:01.123456Z"',
    '"2026-11-23T16:20:01+01:00"',
    '"2026-11-23"',
    '"0001-01-01T00:00:00+05:00"',
]
VALUES = st.sampled_from([*NUMBERS, *TEXTS, *TIMES, "null", "true", "[]", '["a",1]', "{}", '{"x":1,"x":2}'])
ADDRESS = st.dictionaries(st.sampled_from(["city", "geo", "zip"]), VALUES | st.just('{"lat":1.5}')).map(
    lambda members: "{" + ",".join(f'"{key}":{value}' for key, value in members.items()) + "}"
)
MEMBERS = st.lists(st.tuples(st.sampled_from([*FIELDS, "extra", "x:y"]), VALUES | ADDRESS), max_size=8)


def planned(schema: dict[str, Any]) -> Plan:
    return Plan("shop", (PlannedEvent("e", schema=json.dumps({"type": "object", "properties": schema})),))


def frame(*payloads: str | None) -> pl.DataFrame:
    known: list[dict[str, Any]] = [dict.fromkeys(ROWS.names()) | {"payload": payload} for payload in payloads]
    return pl.DataFrame(known, schema=ROWS)


def said(payload: str | None) -> Any:
    """What a payload says: numbers as written or as whole, keys that come twice both."""
    if payload is None:
        return None

    def pairs(members: list[tuple[str, Any]]) -> Any:
        names = [name for name, _ in members]
        return dict(members) if len(set(names)) == len(names) else members

    return json.loads(payload, object_pairs_hook=pairs, parse_float=_float, parse_int=int)


def _float(text: str) -> Any:
    from decimal import Decimal

    return "float", Decimal(text)


@settings(max_examples=100)
@given(st.lists(st.none() | MEMBERS, min_size=1, max_size=5))
def test_every_payload_can_be_put_together_again(all_members: list[list[tuple[str, str]] | None]) -> None:
    payloads = [
        None if members is None else "{" + ", ".join(f"{json.dumps(key)} : {value}" for key, value in members) + "}"
        for members in all_members
    ]
    one = typed(planned(FIELDS), "e")
    made = one.of(frame(*payloads))
    rebuilder = Rebuilder(made.columns, one.json)
    rebuilt = [rebuilder.payload(row) for row in made.to_dicts()]
    assert [said(None if text is None else text.decode()) for text in rebuilt] == [
        said(payload) for payload in payloads
    ]


def column(name: str, *tokens: str) -> tuple[pl.DataType, list[Any], list[Any]]:
    """The type and the values of that field's column, and what was left over."""
    made = typed(planned(FIELDS), "e").of(frame(*(f'{{"{name}":{token}}}' for token in tokens)))
    left = [None if rest is None else json.loads(rest)[name] for rest in made[REST]]
    return made[f"payload.{name}"].dtype, made[f"payload.{name}"].to_list(), left


@pytest.mark.parametrize(
    ("name", "tokens", "kind", "values", "left"),
    [
        ("whole", ["1", '"1"', "1.5", str(2**63)], pl.Int64, [1, None, None, None], [None, "1", 1.5, 2**63]),
        ("price", ["1", "1.5", '"x"', str(2**53 + 1)], pl.Float64, [1, 1.5, None, None], [None, None, "x", 2**53 + 1]),
        ("ok", ["true", "false", "0"], pl.Boolean, [True, False, None], [None, None, 0]),
        ("text", ['"a"', "1", '""'], pl.String, ["a", None, ""], [None, 1, None]),
        ("day", ['"2026-11-23"', '"20261123"'], pl.Date, [date(2026, 11, 23), None], [None, "20261123"]),
        ("tags", ['["a"]', "1"], pl.String, ['["a"]', "1"], [None, None]),
        ("free", ["1", '"1"'], pl.String, ["1", '"1"'], [None, None]),
    ],
)  # fmt: skip
def test_a_field_has_a_column_of_its_type_and_what_does_not_fit_is_left_over(
    name: str, tokens: list[str], kind: Any, values: list[Any], left: list[Any]
) -> None:
    assert column(name, *tokens) == (kind, values, left)


def test_a_time_is_an_instant_in_utc_and_stays_as_it_was_written_where_we_would_write_it_otherwise() -> None:
    kind, values, left = column("at", *TIMES[:4])
    assert kind == pl.Datetime("us")
    assert values[0] == values[1] == values[3] == datetime(2026, 11, 23, 15, 20, 1)
    assert left == [None, "2026-11-23T15:20:01Z", None, "2026-11-23T16:20:01+01:00"]


def test_the_fields_of_an_object_have_columns_of_their_own() -> None:
    made = typed(planned(FIELDS), "e").of(frame('{"address":{"city":"Ł","geo":{"lat":1.5},"zip":1},"a.b":"dot"}'))
    [row] = made.to_dicts()
    assert (row["payload.address.city"], row["payload.address.geo.lat"], row['payload.["a.b"]']) == ("Ł", 1.5, "dot")
    assert json.loads(row[REST]) == {"address": {"zip": 1}}


def test_names_that_only_differ_in_case_or_cannot_be_said_get_no_column() -> None:
    columns = typed(planned(FIELDS), "e").schema.names()
    assert "payload.text" in columns
    assert not {"payload.Text", "payload. edge "} & set(columns)


def test_a_plan_of_very_many_fields_gives_a_bounded_number_of_columns() -> None:
    one = typed(planned({f"f{n}": {"type": "integer"} for n in range(MOST_COLUMNS + 50)}), "e")
    assert len(one.schema) == len(ENVELOPE) + MOST_COLUMNS + 1
    assert one.of(frame('{"f1049":7}'))[REST].to_list() == ['{"f1049":7}']


def test_a_sheet_gives_columns_too_and_an_unplanned_event_has_all_in_the_rest() -> None:
    plan, _ = read_plan(b"eventName,eventPayload,dataType\nbought,price,float\n,n,integer\n,when,date\n", app="shop")
    own = {name: kind for name, kind in typed(plan, "bought").schema.items() if name.startswith("payload.")}
    assert own == {"payload.price": pl.Float64, "payload.n": pl.Int64, "payload.when": pl.String}
    assert isinstance(typed(plan, "walked"), Typed)
    assert typed(plan, "walked").of(frame('{"n":1}'))[REST].to_list() == ['{"n":1}']


def test_typed_export_has_a_table_for_each_name_and_the_violations_beside(
    filled: Store, engine: Engine, tmp_path: Path
) -> None:
    exported(filled, engine, tmp_path / "out", Asked("shop", kind="typed"))
    tables = {path.stem: pl.read_parquet(path) for path in (tmp_path / "out").glob("*.parquet")}
    violations = tables.pop("_violations")
    visible = rows(filled)
    assert violations.height == visible["violations"].list.len().sum()
    assert sorted(seq for each in tables.values() for seq in each["seq"]) == visible["seq"].to_list()
    assert tables["bought"].schema["payload.price"] == pl.Float64
    assert all(each["event_name"].n_unique() == 1 for each in tables.values())
    assert {"bought", "left", "%27", "__HIVE_DEFAULT_PARTITION__"} <= set(tables)
