"""Judges unfolded payloads: every test once over all the values that have it, whatever the names of their events."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from plans import tokens
from plans.judging import decode
from plans.judging.cells import Cells
from plans.judging.one import MAX_VIOLATIONS
from plans.judging.unfold import BROKEN, MISSING, Unfolded, unfold
from plans.judging.violations import describe
from plans.rules.checks import Breaks, Test

_SAMPLE = 1_000
"""How many values tell whether most come again."""
_FAILED = pl.Schema({"at": MISSING["at"], "cell": pl.UInt32(), "token": pl.String(), "test": pl.UInt32()})
_TOLD = pl.Schema({"at": MISSING["at"], "cell": pl.UInt32(), "test": pl.UInt32(), "fails": pl.Boolean()})


@dataclass
class Judged:
    """Violations of the payloads that could be judged as columns, and the rows that must be read one by one."""

    violations: pl.DataFrame
    left: pl.Series


def validate(cells: Cells, payload_cells: pl.Series, payloads: pl.Series) -> Judged:
    """What the payloads (JSON objects, nothing odd among them) break, as `violations.FOUND` with the row of each.

    Raises decode.Unreadable when one is not JSON.
    """
    unfolded = unfold(cells, payload_cells, payloads)
    failed, told = _test(cells, unfolded.tokens)
    missing = unfolded.missing.with_columns(token=pl.lit(None, pl.String()))
    failed = failed.join(cells.asked, on=["cell", "test"]).select(BROKEN.names())
    broken = _where_it_counts(cells, unfolded, told, pl.concat([missing, unfolded.misnamed, failed]))
    left = pl.concat([unfolded.twice, _crowded(unfolded, broken)]).unique()
    if len(left):
        elsewhere = unfolded.row.is_in(left.implode())
        broken = broken.filter(~elsewhere.gather(broken["at"]))
        unfolded.strange = unfolded.strange.filter(~elsewhere.gather(unfolded.strange["at"]))
    return Judged(describe(cells, unfolded, broken), left)


def _crowded(unfolded: Unfolded, broken: pl.DataFrame) -> pl.Series:
    """The rows with more violations than are listed: few, and to be told exactly."""
    rows = unfolded.row.gather(pl.concat([broken["at"], unfolded.strange["at"]]))
    if len(rows) <= MAX_VIOLATIONS:
        return rows.clear()
    return rows.value_counts().filter(pl.col("count") > MAX_VIOLATIONS)["row"]


def _test(cells: Cells, found: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Every test over all values that have it: which fail, and of those that conditions ask about, each verdict."""
    failed, told = [pl.DataFrame(schema=_FAILED)], [pl.DataFrame(schema=_TOLD)]
    asking = set(cells.conditions["test"].unique().to_list())
    grouped = found.with_columns(group=cells.cells["group"].gather(found["cell"]))
    for (group,), values in grouped.partition_by("group", as_dict=True, include_key=False).items():
        if not group:
            continue  # nobody looks at these, or nothing is asked of them
        numbers = cells.groups[int(str(group))]
        for number, fails in zip(numbers, _verdicts([cells.tests[at] for at in numbers], values["token"]), strict=True):
            asked = pl.lit(number, pl.UInt32()).alias("test")
            if fails.any():
                failed.append(values.filter(fails).with_columns(asked).select(_FAILED.names()))
            if number in asking:
                told.append(values.with_columns(asked, fails=fails).select(_TOLD.names()))
    return pl.concat(failed), pl.concat(told)


def _verdicts(tests: list[Test], token: pl.Series) -> list[pl.Series]:
    """For each test, which of the values it fails; values that come again and again are asked about once."""
    if len(token) < 2 * _SAMPLE or token.head(_SAMPLE).n_unique() > _SAMPLE // 2:
        return _each(tests, token)
    each = token.unique()
    failed = [each.filter(fails) for fails in _each(tests, each)]
    none = pl.Series([False]).new_from_index(0, len(token))
    return [token.is_in(wrong.implode()) if len(wrong) else none for wrong in failed]


def _each(tests: list[Test], token: pl.Series) -> list[pl.Series]:
    values = token.to_frame("token")
    if any(test.counts for test in tests):
        arrays = pl.select(pl.when(token.str.starts_with("[")).then(token)).to_series()
        values = values.with_columns(length=decode.lengths(arrays))
    t, n = pl.col("token"), pl.col("length")
    fast = values.select([test.fast(t, n).alias(str(at)) for at, test in enumerate(tests)])
    return [_decided(fast.to_series(at), token, test.breaks) for at, test in enumerate(tests)]


def _decided(fails: pl.Series, token: pl.Series, breaks: Breaks) -> pl.Series:
    """Fill in what a fast test left open, asking the exact one about each different token."""
    if not fails.null_count():
        return fails
    at = fails.is_null().arg_true()
    asked = token.gather(at)
    verdicts = {text: bool(breaks(tokens.parse(text, len(text)))) for text in asked.unique().to_list()}
    return fails.scatter(at, asked.replace_strict(verdicts, return_dtype=pl.Boolean()))


def _where_it_counts(cells: Cells, unfolded: Unfolded, told: pl.DataFrame, broken: pl.DataFrame) -> pl.DataFrame:
    """The broken checks but for those whose guard says that they do not count there."""
    rules = cells.checks.select("guard", "wanted", "climb")[broken["check"]]
    guarded = rules["guard"].is_not_null()
    if not guarded.any():
        return broken
    asked = rules.with_columns(broken["at"]).filter(guarded)
    place = _climbed(asked["at"], asked["climb"], unfolded.outer)
    holds = _holds(cells, told, asked.select("guard", at=place))
    counts = guarded.not_().scatter(guarded.arg_true(), holds == asked["wanted"])
    return broken.filter(counts)


def _climbed(at: pl.Series, climb: pl.Series, outer: pl.Series) -> pl.Series:
    """The place so many arrays further out."""
    for step in range(int(str(climb.max() or 0))):
        at = pl.select(pl.when(climb > step).then(outer.gather(at)).otherwise(at)).to_series()
    return at


def _holds(cells: Cells, told: pl.DataFrame, asked: pl.DataFrame) -> pl.Series:
    """For each `guard` and place asked about, whether all conditions are kept there.

    A condition on a value that may be absent is denied by one that fails; another must be met by one that passes.
    """
    verdicts = told.join(cells.conditions, on=["cell", "test"])
    denied = verdicts.filter("absent_counts", "fails").select("at", "guard").unique().with_columns(denied=True)
    met = verdicts.filter(~pl.col("absent_counts") & ~pl.col("fails")).group_by("at", "guard").agg(met=pl.len())
    needed = pl.Series(cells.needed, dtype=pl.UInt32()).gather(asked["guard"])
    on = ["at", "guard"]
    known = asked.join(met, on=on, how="left", maintain_order="left")
    known = known.join(denied, on=on, how="left", maintain_order="left")
    return (known["met"].fill_null(0) == needed) & known["denied"].is_null()
