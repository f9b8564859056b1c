"""Each keyword of JSON Schema with values it takes and values it does not, in every draft that knows it."""

from typing import NamedTuple

ALL = (4, 6, 7, 2019, 2020)
FROM_6, FROM_7, FROM_2019 = ALL[1:], ALL[2:], ALL[3:]
OLD = (4, 6, 7)


class Case(NamedTuple):
    """A subschema, values it takes and values it does not (as JSON text, one in each line)."""

    drafts: tuple[int, ...]
    schema: str
    takes: str
    refuses: str


KINDS = [
    Case(ALL, '{"type":"string"}', '""\n"1"\n"\\u0000"', "1\nnull\n[]\n{}\ntrue"),
    Case(
        FROM_6, '{"type":"integer"}', "1\n1.0\n-0\n1e2\n10.00e-1\n18446744073709551617\n1e400", '1.5\n"1"\n1e-1\nnull'
    ),
    Case(
        (4,), '{"type":"integer"}', "1\n-0\n18446744073709551617\n-12345678901234567890123", '1.0\n1e2\n1e0\n1.5\n"1"'
    ),
    Case(ALL, '{"type":"number"}', "1\n1.5\n1e400\n-0.0", '"1"\nnull\ntrue'),
    Case(ALL, '{"type":"boolean"}', "true\nfalse", '0\n1\n"true"\nnull'),
    Case(ALL, '{"type":"null"}', "null", '0\nfalse\n""\n[]'),
    Case(ALL, '{"type":"array"}', "[]\n[1]", '{}\n"[]"\nnull'),
    Case(ALL, '{"type":"object"}', '{}\n{"a":1}', "[]\nnull"),
    Case(ALL, '{"type":["string","null","integer"]}', '"x"\nnull\n1', "1.5\ntrue\n[]"),
    Case(ALL, '{"enum":["a",1,null,true,1e2]}', '"a"\n1\n1.0\nnull\ntrue\n100', '"A"\n0\nfalse\n"1"\n1.01'),
    Case(ALL, '{"enum":[{"a":1},[1,"x"],[]]}', '{"a":1.0}\n[1,"x"]\n[]', '{"a":2}\n{}\n["x",1]\n[[]]\n1'),
    Case(ALL, '{"enum":[false]}', "false", '0\n0.0\n""\n[]\nnull'),
    Case(ALL, '{"enum":[[false]]}', "[false]", "[0]\n[0.0]\n[]"),
    Case(ALL, '{"enum":["e\\u0301"]}', '"e\\u0301"\n"\\u0065\\u0301"', '"\\u00e9"'),
    Case(
        FROM_6,
        '{"const":9007199254740993}',
        "9007199254740993\n9007199254740993.0",
        "9007199254740992\n9007199254740994",
    ),
    Case(FROM_6, '{"const":0}', "0\n-0\n0.0\n0e9", "false\n1e-400\nnull"),
    Case(FROM_6, '{"const":{"a":[1,{"b":null}]}}', '{"a":[1.0,{"b":null}]}', '{"a":[1]}\n{"a":[1,{}]}\n1'),
    Case((4,), '{"const":1}', '2\n"x"', ""),
    Case(ALL, "{}", '1\nnull\n"x"\n{"a":[]}', ""),
    Case(FROM_6, "true", "1\nnull\n{}", ""),
    Case(FROM_6, "false", "", '1\nnull\n{}\n""'),
]

