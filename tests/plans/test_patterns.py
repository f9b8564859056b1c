"""A pattern finds the same in Rust as in jsonschema-rs, or is left to it."""

import json

import polars as pl
import pytest

from plans.oracle import validator
from plans.rules.patterns import as_rust

CHARACTERS = [
    chr(code) for code in [*range(0x180), *range(0x660, 0x66A), *range(0x2000, 0x2070), 0x3000, 0xFEFF, 0x1F600]
]
TEXTS = [*CHARACTERS, "", "ab", "a-b", "A1", "a\nb", "x.y", "aaa", "2024-01-31", "a@b.de", "[a]", "a^b", "a\\b", "$5"]


@pytest.mark.parametrize(
    "pattern",
    [
        *(
            "a",
            "^a$",
            "a|b",
            "^(a|b)+$",
            "^(?:ab)?$",
            "a{2,3}",
            "a*?b",
            "^.$",
            r"\.",
            r"^\d$",
            r"^\D$",
            r"^\w$",
            r"^\W$",
        ),
        *(
            r"^\s$",
            r"^\S$",
            "^[a-f]$",
            "^[^a-f0-9]$",
            r"^[\w.-]+$",
            r"[\s\d]",
            r"^\d{4}-\d{2}-\d{2}$",
            r"^[\\\]^]$",
            r"[.+*?^$|()]",
        ),
        *(
            "^[A-Z][a-z]{0,3}$",
            r"^[\w.]+@[\w.]+\.[a-z]{2,}$",
            "^$",
            "a b",
            r"\$\d",
            "^/[a-z/]*$",
            r"^\/x",
            "[a-]",
            "é?a",
        ),
    ],
)
def test_a_translated_pattern_finds_the_same(pattern: str) -> None:
    rust = as_rust(pattern)
    judge = validator(json.dumps({"pattern": pattern}), None)
    if rust is not None:
        assert pl.Series(TEXTS).str.contains(rust).to_list() == [judge.is_valid(text) for text in TEXTS]


@pytest.mark.parametrize(
    "pattern",
    [
        r"\bx",
        "(?=a)",
        "(?<!a)b",
        r"(a)\1",
        "[a&&b]",
        "[[a]]",
        "[a--b]",
        r"\u0041",
        r"\p{L}",
        "(?i)a",
        "a++",
        "{",
        "a{1000}",
        "[z-a]",
    ],
)
def test_a_doubtful_pattern_is_left_alone(pattern: str) -> None:
    assert as_rust(pattern) is None


@pytest.mark.parametrize(
    "pattern", ["^[A-Z]+-\\d{2}$", r"\S", r"^[\w.-]+@[\w-]+\.[a-z]{2,}$", "^#[0-9a-f]{6}$", "^(EUR|USD)$"]
)
def test_everyday_patterns_are_translated(pattern: str) -> None:
    assert as_rust(pattern) is not None
