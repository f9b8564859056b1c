"""Starts the product: its settings, its command line, and which part is handed what."""

import argparse
import atexit
import ipaddress
import logging
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

from data.layout import Store
from data.lock import AlreadyRunning
from data.serving import PortTaken, address, free_port, is_ready, run
from data.settings import Wrong, add_flags, environment_of, flag, read, setting, variable
from data.status import tell
from data.supervise import Child, end_with_parent, supervise

if TYPE_CHECKING:
    from flask import Flask

ROOT: Final = Path(__file__).resolve().parent
LOG_LEVELS: Final = ("debug", "info", "warning", "error")


class Failed(Exception):
    """The work itself did not succeed, said in one line."""


@dataclass(frozen=True)
class Settings:
    """Every setting: from its flag, else from LVD_<NAME> in the environment, else its default."""

    store: Path = setting(Path("data/store"), "Folder of everything that is kept.")
    plans: Path = setting(Path("data/plans"), "Watched folder of plans, <app>.csv or <app>.json.")
    host: str = setting("127.0.0.1", "Address both servers listen on; only this machine's own until keys exist.")
    port: int = setting(8050, "Port of the dashboard and its API; 0 takes any free one.", least=0, most=65_535)
    ingest_port: int = setting(8051, "Port events are sent to; 0 takes any free one.", least=0, most=65_535)
    log_level: str = setting("info", f"How much is logged: {', '.join(LOG_LEVELS)}.")
    commit_rows: int = setting(50_000, "Events after which a commit is due.", least=1)
    commit_seconds: float = setting(1.0, "Seconds after the first waiting event when a commit is due.", least=0.01)
    spool_mb: int = setting(4096, "Most that may wait for the writer; more is refused with 503.", least=1)
    body_mb: int = setting(20, "Largest body of a request, before and after decompression.", least=1)
    query_threads: int = setting(2, "Threads one dashboard process works with.", least=1)
    query_memory_mb: int = setting(512, "Memory one dashboard process works with.", least=64)
    query_ms: int = setting(20_000, "Longest a question may take.", least=1)
    queries: int = setting(8, "Questions one dashboard process works on at once.", least=1)


def read_settings(flags: Mapping[str, object], environment: Mapping[str, str]) -> Settings:
    """The settings; raises Wrong for one that cannot be meant, or that is not safe yet."""
    settings = read(Settings, flags, environment)
    if not is_loopback(settings.host):
        raise Wrong(f"host {settings.host!r} is not this machine's own address, and keys and sign-in do not exist yet")
    if settings.log_level not in LOG_LEVELS:
        raise Wrong(f"log level {settings.log_level!r} is not one of {', '.join(LOG_LEVELS)}")
    return settings


def is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Parser(argparse.ArgumentParser):
    """argparse whose complaint is one line."""

    def error(self, message: str) -> NoReturn:
        raise Wrong(f"{message} (--help says what there is)")


def read_command_line(arguments: Sequence[str]) -> argparse.Namespace:
    shared = Parser(add_help=False)
    add_flags(shared, Settings)
    serving = Parser(add_help=False, argument_default=argparse.SUPPRESS)
    serving.add_argument("--demo", action="store_true", help="Also start the app `shop`, which sends events.")
    parser = Parser("app.py", description=__doc__, parents=[shared, serving], allow_abbrev=False)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    for name, (start, sentence, positional) in COMMANDS.items():
        parents = [shared, serving] if start is serve else [shared]
        command = commands.add_parser(name, help=sentence, description=sentence, parents=parents, allow_abbrev=False)
        for argument, options in positional.items():
            command.add_argument(argument, **options)
    return parser.parse_args(arguments)


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