NUMBERS = [
    Case(ALL, '{"minimum":1.1}', '1.1\n1.10\n2\n11e-1\n"x"\nnull', "1\n1.0999999999999999999999\n-5\n-1e400"),
    Case(ALL, '{"maximum":-2}', "-2\n-2.0\n-1e400\n[]", "-1\n0\n-1.999999999999999999999\n1e400"),
    Case(ALL, '{"minimum":9007199254740993}', "9007199254740993\n1e400", "9007199254740992\n9007199254740992.5"),
    Case((4,), '{"minimum":3,"exclusiveMinimum":true}', "3.0001\n4", "3\n3.0\n2"),
    Case((4,), '{"maximum":3,"exclusiveMaximum":true}', "2.9", "3\n4"),
    Case((4,), '{"maximum":3,"exclusiveMaximum":false}', "3", "3.1"),
    Case(FROM_6, '{"exclusiveMinimum":1.1}', '1.2\n1.1000000000000000000001\n"x"', "1.1\n1.10\n0"),
    Case(FROM_6, '{"exclusiveMaximum":3}', "2.9\n-1e400", "3\n3.0\n3.5"),
    Case(FROM_6, '{"minimum":1,"exclusiveMinimum":1}', "2", "1\n0"),
    Case(
        ALL, '{"multipleOf":2}', '0\n10\n-4\n1e400\n18446744073709551616\n"x"', "7\n1.5\n18446744073709551617\n1e-400"
    ),
    Case(ALL, '{"multipleOf":1.5}', "0\n4.5\n-3", "35\n1"),
    Case(ALL, '{"multipleOf":0.0001}', "0.0075\n1e-4\n12391239123", "0.00751\n1e-5"),
    Case(ALL, '{"multipleOf":0.01}', "4.5\n19.99\n0.07\n1e308", "0.0075\n0.001"),
    Case(ALL, '{"multipleOf":0.123456789}', "0\n0.246913578", "1e308\n1"),
    Case(ALL, '{"multipleOf":1e-8}', "12391239123\n1e-8", "1e-9"),
    Case(ALL, '{"multipleOf":1e2}', "100\n1e2\n0", "50\n1e-400"),
    Case(ALL, '{"multipleOf":0.5}', "1e308\n1e400\n0.5", "0.25"),
]

TEXTS = [
    Case(ALL, '{"minLength":2}', '"fo"\n"\\ud83d\\udca9\\ud83d\\udca9"\n1\n[]', '"f"\n"\\ud83d\\udca9"\n""'),
    Case(ALL, '{"maxLength":2}', '"f"\n"\\ud83d\\udca9\\ud83d\\udca9"\n"e\\u0301"\n100', '"foo"\n"e\\u0301x"'),
    Case(FROM_6, '{"minLength":2.0,"maxLength":3.0}', '"ab"\n"abc"', '"a"\n"abcd"'),
    Case(ALL, '{"pattern":"^a*$"}', '"aaa"\n""\n5\n{}\nnull', '"abc"\n"aaa\\n"'),
    Case(ALL, '{"pattern":"a+"}', '"xxaayy"', '"xyz"'),
    Case(ALL, '{"pattern":"^.$"}', '"x"\n"\\ud83d\\ude00"\n"\\u0085"', '"\\n"\n"\\r"\n"\\u2028"\n"\\u2029"\n""'),
    Case(ALL, '{"pattern":"^\\\\d$"}', '"0"', '"\\u0661"\n"\\u09ea"\n"x"'),
    Case(ALL, '{"pattern":"^\\\\w$"}', '"a"\n"_"', '"\\u00e9"\n"-"'),
    Case(ALL, '{"pattern":"^\\\\W$"}', '"\\u00e9"', '"a"'),
    Case(
        ALL,
        '{"pattern":"^\\\\s$"}',
        '" "\n"\\u000b"\n"\\ufeff"\n"\\u2003"\n"\\u2028"',
        '"\\u0001"\n"\\u2013"\n"\\u0085"',
    ),
    Case(ALL, '{"pattern":"\\\\bx"}', '"a x"\n"\\u00e9x"', '"ax"'),
    Case(ALL, '{"pattern":"^\\\\cC$"}', '"\\u0003"', '"\\\\cC"'),
    Case(ALL, '{"pattern":"^\\\\p{L}+$"}', '"\\u00e9a"\n"\\u4e00"', '"1"\n""'),
    Case(ALL, '{"pattern":"^\\ud83d\\udc32*$"}', '""\n"\\ud83d\\udc32\\ud83d\\udc32"', '"\\ud83d\\udc31"'),
    Case(ALL, '{"pattern":"^(?=.*\\\\d)(?!.*x).{2,}$"}', '"a1"', '"aa"\n"x1"\n"1"'),
    Case(ALL, '{"pattern":"^(?<q>[ab])\\\\k<q>$"}', '"aa"\n"bb"', '"ab"'),
    Case(ALL, '{"pattern":"^\\\\u0041[^\\\\u0042]$"}', '"AA"\n"A\\n"', '"AB"'),
    Case(ALL, '{"pattern":"\\\\0"}', '"a\\u0000"', '"0"'),
]

