"""What each command takes beside the settings, as argparse wants it described."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from data.processes.commands import Argument

Arguments = Mapping[str, Argument]

_APP: Final[Arguments] = {"app": {"metavar": "APP", "help": "Whose: letters, digits, '.', '_' and '-'."}}
_RANGE: Final[Arguments] = {
    "--since": {"metavar": "TIME", "help": "Only events received from then on (ISO 8601, UTC without an offset)."},
    "--until": {"metavar": "TIME", "help": "Only events received before then."},
}
FORMATS: Final = "sheet native json-schema segment rudderstack rudderstack-yaml iglu avo amplitude mparticle".split()  # noqa: SIM905
_READING: Final[Arguments] = {
    "--format": {
        "metavar": "F",
        "choices": FORMATS,
        "help": "The plan's format, when it should not be guessed: %(choices)s.",
    },
    "--null-passes-enum": {"action": "store_true", "help": "A type that allows null adds null to its enum."},
}
_OUT: Final[Arguments] = {"--out": {"metavar": "FILE", "type": Path, "help": "Where to, instead of the terminal."}}

SERVE: Final[Arguments] = {"--demo": {"action": "store_true", "help": "Also start the app `shop`, which sends events."}}
IMPORT: Final[Arguments] = {
    **_APP,
    "file": {"metavar": "FILE", "type": Path, "nargs": "+", "help": "Events, in their order."},
}
CHECK: Final[Arguments] = {
    "--repair": {"action": "store_true", "help": "Mend what can be, and set aside what cannot; alone on the store."},
}
APP: Final[Arguments] = {
    **_APP,
    "--name": {"metavar": "TEXT", "help": "What the app is called; none takes its id."},
    "--description": {"metavar": "TEXT", "help": "What it is."},
    "--keep-days": {"metavar": "N", "help": "Days its events are kept, 0 for ever; none takes --retention-days."},
    "--keep-rows": {"metavar": "N", "help": "The most events that are kept, the newest; none is no limit."},
    "--quota": {"metavar": "N", "help": "The most events it may send on a day (UTC); none is no limit."},
    "--duplicates": {
        "metavar": "HOW",
        "help": "What is one event: auto (its id, else all that was said), payload (name and payload), off (none is).",
    },
}
FORGET: Final[Arguments] = {
    **_APP,
    "--user-id": {"metavar": "ID", "help": "Only the events of this user."},
    "--everything": {"action": "store_true", "help": "Also the app's plan and settings."},
    "--yes": {"action": "store_true", "help": "Do not ask."},
}
BACKUP: Final[Arguments] = {
    "folder": {"metavar": "DIR", "type": Path, "help": "Where to; a backup that is there is replaced by the new one."},
    "--copy": {"action": "store_true", "help": "Copy every byte, where links to the store's own files would do."},
}
PLAN: Final[Arguments] = {
    **_APP,
    "file": {"metavar": "FILE|FOLDER", "type": Path, "nargs": "?", "help": "A plan in any format, or a folder of one."},
    **_READING,
    "--dry-run": {"action": "store_true", "help": "Read and compare it, and leave the plan in force as it is."},
    "--export": {
        "metavar": "F",
        "choices": ("csv", "json-schema", "native"),
        "help": "Write the plan, as one of %(choices)s.",
    },
    "--plan-version": {"metavar": "N", "type": int, "help": "The version to export, instead of that in force."},
    **_OUT,
}
COMPARE: Final[Arguments] = {
    **_APP,
    "old": {"metavar": "FROM", "help": "A version's number, or a plan's file or folder."},
    "new": {"metavar": "TO", "help": "Another."},
}
INFER: Final[Arguments] = {
    **_APP,
    **_RANGE,
    "--events": {"metavar": "N", "type": int, "help": "Only the newest N events of these."},
    "--event": {"metavar": "NAME", "action": "append", "help": "Only events of this name; may be repeated."},
    "--status": {"metavar": "S", "action": "append", "help": "Learn from events of this status; may be repeated."},
    "--required-share": {"metavar": "X", "type": float, "help": "Share from which a field is required (1)."},
    **_OUT,
}
REPLAY: Final[Arguments] = {
    **_APP,
    "file": {"metavar": "FILE|FOLDER", "type": Path, "nargs": "?", "help": "The draft, in any format."},
    "--plan-version": {"metavar": "N", "type": int, "help": "A stored version instead of a file."},
    **_READING,
    **_RANGE,
    "--against": {
        "metavar": "WHAT",
        "choices": ("plan", "stored"),
        "help": "The plan in force (plan, the default), or the verdicts given then (stored).",
    },
}
EXPORTED: Final = ("parquet", "csv", "ndjson")
REPORTS: Final = ("rows", "latest", "summary")
_CHOICES: Final = {
    "--event": "of this name",
    "--event-type": "of this type",
    "--status": "of this status",
    "--source": "that came this way",
    "--app-version": "of this app version",
    "--platform": "of this platform",
    "--environment": "of this environment",
    "--field": "with a violation of this field (`items[].price`)",
    "--rule": "with a violation of this rule",
    "--session": "of this session",
    "--user-id": "of this user",
    "--event-id": "with this id of the sender's",
}
EXPORT: Final[Arguments] = {
    **_APP,
    "--out": {
        "metavar": "FILE|FOLDER",
        "type": Path,
        "required": True,
        "help": "Where to; a folder for typed or partitioned tables.",
    },
    "--format": {"metavar": "F", "choices": EXPORTED, "help": "One of %(choices)s; else the file's ending says it."},
    **_RANGE,
    "--hours": {"metavar": "N", "help": "Only events received in the last N hours."},
    **{
        flag: {"metavar": "X", "action": "append", "help": f"Only events {which}; may be repeated, !X leaves X out."}
        for flag, which in _CHOICES.items()
    },
    "--q": {"metavar": "TEXT", "help": "Only events with this text in the payload."},
    "--after": {"metavar": "SEQ", "type": int, "help": "Only events after the last export, whose end this is."},
    "--partition-by": {"metavar": "A,B", "help": "A folder for each value: day, event_name, status, app_version …"},
    "--typed": {
        "action": "store_true",
        "help": "A table for each event name, its fields as typed columns by the plan.",
    },
    "--violations": {"action": "store_true", "help": "A row for each violation, instead of each event."},
    "--report": {
        "metavar": "KIND",
        "choices": REPORTS,
        "help": "A CSV for people: rows (each field of each event), latest (of each name's newest), summary.",
    },
}
