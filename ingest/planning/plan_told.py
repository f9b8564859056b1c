"""Reports on plans as lines for a terminal: what an import read, what changed, what a draft rests on and would do."""

from collections.abc import Iterator
from typing import Any, Final

from plans.model import Report

_SIGNS: Final = {"added": "+", "removed": "-", "tightened": ">", "loosened": "<", "changed": "~"}
_MOST_VALUES: Final = 3


def report_lines(report: Report) -> Iterator[str]:
    """What an import read and kept, then where it was not kept word for word."""
    lost = f"{len(report.approximated):,} approximated, {len(report.dropped):,} dropped"
    yield f"read as {report.format}: {report.events:,} events, {report.fields:,} fields"
    yield f"{report.rules:,} rules: {report.kept:,} kept exactly, {lost}"
    for kind, notes in (("approximated", report.approximated), ("dropped", report.dropped), ("note", report.notes)):
        for note in notes:
            yield f"  {kind:<12}  {note.where}: {note.message}"


def comparison_lines(told: dict[str, Any]) -> Iterator[str]:
    """Each change as a sentence, and how many of each kind there are."""
    if told["equal"]:
        yield "the two say the same"
        return
    for how in ("added", "removed"):
        for name in told["events"][how]:
            yield f"{_SIGNS[how]} event `{name}` {how}"
    for setting in told["settings"]:
        yield f"~ {setting['message']}"
    for how, entries in told["rules"].items():
        for entry in entries:
            warns = "" if entry["severity"] == "error" else " (warning)"
            yield f"{_SIGNS[how]} {how:<9}  {entry['message']}{warns}"
    events = ", ".join(f"{len(names)} {how}" for how, names in told["events"].items())
    rules = ", ".join(f"{len(entries)} {how}" for how, entries in told["rules"].items())
    yield f"events: {events}; rules: {rules}"


def evidence_lines(draft: dict[str, Any]) -> Iterator[str]:
    """What speaks for each guess of a draft: shares and examples, by event and field."""
    yield f"drafted from {draft['events']:,} events"
    for note in draft["notes"]:
        yield f"  {note}"
    for event in draft["evidence"]:
        marks = "".join(f"; {mark}" for mark in event["marks"])
        yield f"{event['event']}: {event['events']:,} events{marks}"
        width = max((len(field["field"]) for field in event["fields"]), default=0)
        for field in event["fields"]:
            yield f"  {field['field']:<{width}}  {_field(field)}"
    if not draft["complete"]:
        yield f"not all was read: time was up at seq {draft['searched_to']}"


def _field(field: dict[str, Any]) -> str:
    guesses = [f"{guess['keyword']} {guess['says']} ({_percent(guess['share'])})" for guess in field["guesses"]]
    there = [] if field["required"] else [f"in {_percent(field['share'])} of {field['of']:,}"]
    left_out = ["left out"] if field["left_out"] else []
    examples = [f"such as {', '.join(field['examples'][:_MOST_VALUES])}"] if field["examples"] else []
    return "; ".join([*guesses, *there, *left_out, *field["marks"], *examples])


def replay_lines(told: dict[str, Any]) -> Iterator[str]:
    """How many events moved, and which rules moved them, each with the seqs of some."""
    against = f"version {told['plan_version']}" if told["plan_version"] else "no plan"
    against = "the verdicts given then" if told["against"] == "stored" else against
    ways = ("newly_failing", "newly_passing", "newly_unplanned", "unchanged")
    yield f"{told['events']:,} events against {against}"
    yield "  " + ", ".join(f"{told[way]:,} {way.replace('_', ' ')}" for way in ways)
    older = told["older"]
    if older["events"]:
        differing = f"of {older['differing']:,} the plan in force says otherwise"
        yield f"  {older['events']:,} were judged by another version; {differing}"
    for rule in told["by_rule"]:
        moved = [f"{rule[way]:,} {way.replace('_', ' ')}" for way in ("newly_failing", "newly_passing") if rule[way]]
        field = f"`{rule['field']}` of " if rule["field"] else ""
        warns = " (warning)" if rule["severity"] == "warning" else ""
        seqs = ", ".join(map(str, rule["samples"]))
        yield f"  {rule['rule']}{warns}  {field}`{rule['event_name']}`: {', '.join(moved)}; seq {seqs}"
    if not told["complete"]:
        yield f"not all was read: time was up at seq {told['searched_to']}"


def _percent(share: float) -> str:
    """A share in percent, never rounded up to all of them."""
    return "100 %" if share == 1 else f"{min(share * 100, 99.99):.4g} %"
