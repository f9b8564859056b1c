"""Plans and events made up at random: small vocabularies, so that they meet, and everything JSON can do to a value."""

import json
from collections.abc import Iterable
from random import Random
from typing import Any

from plans.model import SheetField
from plans.paths import parse

KEYS = ["a", "b", "c", "a.b", 'q"k', "", "0", "-", "é", "x/y", "~t", "sp ace", "[]", "\u2028"]
NUMBERS = (  # noqa: SIM905 - quotes would hide the numbers
    "0 -0 1 1.0 1e0 2 5 -3 10 1e2 100 4.5 0.0075 19.99 0.1 0.10 0.3 0.30000000000000004 0.10000000000000000000001 "
    "1.5 -1.5 9007199254740993 9007199254740992 18446744073709551616 18446744073709551617 1e400 -1e400 1e-400 -0.0 "
    "0.00001 1.10 123456789012345678.25 12345678.12345678 1E5 2.50 0.07 0.14"
).split()
TEXTS = [
    *["", " ", "\t", "x", "abc", "ABC-12", "a\nb", 'say "hi"', "back\\slash", "é", "😀", "nul\x00", "\x1f", "\u00a0"],
    *["2024-02-29", "2023-02-29", "2024-02-29 10:00:00", "2024-1-1", "a@b.de", "127.0.0.1", "true", "1", "NaN,]"],
    *["2024-02-28T10:00:00Z", "https://a.de/x", "x" * 201, "x" * 200, "é" * 201, "\u0661", "[", "e\u0301", "\u2028"],
]
PATTERNS = [
    "^a",
    "b$",
    r"^[A-Z]+-\d{2}$",
    r"^\w+$",
    ".",
    "^.$",
    "(?=a)a",
    "a|b",
    "[^x]",
    r"^\s*$",
    r"\bx",
    r"[\w.-]+@",
    r"\S",
    r"^\D+$",
    r"^[\s\d]+$",
]
FORMATS = ["date", "date-time", "time", "email", "ipv4", "uri", "uuid", "hostname", "no-such-format"]
TYPES = ["string", "integer", "number", "boolean", "null", "object", "array"]
DRAFTS = {
    4: "http://json-schema.org/draft-04/schema#",
    6: "http://json-schema.org/draft-06/schema#",
    7: "http://json-schema.org/draft-07/schema#",
    2019: "https://json-schema.org/draft/2019-09/schema",
    2020: "https://json-schema.org/draft/2020-12/schema",
}
REFERRED = ["d0", "d1", "d/2"]
SHEET_TYPES = ["text", "integer", "float", "date", "boolean"]

Schema = dict[str, str]
"""Keywords with their values as JSON text, so that numbers stay as they are written."""


def said(pairs: dict[str, str] | list[tuple[str, str]]) -> str:
    """An object of values that are JSON text already."""
    items = pairs.items() if isinstance(pairs, dict) else pairs
    return "{" + ",".join(f"{json.dumps(key, ensure_ascii=False)}:{value}" for key, value in items) + "}"


def scalar(r: Random) -> str:
    kind = r.randrange(5)
    if kind < 2:
        return r.choice(NUMBERS)
    return (
        json.dumps(r.choice(TEXTS), ensure_ascii=r.random() < 0.3) if kind < 4 else r.choice(["true", "false", "null"])
    )


def value(r: Random, depth: int) -> str:
    kind = r.random()
    if depth == 0 or kind < 0.5:
        return scalar(r)
    if kind < 0.75:
        return "[ " + " , ".join(value(r, depth - 1) for _ in range(r.randrange(4))) + "]"
    return obj(r, depth - 1)


def obj(r: Random, depth: int) -> str:
    keys = r.choices(KEYS, k=r.randrange(4)) if r.random() < 0.1 else r.sample(KEYS, k=r.randrange(7))
    return said([(key, value(r, depth)) for key in keys])


def payload(r: Random) -> str:
    """Nearly always an object; now and then one that is broken or lenient JSON."""
    text = obj(r, r.choice([2, 3, 3, 6])) if r.random() < 0.95 else value(r, 2)
    if r.random() < 0.03:
        at = r.randrange(len(text) + 1)
        text = (
            text[:at] + r.choice([",", "NaN", "]", "}", '"', "\\ud800", "\\", "-Infinity", "0", "\t", "+"]) + text[at:]
        )
    return text


def schema(r: Random) -> str:
    """A schema of everyday keywords, of a draft that knows them."""
    draft = r.choice([2020, 2020, 2019, 7, 7, 6, 4])
    keywords = _schema(r, r.choice([2, 3, 3, 3, 5]), draft)
    return said({"$schema": json.dumps(DRAFTS[draft]), **_definitions(r, draft), **keywords})


