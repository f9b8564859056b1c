"""Starts the product: its settings, its command line, and which part is handed what.

A part's packages are imported where it starts, so that each process holds no more than it needs.
"""

import argparse
import atexit
import logging
import os
import shutil
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from data.layout import Store
from data.processes import arguments
from data.processes.commands import Command, parse
from data.processes.lock import AlreadyRunning
from data.processes.progress import progress_bar
from data.processes.serving import PortTaken, address, free_port, is_loopback, is_ready, run
from data.processes.settings import Failed, Wrong, environment_of, flag, read, setting, variable
from data.processes.status import tell
from data.processes.supervise import Child, end_with_parent, stop_on_signals, supervise

if TYPE_CHECKING:
    from flask import Flask

    from ingest.limits import Limits

ROOT: Final = Path(__file__).resolve().parent
ABOUT: Final = "Checks analytics events against their plan, keeps them, and shows what arrived, broke and is missing."
UNREADABLE: Final = (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError)
MERGE_NICENESS: Final = 10
"""Merging can wait; taking events in and answering cannot."""
FEEDERS: Final = ("ingest", "inbox")
"""Who fills the spool that the writer empties."""
LOG_LEVELS: Final = ("debug", "info", "warning", "error")


@dataclass(frozen=True)
class Settings:
    """Every setting: from its flag, else from LVD_<NAME> in the environment, else its default."""

    store: Path = setting(Path("data/store"), "Folder of everything that is kept.")
    plans: Path = setting(
        Path("data/plans"), "Watched folder of plans: <app>.csv, .json, .yaml or .zip, or a folder <app>."
    )
    inbox: Path = setting(Path("inbox"), "Folder whose <app>/ folders take dropped files; by default in the store.")
    inbox_seconds: float = setting(2.0, "Seconds for which a dropped file has not changed when it is taken.", least=0)
    host: str = setting("127.0.0.1", "Address both servers listen on; only this machine's own until keys exist.")
    port: int = setting(8050, "Port of the dashboard and its API; 0 takes any free one.", least=0, most=65_535)
    ingest_port: int = setting(8051, "Port events are sent to; 0 takes any free one.", least=0, most=65_535)
    log_level: str = setting("info", f"How much is logged: {', '.join(LOG_LEVELS)}.")
    commit_rows: int = setting(50_000, "Events after which a commit is due.", least=1)
    commit_mb: int = setting(64, "Megabytes of waiting events after which a commit is due.", least=1)
    commit_seconds: float = setting(1.0, "Seconds after the first waiting event when a commit is due.", least=0.01)
    duplicate_hours: float = setting(24.0, "Hours for which a repeated event is recognised, at least.", least=0.01)
    duplicate_events: int = setting(4_000_000, "Events among which a repeated one is recognised.", least=1)
    retention_days: float = setting(
        0.0, "Days events are kept for, where their app says nothing else; 0 for ever.", least=0.0, most=36_500
    )
    part_rows: int = setting(1_000_000, "Most events of one merged part.", least=1)
    part_mb: int = setting(128, "Most megabytes of one merged part.", least=1)
    merge_memory_mb: int = setting(512, "Memory the merger works with.", least=64)
    spool_mb: int = setting(4096, "Most that may wait for the writer; more is refused with 503.", least=1)
    body_mb: int = setting(20, "Largest body of a request, before and after decompression.", least=1)
    body_events: int = setting(10_000, "Most events of one request.", least=1)
    event_kb: int = setting(1_000, "Largest event, in thousands of bytes.", least=1)
    nesting: int = setting(100, "How deep a payload may be nested.", least=1, most=200)
    drafts: int = setting(1, "Replays and inferences the intake runs beside it at once.", least=1)
    draft_seconds: int = setting(300, "Seconds after which one of these answers with what it has.", least=1)
    query_threads: int = setting(2, "Threads one dashboard process works with.", least=1)
    query_memory_mb: int = setting(384, "Memory one dashboard process works with.", least=64)
    query_ms: int = setting(20_000, "Longest a question may take.", least=1)
    scan_ms: int = setting(500, "Milliseconds an answer scans the log for what no count is kept of.", least=0)
    answer_mb: int = setting(64, "Megabytes of answers one dashboard process remembers.", least=1)
    exports: int = setting(2, "Exports and reports one dashboard process writes at once.", least=1)
    queries: int = setting(8, "Questions one dashboard process works on at once.", least=1)


