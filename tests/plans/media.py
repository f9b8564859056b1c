"""A second plan and its sound traffic: JSON Schema with enums, ranges in several units of time, formats and objects."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from plans.model import Plan
from plans.read import read_plan

GENRES = ("drama", "comedy", "documentary", "news", "sport", "thriller", "romance", "horror", "fantasy", "crime")
GENRES_LATE = ("western", "animation")
QUALITIES = ("480p", "720p", "1080p", "2160p")
CURRENCIES = ("EUR", "USD", "GBP")
ENUMS = {"genre": GENRES + GENRES_LATE, "quality": QUALITIES, "currency": CURRENCIES}

TEXT: dict[str, Any] = {"type": "string"}
ANY_MS = {"type": "integer", "minimum": 1_500_000_000_000, "maximum": 2_000_000_000_000}
DEVICE = {
    "type": "object",
    "properties": {"model": TEXT, "os_version": TEXT, "memory_mb": {"type": "integer", "minimum": 64}},
    "required": ["model", "os_version"],
}
PLAY = {
    "type": "object",
    "properties": {
        "title_id": {"type": "string", "pattern": "^T-[0-9]{6}$"},
        "genre": {"enum": list(ENUMS["genre"])},
        "quality": {"type": "string", "enum": list(QUALITIES)},
        "started_at": ANY_MS,
        "buffer_ms": {"type": "integer", "minimum": 0, "maximum": 20_000},
        "session_seconds": {"type": "number", "minimum": 10, "maximum": 40_000},
        "is_live": {"type": "boolean"},
        "device": DEVICE,
        "subtitles": {"type": "array", "items": TEXT},
        "campaign": TEXT,
        "chapters": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"chapter_id": TEXT, "length_ms": {"type": "integer", "minimum": 1_000}},
                "required": ["chapter_id", "length_ms"],
            },
        },
    },
    "required": [
        "title_id",
        "genre",
        "quality",
        "started_at",
        "buffer_ms",
        "session_seconds",
        "is_live",
        "device",
        "chapters",
    ],
}
PAY = {
    "type": "object",
    "properties": {
        "invoice_id": {"type": "string", "format": "uuid"},
        "amount": {"type": "number", "minimum": 0.5, "maximum": 500},
        "currency": {"enum": list(CURRENCIES)},
        "paid_at": {"type": "string", "format": "date-time"},
        "valid_until": {"type": "integer", "minimum": 1_500_000_000, "maximum": 2_000_000_000},
        "seats": {"type": "integer", "minimum": 1, "maximum": 50},
        "billing_address": {
            "type": "object",
            "properties": {"street": TEXT, "city": TEXT, "postcode": TEXT, "country": TEXT},
            "required": ["street", "city", "country"],
        },
        "voucher": TEXT,
    },
    "required": ["invoice_id", "amount", "currency", "paid_at", "valid_until", "seats", "billing_address"],
}
OF_MS = ("started_at", "buffer_ms")
OF_SECONDS = ("session_seconds", "valid_until")


def plan() -> Plan:
    events = [{"name": "title_played", "schema": PLAY}, {"name": "invoice_paid", "schema": PAY}]
    return read_plan(json.dumps({"events": events, "format": "assert"}).encode(), app="media")[0]


def sound(r: Random) -> tuple[str, dict[str, Any]]:
    """An event that keeps every promise; some have what nobody planned."""
    name, payload = ("title_played", _played(r)) if r.random() < 0.6 else ("invoice_paid", _paid(r))
    extra = r.choice([("ab_group", "b"), ("request_id", "9f1c"), ("sdk", "3.2"), ("locale", "de"), ("score", 7)])
    return name, payload | (dict([extra]) if r.random() < 0.1 else {})


def _played(r: Random) -> dict[str, Any]:
    payload = {
        "title_id": f"T-{r.randrange(10**6):06d}",
        "genre": r.choice(ENUMS["genre"]),
        "quality": r.choice(QUALITIES),
        "started_at": r.randrange(1_690_000_000_000, 1_790_000_000_000),
        "buffer_ms": r.randrange(20_000),
        "session_seconds": round(r.uniform(10, 40_000), 1),
        "is_live": r.random() < 0.2,
        "device": {"model": r.choice(["Pixel 9", "iPhone 17"]), "os_version": "26.1"},
        "chapters": [
            {"chapter_id": f"c{at}", "length_ms": r.randrange(1_000, 10**6)} for at in range(r.randrange(1, 4))
        ],
    }
    return payload | ({"campaign": "autumn"} if r.random() < 0.3 else {"subtitles": ["de", "en"]})


def _paid(r: Random) -> dict[str, Any]:
    digits = f"{r.getrandbits(128):032x}"
    payload = {
        "invoice_id": "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])),
        "amount": round(r.uniform(0.5, 500), 2),
        "currency": r.choice(CURRENCIES),
        "paid_at": f"2026-11-{r.randint(1, 28):02d}T10:{r.randrange(60):02d}:00Z",
        "valid_until": r.randrange(1_790_000_000, 1_990_000_000),
        "seats": r.randint(1, 50),
        "billing_address": {"street": f"Kai {r.randint(1, 99)}", "city": "Ghent", "postcode": "9000", "country": "BE"},
    }
    return payload | ({"voucher": "NOV26"} if r.random() < 0.3 else {})
