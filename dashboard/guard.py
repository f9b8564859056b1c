"""Who may ask this server, and what a browser may do with what it answers."""

from collections.abc import Callable, Sequence

from flask import Flask, Response, request

from dashboard.errors import Refused

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})


def install(server: Flask, inline_scripts: Callable[[], Sequence[str]], *, local: bool) -> None:
    """Check every request, dress every answer.

    `inline_scripts` gives the hashes of the scripts Dash writes into its page; it is asked late, because Dash writes
    the last of them while it answers its first request.
    """
    if local:
        server.before_request(_refuse_foreign_hosts)

    @server.after_request
    def _dress(response: Response) -> Response:
        headers = response.headers
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        if response.mimetype == "text/html":
            headers["Content-Security-Policy"] = policy(inline_scripts())
        return response


def policy(script_hashes: Sequence[str]) -> str:
    """Nothing from elsewhere and no eval; styles may be inline, because React, Plotly and AG Grid set them."""
    rules = {
        "default-src": "'self'",
        "script-src": " ".join(["'self'", *script_hashes]),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _refuse_foreign_hosts() -> None:
    """A page of another site can make a browser ask 127.0.0.1 under its own name (DNS rebinding); it gets nothing."""
    host = request.host.lower()
    name = host[: host.rindex("]") + 1] if host.startswith("[") and "]" in host else host.partition(":")[0]
    if name not in LOCAL_HOSTS:
        raise Refused(403, "forbidden_host", f"This server answers to localhost only, not to {request.host!r}.", "Host")
