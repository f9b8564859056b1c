"""Everyday JSON Schema: which violation each keyword makes, and that an event errs exactly where its schema does."""

import pytest

from tests.plans.judging import schema, verdict, verdicts

OLD = "http://json-schema.org/draft-07/schema#"


@pytest.mark.parametrize(
    ("said", "payload", "rule"),
    [
        ('{"type":"string"}', '{"a":5}', "wrong_type"),
        ('{"type":["string","null"]}', '{"a":5}', "wrong_type"),
        ('{"type":"integer"}', '{"a":1.5}', "wrong_type"),
        ('{"type":"number"}', '{"a":"1"}', "wrong_type"),
        ('{"enum":["EUR","USD",5]}', '{"a":"EU"}', "not_allowed"),
        ('{"const":"x"}', '{"a":"X"}', "not_allowed"),
        ('{"minimum":5}', '{"a":4.999}', "out_of_range"),
        ('{"maximum":9007199254740992}', '{"a":9007199254740993}', "out_of_range"),
        ('{"exclusiveMinimum":5}', '{"a":5.0}', "out_of_range"),
        ('{"multipleOf":0.01}', '{"a":0.0075}', "out_of_range"),
        ('{"minLength":2}', '{"a":"😀"}', "out_of_range"),
        ('{"maxLength":1}', '{"a":"e\\u0301"}', "out_of_range"),
        ('{"minItems":1}', '{"a":[]}', "out_of_range"),
        ('{"maxItems":1}', '{"a":[1,2]}', "out_of_range"),
        ('{"pattern":"^[A-Z]+$"}', '{"a":"ABc"}', "wrong_format"),
        ('{"pattern":"^(?=.*[0-9])[a-z0-9]+$"}', '{"a":"abc"}', "wrong_format"),
        ('{"not":{"type":"string"}}', '{"a":"x"}', "schema"),
        ('{"anyOf":[{"type":"string"},{"minimum":5}]}', '{"a":1}', "schema"),
    ],
)
def test_each_keyword_has_its_rule(said: str, payload: str, rule: str) -> None:
    plan = schema(f'{{"properties":{{"a":{said}}}}}')
    assert verdict(plan, payload) == ("invalid", [("a", rule)])


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ('{"type":"integer"}', "1.0"),
        ('{"type":"integer"}', "1e2"),
        ('{"type":"integer"}', "18446744073709551617"),
        ('{"type":"integer"}', "1e400"),
        ('{"type":"string"}', '""'),
        ('{"enum":[1]}', "1.0"),
        ('{"const":0}', "-0"),
        ('{"multipleOf":0.01}', "4.5"),
        ('{"multipleOf":0.01}', "19.99"),
        ('{"multipleOf":0.01}', "1e400"),
        ('{"maximum":0.1}', "0.1"),
        ('{"minimum":-1e400}', "-1e399"),
        ('{"pattern":"Lawyer|Evil"}', '"the Evil Morty"'),
        ('{"minLength":3}', "5"),
        ('{"minItems":3}', '"x"'),
        ('{"pattern":"\\\\d"}', "null"),
        ("true", "null"),
    ],
)
def test_a_value_the_schema_takes_is_valid(said: str, value: str) -> None:
    plan = schema(f'{{"properties":{{"a":{said}}}}}')
    assert verdict(plan, f'{{"a":{value}}}') == ("valid", [])


def test_draft_4_takes_no_fraction_for_an_integer() -> None:
    draft = '"$schema":"http://json-schema.org/draft-04/schema#"'
    plan = schema(f'{{{draft},"properties":{{"a":{{"type":"integer","minimum":0,"exclusiveMinimum":true}}}}}}')
    told = verdicts(plan, ['{"a":1}', '{"a":1.0}', '{"a":0}'])
    assert [status for status, _ in told] == ["valid", "invalid", "invalid"]


