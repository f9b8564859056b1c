"""ECMA regular expressions as Rust ones, where both find the same; the others are left to jsonschema-rs."""

from __future__ import annotations

import re

import polars as pl

from plans.rules.ecma import HEAVY, weight

_CLASSES = {
    r"\d": "0-9",
    r"\w": "A-Za-z0-9_",
    r"\s": r"\t\n\x0b\x0c\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}",
}
_ATOM = re.compile(
    r"""
      (?P<literal> [A-Za-z0-9 _\-@#%&,:;<>=!~'"/] )
    | (?P<escaped> \\ [./\\+*?()\[\]{}^$|\-] )
    | (?P<short>   \\ [dwsDWS] )
    | (?P<any>     \. )
    | (?P<anchor>  [\^$] )
    | (?P<open>    \( (?: \?: )? )
    | (?P<close>   \) )
    | (?P<or>      \| )
    | (?P<class>   \[ \^?
        (?: [A-Za-z0-9 _@#%,:;<>=!'"/.+*?(){}|$] (?: - [A-Za-z0-9] )? | \\ [dws.\-/\\\[\]+*?^] )+ -? \] )
    """,
    re.VERBOSE,
)
_REPEAT = re.compile(r"(?:[*+?]|\{[0-9]{1,3}(?:,[0-9]{0,3})?\})\??")
_CLASS_PART = re.compile(r"\\(.)|(.)", re.DOTALL)


def as_rust(pattern: str) -> str | None:
    """A Rust regex that finds a match in exactly the same texts as this ECMA pattern, or None when in doubt."""
    parts: list[str] = []
    at = 0
    if weight(pattern) > HEAVY:
        return None
    while at < len(pattern):
        atom = _ATOM.match(pattern, at)
        if not atom or not _fits(atom):
            return None
        parts.append(_translate(atom))
        at = atom.end()
        repeat = _REPEAT.match(pattern, at)
        if repeat:
            if atom.lastgroup in ("anchor", "open", "or"):
                return None
            parts.append(repeat[0])
            at = repeat.end()
            if at < len(pattern) and pattern[at] in "*+?{":
                return None
    return _if_taken("".join(parts))


def _if_taken(rust: str) -> str | None:
    """The regex, unless polars finds it wrong or too large."""
    try:
        pl.Series([""]).str.contains(rust)
    except pl.exceptions.ComputeError:
        return None
    return rust


def _fits(atom: re.Match[str]) -> bool:
    """Ranges must rise within letters or digits; doubled operators are set operations in Rust."""
    if atom.lastgroup != "class":
        return True
    ranges = re.findall(r"(?<!\\)(.)-([A-Za-z0-9])", atom[0])
    tame = all(low <= high and _sort(low) == _sort(high) for low, high in ranges)
    return tame and not re.search(r"--|~~|&&", atom[0])


def _sort(character: str) -> str:
    if character.isdigit():
        return "digit"
    return "upper" if character.isupper() else "lower" if character.islower() else ""


def _translate(atom: re.Match[str]) -> str:
    text = atom[0]
    if atom.lastgroup == "short":
        return f"[{'' if text.islower() else '^'}{_CLASSES[text.lower()]}]"
    if atom.lastgroup == "literal":
        return text if text.isalnum() or text in " _" else rf"\x{{{ord(text):x}}}"
    if atom.lastgroup == "class":
        inside = text[2:-1] if text.startswith("[^") else text[1:-1]
        start = "[^" if text.startswith("[^") else "["
        return start + _CLASS_PART.sub(_class_part, inside) + "]"
    return {r"\/": "/", ".": r"[^\n\r\x{2028}\x{2029}]"}.get(text, text)


def _class_part(part: re.Match[str]) -> str:
    if part[1]:
        return _CLASSES.get("\\" + part[1], rf"\x{{{ord(part[1]):x}}}")
    return part[2]
