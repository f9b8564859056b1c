"""What was handed in to be read as a plan: the texts of its files, and the JSON and YAML in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Literal

from plans import paths, tokens
from plans.formats import yaml_text
from plans.model import MAX_NESTING, PlanError

Syntax = Literal["json", "yaml", "csv"]

_BY_SUFFIX: dict[str, Syntax] = {".json": "json", ".yaml": "yaml", ".yml": "yaml", ".csv": "csv"}
_YAML_FIRST = re.compile(r"(?:---|%YAML|- |[\"']?[\w$.-]+[\"']?[ \t]*:(?:\s|$))")


@dataclass(frozen=True)
class Options:
    """How a plan is to be read.

    null_passes_enum: where a type allows null and the enum beside it omits it, null is added to the enum.
    """

    null_passes_enum: bool = False


@dataclass(frozen=True)
class Document:
    """One JSON or YAML document: the name of its file ("" for a lone body) and its value, numbers as `tokens.Num`."""

    name: str
    value: tokens.Value

    def place(self, pointer: str = "") -> str:
        """Where `pointer` is, as reports and refusals say it: `orders.json#/events/0`, or the pointer alone."""
        return place(self.name, pointer)


@dataclass(frozen=True)
class Source:
    """The files of a plan by name, in the order of their names; `declared` is the syntax its sender named."""

    files: Mapping[str, str]
    declared: Syntax | None = None

    def documents(self) -> tuple[Document, ...]:
        """All that is JSON or YAML, in the order of the files; PlanError for what is broken or says a key twice.

        A further document of one YAML file is named `plan.yaml:2`, by its number.
        """
        return self._documents

    def lone(self) -> Document | None:
        """The only document, or None when there are several, or none."""
        return self._documents[0] if len(self._documents) == 1 else None

    def text(self) -> str:
        """The text of the only file; ValueError when there are several."""
        (text,) = self.files.values()
        return text

    def sheet_text(self) -> str | None:
        """The text of the only file when it is CSV, else None: for formats that are rows."""
        if len(self.files) != 1:
            return None
        ((name, text),) = self.files.items()
        return text if self.syntax(name, text) == "csv" else None

    def syntax(self, name: str, text: str) -> Syntax:
        """How a file is written: by its ending, else as its sender said, else by how it begins."""
        known = _BY_SUFFIX.get(PurePosixPath(name).suffix.lower()) or self.declared
        if known:
            return known
        if text.lstrip()[:1] in ("{", "["):
            return "json"
        first = next((line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")), "")
        return "yaml" if _YAML_FIRST.match(first) else "csv"

    @cached_property
    def _documents(self) -> tuple[Document, ...]:
        return tuple(document for name, text in self.files.items() for document in self._parsed(name, text))

    def _parsed(self, name: str, text: str) -> list[Document]:
        match self.syntax(name, text):
            case "json":
                return [_json(name, text)]
            case "yaml":
                return _yaml(name, text)
            case "csv":
                return []


def place(name: str, pointer: str) -> str:
    """A pointer into a file, as text; the pointer alone when the file has no name."""
    return f"{name}#{pointer}" if name else pointer


def _json(name: str, text: str) -> Document:
    try:
        value = tokens.parse(text, MAX_NESTING)
    except ValueError as error:
        raise PlanError(f"not JSON: {error}", name) from None
    _refuse_repeated(value, name, ())
    return Document(name, value)


def _yaml(name: str, text: str) -> list[Document]:
    try:
        values = yaml_text.parse_all(text)
    except yaml_text.BadYaml as error:
        raise PlanError(str(error), ", ".join(filter(None, (name, f"line {error.line}")))) from None
    return [Document(name if at == 1 else f"{name}:{at}", value) for at, value in enumerate(values, 1)]


def _refuse_repeated(value: tokens.Value, name: str, keys: tuple[str, ...]) -> None:
    if isinstance(value, tokens.Repeated):
        raise PlanError(f"the key `{value.repeated_key():.80}` is there twice", place(name, paths.pointer(keys)))
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        _refuse_repeated(item, name, (*keys, str(key)))
