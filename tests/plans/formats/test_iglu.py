"""Snowplow's self-describing schemas: which version judges, whose event it is, and what specifications add."""

import json
from typing import Any

import pytest

from plans.archive import packed
from plans.formats.source import Options
from plans.model import Plan, PlanError, Report
from plans.read import read_plan
from tests.plans.formats.importing import at, statuses

SELF = "http://iglucentral.com/schemas/com.snowplowanalytics.self-desc/schema/jsonschema/1-0-0#"
ORDER: dict[str, Any] = {
    "type": "object",
    "properties": {
        "revenue": {"type": "number", "minimum": 0, "maximum": 100_000},
        "coupon": {"type": ["string", "null"], "maxLength": 32},
    },
    "required": ["revenue"],
    "additionalProperties": False,
}


def schema(name: str, version: str = "1-0-0", vendor: str = "com.acme", **said: Any) -> dict[str, Any]:
    own = {"vendor": vendor, "name": name, "format": "jsonschema", "version": version}
    return {"$schema": SELF, "self": own, **said}


def registry(*schemas: dict[str, Any]) -> dict[str, Any]:
    """The schemas as Iglu's folder holds them: no endings, a file for each version."""
    return {
        f"schemas/{own['vendor']}/{own['name']}/jsonschema/{own['version']}": said
        for said in schemas
        if (own := said["self"])
    }


def read(files: dict[str, Any]) -> tuple[Plan, Report]:
    data = {name: (said if isinstance(said, str) else json.dumps(said)).encode() for name, said in files.items()}
    plan, report = read_plan(packed(data), app="shop")
    assert report.format == "iglu"
    assert report.rules == report.kept + len(report.approximated) + len(report.dropped)
    return plan, report


def test_a_lone_schema_is_an_event_of_its_name_judged_as_draft_4() -> None:
    plan, report = read_plan(json.dumps(schema("order_completed", **ORDER)).encode(), app="shop")
    assert plan.names() == ["order_completed"]
    assert '"$schema":"http://json-schema.org/draft-04/schema#"' in str(plan.events[0].schema)
    good = [{"revenue": 1}, {"revenue": 1.5, "coupon": None}]
    bad: list[Any] = [{}, {"revenue": "1"}, {"revenue": -1}, {"revenue": 1, "x": 1}, {"revenue": 1, "coupon": "x" * 33}]
    assert statuses(plan, "order_completed", [*good, *bad]) == ["valid"] * 2 + ["invalid"] * 5
    assert (report.format, report.rules, report.kept) == ("iglu", 8, 8)


def test_draft_4_has_booleans_for_excluded_limits_and_no_const() -> None:
    said = {"a": {"minimum": 0, "exclusiveMinimum": True}, "c": {"const": 1}}
    plan, report = read(registry(schema("e", properties=said)))
    assert statuses(plan, "e", [{"a": 0}, {"a": 1}, {"c": 2}]) == ["invalid", "valid", "valid"]
    assert [note.where for note in report.dropped] == ["schemas/com.acme/e/jsonschema/1-0-0#/properties/c/const"]


def test_the_newest_version_judges_by_number_and_each_older_one_is_listed_with_why() -> None:
    versions = [schema("e", version, required=[version]) for version in ("1-0-9", "1-0-10", "1-1-0", "1-0-2")]
    plan, report = read(registry(*versions))
    assert statuses(plan, "e", [{"1-1-0": 1}, {"1-0-10": 1}]) == ["valid", "invalid"]
    assert {(note.where.rpartition("/")[2], note.message) for note in report.dropped} == {
        (older, f"{older} does not judge: 1-1-0 is the newest of com.acme/e") for older in ("1-0-2", "1-0-9", "1-0-10")
    }


def test_two_vendors_with_one_name_are_told_apart() -> None:
    plan, report = read(registry(schema("e"), schema("e", vendor="org.other"), schema("f", vendor="org.other")))
    assert plan.names() == ["com.acme/e", "f", "org.other/e"]
    assert len(report.notes) == 2


def test_a_schema_of_the_folder_need_not_describe_itself() -> None:
    plan, _ = read({**registry(schema("e")), "schemas/com.acme/old/jsonschema/1-0-0": ORDER})
    assert plan.names() == ["e", "old"]


WRAPPED = """\
apiVersion: v1
resourceType: data-structure
meta:
  hidden: false
  schemaType: event
data:
  $schema: http://iglucentral.com/schemas/com.snowplowanalytics.self-desc/schema/jsonschema/1-0-0#
  self: {vendor: com.acme, name: login, format: jsonschema, version: 1-0-0}
  type: object
  properties:
    how: {enum: [no, on, 1-0-0, null]}
"""