@pytest.mark.parametrize(
    ("draft", "mode", "status"),
    [
        (OLD, None, "invalid"),
        ("https://json-schema.org/draft/2019-09/schema", None, "valid"),
        ("https://json-schema.org/draft/2020-12/schema", None, "valid"),
        (OLD, "warn", "valid"),
        ("https://json-schema.org/draft/2020-12/schema", "assert", "invalid"),
    ],
)
def test_a_format_is_an_error_or_a_warning_as_draft_and_plan_say(draft: str, mode: str | None, status: str) -> None:
    options = {"format": f'"{mode}"'} if mode else {}
    plan = schema(f'{{"$schema":"{draft}","properties":{{"a":{{"format":"date-time"}}}}}}', **options)
    assert verdict(plan, '{"a":"yesterday"}') == (status, [("a", "wrong_format")])
    assert verdict(plan, '{"a":"2024-02-29T10:00:00.5+01:00"}') == ("valid", [])


def test_fields_nobody_described_are_errors_warnings_or_nothing() -> None:
    fields = '"properties":{"a":{}}'
    extra = '{"a":1,"b":2}'
    assert verdict(schema(f'{{{fields},"additionalProperties":false}}'), extra) == (
        "invalid",
        [("b", "unplanned_field")],
    )
    assert verdict(schema(f"{{{fields}}}"), extra) == ("valid", [("b", "unplanned_field")])
    assert verdict(schema(f'{{{fields},"additionalProperties":true}}'), extra) == ("valid", [])


def test_elements_are_named_by_their_index() -> None:
    plan = schema(
        '{"properties":{"m":{"items":{"items":{"type":"integer"}}},'
        '"items":{"items":{"required":["p"],"properties":{"p":{"type":"number"}}}}}}'
    )
    payload = '{"m":[[1],[2,"x"]],"items":[{"p":"1"},{"q":1}]}'
    assert verdict(plan, payload) == (
        "invalid",
        [
            ("m[1][1]", "wrong_type"),
            ("items[0].p", "wrong_type"),
            ("items[1].p", "missing"),
            ("items[1].q", "unplanned_field"),
        ],
    )


def test_a_condition_on_a_value_chooses_between_then_and_else() -> None:
    plan = schema(
        '{"if":{"properties":{"by":{"const":"card"}},"required":["by"]},'
        '"then":{"required":["number"],"properties":{"number":{"type":"string"}}},"else":{"required":["iban"]}}'
    )
    told = verdicts(
        plan, ['{"by":"card","number":"4"}', '{"by":"card","number":4}', '{"by":"card"}', '{"by":"x"}', "{}"]
    )
    assert told == [
        ("valid", []),
        ("invalid", [("number", "wrong_type")]),
        ("invalid", [("number", "missing")]),
        ("invalid", [("iban", "missing")]),
        ("invalid", [("iban", "missing")]),
    ]


@pytest.mark.parametrize("key", ["a.b", 'q"k', "", "0", "-", "x/y", "~t", "[]", "é", "\\u2028"])
def test_a_key_may_be_anything(key: str) -> None:
    said = key.replace('"', '\\"')
    plan = schema(
        f'{{"properties":{{"{said}":{{"type":"string"}},"in":{{"properties":{{"{said}":{{"type":"string"}}}}}}}}}}'
    )
    assert verdict(plan, f'{{"{said}":"x","in":{{"{said}":"x"}}}}') == ("valid", [])
    status, found = verdict(plan, f'{{"{said}":1,"in":{{"{said}":1}}}}')
    assert (status, [rule for _, rule in found]) == ("invalid", ["wrong_type", "wrong_type"])
    assert verdict(plan, '{"in":["x"]}') == ("valid", [])


def test_a_strict_float_is_an_error_in_a_schema_too() -> None:
    plan = schema('{"properties":{"a":{"type":"number"},"b":{"type":["number","integer"]}}}', strict_float="true")
    assert verdict(plan, '{"a":1,"b":1}') == ("invalid", [("a", "wrong_type")])


def test_what_only_a_full_evaluation_finds_is_named_as_the_rest() -> None:
    plan = schema(
        '{"patternProperties":{"^z":{}},"allOf":[{"required":["x"]}],"$defs":{"p":{"type":"object","additionalProperties":false,'
        '"properties":{"q":{"type":"integer"}}}},"properties":{"l":{"items":{"$ref":"#/$defs/p"}}}}'
    )
    assert verdict(plan, '{"l":[{"q":1},{"q":"1","r":2}],"":{"0":1}}') == (
        "invalid",
        [("l[1].q", "wrong_type"), ("x", "missing"), ("l[1].r", "unplanned_field")],
    )
