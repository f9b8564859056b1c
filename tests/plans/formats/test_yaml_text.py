"""YAML as JSON is: what YAML 1.1 would make of `no`, dates and octals does not happen, and anchors stay bounded."""

import pytest

from plans import tokens
from plans.formats import yaml_text
from plans.formats.source import Source
from plans.formats.yaml_text import BadYaml
from plans.model import PlanError


@pytest.mark.parametrize(
    ("text", "json"),
    [
        ("a: [no, on, yes, off, y, n]", '{"a":["no","on","yes","off","y","n"]}'),
        ("a: [true, False, NULL, ~, Null]\nb:", '{"a":[true,false,null,null,null],"b":null}'),
        ("a: [2024-01-01, 12:30:45, 1_000, 0b1, 1e]", '{"a":["2024-01-01","12:30:45","1_000","0b1","1e"]}'),
        ("a: [1, 1.0, 1.50, 1e400, -0, +7, 007, .5, -.5, 1., 1E+2]", '{"a":[1,1.0,1.50,1e400,-0,7,7,0.5,-0.5,1,1e+2]}'),
        ("a: [0x1F, 0o17, 017]", '{"a":[31,15,17]}'),
        ("a: [9007199254740993, 18446744073709551617]", '{"a":[9007199254740993,18446744073709551617]}'),
        ("a: ['1', \"true\", !!str 3, !!int 4]", '{"a":["1","true","3",4]}'),
        ("1: a\ntrue: b\nno: c\n1.50: d", '{"1":"a","true":"b","no":"c","1.50":"d"}'),
        ("a: &x {b: 1}\nc: *x\nd: {<<: *x, e: 2}\nf: {<<: [*x, {g: 3}], b: 4}",
         '{"a":{"b":1},"c":{"b":1},"d":{"e":2,"b":1},"f":{"b":4,"g":3}}'),
        ("a: |\n  x\n  y\nb: >-\n  x\n  y", '{"a":"x\\ny\\n","b":"x y"}'),
        ("# only this", "null"),
    ],
)  # fmt: skip
def test_values_are_those_of_yaml_1_2(text: str, json: str) -> None:
    values = yaml_text.parse_all(text) or [None]
    assert [tokens.dump(value) for value in values] == [json]


BOMB = "a0: &a0 [x]\n" + "".join(f"a{at}: &a{at} [*a{at - 1}, *a{at - 1}]\n" for at in range(1, 64))


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a: 1\nb: 2\na: 3", 3, "`a` is there twice"),
        ("a: {b: 1, 'b': 2}", 1, "`b` is there twice"),
        ("a: &x\n  b: *x", 2, "*x has no anchor"),
        ("a: *gone", 1, "*gone has no anchor"),
        (BOMB, 17, "once the aliases are written out"),
        ("[" * 5_000, 1, "nested deeper"),
        ("- " * 5_000, 1, "nested deeper"),
        ("a: !!python/object/apply:os.system [x]", 1, "python/object"),
        ("a: !mine x", 1, "!mine"),
        ("a: 2\nb: .inf", 2, "no number of JSON"),
        ("? [a]\n: b", 1, "a key is text"),
        ("a:\n\t- b", 2, "not YAML"),
        ("a: [1", 2, "not YAML"),
        ("a: b: c", 1, "not YAML"),
        ("a: \x07", 1, "not YAML"),
        ("a: {<<: 5}", 1, "<< merges"),
    ],
    ids=range(16),
)
def test_what_is_no_plain_data_is_refused_with_its_line(text: str, line: int, says: str) -> None:
    with pytest.raises(BadYaml) as refused:
        yaml_text.parse_all(text)
    assert (refused.value.line, says in str(refused.value)) == (line, True), refused.value


def test_a_document_says_its_file_and_its_number() -> None:
    source = Source({"a.yaml": "x: 1\n---\ny: 2\n", "b.json": "{}", "c.csv": "x"})
    assert [document.name for document in source.documents()] == ["a.yaml", "a.yaml:2", "b.json"]
    with pytest.raises(PlanError) as refused:
        Source({"a.yaml": "x: 1\nx: 2"}).documents()
    assert refused.value.where == "a.yaml, line 2"
    with pytest.raises(PlanError) as refused:
        Source({"a.json": '{"x":[{"y/z":1,"y/z":2}]}'}).documents()
    assert refused.value.where == "a.json#/x/0"