def read_settings(flags: Mapping[str, object], environment: Mapping[str, str]) -> Settings:
    """The settings; raises Wrong for one that cannot be meant, or that is not safe yet."""
    settings = read(Settings, flags, environment)
    if not is_loopback(settings.host):
        raise Wrong(f"host {settings.host!r} is not this machine's own address, and keys and sign-in do not exist yet")
    if settings.log_level not in LOG_LEVELS:
        raise Wrong(f"log level {settings.log_level!r} is not one of {', '.join(LOG_LEVELS)}")
    return settings


def configure_logging(settings: Settings, process: str) -> None:
    """One line per thing worth telling on stderr, from our own packages; others speak from warnings on."""
    logging.basicConfig(
        level=logging.WARNING,
        format=f"%(asctime)s {process:9} %(levelname)-7s %(message)s",
        datefmt="%H:%M:%S",
        force=True,
    )
    for package in ("app", "dashboard", "data", "ingest", "plans", "queries"):
        logging.getLogger(package).setLevel(settings.log_level.upper())


def opened(settings: Settings) -> Store:
    """The store and the watched folder, made where they are missing."""
    for name, folder in (("store", settings.store), ("plans", settings.plans)):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Wrong(f"{name} {str(folder)!r} cannot be a folder: {error.strerror}") from None
    return Store(settings.store).create()


def there(settings: Settings) -> Store:
    """The store, for what only reads it."""
    store = Store(settings.store)
    if not store.parts.is_dir():
        raise Wrong(f"{settings.store} is not a store")
    return store


def serve(settings: Settings, options: argparse.Namespace) -> int:
    """Start all parts on one store, and keep them running until Ctrl-C."""
    store, demo = opened(settings), getattr(options, "demo", False)
    settings = replace(settings, port=port_of(settings, "port"), ingest_port=port_of(settings, "ingest_port"))
    dashboard, intake = address(settings.host, settings.port), address(settings.host, settings.ingest_port)
    children = [
        Child(name, [sys.executable, str(ROOT / "app.py"), name], feeds="write" if name in FEEDERS else None)
        for name in ("write", "merge", "dashboard", "ingest", "inbox")
    ]
    if demo:
        children.append(demo_child(store, settings.plans, intake))
    return supervise(
        children,
        environment_of(settings, os.environ),
        stop=stop_on_signals(),
        ready=lambda: is_ready(dashboard) and is_ready(intake) and all(holds(store, each) for each in children[:2]),
        announce=lambda: print(f"Dashboard  {dashboard}\nIntake     {intake}", flush=True),
    )


def demo_child(store: Store, plans: Path, intake: str) -> Child:
    """The sender of the app `shop`; its plan goes into the watched folder unless one is there to be edited."""
    if not (plans / "shop.csv").exists():
        shutil.copyfile(ROOT / "data/sample/shop.csv", plans / "shop.csv")
    empty = not any(store.parts.iterdir())
    command = [sys.executable, "-m", "data.sample.send", intake, *(["--sample"] if empty else [])]
    return Child("demo", command, folder=ROOT)


def holds(store: Store, child: Child) -> bool:
    """Whether that writer or merger has the store to itself by now."""
    try:
        return child.process is not None and store.lock(child.name).read_text() == str(child.process.pid)
    except FileNotFoundError:
        return False


def port_of(settings: Settings, name: str) -> int:
    """A port nobody else listens on, from the setting of that name."""
    try:
        return free_port(settings.host, getattr(settings, name))
    except PortTaken as error:
        raise Failed(f"{error}; choose another with {flag(name)} or {variable(name)}") from None


def run_server(settings: Settings, name: str, port: int, load: Callable[[Settings], "Flask"]) -> int:
    """One of the two HTTP servers: this process listens to signals, its worker answers."""
    tell(opened(settings), name, {"host": settings.host, "port": port})
    run(partial(load, settings), settings.host, port)
    return 0


def limits_of(settings: Settings) -> "Limits":
    from ingest.limits import Limits

    return Limits(settings.body_mb << 20, settings.event_kb * 1_000, settings.body_events, settings.nesting)