ARRAYS = [
    Case(ALL, '{"minItems":1}', '[1]\n""\n{}\n1', "[]"),
    Case(ALL, '{"maxItems":2}', '[]\n[1,2]\n"foobar"', "[1,2,3]"),
    Case(
        ALL, '{"items":{"type":"integer"}}', '[]\n[1,2]\n{"foo":"bar"}\n{"0":"invalid","length":1}', '[1,"x"]\n[null]'
    ),
    Case(FROM_6, '{"items":false}', "[]\n1", "[1]\n[null]"),
    Case(ALL, '{"items":{"items":{"items":{"type":"number"}}}}', "[[[1]],[[2],[3]],[]]\n[1]", '[[["1"]]]'),
    Case(
        ALL[:4],
        '{"items":[{"type":"integer"},{"type":"string"}]}',
        '[1,"foo"]\n[1]\n[]\n[1,"foo",null]',
        '["foo",1]\n[1,1]',
    ),
    Case(ALL[:4], '{"items":[{}],"additionalItems":{"type":"integer"}}', '[null,2]\n["x"]\n"x"', '[null,"foo"]'),
    Case(ALL[:4], '{"items":[{}],"additionalItems":false}', "[1]\n[]", "[1,2]"),
    Case(ALL[:4], '{"additionalItems":false}', '[1,2]\n"x"', ""),
    Case(
        (2020,),
        '{"prefixItems":[{"type":"integer"},{"type":"string"}]}',
        '[1,"foo"]\n[1]\n[1,"x",true]\n"x"',
        '["foo",1]',
    ),
    Case((2020,), '{"prefixItems":[{}],"items":{"type":"integer"}}', '["x",2]\n["x"]', '["x","y"]'),
    Case((4, 6, 7, 2019), '{"prefixItems":[{"type":"string"}]}', "[1]", ""),
    Case(
        ALL,
        '{"uniqueItems":true}',
        '[1,2]\n["a","A"]\n[1,true]\n[0,false]\n[[1],[true]]\n{}\n["a,b","b"]',
        "[1,1]\n[1.0,1.00,1]",
    ),
    Case(
        ALL,
        '{"uniqueItems":true}',
        '[{"a":1},{"a":"1"}]\n["1",1]\n[9007199254740992,9007199254740993]',
        '[{"a":1,"b":2},{"b":2.0,"a":1}]',
    ),
    Case(
        ALL,
        '{"uniqueItems":true}',
        '[{"a":false},{"a":0}]\n["e\\u0301","\\u00e9"]',
        '["\\u0061","a"]\n[[1,2],3,[1,2]]\n[-0,0]\n["x,y","z","x,y"]',
    ),
    Case(ALL, '{"uniqueItems":false}', "[1,1]", ""),
    Case(FROM_6, '{"contains":{"minimum":5}}', "[3,4,5]\n[5]\n{}", "[]\n[2,3]"),
    Case((4,), '{"contains":{"minimum":5}}', "[]\n[1]", ""),
    Case(
        FROM_2019, '{"contains":{"const":1},"minContains":2,"maxContains":3}', "[1,1]\n[1,2,1,1]", "[1]\n[]\n[1,1,1,1]"
    ),
    Case(FROM_2019, '{"contains":{"const":1},"minContains":0}', "[]\n[2]", ""),
    Case((2019,), '{"items":[{"type":"string"}],"unevaluatedItems":false}', '["a"]', '["a",1]'),
    Case((2020,), '{"prefixItems":[{"type":"string"}],"unevaluatedItems":false}', '["a"]\n[]', '["a",1]'),
    Case((2020,), '{"contains":{"const":"a"},"unevaluatedItems":false}', '["a","a"]', '["a","b"]'),
]

