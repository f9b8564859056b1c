"""A command line made from a table: what each command is called, what it takes, and who does it."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from data.settings import Wrong, add_flags


@dataclass(frozen=True)
class Command:
    """`start` gets the settings and the arguments, and returns an exit code; `arguments` are as argparse takes them."""

    start: Callable[[Any, argparse.Namespace], int]
    sentence: str
    arguments: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


class _Parser(argparse.ArgumentParser):
    """argparse whose complaint is one line."""

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
    parser = _Parser("app.py", description=about, parents=[shared], allow_abbrev=False)
    _add(parser, commands[default])
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    for name, command in commands.items():
        sentence = command.sentence
        _add(
            subparsers.add_parser(name, help=sentence, description=sentence, parents=[shared], allow_abbrev=False),
            command,
        )
    options = parser.parse_args(given)
    options.command = options.command or default
    return options


def _add(parser: argparse.ArgumentParser, command: Command) -> None:
    for argument, how in command.arguments.items():
        absent: dict[str, Any] = {"default": argparse.SUPPRESS} if argument.startswith("-") else {}
        parser.add_argument(argument, **absent, **how)
