"""data/README.md says what is so: every column of every relation, and five questions whose answers are the API's."""

import ast
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from flask.testing import FlaskClient

from data.layout import Store
from data.schema import RELATIONS
from tests.dashboard.conftest import served
from tests.queries.export.conftest import fill

README = (Path(__file__).parents[2] / "data" / "README.md").read_text()
TYPES = {pl.Int64: "number", pl.String: "text", pl.Datetime: "time", pl.List: "list"}
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
ALL_TIME = {"since": "2000-01-01"}

Answer = list[tuple[Any, ...]]


def section(title: str) -> str:
    """What stands under a heading, up to the next."""
    _, _, below = README.partition(f"\n{title}\n")
    return re.split(r"^##+ ", below, maxsplit=1, flags=re.MULTILINE)[0]


def documented(relation: str) -> list[tuple[str, str]]:
    """The columns of a relation and their types, in the order of its table."""
    rows = re.findall(r"^\| (`[^|]*`) \| (\w+) \| ([^|]+) \|$", section(f"### {relation}.parquet"), re.MULTILINE)
    return [(name, kind) for names, kind, _ in rows for name in re.findall(r"`(\w+)`", names)]


@pytest.mark.parametrize("relation", RELATIONS)
def test_every_column_of_every_relation_is_explained(relation: str) -> None:
    wanted = [(name, TYPES[type(kind)]) for name, kind in RELATIONS[relation].items()]
    assert documented(relation) == wanted


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return fill(Store(tmp_path_factory.mktemp("readme") / "data/store").create())


@pytest.fixture(scope="module")
def client(store: Store) -> Iterator[FlaskClient]:
    with served(store) as client:
        yield client


def blocks(title: str) -> list[tuple[str, str]]:
    return [(language, text) for language, text in BLOCK.findall(section(title))]


def run(code: str, names: dict[str, Any]) -> Any:
    """Run a snippet; the value of its last line."""
    *before, last = ast.parse(code).body
    exec(compile(ast.Module(before, []), "README", "exec"), names)
    assert isinstance(last, ast.Expr)
    return eval(compile(ast.Expression(last.value), "README", "eval"), names)


def answered(store: Store, title: str) -> dict[str, Answer]:
    """The answers of the three tools to the question of that title, each as sorted rows."""
    first, second = (text for _, text in blocks("## Five questions"))
    names: dict[str, Any] = {}
    for text in (first, second):
        exec(text.replace('"data/store', f'"{store.root}'), names)
    (_, sql), (_, in_polars), (_, in_pandas) = blocks(title)
    found: duckdb.DuckDBPyConnection = names["connection"]
    answers = {
        "duckdb": found.execute(sql).fetchall(),
        "polars": run(in_polars, names).rows(),
        "pandas": list(run(in_pandas, names).itertuples(index=False, name=None)),
    }
    found.close()
    return {tool: sorted((tuple(map(plain, row)) for row in rows), key=repr) for tool, rows in answers.items()}


def plain(cell: Any) -> Any:
    """Numbers, texts and times as Python has them; what each tool calls nothing as None."""
    value = cell.item() if hasattr(cell, "item") else cell.to_pydatetime() if hasattr(cell, "to_pydatetime") else cell
    return None if value != value else value


def status_counts(client: FlaskClient) -> Answer:
    events = client.get("/api/apps/shop/stats", query_string=ALL_TIME).get_json()["events"]
    return [(status, events[status]) for status in ("error", "invalid", "unplanned", "valid") if events[status]]


def each_minute(client: FlaskClient) -> Answer:
    window = {"since": "2026-11-23T14:50Z", "until": "2026-11-23T15:20Z", "bucket": "60"}
    buckets = client.get("/api/apps/shop/trend", query_string=window).get_json()["buckets"]
    return [
        (datetime.fromisoformat(bucket["at"]).replace(tzinfo=None), status, bucket[status])
        for bucket in buckets
        for status in ("error", "invalid", "unplanned", "valid")
        if bucket[status]
    ]


def broken_rules(client: FlaskClient) -> Answer:
    found = client.get("/api/apps/shop/violations", query_string=ALL_TIME).get_json()
    return [tuple(row[name] for name in ("event_name", "field", "rule", "severity", "count")) for row in found]


def by_version(client: FlaskClient) -> Answer:
    rows: Answer = []
    for version in ("1.0", "1.1", ""):
        found = client.get("/api/apps/shop/stats", query_string=ALL_TIME | {"app_version": version}).get_json()
        rows.append((version or None, found["events"]["total"], found["events"]["invalid"]))
    return rows


def revenue(client: FlaskClient) -> Answer:
    asked = {"event": "bought", "status": "valid", "limit": "1000"}
    rows = client.get("/api/apps/shop/events", query_string=asked).get_json()["rows"]
    return [(len(rows), float(sum(row["payload"]["price"] for row in rows)))]


QUESTIONS = {
    "How many events of each status are there?": status_counts,
    "How many came each minute?": each_minute,
    "Which rules are broken, in how many events?": broken_rules,
    "How much of each app version is invalid?": by_version,
    "What do the prices of the valid purchases add up to?": revenue,
}


@pytest.mark.parametrize("title", QUESTIONS)
def test_the_questions_of_the_readme_have_the_answers_of_the_api(store: Store, client: FlaskClient, title: str) -> None:
    wanted = sorted(QUESTIONS[title](client), key=repr)
    assert len(wanted) >= 1
    assert answered(store, f"### {title}") == dict.fromkeys(("duckdb", "polars", "pandas"), wanted)


def test_there_are_no_other_questions_in_it() -> None:
    assert set(re.findall(r"^### (.+\?)$", README, re.MULTILINE)) == set(QUESTIONS)