def load_ingest(settings: Settings) -> "Flask":
    """The intake, in its worker process."""
    from ingest.planning.draft_runs import Runs
    from ingest.server import create
    from ingest.spool import Spool

    end_with_parent()
    configure_logging(settings, "ingest")
    store = Store(settings.store)
    # A spool whose disk failed takes nothing before a restart: end, so that the supervisor starts another.
    end = partial(os.kill, os.getpid(), signal.SIGTERM)
    spool = Spool(store.spool, max_bytes=settings.spool_mb << 20, failed=end)
    atexit.register(spool.close)
    return create(spool, store, limits_of(settings), runs=Runs(settings.drafts, settings.draft_seconds))


def load_dashboard(settings: Settings) -> "Flask":
    """The pages and the query API, in their worker process."""
    from dashboard.server import create
    from queries.reader import Reader

    # It has nothing to finish, and DuckDB complains about whatever is still open when the interpreter is taken down.
    atexit.register(os._exit, 0)
    end_with_parent()
    configure_logging(settings, "dashboard")
    reader = Reader(
        Store(settings.store),
        threads=settings.query_threads,
        memory_mb=settings.query_memory_mb,
        concurrency=settings.queries,
        max_ms=settings.query_ms,
        scan_ms=settings.scan_ms,
    )
    return create(reader, answer_bytes=settings.answer_mb << 20, exports=settings.exports)


def ingest(settings: Settings, options: argparse.Namespace) -> int:
    return run_server(settings, "ingest", port_of(settings, "ingest_port"), load_ingest)


def dashboard(settings: Settings, options: argparse.Namespace) -> int:
    return run_server(settings, "dashboard", port_of(settings, "port"), load_dashboard)


def write(settings: Settings, options: argparse.Namespace) -> int:
    from ingest.writer import run as run_writer

    run_writer(
        opened(settings),
        settings.plans,
        stop=stop_on_signals(),
        rows=settings.commit_rows,
        batch_bytes=settings.commit_mb << 20,
        seconds=settings.commit_seconds,
        identities=settings.duplicate_events,
        window_seconds=settings.duplicate_hours * 3_600,
        retention_days=settings.retention_days,
    )
    return 0


def merge(settings: Settings, options: argparse.Namespace) -> int:
    from ingest.merge import run as run_merger
    from ingest.tiers import Limits

    os.nice(MERGE_NICENESS)
    run_merger(
        opened(settings),
        stop=stop_on_signals(),
        limits=Limits(settings.part_rows, settings.part_mb << 20),
        grace_seconds=max(30.0, 2 * settings.query_ms / 1_000),
        memory_mb=settings.merge_memory_mb,
    )
    return 0


def about_plans(name: str) -> Callable[[Settings, argparse.Namespace], int]:
    """The command of that name in `ingest.planning.plan_commands`, on the store."""

    def start(settings: Settings, options: argparse.Namespace) -> int:
        from ingest.planning import plan_commands

        # Only a plan that comes in force makes a store.
        return plan_commands.start(name, Store(settings.store) if name == "plan" else there(settings), options)

    return start


def import_(settings: Settings, options: argparse.Namespace) -> int:
    """Store the events of files, and say how many."""
    from ingest.importing.blocks import CannotImport
    from ingest.importing.importer import import_files
    from plans.model import PlanError

    limits = limits_of(settings)
    try:
        with progress_bar("B") as progress:
            done = import_files(
                options.app, options.file, opened(settings), settings.plans, progress=progress, limits=limits
            )
    except (CannotImport, PlanError) as error:
        raise Wrong(str(error)) from None
    except UNREADABLE as error:
        raise Wrong(f"{error.filename} cannot be read: {error.strerror}") from None
    print(f"{done.events} events stored for {options.app}, {done.errors} of them unreadable; {done.rejected} rejected")
    for rejection in done.rejections:
        print(f"  {rejection}")
    return 0


def export(settings: Settings, options: argparse.Namespace) -> int:
    """Write the events a filter shows to a file or folder."""
    from queries.export import command

    return command.start(there(settings), options, threads=settings.query_threads, memory_mb=settings.query_memory_mb)


def app(settings: Settings, options: argparse.Namespace) -> int:
    """Show or change what is set for an app."""
    from ingest.apps import app_commands

    return app_commands.app(opened(settings), options)


def forget(settings: Settings, options: argparse.Namespace) -> int:
    """Delete events of an app, or the app."""
    from ingest.apps import app_commands

    return app_commands.forget(there(settings), settings.plans, options)


