"""Reads a frozen dataclass of settings from flags and the environment, and names whatever cannot be meant."""

import argparse
from collections.abc import Mapping
from dataclasses import Field, asdict, field, fields
from pathlib import Path
from typing import Any, Final, TypeVar

PREFIX: Final = "LVD_"
KINDS: Final[Mapping[type, str]] = {int: "a whole number", float: "a number", Path: "a path", str: "text"}

S = TypeVar("S")


class Wrong(Exception):
    """A flag, setting, file or value that cannot be meant, said in one line."""


class Failed(Exception):
    """The work itself did not succeed, said in one line."""


def setting(default: Any, sentence: str, *, least: float | None = None, most: float | None = None) -> Any:
    """A field of a settings dataclass; its kind is the default's, `least` and `most` bound a number."""
    return field(default=default, metadata={"sentence": sentence, "least": least, "most": most})


def variable(name: str) -> str:
    return PREFIX + name.upper()


def flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def add_flags(parser: argparse.ArgumentParser, kind: type[Any]) -> None:
    """A flag for each field of the dataclass `kind`, whose values stay text for `read`."""
    group = parser.add_argument_group("settings", f"each also in the environment, as {PREFIX}<NAME>")
    for each in fields(kind):
        shown = f"{each.metadata['sentence']} ({each.default})"
        group.add_argument(flag(each.name), metavar="X", default=argparse.SUPPRESS, help=shown.replace("%", "%%"))


def read(kind: type[S], flags: Mapping[str, object], environment: Mapping[str, str]) -> S:
    """A `kind` from texts by field name (`flags`; other names are left alone), else by LVD_<NAME>, else its defaults.

    Raises Wrong, naming the flag or variable, for a value of the wrong kind or an LVD_ name that is no setting.
    """
    known: dict[str, Field[Any]] = {variable(each.name): each for each in fields(kind)}  # type: ignore[arg-type]
    unknown = sorted(name for name in environment if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise Wrong(f"{unknown[0]} is not a setting; there are {', '.join(known)}")
    values = {}
    for name, each in known.items():
        if each.name in flags:
            values[each.name] = _value(flag(each.name), str(flags[each.name]), each)
        elif name in environment:
            values[each.name] = _value(name, environment[name], each)
    return kind(**values)


def environment_of(settings: Any, outside: Mapping[str, str]) -> dict[str, str]:
    """The environment in which another process reads the same settings: `outside` and all of them."""
    others = {name: value for name, value in outside.items() if not name.startswith(PREFIX)}
    return others | {variable(name): str(value) for name, value in asdict(settings).items()}


def _value(source: str, text: str, each: Field[Any]) -> Any:
    kind: Any = type(each.default)
    try:
        value = kind(text)
    except ValueError:
        raise Wrong(f"{source} is {text!r}, not {KINDS[kind]}") from None
    least, most = each.metadata["least"], each.metadata["most"]
    if least is not None and not value >= least:
        raise Wrong(f"{source} is {text}, and may not be less than {least}")
    if most is not None and not value <= most:
        raise Wrong(f"{source} is {text}, and may not be more than {most}")
    return value
