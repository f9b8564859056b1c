"""What holds for the importers of all other tools: each knows its own plans, and no input is more than one error."""

import copy
import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from plans.formats.source import Options
from plans.model import PlanError
from plans.read import read_path, read_plan
from tests.plans.formats import test_amplitude, test_avo, test_mparticle, test_rudderstack_yaml
from tests.plans.formats import test_rudderstack as resolved
from tests.plans.formats import test_segment as segment
from tests.plans.formats.importing import VENDORS, source

TRAITS = {"type": "object", "properties": {"email": {"type": "string"}}, "required": ["email"]}
COMMON = {"type": "object", "properties": {"context": {"type": "object"}, "properties": {"required": ["unit"]}}}
JSON: dict[str, list[Any]] = {
    "segment": [
        *segment.SHAPES.values(),
        segment.public(
            segment.rule("COMMON", None, COMMON),
            segment.rule("TRACK", "Seen", segment.call(segment.ORDER), 2),
            segment.rule("TRACK", "Seen", segment.call(segment.ORDER), 1),
            segment.rule("PAGE", None, segment.call({}, **{"if": COMMON, "then": {"required": ["properties"]}})),
        ),
        segment.config({"name": "Seen", "rules": {}}, identify=segment.call(TRAITS, "traits")),
    ],
    "rudderstack": [
        *resolved.SHAPES.values(),
        resolved.resolved(
            resolved.event({**resolved.ORDER, "allOf": resolved.CASES}), resolved.event(TRAITS, call="identify")
        ),
    ],
    "avo": [
        test_avo.export(test_avo.ORDER, test_avo.SONG, test_avo.PLAYLIST, test_avo.SEARCH),
        test_avo.export(
            test_avo.event("a", {"b": test_avo.field("string", nameMapping=[test_avo.mapped("c", "d2")])}, ("b",))
        ),
    ],
    "mparticle": [
        test_mparticle.plan_of(
            test_mparticle.point("Seen", test_mparticle.ATTRIBUTES, custom_event_type="other"),
            test_mparticle.point("Home", {}, "screen_view"),
        ),
        {"data_plan_id": "shop", "data_plan_versions": [test_mparticle.plan_of(test_mparticle.point("Old"))]},
    ],
}
PROJECTS = [test_rudderstack_yaml.files(said) for said in (test_rudderstack_yaml.V1, test_rudderstack_yaml.V01)]
SOURCES = [
    *((vendor, json.dumps(said)) for vendor, listed in JSON.items() for said in listed),
    *(("rudderstack-yaml", project) for project in PROJECTS),
    ("rudderstack-yaml", test_rudderstack_yaml.one_file(test_rudderstack_yaml.V01)),
    ("amplitude", test_amplitude.ORDER),
]
IDS = [vendor for vendor, _ in SOURCES]


@pytest.mark.parametrize(("vendor", "said"), SOURCES, ids=IDS)
def test_each_plan_is_known_by_its_own_importer_and_by_no_other(vendor: str, said: Any) -> None:
    assert [name for name, module in VENDORS.items() if module.looks_like(source(said))] == [vendor]


KEYS = [
    *("events", "rules", "name", "jsonSchema", "type", "key", "properties", "required", "data", "eventType", "traits"),
    *("version_document", "data_points", "match", "nameMapping", "kind", "version", "spec", "items", "allOf", "if"),
]


@pytest.mark.parametrize(("vendor", "said"), SOURCES, ids=IDS)
def test_each_plan_is_read_in_its_own_format_when_nobody_names_one(vendor: str, said: Any, tmp_path: Path) -> None:
    if isinstance(said, str):
        assert read_plan(said.encode(), app="shop")[1].format == vendor
    else:
        for name, text in said.items():
            (tmp_path / name).write_text(text)
        assert read_path(tmp_path, app="shop")[1].format == vendor


def test_a_named_file_is_named_in_reports_and_refusals() -> None:
    said = segment.public(segment.rule("TRACK", "a", segment.call({}, required=["properties"])))
    report = read_plan(json.dumps(said).encode(), app="shop", filename="shop.json")[1]
    assert [note.where for note in report.dropped] == ["shop.json#/rules/0/jsonSchema/required/0"]
    said["rules"][0]["jsonSchema"] = 5
    with pytest.raises(PlanError, match="an object") as refused:
        read_plan(json.dumps(said).encode(), app="shop", filename="shop.json", format="segment")
    assert refused.value.where == "shop.json#/rules/0/jsonSchema"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "x", "string", "#/$defs/x", "#property:x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=12,
)


@given(VALUES)
@settings(max_examples=150, deadline=None)
def test_no_shape_is_too_odd_to_be_looked_at_or_refused(value: Any) -> None:
    for module in VENDORS.values():
        for text in (json.dumps(value), f"version: rudder/v1\nkind: tp\nspec: {json.dumps(value)}"):
            given_in = source(text)
            module.looks_like(given_in)
            _read(module, given_in)


@given(st.sampled_from([(vendor, said) for vendor, listed in JSON.items() for said in listed]), st.data())
@settings(max_examples=300, deadline=None)
def test_a_damaged_plan_is_read_or_refused_in_one_error(sample: tuple[str, Any], data: st.DataObject) -> None:
    vendor, said = sample
    _read(VENDORS[vendor], source(json.dumps(_damaged(said, data))))


@given(st.sampled_from(PROJECTS), st.data())
@settings(max_examples=150, deadline=None)
def test_a_damaged_project_is_read_or_refused_in_one_error(project: dict[str, str], data: st.DataObject) -> None:
    documents = [document for text in project.values() for document in yaml.safe_load_all(text)]
    damaged = _damaged(documents, data)
    if isinstance(damaged, list):
        files = {f"{at}.yaml": json.dumps(document) for at, document in enumerate(damaged)}
        _read(VENDORS["rudderstack-yaml"], source(files))


CELLS = st.sampled_from(
    ["", "TRUE", "x", "Event", "Property Group", "enum", "string", "-1", "1e400", "(", 'a,"b', "\n", "e"]
)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_damaged_sheet_is_read_or_refused_in_one_error(data: st.DataObject) -> None:
    rows = list(csv.reader(io.StringIO(test_amplitude.ORDER, newline="")))
    for _ in range(data.draw(st.integers(1, 4))):
        row = rows[data.draw(st.integers(0, len(rows) - 1))]
        row[data.draw(st.integers(0, len(row) - 1))] = data.draw(CELLS)
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    _read(VENDORS["amplitude"], source({"plan.csv": text.getvalue()}))


def _read(module: Any, given_in: Any) -> None:
    """A plan whose report adds up, or a PlanError; nothing else gets out."""
    for null_passes_enum in (True, False):
        try:
            _, report = module.read(given_in, app="shop", options=Options(null_passes_enum=null_passes_enum))
        except PlanError:
            continue
        assert 0 <= report.kept <= report.rules


def _damaged(said: Any, data: st.DataObject) -> Any:
    """The value with up to three of its places changed, added to or taken away."""
    damaged = copy.deepcopy(said)
    for _ in range(data.draw(st.integers(1, 3))):
        places = list(_places(damaged))
        holder, key = places[data.draw(st.integers(0, len(places) - 1))]
        how = data.draw(st.sampled_from(("change", "remove", "twice")))
        if how == "change":
            holder[key] = data.draw(VALUES)
        elif how == "remove":
            del holder[key]
        elif isinstance(holder, list):
            holder.append(copy.deepcopy(holder[key]))
        if not damaged:
            break
    return damaged


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    for key, inner in (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else ()
    ):
        yield value, key
        yield from _places(inner)