def stop_on_signals() -> threading.Event:
    """Set by Ctrl-C, by SIGTERM and by a terminal that closes."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    return stop


def opened(settings: Settings) -> Store:
    """The store and the watched folder, made where they are missing."""
    for name, folder in (("store", settings.store), ("plans", settings.plans)):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Wrong(f"{name} {str(folder)!r} cannot be a folder: {error.strerror}") from None
    return Store(settings.store).create()


def serve(settings: Settings, options: argparse.Namespace) -> int:
    """Start the four parts on one store, and keep them running until Ctrl-C."""
    store, demo = opened(settings), getattr(options, "demo", False)
    settings = replace(settings, port=port_of(settings, "port"), ingest_port=port_of(settings, "ingest_port"))
    dashboard, intake = address(settings.host, settings.port), address(settings.host, settings.ingest_port)
    children = [
        Child(name, [sys.executable, str(ROOT / "app.py"), name], first_to_stop=name == "ingest")
        for name in ("write", "merge", "dashboard", "ingest")
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
    return Child("demo", command, folder=ROOT, first_to_stop=True)


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


def load_ingest(settings: Settings) -> "Flask":
    """The intake, in its worker process."""
    from ingest.limits import Limits
    from ingest.server import create
    from ingest.spool import Spool

    end_with_parent()
    configure_logging(settings, "ingest")
    store = Store(settings.store)
    spool = Spool(store.spool, max_bytes=settings.spool_mb << 20)
    atexit.register(spool.close)
    return create(spool, store, Limits(body_bytes=settings.body_mb << 20))


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
    )
    return create(reader)


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
        seconds=settings.commit_seconds,
    )
    return 0


def merge(settings: Settings, options: argparse.Namespace) -> int:
    from ingest.merge import run as run_merger

    run_merger(opened(settings), stop=stop_on_signals())
    return 0


def plan(settings: Settings, options: argparse.Namespace) -> int:
    """Bring a plan in force and say what was read."""
    from plans.model import PlanError
    from plans.read import read_plan
    from plans.versions import put

    source = content_of(options.file)
    try:
        draft, report = read_plan(source, app=options.app, filename=options.file.name)
        now = put(opened(settings).plans, draft, source, report=report, filename=options.file.name)
    except PlanError as error:
        raise Wrong(f"{options.file}: {error}") from None
    print(f"plan of {now.app}: version {now.version}, {report.events} events, {report.fields} fields")
    for note in report.notes:
        print(f"  {note.where}: {note.message}")
    return 0


def content_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Wrong(f"{file} cannot be read: {error.strerror}") from None


def check(settings: Settings, options: argparse.Namespace) -> int:
    """Read the whole store and print what is wrong with it."""
    from tqdm import tqdm

    from ingest.check import check as look

    if not Store(settings.store).parts.is_dir():
        raise Wrong(f"{settings.store} is not a store")
    with tqdm(unit=" parts", disable=None) as bar:

        def progress(done: int, of: int) -> None:
            bar.total = of
            bar.update(done - bar.n)

        found = look(Store(settings.store), progress)
    for problem in found.problems:
        print(f"{problem.where}: {problem.what}")
    print(f"{found.parts} parts, {found.events} events, {len(found.problems)} problems")
    return 1 if found.problems else 0


COMMANDS: Final[Mapping[str, tuple[Callable[[Settings, argparse.Namespace], int], str, Mapping[str, Any]]]] = {
    "serve": (serve, "Start intake, writer, merger and dashboard together (the default).", {}),
    "ingest": (ingest, "Start the intake alone.", {}),
    "write": (write, "Start the writer alone; a store has one.", {}),
    "merge": (merge, "Start the merger alone; a store has one.", {}),
    "dashboard": (dashboard, "Start the dashboard alone; a store may have any number.", {}),
    "plan": (plan, "Bring a plan in force and print what was read.", {"app": {}, "file": {"type": Path}}),
    "check": (check, "Read the whole store and say what is wrong.", {}),
}


def main(arguments: Sequence[str]) -> int:
    try:
        options = read_command_line(arguments)
        settings = read_settings(vars(options), os.environ)
        command = options.command or "serve"
        configure_logging(settings, command)
        return COMMANDS[command][0](settings, options)
    except (Wrong, Failed, AlreadyRunning) as error:
        print(f"app.py: {error}", file=sys.stderr)
        return 2 if isinstance(error, Wrong) else 1
    except KeyboardInterrupt:
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
