"""What a replay has found so far: how events moved, and which rules moved them, in bounded memory."""

from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

MAX_RULES: Final = 5_000
"""Rules told one by one; names and fields are the sender's, and what comes beyond is counted as `OTHER`."""
SAMPLES: Final = 5
OTHER: Final = "(other)"

_KEY: Final = ("event_name", "field", "rule", "severity")
_BROKEN: Final = pl.Schema({"row": pl.UInt32(), "field": pl.String(), "rule": pl.String(), "severity": pl.String()})
_TABLE: Final = pl.Schema(
    dict.fromkeys(_KEY, pl.String())
    | dict.fromkeys(("newly_failing", "newly_passing"), pl.Int64())
    | dict.fromkeys(("failing_seqs", "passing_seqs"), pl.List(pl.Int64()))
)
_CLASS: Final = {"valid": "passing", "invalid": "failing", "error": "failing", "unplanned": "unplanned"}
_MOVED: Final = pl.Schema({"was": pl.String(), "is": pl.String(), "events": pl.Int64()})


@dataclass
class Tally:
    """Counts over any number of batches; `max_rules` bounds what is kept.

    `older` are events whose stored verdict is another plan's than that in force, `differing` those of them that the
    plan in force says otherwise of.
    """

    max_rules: int = MAX_RULES
    samples: int = SAMPLES
    older: int = 0
    differing: int = 0
    _moved: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_MOVED), init=False)
    _rules: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_TABLE), init=False)

    def add(self, seq: pl.Series, name: pl.Series, before: pl.DataFrame, now: pl.DataFrame) -> None:
        """A batch: for each event its seq, its name, `status` and `violations` before and now; all in one order."""
        moved = pl.DataFrame({"was": before["status"], "is": now["status"]})
        counted = moved.group_by("was", "is").agg(events=pl.len().cast(pl.Int64()))
        self._moved = pl.concat([self._moved, counted]).group_by("was", "is").agg(pl.col("events").sum())
        was, now_broken = _broken(before["violations"]), _broken(now["violations"])
        failing = now_broken.join(was, on=_BROKEN.names(), how="anti")
        passing = was.join(now_broken, on=_BROKEN.names(), how="anti")
        if failing.height or passing.height:
            events = pl.DataFrame({"seq": seq, "event_name": name}).with_row_index("row")
            self._count(pl.concat([self._told(failing, events, "failing"), self._told(passing, events, "passing")]))

    def as_dict(self) -> dict[str, Any]:
        """The counts of a replay's answer, the rules that moved most events first."""
        counts = dict.fromkeys(("newly_failing", "newly_passing", "newly_unplanned", "unchanged"), 0)
        for was, now, events in self._moved.iter_rows():
            counts["unchanged" if _CLASS[was] == _CLASS[now] else f"newly_{_CLASS[now]}"] += events
        return {
            "events": self._moved["events"].sum(),
            **counts,
            "older": {"events": self.older, "differing": self.differing},
            "statuses": self._moved.sort("was", "is").to_dicts(),
            "by_rule": [_rule(row) for row in _ordered(self._rules).iter_rows(named=True)],
        }

    def _told(self, broken: pl.DataFrame, events: pl.DataFrame, way: str) -> pl.DataFrame:
        """How many events each rule moved this way, as `_TABLE`."""
        newest = pl.col("seq").sort().tail(self.samples)
        told = broken.join(events, on="row").group_by(_KEY).agg(events=pl.len().cast(pl.Int64()), seqs=newest)
        other = "passing" if way == "failing" else "failing"
        none = {f"newly_{other}": pl.lit(0, pl.Int64()), f"{other}_seqs": pl.lit([], pl.List(pl.Int64()))}
        return (
            told.rename({"events": f"newly_{way}", "seqs": f"{way}_seqs"}).with_columns(**none).select(_TABLE.names())
        )

    def _count(self, new: pl.DataFrame) -> None:
        unknown = _summed(new.join(self._rules, on=_KEY, how="anti", nulls_equal=True), self.samples)
        crowd = _ordered(unknown)[max(self.max_rules - self._rules.height, 0) :].select(_KEY)
        if crowd.height:
            is_crowd = pl.col("crowd").fill_null(False)
            marked = new.join(crowd.with_columns(crowd=True), on=_KEY, how="left", nulls_equal=True)
            names = [pl.when(is_crowd).then(pl.lit(OTHER)).otherwise(each).alias(each) for each in _KEY[:2]]
            new = marked.with_columns(names).drop("crowd")
        self._rules = _summed(pl.concat([self._rules, new]), self.samples)


def _broken(violations: pl.Series) -> pl.DataFrame:
    """Which rules each event breaks, each once, by the rule's own path."""
    each = pl.DataFrame({"violations": violations}).with_row_index("row").filter(pl.col("violations").list.len() > 0)
    if not each.height:
        return pl.DataFrame(schema=_BROKEN)
    said = pl.col("violations").struct
    told = each.explode("violations").select(
        "row", said.field("path").alias("field"), said.field("rule"), said.field("severity")
    )
    return told.unique()


def _summed(table: pl.DataFrame, samples: int) -> pl.DataFrame:
    seqs = [pl.col(name).explode(empty_as_null=False).sort().tail(samples) for name in ("failing_seqs", "passing_seqs")]
    return table.group_by(_KEY).agg(pl.col("newly_failing", "newly_passing").sum(), *seqs)


def _ordered(table: pl.DataFrame) -> pl.DataFrame:
    moved = pl.max_horizontal("newly_failing", "newly_passing")
    return table.sort(moved, *_KEY, descending=[True, *[False] * len(_KEY)])


def _rule(row: dict[str, Any]) -> dict[str, Any]:
    """One rule as it is answered; the samples are of its failing events where it has some."""
    failing, passing = row.pop("failing_seqs"), row.pop("passing_seqs")
    return {**row, "samples": (failing or passing)[::-1]}
