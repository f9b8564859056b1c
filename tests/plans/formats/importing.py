"""The smallest way to import a plan of another tool, judge by it, and look its report's places up in the source."""

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

from plans.formats import amplitude, avo, mparticle, rudderstack, rudderstack_yaml, segment
from plans.formats.source import Options, Source
from plans.judging.judge import judge
from plans.model import Plan
from tests.plans.judging import events

VENDORS = {module.NAME: module for module in (segment, rudderstack, rudderstack_yaml, avo, amplitude, mparticle)}


def source(text: str | Mapping[str, str]) -> Source:
    """One text without a name, or texts by file name."""
    return Source({"": text} if isinstance(text, str) else dict(text))


def imported(vendor: str, value: Any, *, null_passes_enum: bool = False) -> tuple[Plan, dict[str, Any]]:
    """The plan in a text, in texts by file name or in a value that is written as JSON; and its report."""
    text = value if isinstance(value, str) or _is_files(value) else json.dumps(value)
    plan, found = VENDORS[vendor].read(source(text), app="shop", options=Options(null_passes_enum=null_passes_enum))
    report = found.as_dict()
    assert report["format"] == vendor
    assert report["events"] == len(plan.events)
    assert report["kept"] >= 0
    return plan, report


def _is_files(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and bool(value)
        and all(isinstance(key, str) and key.endswith((".yaml", ".yml", ".json", ".csv")) for key in value)
    )


def statuses(plan: Plan, name: str, payloads: list[Any]) -> list[str]:
    """The status of each payload of an event `name`."""
    frame = events([json.dumps(payload) for payload in payloads], name=name)
    return judge(frame, lambda _: plan)["status"].to_list()


def violations(plan: Plan, name: str, payload: Any) -> list[tuple[str, str, str]]:
    """Field, rule and severity of what one payload breaks."""
    found = judge(events([json.dumps(payload)], name=name), lambda _: plan)["violations"].to_list()[0]
    return sorted((one["field"], one["rule"], one["severity"]) for one in found)


def schema(plan: Plan, name: str) -> Any:
    return json.loads(plan.event(name).schema or "null")


def at(where: str, value: Any) -> Any:
    """What a report's pointer leads to; KeyError, IndexError or ValueError when it leads nowhere."""
    for step in where.partition("#")[2].split("/")[1:] if "#" in where else where.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        value = value[int(key)] if isinstance(value, list) else value[key]
    return value


def cell(where: str, text: str) -> str:
    """What a report's `line 4, column required` stands at."""
    line, _, column = where.partition(", column ")
    reader = csv.reader(io.StringIO(text, newline=""))
    header = [name.strip().lower() for name in next(reader)]
    row = text.splitlines()[int(line.removeprefix("line ")) - 1]
    return next(csv.reader([row]))[header.index(column)] if column else row
