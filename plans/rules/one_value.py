"""What a schema promises about one value, whatever is inside it: tests, and one test for all of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, Final

from plans import oracle, tokens
from plans.model import Rule
from plans.rules import checks, combined, ecma, expected, keywords, value_checks
from plans.rules.checks import Test
from plans.rules.keywords import Beyond
from plans.rules.known_formats import SURELY
from plans.rules.patterns import as_rust
from plans.rules.references import References
from plans.tokens import Num

Promise = tuple[Rule, str, Test]
"""The rule it is, what it expects, and its test."""

MAX_DEPTH: Final = 20
"""How deep schemas within schemas about one value are followed."""
_SHOWN: Final = 3


class OneValue:
    """The promises of one document's subschemas about single values."""

    def __init__(self, schema: Any, *, formats: bool) -> None:
        self.draft = keywords.number(schema)
        self.dialect = oracle.dialect(schema)
        self.references = References(schema)
        self._formats = formats

    def promises(self, said: dict[str, Any]) -> Iterator[Promise]:
        """What the known keywords of a subschema ask of the value itself; Beyond when no test can say it."""
        yield from self._kinds(said)
        yield from self._sizes(said)
        if self._formats and type(said.get("format")) is str:
            yield "wrong_format", expected.text_format(said["format"]), self.has_format(said["format"])

    def has_format(self, name: str) -> Test:
        """The test of a `format`."""
        return value_checks.text_that(_has_format(name, self.dialect), SURELY.get(name), surely_not=False)

    def test(self, schema: Any, depth: int = 0) -> Test:
        """One test for all that a subschema asks; Beyond when it looks inside the value."""
        if not isinstance(schema, dict):
            return combined.always() if schema is False else combined.never()
        said = keywords.promises(schema, self.draft)
        if depth > MAX_DEPTH or not said.keys() <= keywords.OF_A_VALUE:
            raise Beyond("a combination of schemas that look inside")
        tests = [test for _, _, test in self.promises(said)]
        tests += [self.test(each, depth + 1) for each in said.get("allOf", ())]
        tests += [test for _, test in self.combinations(said, depth)]
        if "$ref" in said:
            tests.append(self.test(self.references.at(said["$ref"]), depth + 1))
        return combined.all_of(tuple(tests)) if tests else combined.never()

    def combinations(self, said: dict[str, Any], depth: int = 0) -> Iterator[tuple[str, Test]]:
        """The tests of `anyOf`, `oneOf` and `not`, with what they expect."""
        for keyword, combine, just in (("anyOf", combined.any_of, ""), ("oneOf", combined.one_of, "just one of ")):
            if keyword in said:
                tests = tuple(self.test(each, depth + 1) for each in said[keyword])
                words = " or ".join(map(self._words, said[keyword][:_SHOWN])) + (" or more" * (len(tests) > _SHOWN))
                yield f"what `{keyword}` asks: {just}{words[: tokens.VALUE_CHARS]}", combine(tests)
        if "not" in said:
            yield "what `not` asks", combined.negated(self.test(said["not"], depth + 1))

    def _words(self, schema: Any) -> str:
        """What one of several schemas expects first."""
        if not isinstance(schema, dict):
            return expected.NOTHING if schema is False else expected.of(schema)
        said = keywords.promises(schema, self.draft)
        return next((words for _, words, _ in self.promises(said)), expected.of(schema))

    def _kinds(self, said: dict[str, Any]) -> Iterator[Promise]:
        if "type" in said:
            kinds = said["type"] if isinstance(said["type"], list) else [said["type"]]
            yield "wrong_type", expected.kinds(kinds), checks.is_kind(kinds, whole_by_value=self.draft > 4)
        if "enum" in said:
            yield "not_allowed", expected.one_of(said["enum"]), _one_of(said["enum"])
        if "const" in said:
            yield "not_allowed", expected.one_of([said["const"]]), _one_of([said["const"]])
        if "pattern" in said:
            accepts = _has_pattern(said["pattern"], self.dialect)
            test = value_checks.text_that(accepts, as_rust(said["pattern"]), surely_not=True)
            yield "wrong_format", expected.pattern(said["pattern"]), test

    def _sizes(self, said: dict[str, Any]) -> Iterator[Promise]:
        for bound, sign, test in _bounds(said):
            yield "out_of_range", f"{sign} {bound}", test
        if "multipleOf" in said:
            yield "out_of_range", f"a multiple of {said['multipleOf']}", value_checks.multiple_of(said["multipleOf"])
        sizes = (
            ("Length", "characters", value_checks.length),
            ("Items", "elements", value_checks.item_count),
            ("Properties", "fields", combined.field_count),
        )
        for word, what, make in sizes:
            low, high = _count(said.get(f"min{word}")), _count(said.get(f"max{word}"))
            if low is not None or high is not None:
                yield "out_of_range", expected.count(low, high, what), make(low, high)
        if said.get("uniqueItems"):
            yield "schema", expected.DIFFERENT, combined.all_differ()


def _one_of(values: list[Any]) -> Test:
    if any(isinstance(value, dict | list) for value in values):
        raise Beyond("enum of objects or arrays")
    return value_checks.equals_one_of(values)


def _bounds(said: dict[str, Any]) -> Iterator[tuple[Num, str, Test]]:
    """Draft 4 says whether a limit is excluded with a boolean; later ones give the excluded limit itself."""
    for word, make, sign in (("Minimum", value_checks.at_least, ">"), ("Maximum", value_checks.at_most, "<")):
        plain, strict = said.get(word.lower()), said.get(f"exclusive{word}")
        if isinstance(plain, Num):
            exclusive = strict is True
            yield plain, sign if exclusive else f"{sign}=", make(plain, exclusive=exclusive)
        if isinstance(strict, Num):
            yield strict, sign, make(strict, exclusive=True)


def _count(limit: Num | None) -> int | None:
    if limit is None:
        return None
    if len(limit) > 15 or "e" in limit.lower():
        raise Beyond("an odd count")
    return int(limit.partition(".")[0])


@lru_cache(maxsize=4096)
def _has_format(name: str, dialect: str) -> Callable[[str], bool]:
    return oracle.make(dialect, tokens.dump({"format": name}), formats=True).is_valid


@lru_cache(maxsize=4096)
def _has_pattern(pattern: str, dialect: str) -> Callable[[str], bool]:
    judge = oracle.make(dialect, tokens.dump({"pattern": ecma.taken(pattern)}), formats=False)

    def accepts(text: str) -> bool:
        if judge.is_valid(text):
            return True
        if any("error" in error.kind.as_dict() for error in judge.iter_errors(text)):
            raise ecma.too_many_steps()
        return False

    return ecma.bounded(pattern, accepts)
