"""Where a store keeps its things: the only file that spells its folder names."""

from dataclasses import dataclass
from pathlib import Path

from data.store_id import store_id


@dataclass(frozen=True)
class Store:
    """A store's root folder and the paths below it; making one touches no disk."""

    root: Path

    @property
    def parts(self) -> Path:
        return self.root / "parts"

    @property
    def spool(self) -> Path:
        return self.root / "spool"

    @property
    def plans(self) -> Path:
        return self.root / "plans"

    @property
    def dedup(self) -> Path:
        return self.root / "dedup"

    @property
    def quarantine(self) -> Path:
        return self.root / "quarantine"

    @property
    def staged(self) -> Path:
        return self.root / "staged"

    @property
    def pins(self) -> Path:
        return self.root / "pins"

    @property
    def settings(self) -> Path:
        return self.root / "settings.db"

    @property
    def views(self) -> Path:
        return self.root / "views.sql"

    def status(self, process: str) -> Path:
        return self.root / f"status-{process}.json"

    def lock(self, process: str) -> Path:
        return self.root / f"{process}.lock"

    def create(self) -> "Store":
        """Make the folders that are missing, and the store's id; raises OSError where that is not possible."""
        for folder in (self.parts, self.spool, self.plans, self.dedup):
            folder.mkdir(parents=True, exist_ok=True)
        store_id(self.root)
        return self
