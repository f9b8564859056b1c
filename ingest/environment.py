"""One of the duplicate index's two LMDB environments: identities, and the things counted for them."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import lmdb
import numpy as np
import polars as pl

from ingest.count import COUNTED

VALUE: Final = np.dtype([("seq", "<i8"), ("received_at", "<i8"), ("copies", "<i8"), ("counted", "<i8")])
_MAP_BYTES: Final = 8 << 30

KNOWN: Final = pl.Schema(
    {
        "identity": pl.Binary(),
        "seq": pl.Int64(),
        "received_at": pl.Datetime("us"),
        "copies": pl.Int64(),
        "counted": COUNTED,
    }
)
"""What is remembered of an identity: its newest seq, when that came, its copies, and what was counted for it."""


class Environment:
    """`identities`: digest → seq, time, copies and a number; `counted`: number → JSON of what was counted; `gone`: seqs
    that were deleted; `meta`.

    Not synced: the index is a cache, and `DuplicateIndex` drops it after a reboot.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._env = lmdb.open(str(folder), map_size=_MAP_BYTES, max_dbs=4, sync=False, readahead=False)
        self._identities = self._env.open_db(b"identities")
        self._counted = self._env.open_db(b"counted")
        self._gone = self._env.open_db(b"gone")
        self._meta = self._env.open_db(b"meta")
        with self._env.begin(self._counted) as txn:
            self._texts = [bytes(text).decode() for _, text in txn.cursor()]
        self._numbers = {text: number for number, text in enumerate(self._texts)}

    def close(self) -> None:
        self._env.close()

    def meta(self, name: str) -> int:
        with self._env.begin(self._meta) as txn:
            return int(bytes(txn.get(name.encode(), b"0")))

    def text(self, name: str) -> str:
        """What `tell` has put under this name last, else nothing."""
        with self._env.begin(self._meta) as txn:
            return bytes(txn.get(name.encode(), b"")).decode()

    def tell(self, name: str, text: str) -> None:
        with self._env.begin(self._meta, write=True) as txn:
            txn.put(name.encode(), text.encode())

    def forget(self, seqs: Iterable[int]) -> None:
        """Note that these events were deleted."""
        with self._env.begin(self._gone, write=True) as txn:
            txn.cursor().putmulti([(seq.to_bytes(8, "big"), b"") for seq in sorted(seqs)])

    def gone(self, seqs: Iterable[int]) -> list[int]:
        """Which of these events were deleted."""
        with self._env.begin(self._gone) as txn:
            found = txn.cursor().getmulti([seq.to_bytes(8, "big") for seq in seqs])
        return [int.from_bytes(key, "big") for key, _ in found]

    def size(self) -> int:
        """Identities held."""
        with self._env.begin(self._identities) as txn:
            return int(txn.stat(self._identities)["entries"])

    def kinds(self) -> int:
        """Distinct things counted; held in memory."""
        return len(self._texts)

    def find(self, identities: list[bytes]) -> pl.DataFrame:
        """Columns of `KNOWN`, a row for each of `identities` that is here."""
        with self._env.begin(self._identities) as txn:
            found = txn.cursor().getmulti(identities)
        if not found:
            return pl.DataFrame(schema=KNOWN)
        values = np.frombuffer(b"".join(value for _, value in found), VALUE)
        numbers = np.unique(values["counted"])
        texts = pl.Series("text", [self._texts[number] for number in numbers], pl.String)
        kinds = pl.DataFrame({"number": numbers, "counted": texts.str.json_decode(COUNTED)})
        columns = {name: values[name] for name in ("seq", "received_at", "copies")}
        known = pl.DataFrame({"identity": [key for key, _ in found], **columns, "number": values["counted"]})
        joined = known.join(kinds, on="number", how="left", maintain_order="left")
        return joined.select(KNOWN.names()).cast(KNOWN)

    def remember(self, known: pl.DataFrame, meta: dict[str, int]) -> None:
        """Put the rows of `known` (columns of `KNOWN`, identities unique) and `meta` in one transaction.

        Raises lmdb.MapFullError when there is no room.
        """
        rows = known.sort("identity")
        texts = rows.select(pl.col("counted").struct.json_encode()).to_series()
        learned = [text for text in texts.unique(maintain_order=True).to_list() if text not in self._numbers]
        numbers = self._numbers | {text: len(self._texts) + i for i, text in enumerate(learned)}
        values = np.empty(rows.height, VALUE)
        for name in ("seq", "received_at", "copies"):
            values[name] = rows[name].cast(pl.Int64).to_numpy()
        values["counted"] = texts.replace_strict(numbers, return_dtype=pl.Int64).to_numpy()
        packed = (bytes(value) for value in values.view(f"V{VALUE.itemsize}"))
        pairs = zip(rows["identity"].to_list(), packed, strict=True)
        with self._env.begin(write=True) as txn:
            txn.cursor(self._identities).putmulti(list(pairs))
            for text in learned:
                txn.put(numbers[text].to_bytes(8, "big"), text.encode(), db=self._counted)
            for name, value in meta.items():
                txn.put(name.encode(), str(value).encode(), db=self._meta)
        self._numbers, self._texts = numbers, self._texts + learned
