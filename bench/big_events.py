"""Made-up events as columns, any stretch of any stream: what a big store is filled with, the same every time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from data.schema import EVENTS, INSTANT

START: Final = datetime(2026, 10, 1)
BIG_APP: Final = "shop"
BIG_SHARE: Final = 0.9

VERBS: Final = ("seen", "opened", "changed", "sent", "closed")
NOUNS: Final = ("page", "product", "basket", "search", "offer", "account", "payment", "order", "review", "help")
NAMES: Final = tuple(f"{noun}_{verb}" for noun in NOUNS for verb in VERBS)
VERSIONS: Final = ("5.0.2", "5.1.0", "5.2.1")
SOURCES: Final = ("native", "segment")
PLATFORMS: Final = ("android", "web")
RARE: Final = NAMES[-1]
"""The name that one event in about thirty thousand has."""

_HEX: Final = np.frombuffer(b"".join(b"%02x" % byte for byte in range(256)), dtype=np.uint8).reshape(256, 2)
_CITIES: Final = ("sv-SE", "Malmö"), ("pl-PL", "Kraków"), ("fr-FR", "Lyon"), ("nl-BE", "Ghent"), ("pt-PT", "Lisbon")
_LISTS: Final = ("offers", "search_results", "recommended", "home", "wishlist")
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Stream:
    """`rows` events that came over `days` days, of `apps` apps; the first has nine of ten when there are several."""

    rows: int
    apps: int = 1
    days: int = 30
    seed: int = 1

    @property
    def end(self) -> datetime:
        """When the last one came, or a moment later."""
        return START + timedelta(days=self.days)

    def app(self, number: int) -> str:
        return f"app-{number:03d}" if number else BIG_APP


def events(stream: Stream, first: int, rows: int) -> pl.DataFrame:
    """The stream's events of the seqs `first .. first + rows - 1`, in the columns of `EVENTS`."""
    r = np.random.Generator(np.random.Philox(key=[stream.seed, first]))
    seq = np.arange(first, first + rows, dtype=np.int64)
    name = np.minimum(r.geometric(0.06, rows) - 1, len(NAMES) - 2)
    name[r.random(rows) < 1 / 30_000] = len(NAMES) - 1
    source = r.integers(0, 2, rows)
    invalid = (name % 2 == 1) & (r.random(rows) < 0.06)
    warned = (name % 5 == 3) & (r.random(rows) < 0.05)
    columns = {
        "seq": pl.Series(seq),
        "app": _apps(stream, r, rows),
        "event_name": _of(NAMES, name),
        "event_type": pl.repeat("track", rows, eager=True),
        "event_id": _hexadecimal(r, rows, 16),
        "received_at": (received := _received_at(stream, seq)),
        "occurred_at": received - pl.Series(r.integers(50_000, 900_000, rows)).cast(pl.Duration("us")),
        "status": _of(("valid", "invalid"), invalid.astype(np.int64)),
        "violations": _violations().gather(invalid.astype(np.int64) + 2 * warned),
        "plan_version": pl.repeat(1, rows, dtype=pl.Int64, eager=True),
        "source": _of(SOURCES, source),
        "app_version": _of(VERSIONS, np.minimum(r.geometric(0.5, rows) - 1, 2)),
        "platform": _of(PLATFORMS, source),
        "environment": pl.repeat("production", rows, eager=True),
        "session": _hexadecimal(r, max(rows // 20, 1), 6).gather(_neighbours(r, rows, 20)),
        "user_id": _numbered("u", 200_000).gather(r.integers(0, 200_000, rows)),
        "context": _contexts().gather(r.integers(0, len(_CITIES), rows)),
        "payload": _payloads(r, rows, invalid, warned),
        "copies": pl.Series(1 + (r.random(rows) < 0.004).astype(np.int64)),
    }
    empty = {column: pl.repeat(None, rows, dtype=EVENTS[column], eager=True) for column in ("unread", "supersedes")}
    return pl.DataFrame(columns | empty).select(EVENTS.names()).cast(EVENTS)


def _apps(stream: Stream, r: np.random.Generator, rows: int) -> pl.Series:
    if stream.apps == 1:
        return pl.repeat(BIG_APP, rows, eager=True)
    number = np.where(r.random(rows) < BIG_SHARE, 0, r.integers(1, stream.apps, rows))
    return _of(tuple(stream.app(each) for each in range(stream.apps)), number)


def _received_at(stream: Stream, seq: Numbers) -> pl.Series:
    span = stream.days * 86_400 * 1_000_000
    began = int((START - datetime(1970, 1, 1)) / timedelta(microseconds=1))
    return pl.Series(began + ((seq - 1) / stream.rows * span).astype(np.int64)).cast(INSTANT)


def _neighbours(r: np.random.Generator, rows: int, each: int) -> Numbers:
    """For every row one of the `rows // each` things, near in number where the rows are near."""
    near: Numbers = np.arange(rows, dtype=np.int64) // each + r.integers(-40, 41, rows)
    return near.clip(0, max(rows // each, 1) - 1)


def _payloads(
    r: np.random.Generator, rows: int, invalid: npt.NDArray[np.bool_], warned: npt.NDArray[np.bool_]
) -> pl.Series:
    table = pl.DataFrame(
        {
            "product": r.integers(1_000, 6_000, rows),
            "cents": r.integers(99, 99_999, rows),
            "position": r.integers(0, 40, rows),
            "load_ms": r.integers(20, 900, rows),
            "reviews": np.minimum(r.geometric(0.005, rows), 5_000),
            "list": _of(_LISTS, r.integers(0, len(_LISTS), rows)),
            "stock": _of(("true", "false"), (r.random(rows) < 0.1).astype(np.int64)),
            "invalid": invalid,
            "warned": warned,
        }
    )
    cents = (pl.col("cents") % 100).cast(pl.String).str.zfill(2)
    price = pl.concat_str(pl.col("cents") // 100, pl.lit("."), cents)
    told = (
        ('{"product_id":"P-', "product"),
        ('","price":', pl.when("invalid").then(pl.concat_str(pl.lit('"'), price, pl.lit('"'))).otherwise(price)),
        (',"currency":"EUR","in_stock":', "stock"),
        (',"reviews":', "reviews"),
        (',"position":', "position"),
        (',"list":"', "list"),
        ('","load_ms":', "load_ms"),
        ("", pl.when("warned").then(pl.lit(',"colour":"red"}')).otherwise(pl.lit("}"))),
    )
    pieces = [piece for text, value in told for piece in (pl.lit(text), value)]
    return table.select(payload=pl.concat_str(pieces)).to_series()


def _of(values: tuple[str, ...], places: Numbers) -> pl.Series:
    return pl.Series(values, dtype=pl.String).gather(places)


def _hexadecimal(r: np.random.Generator, rows: int, width: int) -> pl.Series:
    """Random bytes as text, twice as many digits each."""
    digits = _HEX[np.frombuffer(r.bytes(rows * width), dtype=np.uint8)].tobytes()
    ends = np.arange(rows + 1, dtype=np.int64) * 2 * width
    text = pa.LargeStringArray.from_buffers(rows, pa.py_buffer(ends), pa.py_buffer(digits))
    return pl.Series(pl.from_arrow(text))


@cache
def _numbered(letter: str, many: int) -> pl.Series:
    return pl.Series(range(many)).cast(pl.String).str.zfill(6).str.replace("^", letter)


@cache
def _contexts() -> pl.Series:
    return pl.Series([f'{{"locale":"{locale}","city":"{city}"}}' for locale, city in _CITIES])


@cache
def _violations() -> pl.Series:
    """What is wrong with an event: nothing, its price, an extra field, both."""
    price = {"expected": "float", "received": "string", "value": "a price as text"}
    wrong = {"field": "price", "path": "price", "rule": "wrong_type", "severity": "error", **price}
    colour = {"expected": None, "received": "string", "value": "red"}
    extra = {"field": "colour", "path": "colour", "rule": "unplanned_field", "severity": "warning", **colour}
    return pl.Series([[], [wrong], [extra], [wrong, extra]], dtype=EVENTS["violations"])


def sent(stream: Stream, sample: int) -> int:
    """Bytes of the first `sample` events (or all) as a client sends them, one JSON object a line."""
    some = events(stream, 1, min(sample, stream.rows))
    told = ("event_name", "event_id", "session", "user_id", "app_version", "platform", "environment")
    pieces = [pl.lit("{")]
    pieces += [piece for name in told for piece in (pl.lit(f'"{name}":"'), pl.col(name), pl.lit('",'))]
    pieces += [pl.lit('"timestamp":"'), pl.col("occurred_at").dt.to_string("%Y-%m-%dT%H:%M:%S%.6fZ")]
    pieces += [pl.lit('","context":'), pl.col("context"), pl.lit(',"payload":'), pl.col("payload"), pl.lit("}\n")]
    lines = some.select(line=pl.concat_str(pieces)).to_series()
    return int(lines.str.len_bytes().sum())