OBJECTS = [
    Case(
        ALL,
        '{"properties":{"a":{"type":"integer"},"b":{"type":"string"}}}',
        '{"a":1,"b":"x"}\n{}\n[]\n1',
        '{"a":"x"}\n{"a":1,"b":{}}',
    ),
    Case(
        ALL,
        '{"properties":{"__proto__":{"type":"number"},"constructor":{"type":"number"}}}',
        '{"__proto__":1}',
        '{"__proto__":"x"}\n{"constructor":[]}',
    ),
    Case(FROM_6, '{"properties":{"a":true,"b":false}}', '{}\n{"a":1}', '{"b":null}\n{"a":1,"b":2}'),
    Case(ALL, '{"required":["a"]}', '{"a":null}\n1\n[]\n""', '{}\n{"b":1}'),
    Case(
        ALL,
        '{"properties":{"a":{}},"additionalProperties":false}',
        '{"a":1}\n{}\n[1]\n"x"',
        '{"b":1}\n{"a":1,"b":null}',
    ),
    Case(ALL, '{"properties":{"a":{}},"additionalProperties":{"type":"boolean"}}', '{"a":1,"b":true}', '{"b":1}'),
    Case(ALL, '{"patternProperties":{"^v":{}},"additionalProperties":false}', '{"v1":1}', '{"x":1}'),
    Case(
        ALL,
        '{"patternProperties":{"f.*o":{"type":"integer"},"^.$":{"minimum":5}}}',
        '{"foo":1}\n{"a":5}',
        '{"foo":"x"}\n{"a":4}',
    ),
    Case(ALL, '{"minProperties":1}', '{"a":1}\n[]\n""\n{"a":{"b":1}}', "{}"),
    Case(ALL, '{"minProperties":2}', '{"a":1,"b":2}', '{"a":{"b":1,"c":2}}\n{"a":"\\":"}'),
    Case(ALL, '{"maxProperties":1}', '{}\n{"a":{"b":1,"c":2}}\n[1,2]', '{"a":1,"b":2}'),
    Case(ALL, '{"maxProperties":0}', "{}", '{"a":1}'),
    Case(
        FROM_6,
        '{"propertyNames":{"maxLength":3}}',
        '{"f":1,"foo":2}\n{}\n[1]\n"x"',
        '{"foo":1,"foobar":2}\n{"\\u00e9\\u00e9\\u00e9\\u00e9":1}',
    ),
    Case(FROM_6, '{"propertyNames":{"pattern":"^a+$"}}', '{"a":1,"aa":2}', '{"ab":1}\n{"":1}'),
    Case(FROM_6, '{"propertyNames":false}', "{}", '{"a":1}'),
    Case(FROM_6, '{"propertyNames":{"enum":["a","b"]}}', '{"a":1}', '{"c":1}'),
    Case((4,), '{"propertyNames":{"maxLength":3}}', '{"foobar":1}', ""),
    Case(OLD, '{"dependencies":{"b":["a","c"]}}', '{}\n{"a":1}\n{"a":1,"b":2,"c":3}\n["b"]', '{"b":1}\n{"b":1,"a":2}'),
    Case(
        OLD,
        '{"dependencies":{"b":{"properties":{"a":{"type":"integer"}}}}}',
        '{"a":"x"}\n{"a":1,"b":2}',
        '{"a":"x","b":2}',
    ),
    Case(
        FROM_2019,
        '{"dependentRequired":{"b":["a"],"q\\"u":["x\\ty"]}}',
        '{"a":1,"b":2}\n{}\n"b"',
        '{"b":1}\n{"q\\"u":1}',
    ),
    Case(
        FROM_2019,
        '{"dependentSchemas":{"b":{"minProperties":2},"c":false}}',
        '{"a":1}\n{"a":1,"b":2}',
        '{"b":1}\n{"c":1}',
    ),
    Case(OLD, '{"dependentRequired":{"b":["a"]}}', '{"b":1}', ""),
    Case(FROM_2019, '{"properties":{"a":{}},"unevaluatedProperties":false}', '{"a":1}\n1', '{"b":1}'),
    Case(
        FROM_2019,
        '{"allOf":[{"properties":{"a":{}}}],"properties":{"b":{}},"unevaluatedProperties":false}',
        '{"a":1,"b":2}',
        '{"c":1}',
    ),
    Case(
        FROM_2019,
        '{"if":{"required":["a"],"properties":{"a":{}}},"then":{"properties":{"b":{}}},"unevaluatedProperties":false}',
        '{"a":1,"b":2}',
        '{"b":2}',
    ),
    Case(
        FROM_2019,
        '{"properties":{"a":{}},"anyOf":[{"properties":{"b":{}},"required":["b"]},true],"unevaluatedProperties":{"type":"string"}}',
        '{"a":1,"b":2,"c":"x"}',
        '{"c":1}',
    ),
]

