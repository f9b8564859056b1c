"""An intake over a folder of its own, and what it has on disk."""

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from data.layout import Store
from ingest.limits import Limits
from ingest.server import create
from ingest.spool import Spool, read_segment, seal_abandoned, sealed


@dataclass
class Intake:
    store: Store
    spool: Spool
    client: FlaskClient

    def post(self, body: object, path: str = "/c/shop/v1/events", **headers: str) -> TestResponse:
        """Send bytes as they are, anything else as JSON."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.post(
            path, data=data, headers={name.replace("_", "-"): said for name, said in headers.items()}
        )

    def kept(self) -> list[dict[str, Any]]:
        """Every event on disk; payload and context as text, None where the sender sent none."""
        self.spool.close()
        seal_abandoned(self.store.spool)
        return [as_dict(line) for body in bodies(self.store) for line in body.split(b"\n")[:-1]]


def bodies(store: Store) -> list[bytes]:
    return [record.body for path in sealed(store.spool) for record in read_segment(path)]


def as_dict(line: bytes) -> dict[str, Any]:
    envelope, context, payload = line.split(b"\r")
    event: dict[str, Any] = json.loads(envelope + b"null}")
    event["context"] = _text(context.removesuffix(b',"payload":'))
    event["payload"] = _text(payload.removesuffix(b"}"))
    return event


def _text(raw: bytes) -> str | None:
    return None if raw == b"null" else raw.decode()


def intake_at(root: Path, limits: Limits | None = None, **spool: Any) -> Intake:
    store = Store(root).create()
    opened = Spool(store.spool, **spool)
    return Intake(store, opened, create(opened, store, limits).test_client())


def zipped(said: object) -> bytes:
    return gzip.compress(json.dumps(said).encode())
