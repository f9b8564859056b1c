"""Lines to paste into a shell, for pages that have nothing to show yet."""

from data.layout import Store
from data.processes.serving import address
from data.processes.status import heard

INTAKE = "http://127.0.0.1:8051"


def intake_of(store: Store) -> str:
    """Where this store's intake listens, as it said itself; the default address before it has."""
    said = heard(store).get("ingest", {})
    host, port = said.get("host"), said.get("port")
    return address(host, port) if isinstance(host, str) and isinstance(port, int) else INTAKE


def send_event(store: Store) -> str:
    """Sends one event of an app that is created by it."""
    return (
        f"curl {intake_of(store)}/v1/events \\\n"
        "  -H 'Content-Type: application/json' \\\n"
        """  -d '{"app": "my-app", "event_name": "hello", "payload": {"from": "curl"}}'"""
    )


def put_plan(store: Store, app: str) -> str:
    """Puts a plan of one event in force."""
    return (
        f"curl -X PUT {intake_of(store)}/v1/apps/{app}/plan \\\n"
        "  -H 'Content-Type: text/csv' \\\n"
        "  --data-binary $'eventName,eventPayload,dataType\\nhello,from,text\\n'"
    )