def inbox(settings: Settings, options: argparse.Namespace) -> int:
    """Take the files that are dropped into the inbox."""
    from ingest.importing.inbox import run as run_inbox

    store = opened(settings)
    folder = store.root / settings.inbox
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Wrong(f"inbox {str(folder)!r} cannot be a folder: {error.strerror}") from None
    run_inbox(
        store,
        folder,
        stop=stop_on_signals(),
        limits=limits_of(settings),
        settled_seconds=settings.inbox_seconds,
    )
    return 0


def check(settings: Settings, options: argparse.Namespace) -> int:
    """Read the whole store and print what is wrong with it; with --repair mend it first, and print what was done."""
    from ingest.check import check as look
    from ingest.repair import repair

    store = there(settings)
    try:
        if getattr(options, "repair", False):
            with progress_bar("B") as progress:
                print(*(f"repaired: {line}\n" for line in repair(store, progress)), sep="", end="")
        with progress_bar("B") as progress:
            found = look(store, progress)
    except OSError as error:
        raise Failed(f"{store.root} cannot be checked to its end: {error}") from None
    for note in found.notes:
        print(f"note: {note}")
    for problem in found.problems:
        print(problem)
    print(f"{found.parts} parts, {found.events} events, {len(found.problems)} problems")
    return 1 if found.problems else 0


def backup(settings: Settings, options: argparse.Namespace) -> int:
    """Copy the store, in use or not, and say what the copy holds."""
    from ingest.backup import CannotBackup
    from ingest.backup import backup as copy_store

    store = there(settings)
    try:
        with progress_bar("B") as progress:
            done = copy_store(store, options.folder, copy=getattr(options, "copy", False), progress=progress)
    except CannotBackup as error:
        raise Wrong(str(error)) from None
    except OSError as error:
        raise Failed(f"no backup was made: {error}") from None
    held = f"{done.parts} parts, {done.segments} waiting segments"
    print(f"{options.folder}: {held}, {done.bytes} bytes, {done.linked_bytes} of them linked")
    return 0


COMMANDS: Final = {
    "serve": Command(serve, "Start intake, writer, merger and dashboard together (the default).", arguments.SERVE),
    "ingest": Command(ingest, "Start the intake alone."),
    "write": Command(write, "Start the writer alone; a store has one."),
    "merge": Command(merge, "Start the merger alone; a store has one."),
    "dashboard": Command(dashboard, "Start the dashboard alone; a store may have any number."),
    "inbox": Command(inbox, "Take files dropped into the inbox's folders, alone; a store has one."),
    "import": Command(import_, "Store the events of NDJSON, JSON, CSV or Parquet files.", arguments.IMPORT),
    "export": Command(export, "Write stored events as Parquet, CSV or NDJSON, those a filter shows.", arguments.EXPORT),
    "app": Command(app, "Show or change an app's name, retention, quota and duplicates.", arguments.APP),
    "forget": Command(forget, "Delete an app's events, one user's, or all there is of it.", arguments.FORGET),
    "plan": Command(about_plans("plan"), "Bring a plan in force, or export it, and say what was kept.", arguments.PLAN),
    "compare": Command(about_plans("compare"), "Say what changed between two versions of a plan.", arguments.COMPARE),
    "infer": Command(about_plans("infer"), "Draft a plan from stored events; it is not in force.", arguments.INFER),
    "replay": Command(about_plans("replay"), "Try a draft on stored events; nothing is stored.", arguments.REPLAY),
    "check": Command(check, "Read the whole store and say what is wrong.", arguments.CHECK),
    "backup": Command(backup, "Copy the store, in use or not, into a folder that can be started.", arguments.BACKUP),
}


def main(given: Sequence[str]) -> int:
    try:
        options = parse(given, ABOUT, Settings, COMMANDS, "serve")
        settings = read_settings(vars(options), os.environ)
        configure_logging(settings, options.command)
        return COMMANDS[options.command].start(settings, options)
    except (Wrong, Failed, AlreadyRunning) as error:
        print(f"app.py: {error}", file=sys.stderr)
        return 2 if isinstance(error, Wrong) else 1
    except KeyboardInterrupt:
        return 1
    except BrokenPipeError:  # whoever read the output has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
