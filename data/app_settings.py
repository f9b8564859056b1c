"""What can be set for one app, with its defaults, and what is said of a value that cannot be meant."""

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

DUPLICATES: Final = ("auto", "payload", "off")
MAX_NAME: Final = 200
MAX_DESCRIPTION: Final = 5_000
MAX_DAYS: Final = 36_500
_LARGEST: Final = 10**15


class WrongSetting(ValueError):
    """A setting of an app that cannot be meant; `where` is its name, when it has one."""

    def __init__(self, message: str, where: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.where = where


@dataclass(frozen=True)
class AppSettings:
    """`retention_days` null takes the store's own default, and 0 keeps everything; other limits that are null limit
    nothing. `duplicates` says what is one event: `auto` an id, else all that was said; `payload` name and payload
    alone; `off` each for itself.
    """

    name: str | None = None
    description: str | None = None
    retention_days: float | None = None
    retention_rows: int | None = None
    quota_events_per_day: int | None = None
    duplicates: str = "auto"

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


NAMES: Final = tuple(field.name for field in fields(AppSettings))
UNSET: Final = AppSettings()


def parse(said: object, base: AppSettings = UNSET) -> AppSettings:
    """`base` with what an object of JSON says. Raises WrongSetting, naming the key."""
    if not isinstance(said, Mapping):
        raise WrongSetting('the settings of an app are a JSON object, such as {"retention_days": 30}')
    if unknown := sorted(str(name) for name in said if name not in NAMES):
        raise WrongSetting(f"{unknown[0]!r:.80} is not a setting of an app; there are {', '.join(NAMES)}", unknown[0])
    return AppSettings(**base.as_dict() | {name: _CHECKED[name](name, value) for name, value in said.items()})


def _text(longest: int) -> Callable[[str, object], str | None]:
    def check(name: str, value: object) -> str | None:
        if value is not None and not isinstance(value, str):
            raise WrongSetting(f"{name} is {value!r:.80}, neither text nor null", name)
        if value is not None and len(value) > longest:
            raise WrongSetting(f"{name} has {len(value)} characters; at most {longest} are kept", name)
        return value.strip() or None if value else None

    return check


def _days(name: str, value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise WrongSetting(f"{name} is {value!r:.80}, not a number of days", name)
    if not 0 <= value <= MAX_DAYS:
        raise WrongSetting(f"{name} is {value}, not between 0 and {MAX_DAYS}", name)
    return value


def _whole(name: str, value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _LARGEST:
        raise WrongSetting(f"{name} is {value!r:.80}, not a whole number from 1", name)
    return value


def _policy(name: str, value: object) -> str:
    if value is None:
        return UNSET.duplicates
    if not isinstance(value, str) or value not in DUPLICATES:
        raise WrongSetting(f"{name} is {value!r:.80}, not one of {', '.join(DUPLICATES)}", name)
    return value


_CHECKED: Final[Mapping[str, Callable[[str, object], Any]]] = {
    "name": _text(MAX_NAME),
    "description": _text(MAX_DESCRIPTION),
    "retention_days": _days,
    "retention_rows": _whole,
    "quota_events_per_day": _whole,
    "duplicates": _policy,
}
