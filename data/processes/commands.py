"""A command line made from a table: what each command is called, what it takes, and who does it."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from data.processes.settings import Wrong, add_flags

Argument = Mapping[str, Any]
"""How argparse's `add_argument` wants one described."""


@dataclass(frozen=True)
class Command:
    """`start` gets the settings and the arguments, and returns an exit code."""

    start: Callable[[Any, argparse.Namespace], int]
    sentence: str
    arguments: Mapping[str, Argument] = field(default_factory=dict)


class _Parser(argparse.ArgumentParser):
    """argparse that takes whole flags only and whose complaint is one line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options | {"prog": "app.py", "allow_abbrev": False})

    def error(self, message: str) -> NoReturn:
        raise Wrong(f"{message} (--help says what there is)")


def parse(
    given: Sequence[str], about: str, settings: type[Any], commands: Mapping[str, Command], default: str
) -> argparse.Namespace:
    """What `given` says: its `command` (`default` when it names none), the arguments, and the settings, as text.

    Every command takes every flag of the dataclass `settings`. Raises Wrong.
    """
    shared = _Parser(add_help=False)
    add_flags(shared, settings)
    parser = _Parser(usage=_usage("[COMMAND]", commands[default]), description=about, parents=[shared])
    _add(parser, commands[default])
    named = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    for name, command in commands.items():
        words: dict[str, Any] = {
            "help": command.sentence,
            "description": command.sentence,
            "usage": _usage(name, command),
        }
        _add(named.add_parser(name, parents=[shared], **words), command)
    options = parser.parse_args(given)
    options.command = options.command or default
    return options


def _add(parser: argparse.ArgumentParser, command: Command) -> None:
    for argument, how in command.arguments.items():
        absent: dict[str, Any] = {"default": argparse.SUPPRESS} if argument.startswith("-") else {}
        parser.add_argument(argument, **absent, **how)


def _usage(name: str, command: Command) -> str:
    """What to type, without every setting by name."""
    shown = ((each if each.startswith("-") else str(how["metavar"]), how) for each, how in command.arguments.items())
    taken = (f"[{each}]" if each.startswith("-") or how.get("nargs") == "?" else each for each, how in shown)
    return " ".join(("app.py", name, *taken, "[SETTINGS]"))
