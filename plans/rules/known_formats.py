"""Texts that certainly have a JSON Schema `format`, as Rust regexes; whoever is in doubt asks jsonschema-rs."""

from __future__ import annotations

_DAY = r"[0-9]{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
_BYTE = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_LABEL = r"[a-z0-9]{1,30}"

SURELY = {
    "date": f"^{_DAY}$",
    "time": f"^{_CLOCK}$",
    "date-time": f"^{_DAY}T{_CLOCK}$",
    "email": rf"^[a-z0-9_]{{1,30}}(?:\.[a-z0-9_]{{1,20}})?@{_LABEL}(?:\.{_LABEL})?\.[a-z]{{2,10}}$",
    "uuid": "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
    "ipv4": rf"^{_BYTE}(?:\.{_BYTE}){{3}}$",
    "hostname": rf"^{_LABEL}(?:\.{_LABEL}){{0,3}}\.[a-z]{{2,10}}$",
    "uri": rf"^https?://{_LABEL}(?:\.{_LABEL}){{0,3}}(?:/[A-Za-z0-9_-]{{0,40}}){{0,8}}$",
}