def _definitions(r: Random, draft: int) -> Schema:
    return {"definitions": said({key: said(_schema(r, 1, draft)) for key in REFERRED})}


def _schema(r: Random, depth: int, draft: int) -> Schema:
    made: Schema = {}
    for _ in range(r.choice([0, 0, 1, 1, 2])):
        made |= _keyword(r, draft)
    made |= _union(r, draft) if r.random() < 0.2 else {}
    for _ in range(r.choice([0, 1, 1, 2]) if depth else 0):
        made |= _structure(r, depth - 1, draft)
    return made


def _keyword(r: Random, draft: int) -> Schema:
    number, count = r.choice(NUMBERS), str(r.randrange(4))
    word = r.choice(["imum", "Items", "Length"])
    side = r.choice(["min", "max"])
    if word != "imum":
        return {side + word: count}
    choices: list[Schema] = [
        {"type": json.dumps(r.choice(TYPES))},
        {"type": json.dumps(r.sample(TYPES, k=2))},
        {"enum": _texts(r, [number, scalar(r), scalar(r)])},
        {"const": scalar(r)} if draft > 4 else {"enum": f"[{number}]"},
        {side + word: number},
        {f"exclusiveM{side[1:]}imum": number}
        if draft > 4
        else {side + word: number, f"exclusiveM{side[1:]}imum": "true"},
        {"multipleOf": r.choice(["1", "2", "0.01", "0.1", "0.0001", "3", "1.5", "1e2", "10", "0.07"])},
        {"pattern": json.dumps(r.choice(PATTERNS))},
        {"format": json.dumps(r.choice(FORMATS))},
        {"description": '"said"'},
        {"uniqueItems": "true"},
        {f"{side}Properties": count},
    ]
    return r.choice(choices)


def _union(r: Random, draft: int) -> Schema:
    kind = json.dumps(r.choice(TYPES))
    choices: list[Schema] = [
        {"anyOf": _some(r, draft)},
        {"oneOf": _some(r, draft)},
        {"oneOf": f'[{{"type":"null"}},{said(_keyword(r, draft) | {"type": kind})}]'},
        {"anyOf": f'[{{"type":{kind}}},{{"type":"null"}}]'},
        {"not": said(_keyword(r, draft))},
        {"$ref": json.dumps("#/definitions/" + r.choice(REFERRED[:2]))} if r.random() < 0.3 else {},
    ]
    return r.choice(choices)


def _some(r: Random, draft: int) -> str:
    return f"[{','.join(said(_keyword(r, draft)) for _ in range(r.randrange(1, 4)))}]"


def _texts(r: Random, texts: list[str]) -> str:
    return f"[{','.join(dict.fromkeys(texts))}]"


def _structure(r: Random, depth: int, draft: int) -> Schema:
    fields = said({key: said(_schema(r, depth, draft)) for key in r.sample(KEYS, k=r.randrange(1, 6))})
    needed = json.dumps(r.sample(KEYS, k=r.randrange(1, 3)))
    kind = r.randrange(9 if draft < 6 else 13)
    if kind == 4:
        return {"items": said(_schema(r, depth, draft))}
    if kind == 5:
        return {"allOf": f"[{said(_schema(r, depth, draft))},{said(_schema(r, depth, draft))}]"}
    if kind >= 10 and draft > 6:
        return _if(r, depth, draft, fields, needed)
    choices: list[Schema] = [
        {"properties": fields},
        {"properties": fields, "required": needed},
        {"properties": fields, "additionalProperties": r.choice(["true", "false"])},
        {"required": needed},
        {"dependencies" if draft < 2019 else "dependentRequired": said({r.choice(KEYS): needed})},
        {"$ref": '"#/definitions/d~12"'},
        {"properties": fields, "allOf": f'[{{"required":{needed}}}]', "unevaluatedProperties": "false"},
        {"properties": said({r.choice(KEYS): "false" if draft > 4 else '{"not":{}}'})},
        {"propertyNames": said(_keyword(r, draft))} if draft > 4 else {},
    ]
    return r.choice(choices)


