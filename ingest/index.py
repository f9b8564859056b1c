"""The duplicate index: for each recent identity, what must be taken back when a newer copy comes."""

import logging
import shutil
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import lmdb
import msgspec
import polars as pl

from data.hidden import Cut, cut_rows, widest
from ingest.environment import Environment

log = logging.getLogger(__name__)

NAMES: Final = ("a", "b")
_CUTS: Final = "cuts"
_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
KINDS_LIMIT: Final = 200_000
"""Distinct things counted per environment: a sender that invents versions shortens the window, not the memory."""


class DuplicateIndex:
    """Two environments that take turns: when the younger is full or old, the elder is dropped and takes its place.

    `identities` and `seconds` bound what one environment holds, so a duplicate is recognised for at least that long.
    """

    def __init__(self, folder: Path, *, identities: int = 4_000_000, seconds: float = 86_400.0) -> None:
        self._folder, self._identities, self._seconds = folder, identities, seconds
        _drop_after_reboot(folder)
        self._younger, self._elder = sorted((Environment(folder / name) for name in NAMES), key=_began, reverse=True)
        self._cuts = widest((*_cuts(self._younger), *_cuts(self._elder)))

    @property
    def mark(self) -> int:
        """The last seq that was remembered; 0 when nothing was."""
        return max(self._younger.meta("mark"), self._elder.meta("mark"))

    @property
    def window(self) -> tuple[int, float]:
        """The most identities and seconds that one environment holds."""
        return self._identities, self._seconds

    def close(self) -> None:
        self._younger.close()
        self._elder.close()

    def clear(self) -> None:
        """Forget everything; what the parts hold can be remembered again."""
        self.close()
        for name in NAMES:
            shutil.rmtree(self._folder / name, ignore_errors=True)
        self._younger, self._elder = (Environment(self._folder / name) for name in NAMES)
        self._cuts = ()

    def find(self, identities: pl.Series) -> pl.DataFrame:
        """Columns of `ingest.environment.KNOWN`, a row for each of `identities` (bytes) that came before.

        What was forgotten since never came.
        """
        keys = identities.to_list()
        both = [self._elder.find(keys), self._younger.find(keys)]
        found = pl.concat(both).unique("identity", keep="last", maintain_order=True)
        if self._cuts:
            told = found.with_columns(app=pl.col("counted").struct.field("app"))
            found = told.filter(~cut_rows(self._cuts)).drop("app")
        gone = {seq for each in (self._elder, self._younger) for seq in each.gone(found["seq"])}
        return found.filter(~pl.col("seq").is_in(gone)) if gone else found

    def cut(self, cut: Cut) -> None:
        """Forget everything that `cut` hides."""
        self._cuts = widest((*self._cuts, cut))
        for each in (self._younger, self._elder):
            each.tell(_CUTS, msgspec.json.encode(self._cuts).decode())

    def forget(self, seqs: Iterable[int]) -> None:
        """Forget the events with these seqs."""
        known = list(seqs)
        for each in (self._younger, self._elder):
            each.forget(known)

    def remember(self, known: pl.DataFrame, mark: int) -> None:
        """Put `known` (columns of `KNOWN`, identities unique) and the mark, in one transaction."""
        if self._is_spent(known.height):
            self._take_turns()
        meta = {"mark": mark} | ({} if self._younger.meta("began") else {"began": time.time_ns()})
        try:
            self._younger.remember(known, meta)
        except lmdb.MapFullError:
            self._take_turns()
            self._younger.remember(known, {"mark": mark, "began": time.time_ns()})

    def _is_spent(self, coming: int) -> bool:
        began = self._younger.meta("began")
        if not began:
            return False
        full = self._younger.size() + coming > self._identities or self._younger.kinds() > KINDS_LIMIT
        return full or time.time_ns() - began > self._seconds * 1e9

    def _take_turns(self) -> None:
        folder = self._elder.folder
        self._elder.close()
        shutil.rmtree(folder)
        log.info("duplicate index takes turns identities=%d", self._younger.size())
        self._younger, self._elder = Environment(folder), self._younger


def _began(environment: Environment) -> int:
    return environment.meta("began")


def _cuts(environment: Environment) -> list[Cut]:
    return msgspec.json.decode(environment.text(_CUTS) or "[]", type=list[Cut])


def _drop_after_reboot(folder: Path) -> None:
    """Unsynced pages may be missing after a power cut, which nothing in LMDB would notice."""
    folder.mkdir(parents=True, exist_ok=True)
    boot = _BOOT.read_text() if _BOOT.exists() else ""
    seen = folder / "boot"
    if not boot or not seen.exists() or seen.read_text() != boot:
        for name in NAMES:
            shutil.rmtree(folder / name, ignore_errors=True)
        seen.write_text(boot)
