"""Every keyword in every draft: what it takes is valid, what it refuses is not, whichever way it is judged."""

import json

import polars as pl
import pytest

from plans.judging.judge import judge
from plans.model import Plan, PlanError
from plans.read import read_plan
from plans.rules.compiled import compiled
from tests.plans import generated
from tests.plans.judging import events, schema, verdicts
from tests.plans.keyword_cases import ALL, CASES, FORMATS, FORMATS_OF, Case

Told = dict[tuple[str, str], str]
"""The status of each value under each schema."""


def lines(values: str) -> list[str]:
    return values.split("\n") if values else []


def wrapped(draft: int, said: str) -> str:
    """A schema of a payload whose field `v` is as said."""
    return f'{{"$schema":"{generated.DRAFTS[draft]}","type":"object","required":["v"],"properties":{{"v":{said}}}}}'


def field(draft: int, said: str, **told: str) -> Plan:
    """A plan of an event whose field `v` is as said."""
    return schema(wrapped(draft, said), **told)


def statuses(plan: Plan, values: list[str]) -> dict[str, str]:
    told = verdicts(plan, [f'{{"v":{value}}}' for value in values])
    return {value: status for value, (status, _) in zip(values, told, strict=True)}


def wanted(cases: list[Case]) -> Told:
    taken = {(case.schema, value): "valid" for case in cases for value in lines(case.takes)}
    return taken | {(case.schema, value): "invalid" for case in cases for value in lines(case.refuses)}


def told(schemas: dict[str, str], payloads: dict[tuple[str, str], str], **how: int) -> Told:
    """The verdicts of one plan with an event for each schema, over one batch of them all."""
    planned = [f'{{"name":{json.dumps(name)},"schema":{text}}}' for name, text in schemas.items()]
    plan = read_plan(f'{{"events":[{",".join(planned)}]}}'.encode(), app="shop")[0]
    batch = pl.concat([events([payload], name=name) for (name, _), payload in payloads.items()])
    found = judge(batch, lambda _: plan, glanced=False, **how)["status"].to_list()
    return dict(zip(payloads, found, strict=True))


@pytest.mark.parametrize("how", [{"columns_from": 0}, {"columns_from": 1_000_000}], ids=["columns", "one by one"])
@pytest.mark.parametrize("draft", ALL)
def test_a_keyword_takes_and_refuses_as_its_draft_says(draft: int, how: dict[str, int]) -> None:
    cases = [case for case in CASES if draft in case.drafts]
    asked = wanted(cases)
    schemas = {case.schema: wrapped(draft, case.schema) for case in cases}
    assert told(schemas, {key: f'{{"v":{key[1]}}}' for key in asked}, **how) == asked


@pytest.mark.parametrize("how", [{"columns_from": 0}, {"columns_from": 1_000_000}], ids=["columns", "one by one"])
@pytest.mark.parametrize("draft", ALL)
def test_the_schema_of_a_whole_payload_is_judged_alike(draft: int, how: dict[str, int]) -> None:
    cases = [case for case in CASES if draft in case.drafts and case.schema.startswith("{")]
    asked = {key: status for key, status in wanted(cases).items() if key[1].startswith("{")}
    schemas = {
        case.schema: f'{{"$schema":"{generated.DRAFTS[draft]}"{"," if len(case.schema) > 2 else ""}{case.schema[1:]}'
        for case in cases
    }
    assert told(schemas, {key: key[1] for key in asked}, **how) == asked


@pytest.mark.parametrize(
    ("draft", "name", "has", "has_not"),
    [(draft, *case) for case in FORMATS for draft in FORMATS_OF.get(case[0], ALL)],
)
def test_a_format_is_an_error_where_it_is_asserted_and_a_remark_elsewhere(
    draft: int, name: str, has: str, has_not: str
) -> None:
    said, wrong = json.dumps({"format": name}), lines(has_not)
    found = statuses(field(draft, said, format='"assert"'), [*lines(has), *wrong])
    assert found == dict.fromkeys(lines(has), "valid") | dict.fromkeys(wrong, "invalid")
    assert set(statuses(field(draft, said), wrong).values()) == {"invalid" if draft <= 7 else "valid"}
    assert set(statuses(field(draft, said, format='"warn"'), wrong).values()) == {"valid"}


@pytest.mark.parametrize(
    "said",
    [
        '{"uniqueItems":true}',
        '{"propertyNames":{"maxLength":2}}',
        '{"dependentRequired":{"a":["b"]}}',
        '{"if":{"required":["a"]},"then":{"properties":{"b":{"type":"string"}}},"else":{"required":["c"]}}',
        '{"allOf":[{"if":{"properties":{"k":{"const":"x"}},"required":["k"]},"then":{"required":["a"]}}]}',
        '{"minProperties":1,"maxProperties":3}',
        '{"anyOf":[{"type":"string"},{"minimum":5}]}',
        '{"oneOf":[{"type":"null"},{"type":"object","properties":{"a":{"type":"string"}}}]}',
        '{"not":{"const":1}}',
        '{"items":{"$ref":"#/properties/v/$defs/a"},"$defs":{"a":{"type":"string"}}}',
        '{"allOf":[{"properties":{"a":{}}}],"unevaluatedProperties":false}',
        '{"type":["string","null"],"maxLength":5}',
    ],
)
def test_what_real_plans_say_is_judged_as_columns(said: str) -> None:
    assert compiled(field(2020, said), "e").why is None


@pytest.mark.parametrize(
    ("said", "pointer", "names"),
    [
        ('{"$ref":"https://elsewhere.test/x.json"}', "/properties/v/$ref", "https://elsewhere.test/x.json"),
        ('{"$ref":"https://elsewhere.test/x.json#/$defs/a"}', "/properties/v/$ref", "https://elsewhere.test/x.json"),
        ('{"$id":"http://a.test/b/","items":{"$ref":"c.json"}}', "/properties/v/items/$ref", "http://a.test/b/c.json"),
        ('{"$schema":"http://elsewhere.test/meta"}', "/properties/v/$schema", "http://elsewhere.test/meta"),
        ('{"$schema":"http://json-schema.org/draft-03/schema#"}', "/properties/v/$schema", "draft-03"),
    ],
)
def test_what_is_not_in_the_plan_is_refused_by_name(said: str, pointer: str, names: str) -> None:
    with pytest.raises(PlanError) as refused:
        field(2020, said)
    assert refused.value.where == f"/events/0/schema{pointer}"
    assert names in refused.value.message
