"""A missing field and an unplanned one that are the same: by a near name, or by the same name one level off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Final

from plans import paths
from plans.hinting import near, times
from plans.hinting.met import LONGEST, Extra, Missing, extras_in, missing_in, rule_path
from plans.hinting.outline import Outline
from plans.paths import Path
from plans.spoken import name_in

MOST: Final = 40
PAIRS: Final = 100
ALONE: Final = 10
"""Missing fields of one event that are looked at, pairs of one and an unplanned one, and of those without a partner."""

KEPT: Final = 256
"""Events whose missing and unplanned fields are remembered of each planned event, and violations of one that count."""

LEVEL: Final = near.LONGER + 1
"""From so far on, a field is at another place: any near name at the same one is surer."""


@dataclass(frozen=True)
class Match:
    """A missing field and an unplanned one that are the same; the less `distance`, the surer."""

    distance: int
    missing: Missing
    extra: Extra
    told_missing: str
    told_extra: str


def pairs(violations: Sequence[Mapping[str, str | None]], known: Outline) -> Mapping[int, str]:
    """Hints by the number of the violation, for missing fields and unplanned ones of one event.

    Events of one build break alike: what was said of the same fields before is remembered.
    """
    if not any(one["rule"] == "unplanned_field" for one in violations):
        return {}
    if len(violations) > KEPT:
        return _pairs(violations, known)
    about = tuple((one["rule"], one["field"], one["received"], _held(one)) for one in violations)
    if (kept := known.said.get(about)) is not None:
        return kept
    found = _pairs(violations, known)
    if sum(len(field or "") for _, field, *_ in about) <= LONGEST:
        if len(known.said) >= KEPT:
            known.said.clear()
        known.said[about] = found
    return found


def _held(one: Mapping[str, str | None]) -> str | None:
    """What an object that is not planned holds; of anything else, only its type counts."""
    return one["value"] if one["received"] == "object" else None


def _pairs(violations: Sequence[Mapping[str, str | None]], known: Outline) -> dict[int, str]:
    missing = list(islice(missing_in(violations, known), MOST))
    extras = list(islice(extras_in(violations), max(PAIRS // (len(missing) + 1), 1)))
    found = _settled(sorted(_matches(missing, extras, known), key=lambda match: match.distance))
    for extra in extras[:ALONE]:
        if extra.number not in found and (told := _optional(extra, known)):
            found[extra.number] = told
    return found


def _settled(matches: Sequence[Match]) -> dict[int, str]:
    """The nearest matches first; a field is one other field, and between two that are as near nothing is said."""
    found: dict[int, str] = {}
    times_met = Counter((match.distance, each.number) for match in matches for each in (match.missing, match.extra))
    for match in matches:
        one, extra = match.missing.number, match.extra.number
        if match.distance < LEVEL:
            alike = times_met[match.distance, one] > 1 or times_met[match.distance, extra] > 1
            if alike or one in found or extra in found:
                continue
        found.setdefault(one, match.told_missing)
        found.setdefault(extra, match.told_extra)
    return found


def _matches(missing: Sequence[Missing], extras: Sequence[Extra], known: Outline) -> Iterator[Match]:
    for one, extra in product(missing, extras):
        match = _near(one, extra) or _moved(one, extra) or _inside(one, extra) or _taken_apart(one, extra, known)
        if match:
            yield match


def _near(one: Missing, extra: Extra) -> Match | None:
    if one.at[:-1] != extra.at[:-1] or one.planned.path[-1] is None:
        return None
    name = one.planned.name
    if unit := times.renamed(extra.name, name):
        return Match(
            near.TYPO, one, extra, f"`{name_in(extra.field)}` came, {unit}", f"for `{name_in(one.field)}`, {unit}"
        )
    distance = near.nearness(name, extra.name)
    if distance is None or (distance > near.TYPO and not one.planned.takes(extra.kind)):
        return None
    return Match(
        distance, one, extra, f"`{name_in(extra.field)}` came, a near name", f"a near name for `{name_in(one.field)}`"
    )


def _moved(one: Missing, extra: Extra) -> Match | None:
    """The same name one level up or down, in another object, or run together with the name of its object."""
    if not isinstance(one.at[-1], str):
        return None
    mine, its = one.at[:-1], extra.at[:-1]
    if len(its) < len(mine) and mine[: len(its)] == its:
        names = [step for step in one.at[len(its) :] if isinstance(step, str)]
        if len(names) == 2 and near.alike(names[-1], extra.name):
            return _off(LEVEL, one, extra, "one level up", "one level down")
        if near.alike("".join(names), extra.name):
            return _off(LEVEL + 1, one, extra, "with the name of its object", "as a field of an object")
    if not near.alike(one.at[-1], extra.name):
        return None
    if its[: len(mine)] == mine and sum(isinstance(step, str) for step in its[len(mine) :]) == 1:
        return _off(LEVEL, one, extra, "one level down", "one level up")
    beside = len(mine) == len(its) > 0 and mine[:-1] == its[:-1] and isinstance(mine[-1], str)
    if beside and one.planned.takes(extra.kind):
        return _off(LEVEL + 2, one, extra, "in another object", "in another object")
    return None


def _off(distance: int, one: Missing, extra: Extra, where: str, back: str) -> Match:
    return Match(
        distance,
        one,
        extra,
        f"it came as `{name_in(extra.field)}`, {where}",
        f"the plan has it as `{name_in(one.field)}`, {back}",
    )


def _inside(one: Missing, extra: Extra) -> Match | None:
    """Inside an object that is not planned, or in place of the object that is: `properties`, `adress`."""
    name = one.at[-1]
    if name not in extra.keys:
        return None
    if one.at[:-1] == extra.at[:-1]:
        told = f"it came inside `{name_in(extra.field)}`, one level down"
        return Match(
            LEVEL + 1, one, extra, told, f"the plan has `{name_in(one.field)}` and what else is in it one level up"
        )
    around = one.at[:-1]
    if not around or around[:-1] != extra.at[:-1] or not isinstance(around[-1], str):
        return None
    if near.nearness(around[-1], extra.name) is None:
        return None
    told = f"it came inside `{name_in(extra.field)}`, a near name"
    return Match(LEVEL + 1, one, extra, told, f"a near name for `{name_in(paths.render(rule_path(around)))}`")


def _taken_apart(one: Missing, extra: Extra, known: Outline) -> Match | None:
    """A field of a missing object, found where the object should be."""
    if one.at[:-1] != extra.at[:-1]:
        return None
    for inner in islice(known.inside.get(one.planned.path, {}).values(), MOST):
        whole = f"{one.planned.name}{inner.name}"
        if near.alike(inner.name, extra.name) or near.alike(whole, extra.name):
            field = paths.render(inner.path)
            told = f"its `{name_in(inner.name)}` came as `{name_in(extra.field)}`, one level up"
            return Match(LEVEL + 1, one, extra, told, f"the plan has it as `{name_in(field)}`, one level down")
    return None


def _optional(extra: Extra, known: Outline) -> str | None:
    """A field the event may lack, of a near name or one level off: whether it came too is not known."""
    path = rule_path(extra.at)
    found = known.names(path[:-1]).nearest(extra.name, near.TYPO)
    if found == extra.name:
        return None  # planned here under a condition that does not hold
    if found is not None:
        beside = known.inside[path[:-1]][found]
        return None if beside.needed else f"a near name for `{name_in(paths.render(beside.path))}`"
    off = [field for field in known.optional.get(extra.name, ()) if _one_level(field.path, path)]
    return f"the plan has it as `{name_in(paths.render(off[0].path))}`, one level off" if len(off) == 1 else None


def _one_level(a: Path, b: Path) -> bool:
    """Whether two paths with the same last key are those of an object and of one right inside it."""
    short, long = sorted((a[:-1], b[:-1]), key=len)
    return len(long) == len(short) + 1 and long[: len(short)] == short