COMBINATIONS = [
    Case(ALL, '{"allOf":[{"type":"integer"},{"minimum":2}]}', "2\n3", '1\n"x"'),
    Case(
        ALL,
        '{"allOf":[{"properties":{"a":{"type":"integer"}},"required":["a"]},{"required":["b"]}]}',
        '{"a":1,"b":2}',
        '{"a":1}\n{"a":"1","b":2}\n{}',
    ),
    Case(ALL, '{"anyOf":[{"type":"integer"},{"minimum":2}]}', '1\n2.5\n"x"', "1.5"),
    Case(ALL, '{"anyOf":[{"type":"string"},{"type":"null"}]}', '"x"\nnull', "1\n[]"),
    Case(
        ALL,
        '{"anyOf":[{"type":"null"},{"type":"object","required":["a"],"properties":{"a":{"type":"string"}}}]}',
        'null\n{"a":"x"}',
        '{}\n{"a":1}\n1',
    ),
    Case(ALL, '{"anyOf":[{"required":["a"]},{"required":["b"]}]}', '{"a":1}\n{"b":1}\n1', "{}"),
    Case(ALL, '{"oneOf":[{"type":"integer"},{"minimum":2}]}', '1\n2.5\n"x"', "3\n1.5"),
    Case(ALL, '{"oneOf":[{"required":["a"]},{"required":["b"]}]}', '{"a":1}', '{}\n{"a":1,"b":2}'),
    Case(FROM_6, '{"oneOf":[true,true]}', "", "1"),
    Case(ALL, '{"not":{"type":["integer","boolean"]}}', '"x"\n1.1', "1\ntrue"),
    Case(ALL, '{"not":{}}', "", "1\nnull"),
    Case(ALL, '{"not":{"not":{"type":"string"}}}', '"x"', "1"),
    Case(ALL, '{"not":{"required":["a"]}}', '{}\n{"b":1}', '{"a":1}\n1'),
    Case(
        FROM_7, '{"if":{"exclusiveMaximum":0},"then":{"minimum":-10},"else":{"multipleOf":2}}', '-1\n4\n"x"', "-100\n3"
    ),
    Case(FROM_7, '{"if":{"const":1},"then":{"const":2}}', "2\n5", "1"),
    Case(FROM_7, '{"then":{"const":0},"else":{"const":1}}', '"x"', ""),
    Case(FROM_7, '{"if":true,"then":{"const":"a"},"else":{"const":"b"}}', '"a"', '"b"'),
    Case(FROM_7, '{"if":false,"then":{"const":"a"},"else":{"const":"b"}}', '"b"', '"a"'),
    Case(FROM_7, '{"if":{"required":["a"]},"then":{"required":["b"]}}', '{}\n{"b":1}\n{"a":1,"b":2}', '{"a":1}'),
    Case(
        FROM_7,
        '{"if":{"properties":{"k":{"const":"x"}}},"then":{"required":["b"]}}',
        '{"k":"y"}\n{"b":1}\n1',
        '{"k":"x"}\n{}',
    ),
    Case(
        FROM_7,
        '{"if":{"properties":{"o":{"properties":{"k":{"enum":["x"]}},"required":["k"]}},"required":["o"]},"then":{"required":["b"]},"else":{"required":["c"]}}',
        '{"o":{"k":"x"},"b":1}\n{"o":{"k":"y"},"c":1}\n{"o":1,"b":1}',
        '{"o":{"k":"x"}}\n{"o":{}}\n{}\n{"o":1}',
    ),
    Case((4, 6), '{"if":{"const":1},"then":false,"else":false}', "1\n2", ""),
]

