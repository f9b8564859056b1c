"""The command line's work on plans: bring one in force, export, compare, draft and try one."""

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any, Final

from data.layout import Store
from data.processes.progress import progress_bar
from data.processes.settings import Failed, Wrong
from data.schema import STATUSES as ALL_STATUSES
from ingest.planning.inference import infer
from ingest.planning.plan_options import asked, either, made, read_draft, stored, tell, write
from ingest.planning.plan_told import comparison_lines, evidence_lines, replay_lines, report_lines
from ingest.planning.replay import Against, replay
from plans import versions
from plans.compare import compare
from plans.export import EXPORTS
from plans.export import export as written
from plans.infer import STATUSES, Guessing
from plans.model import PlanError, check_app
from plans.versions import Shelf


def plan(store: Store, options: argparse.Namespace) -> int:
    """Bring a plan in force and say what was read; or only say so, or write the one in force."""
    if hasattr(options, "export"):
        return export(store, options)
    if options.file is None:
        raise Wrong("plan needs a FILE or FOLDER, or --export (--help says what there is)")
    draft, report, source = read_draft(options)
    if hasattr(options, "dry_run"):
        in_force = versions.get(store.plans, options.app)
        print(f"plan of {options.app}: read, and not in force")
        tell(report_lines(report))
        tell(comparison_lines(compare(in_force, draft)) if in_force else ["there is no plan in force to compare with"])
        return 0
    before = versions.get(store.plans, options.app)
    now = versions.put(made(store).plans, draft, source, report=report, filename=options.file.name)
    same = before is not None and before.version == now.version
    print(f"plan of {now.app}: version {now.version}{', which says the same already' if same else ''}")
    tell(report_lines(report))
    return 0


def export(store: Store, options: argparse.Namespace) -> int:
    """Write a version of the plan in another format, and say what that cannot hold."""
    if options.file is not None:
        raise Wrong("--export writes the stored plan; a FILE is given to --out")
    file = written(stored(store, options.app, getattr(options, "plan_version", None)), EXPORTS[options.export])
    out = getattr(options, "out", None)
    if out is None and file.content_type == "application/zip" and sys.stdout.isatty():
        raise Wrong("an archive is not for a terminal; name a file for it with --out")
    write(file.data, out, report_lines(file.report))
    return 0


def compare_plans(store: Store, options: argparse.Namespace) -> int:
    """Print what changed between two plans, each a stored version or a file."""
    old, new = (either(store, options.app, said) for said in (options.old, options.new))
    tell(comparison_lines(compare(old, new)))
    return 0


def infer_plan(store: Store, options: argparse.Namespace) -> int:
    """Draft a plan from stored events, and say what speaks for it."""
    statuses = getattr(options, "status", None) or STATUSES
    if strange := sorted(set(statuses) - set(ALL_STATUSES)):
        raise Wrong(f"--status is {strange[0]!r}, not one of {', '.join(ALL_STATUSES)}")
    share, events = getattr(options, "required_share", 1.0), getattr(options, "events", None)
    if not 0 < share <= 1:
        raise Wrong(f"--required-share is {share}, not above 0 and at most 1")
    if events is not None and events < 1:
        raise Wrong(f"--events is {events}, and may not be less than 1")
    named = getattr(options, "event", None) or ()
    learnt: dict[str, Any] = {"events": events, "names": named, "statuses": statuses}
    with progress_bar(" events") as progress:
        found = infer(store, options.app, asked(options), progress, **learnt, guessing=Guessing(required=share))
    text = json.dumps(found["plan"], indent=2, ensure_ascii=False) + "\n"
    write(text.encode(), getattr(options, "out", None), evidence_lines(found))
    return 0


def replay_draft(store: Store, options: argparse.Namespace) -> int:
    """Try a draft, or a stored version, on stored events, and say what it would change."""
    version = getattr(options, "plan_version", None)
    if (options.file is None) == (version is None):
        raise Wrong("replay needs a FILE or FOLDER, or --plan-version; one of them (--help says what there is)")
    draft = stored(store, options.app, version) if options.file is None else read_draft(options)[0]
    against: Against = getattr(options, "against", "plan")
    in_force = Shelf(store.plans).in_force
    with progress_bar(" events") as progress:
        told = replay(store, draft, in_force, asked(options), progress, against=against)
    tell(replay_lines(told))
    return 0


COMMANDS: Final[dict[str, Callable[[Store, argparse.Namespace], int]]] = {
    "plan": plan,
    "compare": compare_plans,
    "infer": infer_plan,
    "replay": replay_draft,
}


def start(name: str, store: Store, options: argparse.Namespace) -> int:
    """Do one of `COMMANDS`; Wrong for what cannot be meant, Failed when it cannot be done."""
    try:
        check_app(options.app)
        return COMMANDS[name](store, options)
    except PlanError as error:
        file = getattr(options, "file", None)
        raise Wrong(f"{file}: {error}" if file else str(error)) from None
    except OSError as error:
        raise Failed(str(error)) from error