def _if(r: Random, depth: int, draft: int, fields: str, needed: str) -> Schema:
    """The conditions of real plans, and some of nobody's."""
    key, other = r.choice(KEYS), r.choice(KEYS)
    value = said({"const": scalar(r)}) if r.random() < 0.5 else said(_keyword(r, draft))
    inside = said(
        {"properties": said({other: value})} | ({"required": json.dumps([other])} if r.random() < 0.5 else {})
    )
    asked = r.choice(
        [
            {"properties": said({key: value})},
            {"properties": said({key: value}), "required": json.dumps([key])},
            {"required": needed},
            {"not": said({"required": json.dumps([key])})},
            {"properties": said({key: inside}), "required": json.dumps([key])},
            {"allOf": f"[{said({'required': needed})},{said({'properties': said({key: value})})}]"},
            _keyword(r, draft),
        ]
    )
    then = r.choice([said({"properties": fields}), said(_schema(r, depth, draft)), said({"required": needed})])
    if r.random() < 0.2:
        return {"allOf": f'[{said({"if": said(asked), "then": then})},{{"if":{{"required":{needed}}},"then":{then}}}]'}
    return {"if": said(asked), "then": then} | ({"else": said({"required": needed})} if r.random() < 0.5 else {})


def beyond(r: Random) -> str:
    """A schema with keywords that only a full evaluation can judge."""
    odd: Schema = {
        "not": '{"required":["a"]}',
        "anyOf": '[{"required":["b"]},{"properties":{"a":{"type":"string"}}}]',
        "patternProperties": '{"^[ab]":{"minimum":1}}',
        "additionalProperties": '{"type":["string","object"]}',
        "minProperties": "2",
        "allOf": '[{"properties":{"a":{"type":"number"}}}]',
        "contains": '{"type":"string"}',
        "oneOf": '[{"required":["a"]},{"properties":{"b":{"type":"number"}}}]',
        "dependentSchemas": '{"a":{"required":["b"]}}',
        "unevaluatedProperties": "false",
    }
    chosen = {word: odd[word] for word in r.sample(sorted(odd), k=2)}
    return said(_definitions(r, 2020) | _schema(r, 2, 2020) | chosen)


def sheet(r: Random) -> str:
    """A sheet of one event; some conditions are on the row's own field."""
    rows = [_row(r) for _ in range(r.randrange(1, 7))]
    return "eventName,eventPayload,dataType,required,condition\n" + "\n".join(rows)


def fitting(r: Random, fields: Iterable[SheetField]) -> str:
    """A payload that mostly keeps a sheet's promises; now and then a value is another's, or a key missing or twice."""
    tree: dict[str | None, Any] = {}
    for row in fields:
        node = tree
        for step in parse(row.path):
            node = node.setdefault(step, {})
        node.setdefault("type", row.type)
    return _fitting(r, tree)


def _fitting(r: Random, node: dict[str | None, Any]) -> str:
    inside = [(key, inner) for key, inner in node.items() if isinstance(inner, dict)]
    if r.random() < 0.03:
        return value(r, 1)
    if not inside:
        return _of_type(r, node["type"])
    if inside[0][0] is None:
        return "[" + ", ".join(_fitting(r, inside[0][1]) for _ in range(r.choice([1, 1, 2, 0]))) + "]"
    kept = [(str(key), inner) for key, inner in inside if key is not None and r.random() > 0.03]
    repeated = kept[:1] if r.random() < 0.03 else []
    extra = [("extra", "1")] if r.random() < 0.03 else []
    return said([*((key, _fitting(r, inner)) for key, inner in (*kept, *repeated)), *extra])


def _of_type(r: Random, kind: str) -> str:
    if kind == "boolean":
        return r.choice(["true", "false"])
    if kind == "float":
        return r.choice(NUMBERS)
    if kind == "integer":
        return r.choice(["1", "0", "-3", "100", "1.0", "1e2", "18446744073709551617", "1.00000000000000000001"])
    texts = ["2024-02-28", "2024-02-28 10:00:00", "2024-02-29", "0000-01-01"] if kind == "date" else ["x", *TEXTS]
    return json.dumps(r.choice(texts), ensure_ascii=r.random() < 0.5)


def _path(r: Random) -> str:
    return ".".join(
        r.choice(["a", "b", "c", "é", "0", "a[]", "b[]", "c[][]"]) for _ in range(r.choice([1, 1, 2, 2, 3]))
    )


def _row(r: Random) -> str:
    path, kind, condition = _path(r), r.choice(SHEET_TYPES), ""
    if r.random() < 0.3:
        own = r.random() < 0.5
        asked = r.choice(["a", "b", "c"]) if own else _path(r)
        texts = [json.dumps(text) for text in (asked, path if own else _path(r), r.choice(SHEET_TYPES))]
        condition = said(
            dict(zip(["if_field", "then_field", "then_type"], texts, strict=True)) | {"if_value": scalar(r)}
        )
    return ",".join(["e", path, kind, r.choice(["", "true", "false"]), '"' + condition.replace('"', '""') + '"'])