REFERENCES = [
    Case((2020,), '{"$defs":{"a":{"type":"integer"}},"$id":"urn:x:v","$ref":"#/$defs/a","minimum":2}', "3", '1\n"x"'),
    Case(
        (2020,),
        '{"$id":"http://a.test/v","$defs":{"b":{"$id":"b","type":"string"}},"items":{"$ref":"b"}}',
        '["x"]',
        "[1]",
    ),
    Case(FROM_2019, '{"$id":"urn:x:w","$defs":{"a":{"$anchor":"here","type":"integer"}},"$ref":"#here"}', "1", '"x"'),
    Case(
        (2020,),
        '{"$id":"urn:x:t","$dynamicAnchor":"n","properties":{"in":{"$dynamicRef":"#n"},"n":{"type":"integer"}}}',
        '{"in":{"n":1}}',
        '{"in":{"in":{"n":"x"}}}',
    ),
    Case(
        (2019,),
        '{"$id":"urn:x:r","$recursiveAnchor":true,"properties":{"in":{"$recursiveRef":"#"},"n":{"type":"integer"}}}',
        '{"in":{"n":1}}',
        '{"in":{"n":"x"}}',
    ),
    Case(
        FROM_2019,
        '{"$id":"urn:x:tree","properties":{"in":{"$ref":"#"}},"additionalProperties":false}',
        '{"in":{"in":{}}}',
        '{"in":{"x":1}}',
    ),
    Case(ALL, '{"properties":{"$ref":{"type":"string"}}}', '{"$ref":"a"}', '{"$ref":2}'),
    Case(
        ALL,
        '{"properties":{"$id":{"type":"string"},"$schema":{"type":"string"}}}',
        '{"$id":"a","$schema":"b"}',
        '{"$id":2}',
    ),
    Case(
        ALL,
        '{"enum":[{"$ref":"#/nowhere"},{"$schema":"x:y","pattern":"a.b"}]}',
        '{"$ref":"#/nowhere"}\n{"$schema":"x:y","pattern":"a.b"}',
        "{}\n1",
    ),
    Case(
        (4,),
        '{"$ref":"http://json-schema.org/draft-04/schema#"}',
        '{"minLength":1}',
        '{"minLength":-1}\n{"pattern":"\\\\a"}',
    ),
    Case(
        (7,),
        '{"$ref":"http://json-schema.org/draft-07/schema#"}',
        '{"minLength":1}\ntrue',
        '{"minLength":-1}\n{"pattern":"("}',
    ),
    Case(
        (2019,),
        '{"$ref":"https://json-schema.org/draft/2019-09/schema"}',
        '{"minLength":1}',
        '{"minLength":-1}\n{"$defs":{"a":{"type":1}}}',
    ),
    Case(
        (2020,),
        '{"$ref":"https://json-schema.org/draft/2020-12/schema"}',
        '{"minLength":1}',
        '{"minLength":-1}\n{"$defs":{"a":{"type":1}}}',
    ),
]

REMARKS = [
    Case(ALL, '{"title":"x","description":"y","default":5,"type":"string"}', '"x"', "5"),
    Case(ALL, '{"x-unknown":{"type":"string"},"examples":[1],"readOnly":true,"deprecated":true}', "1\nnull", ""),
    Case(FROM_2019, '{"contentMediaType":"application/json","contentEncoding":"base64"}', '"{"\n"#"\n1', ""),
    Case((6, 7), '{"contentMediaType":"application/json"}', '"{}"\n1', '"{:}"'),
    Case((6, 7), '{"contentEncoding":"base64"}', '"eyJmb28iOiAiYmFyIn0K"\n1', '"eyJmb28iOi%iYmFyIn0K"'),
    Case(ALL, '{"format":"nobody-knows"}', '"x"\n1', ""),
]