def test_the_yaml_wrapper_is_opened_and_entities_are_dropped_by_name() -> None:
    entity = WRAPPED.replace("schemaType: event", "schemaType: entity").replace("name: login", "name: user")
    plan, report = read({"data-structures/login.yaml": WRAPPED, "data-structures/user.yml": entity})
    assert plan.names() == ["login"]
    assert statuses(plan, "login", [{"how": "no"}, {"how": False}]) == ["valid", "invalid"]
    assert [note.where for note in report.dropped] == ["data-structures/user.yml#/data"]


def product(*specs: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": "v1", "resourceType": "data-product", "data": {"eventSpecifications": list(specs)}}


def spec(name: str, source: str = "com.acme/e", **added: Any) -> dict[str, Any]:
    event = {"source": f"iglu:{source}/jsonschema/1-0-0", **({"schema": added} if added else {})}
    return {"name": name, "event": event, "triggers": []}


BASE = registry(schema("e", properties={"a": {"type": "string"}}))


def test_what_one_specification_adds_is_judged_with_the_schema() -> None:
    plan, report = read({**BASE, "p.json": product(spec("A", required=["a"]))})
    assert statuses(plan, "e", [{"a": "x"}, {"a": 1}, {}]) == ["valid", "invalid", "invalid"]
    assert (report.approximated, report.dropped) == ((), ())


def test_of_several_specifications_one_must_hold_and_the_report_says_so() -> None:
    said = product(spec("A", required=["a"]), {**spec("B"), "event": {"tracked": spec("B", required=["b"])["event"]}})
    plan, report = read({**BASE, "p.json": said})
    assert statuses(plan, "e", [{"a": "x"}, {"b": 1}, {}]) == ["valid", "valid", "invalid"]
    for note in report.approximated:
        assert at(note.where, said) in ({"required": ["a"]}, {"required": ["b"]})


def test_a_specification_that_asks_for_nothing_frees_the_others() -> None:
    plan, report = read({**BASE, "p.json": product(spec("A", required=["a"]), spec("B"))})
    assert statuses(plan, "e", [{}]) == ["valid"]
    assert [note.where for note in report.dropped] == ["p.json#/data/eventSpecifications/0/event/schema/required"]


def test_entities_and_schemas_that_are_not_there_are_dropped_with_their_place() -> None:
    said = {**spec("A", "com.acme/gone", required=["a"]), "entities": {"tracked": [{"source": "iglu:x/y"}]}}
    plan, report = read({**BASE, "p.json": product(said)})
    assert statuses(plan, "gone", [{"a": 1}, {}]) == ["valid", "invalid"]
    start = "p.json#/data/eventSpecifications/0"
    assert [note.where for note in report.dropped] == [f"{start}/entities/tracked/0", f"{start}/event/schema"]


@pytest.mark.parametrize(
    ("files", "where", "says"),
    [
        ({"a.json": schema("e", "1.0.0")}, "a.json#/self", "describes itself"),
        ({"a.json": schema("e"), "b.json": schema("e")}, "b.json#", "there twice"),
        ({"schemas/com.acme/f/jsonschema/1-0-0": schema("e")}, "schemas/com.acme/f/jsonschema/1-0-0#", "otherwise"),
        ({"a.json": schema("e", type="strin")}, "a.json#/type", "not valid"),
        ({"a.json": schema("e", items={"$ref": "https://x.y/z"})}, "a.json#/items/$ref", "https://x.y/z"),
        ({"p.json": product({"event": {"source": 5}})}, "p.json#/data/eventSpecifications/0/event/source", "iglu:"),
    ],
)
def test_a_wrong_registry_is_refused_with_its_place(files: dict[str, Any], where: str, says: str) -> None:
    with pytest.raises(PlanError) as refused:
        read(files)
    assert says in refused.value.message
    assert refused.value.where == where


def test_null_passes_an_enum_that_forgets_it_when_asked_for() -> None:
    said = json.dumps(schema("e", properties={"m": {"type": ["string", "null"], "enum": ["a"]}})).encode()
    strict, _ = read_plan(said, app="shop")
    lenient, report = read_plan(said, app="shop", options=Options(null_passes_enum=True))
    assert [statuses(plan, "e", [{"m": None}]) for plan in (strict, lenient)] == [["invalid"], ["valid"]]
    assert [note.where for note in report.approximated] == ["/properties/m/enum"]
