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