FORMATS = [
    ("date", '"2024-02-29"\n1', '"2023-02-29"\n"2024-1-1"\n"1963-06-1\\u09ea"'),
    ("time", '"08:30:06Z"\n"23:59:60Z"\n"08:30:06.283185+01:00"', '"24:00:00Z"\n"08:30:06"\n"12:00:60Z"'),
    (
        "date-time",
        '"1990-12-31T23:59:60Z"\n"2024-02-29t10:00:00z"\nnull',
        '"2024-02-30T10:00:00Z"\n"2024-02-29 10:00:00Z"',
    ),
    ("email", '"joe.bloggs@example.com"\n"te~st@example.com"', '"2962"\n".test@example.com"\n"a..b@example.com"'),
    ("hostname", '"www.example.com"\n"xn--4gbwdl.xn--wgbh1c"', '"-a-host-name-that-starts-with--"\n"not_valid"\n""'),
    ("ipv4", '"192.168.0.1"', '"256.256.256.256"\n"127.0.0"\n"087.10.0.1"\n"1.2.3.4\\n"'),
    ("ipv6", '"::1"\n"::ffff:192.168.0.1"', '"12345::"\n"::laptop"\n"1::2::3"\n"fe80::a%eth1"'),
    (
        "uri",
        '"http://foo.bar/?baz=qux#quux"\n"urn:oasis:names"',
        '"//foo.bar/?baz"\n"\\\\\\\\WINDOWS"\n"abc"\n"http:// x"',
    ),
    ("uri-reference", '"/abc"\n"abc"\n"#frag"', '"\\\\\\\\WINDOWS"\n"abc\\\\def"'),
    (
        "uuid",
        '"2EB8AA08-aa98-11ea-b4aa-73b441d16380"',
        '"2eb8aa08-aa98-11ea-b4aa-73b441d1638"\n"2eb8aa08aa9811eab4aa73b441d16380"',
    ),
    ("regex", '"([abc])+\\\\s+$"', '"^(abc]"\n"\\\\a"'),
    ("json-pointer", '""\n"/foo/bar~0/baz~1/%a"', '"/foo/bar~"\n"#"\n"a"'),
    ("relative-json-pointer", '"1"\n"0/foo/bar"\n"0#"', '"/foo"\n"-1/x"\n"01/a"'),
    ("duration", '"P4DT12H30M5S"\n"P1Y"', '"PT1D"\n"P"\n"4DT12H"\n"P1YT"'),
    ("iri", '"http://\\u0192\\u00f8\\u00f8.\\u00df\\u00e5r/"', '"/abc"\n"http://2001:0db8:85a3::7334"'),
    ("idn-email", '"\\uc2e4\\ub840@\\uc2e4\\ub840.\\ud14c\\uc2a4\\ud2b8"', '"2962"'),
    ("idn-hostname", '"\\uc2e4\\ub840.\\ud14c\\uc2a4\\ud2b8"', '"\\u302e\\uc2e4\\ub840"\n"-\\u00e9"'),
    ("uri-template", '"http://example.com/{term:1}/{term}"', '"http://example.com/{term"'),
]
"""A format, what has it and what has it not; each in the drafts of `FORMATS_OF`."""
FORMATS_OF: dict[str, tuple[int, ...]] = dict.fromkeys(("duration", "uuid"), (2019, 2020))
FORMATS_OF |= dict.fromkeys(
    ("date", "time", "regex", "iri", "idn-email", "idn-hostname", "relative-json-pointer"), (7, 2019, 2020)
)
FORMATS_OF |= dict.fromkeys(("uri-reference", "json-pointer", "uri-template"), (6, 7, 2019, 2020))

CASES = [*KINDS, *NUMBERS, *TEXTS, *ARRAYS, *OBJECTS, *COMBINATIONS, *REFERENCES, *REMARKS]
