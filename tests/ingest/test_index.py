from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from ingest.environment import KNOWN
from ingest.index import DuplicateIndex


def known(*keys: str, seq: int = 1) -> pl.DataFrame:
    counted = {"app": "shop", "event_name": "sold", "status": "valid", "warned": False, "broken": []}
    rows = [
        {
            "identity": key.encode() * 16,
            "seq": seq + place,
            "received_at": datetime(2026, 11, 23),
            "copies": 1,
            "counted": counted,
        }
        for place, key in enumerate(keys)
    ]
    return pl.DataFrame(rows, schema=KNOWN)


def seqs(index: DuplicateIndex, *keys: str) -> dict[str, int]:
    found = index.find(pl.Series("identity", [key.encode() * 16 for key in keys], pl.Binary))
    return {bytes(key)[:1].decode(): seq for key, seq in found.select("identity", "seq").iter_rows()}


def test_what_was_remembered_is_found_and_nothing_else(tmp_path: Path) -> None:
    index = DuplicateIndex(tmp_path)
    index.remember(known("a", "b"), mark=2)
    assert seqs(index, "a", "b", "c") == {"a": 1, "b": 2}
    assert index.mark == 2
    index.close()


def test_everything_is_found_again_after_a_restart(tmp_path: Path) -> None:
    index = DuplicateIndex(tmp_path)
    index.remember(known("a"), mark=1)
    index.close()
    again = DuplicateIndex(tmp_path)
    assert again.find(known("a")["identity"]).rows(named=True) == known("a").rows(named=True)
    again.close()


def test_a_newer_copy_is_what_is_found(tmp_path: Path) -> None:
    index = DuplicateIndex(tmp_path)
    index.remember(known("a"), mark=1)
    index.remember(known("a", seq=9), mark=9)
    assert seqs(index, "a") == {"a": 9}
    index.close()


def test_a_full_window_forgets_the_oldest_and_keeps_at_least_its_size(tmp_path: Path) -> None:
    index = DuplicateIndex(tmp_path, identities=2)
    for seq, key in enumerate("abcdef", start=1):
        index.remember(known(key, seq=seq), mark=seq)
    found = seqs(index, *"abcdef")
    assert found.keys() >= {"e", "f"}
    assert found.keys().isdisjoint({"a", "b"})
    assert index.mark == 6
    index.close()


def test_a_reboot_drops_the_index_since_it_is_not_synced(tmp_path: Path) -> None:
    index = DuplicateIndex(tmp_path)
    index.remember(known("a"), mark=1)
    index.close()
    (tmp_path / "boot").write_text("before the power cut")
    again = DuplicateIndex(tmp_path)
    assert again.mark == 0
    assert seqs(again, "a") == {}
    again.close()


@pytest.mark.parametrize("odd", ["é\u0000\n", '"\\', "\u2028", "😀"])
def test_what_was_counted_survives_odd_characters(tmp_path: Path, odd: str) -> None:
    index = DuplicateIndex(tmp_path)
    row = known("a").rows(named=True)[0]
    row["counted"] |= {"event_name": odd, "broken": [{"path": odd, "rule": "missing", "severity": "error"}]}
    sent = pl.DataFrame([row], schema=KNOWN)
    index.remember(sent, mark=1)
    assert index.find(sent["identity"]).rows(named=True) == sent.rows(named=True)
    index.close()
