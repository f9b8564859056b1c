"""YAML read as JSON is: YAML 1.2's core schema, numbers as their text, and bounded whatever its anchors say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from plans.model import MAX_NESTING
from plans.tokens import Num, Value

MAX_VALUES: Final = 250_000
"""Values a document may hold once its aliases are written out."""

_CORE: Final = "tag:yaml.org,2002:"
_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"([-+]?)(?:([0-9]+)\.?([0-9]*)|\.([0-9]+))(?:[eE]([-+]?[0-9]+))?")
_BASES = {"0o": (re.compile(r"0o[0-7]+"), 8), "0x": (re.compile(r"0x[0-9a-fA-F]+"), 16)}
_ENDLESS = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


class BadYaml(ValueError):
    """YAML that cannot be read, with the line it stops at (from 1)."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


@dataclass
class _Open:
    """A list or mapping being read; `size` counts the values in it, `key` waits for its value."""

    value: list[Value] | dict[str, Value]
    anchor: str | None
    line: int
    size: int = 1
    key: str | None = None
    merged: list[Value] = field(default_factory=list)


@dataclass(frozen=True)
class _Anchored:
    value: Value
    size: int


def parse_all(text: str, *, max_values: int = MAX_VALUES, max_depth: int = MAX_NESTING) -> list[Value]:
    """The values of the documents in `text`, as `tokens.parse` gives JSON's; BadYaml says what cannot be read.

    `no`, `on` and dates stay text, keys are text, `<<` merges, repeated keys and unknown tags are refused.
    """
    reading = _Reading(max_values, max_depth)
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            reading.take(event)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadYaml(f"not YAML: {error.problem or error.context}", line) from None
    except yaml.YAMLError as error:
        raise BadYaml(f"not YAML: {str(error).splitlines()[0]}", 1) from None
    return reading.documents


class _Reading:
    def __init__(self, max_values: int, max_depth: int) -> None:
        self.documents: list[Value] = []
        self._max_values, self._max_depth = max_values, max_depth
        self._count = 0
        self._open: list[_Open] = []
        self._anchors: dict[str, _Anchored] = {}

    def take(self, event: Any) -> None:
        """One event of the parser; depth is ours to keep, so that nothing recurses."""
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent):
            self._anchors = {}
        elif isinstance(event, yaml.ScalarEvent):
            self._more(1, line)
            self._put(self._scalar(event, line), 1, event.anchor, line)
        elif isinstance(event, yaml.AliasEvent):
            known = self._anchors.get(str(event.anchor))
            if known is None:
                raise BadYaml(f"the alias *{event.anchor} has no anchor before it that is complete", line)
            self._more(known.size, line)
            self._put(known.value, known.size, None, line)
        elif isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
            self._begin(event, line)
        elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            self._end()

    def _begin(self, event: Any, line: int) -> None:
        kind = "seq" if isinstance(event, yaml.SequenceStartEvent) else "map"
        if event.tag not in (None, "!", f"{_CORE}{kind}"):
            raise BadYaml(f"the tag {event.tag:.80} is not known", line)
        if len(self._open) >= self._max_depth:
            raise BadYaml(f"nested deeper than {self._max_depth}", line)
        self._more(1, line)
        self._open.append(_Open([] if kind == "seq" else {}, event.anchor, line))

    def _end(self) -> None:
        done = self._open.pop()
        if isinstance(done.value, dict):
            for other in done.merged:
                for key, value in other.items():
                    done.value.setdefault(key, value)
        self._put(done.value, done.size, done.anchor, done.line)

    def _put(self, value: Value, size: int, anchor: str | None, line: int) -> None:
        if anchor:
            self._anchors[anchor] = _Anchored(value, size)
        if not self._open:
            self.documents.append(value)
            return
        around = self._open[-1]
        around.size += size
        if isinstance(around.value, list):
            around.value.append(value)
        elif around.key is None:
            around.key = self._key(value, around.value, line)
        else:
            self._pair(around, around.value, value, line)

    def _more(self, values: int, line: int) -> None:
        self._count += values
        if self._count > self._max_values:
            raise BadYaml(f"more than {self._max_values:,} values once the aliases are written out", line)

    def _pair(self, around: _Open, into: dict[str, Value], value: Value, line: int) -> None:
        key, around.key = str(around.key), None
        if key != "<<":
            into[key] = value
            return
        others = value if isinstance(value, list) else [value]
        if not all(isinstance(other, dict) for other in others):
            raise BadYaml("<< merges mappings only", line)
        around.merged += others

    def _key(self, value: Value, into: dict[str, Value], line: int) -> str:
        if isinstance(value, list | dict) or value is None:
            raise BadYaml("a key is text, not a list, a mapping or nothing", line)
        key = value if isinstance(value, str) else "true" if value else "false"
        if key in into:
            raise BadYaml(f"the key `{key:.80}` is there twice", line)
        return str(key)

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> Value:
        tag, text = event.tag, event.value
        if tag in ("!", f"{_CORE}str") or (tag is None and not event.implicit[0]):
            return text
        if tag not in (None, *(f"{_CORE}{kind}" for kind in ("null", "bool", "int", "float"))):
            raise BadYaml(f"the tag {tag:.80} is not known", line)
        if _ENDLESS.fullmatch(text):
            raise BadYaml(f"{text} is no number of JSON", line)
        value = _plain(text)
        if tag and type(value) is str:
            raise BadYaml(f"`{text:.80}` is not what its tag {tag.removeprefix(_CORE)} says", line)
        return value


def _plain(text: str) -> Value:
    """What unquoted text means in YAML 1.2: nothing, true, false, a number, or itself."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "+-.0123456789":
        return text
    if _INTEGER.fullmatch(text):
        return _number(text[:1], text.lstrip("+-"), "", None)
    for start, (form, base) in _BASES.items():
        if text.startswith(start) and form.fullmatch(text) and len(text) <= 1_000:
            return Num(int(text[2:], base))
    if found := _FLOAT.fullmatch(text):
        sign, whole, fraction, only, exponent = found.groups()
        return _number(sign, whole or "0", fraction or only or "", exponent)
    return text


def _number(sign: str, whole: str, fraction: str, exponent: str | None) -> Num:
    """The number as JSON writes it: no plus before it, no zeros in front, digits on both sides of the point."""
    text = ("-" if sign == "-" else "") + (whole.lstrip("0") or "0")
    text += f".{fraction}" if fraction else ""
    return Num(text + (f"e{exponent}" if exponent else ""))
