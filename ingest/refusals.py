"""Why a request is refused: each reason has its status and code, and one JSON shape says it."""

from datetime import UTC, datetime, timedelta
from typing import ClassVar

import msgspec


class Refused(Exception):
    """A request that is not done. `where` names the place that is wrong, when there is one."""

    status: ClassVar[int]
    code: ClassVar[str]
    retry_after_seconds: int | None = None

    def __init__(self, message: str, where: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.where = where

    def body(self) -> bytes:
        """`{"error": {"code", "message", "where"}}`."""
        return msgspec.json.encode({"error": {"code": self.code, "message": self.message, "where": self.where}})


class Unreadable(Refused):
    status, code = 400, "unreadable"


class BadApp(Refused):
    status, code = 400, "bad_app"


class BadPlan(Refused):
    status, code = 400, "bad_plan"


class BadRequest(Refused):
    status, code = 400, "bad_request"


class Unauthorized(Refused):
    status, code = 401, "unauthorized"


class WrongHost(Refused):
    status, code = 403, "wrong_host"


class NotFound(Refused):
    status, code = 404, "not_found"


class NoPlan(Refused):
    status, code = 404, "no_plan"


class WrongMethod(Refused):
    status, code = 405, "wrong_method"


class TooLarge(Refused):
    status, code = 413, "too_large"


class OverQuota(Refused):
    """An app has sent what it may on this UTC day."""

    status, code = 429, "quota"

    def __init__(self, message: str, where: str | None = None) -> None:
        super().__init__(message, where)
        now = datetime.now(UTC)
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        self.retry_after_seconds = int((midnight - now).total_seconds()) + 1


class Busy(Refused):
    status, code = 503, "busy"
    retry_after_seconds = 2


class TooSlow(Refused):
    status, code = 503, "too_slow"


class Failed(Refused):
    status, code = 500, "failed"
