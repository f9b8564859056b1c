"""What goes wrong in real traffic, done on purpose to a sound payload: each mutation tells what a hint should say."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from random import Random
from typing import Any

Payload = dict[str, Any]
Made = tuple[Payload, tuple[str, ...]] | None
"""The broken payload, and what every hint about it must hold one of; None where the payload has no place for it."""
Mutation = Callable[[Payload, Random], Made]

NOTHING: tuple[str, ...] = ()
"""What is said of a mutation that leaves nothing to guess: any hint about it is wrong."""


def places(value: Any, path: str = "") -> Iterator[tuple[Any, Any, str]]:
    """Every member of every object: the object, the key, and its path."""
    if isinstance(value, dict):
        for key, inner in value.items():
            here = f"{path}.{key}" if path else key
            yield value, key, here
            yield from places(inner, here)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, f"{path}[{index}]")


def one_place(payload: Payload, r: Random, fits: Callable[[Any], bool]) -> tuple[Any, Any, str] | None:
    found = [place for place in places(payload) if fits(place[0][place[1]])]
    return r.choice(found) if found else None


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def at_a_place(fits: Callable[[Any], bool], change: Callable[[Any, Random], Any], *says: str) -> Mutation:
    """Changes one value that fits."""

    def mutate(payload: Payload, r: Random) -> Made:
        broken = deepcopy(payload)
        place = one_place(broken, r, fits)
        if place is None:
            return None
        holder, key, _ = place
        holder[key] = change(holder[key], r)
        return broken, says

    return mutate


def renamed(change: Callable[[str, Random], str]) -> Mutation:
    """Gives one field another name."""

    def mutate(payload: Payload, r: Random) -> Made:
        broken = deepcopy(payload)
        place = one_place(broken, r, lambda value: True)
        if place is None:
            return None
        holder, key, path = place
        name = change(key, r)
        if name in holder:
            return None
        holder[name] = holder.pop(key)
        return broken, (f"`{path}`", f"`{path.removesuffix(key)}{name}`")

    return mutate


def camel(name: str, _: Random) -> str:
    head, *tail = name.split("_")
    return head + "".join("ID" if word == "id" else word.title() for word in tail) if tail else name.title()


def typo(name: str, r: Random) -> str:
    at = r.randrange(len(name))
    swapped = name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :] if at else name
    return r.choice([name[:at] + name[at + 1 :], name[:at] + name[at] + name[at:], swapped])


def other_number(name: str, _: Random) -> str:
    return name[:-1] if name.endswith("s") else f"{name}s"


OTHERS = "cost sum kind source channel origin maker shade weight height quota score rank level region user phase flag"


def another_name(payload: Payload, r: Random) -> Made:
    """A field under a name that only a dictionary would find."""
    broken = deepcopy(payload)
    place = one_place(broken, r, lambda value: True)
    name = r.choice(OTHERS.split())
    if place is None or name in place[0]:
        return None
    place[0][name] = place[0].pop(place[1])
    return broken, NOTHING


def longer(name: str, r: Random) -> str:
    return r.choice([f"new_{name}", f"{name}_v2", f"shop_{name}"])


def up(payload: Payload, r: Random) -> Made:
    """A field of an object in the payload, sent beside that object."""
    broken = deepcopy(payload)
    inner = [(key, name) for key, value in broken.items() if isinstance(value, dict) for name in value]
    if not inner:
        return None
    key, name = r.choice(inner)
    if name in broken:
        return None
    broken[name] = broken[key].pop(name)
    return broken, (f"`{name}`", f"`{key}.{name}`")


def down(payload: Payload, r: Random) -> Made:
    """Everything, or one field, in an object of its own."""
    envelope = r.choice(["properties", "data"])
    if r.random() < 0.5:
        return {envelope: deepcopy(payload)}, (f"`{envelope}`", "one level up")
    broken = deepcopy(payload)
    name = r.choice(list(broken))
    broken[envelope] = {name: broken.pop(name)}
    return broken, (f"`{envelope}`", f"`{name}`")


def flat(payload: Payload, r: Random) -> Made:
    """The fields of an object, sent beside it with its name before theirs."""
    broken = deepcopy(payload)
    objects = [key for key, value in broken.items() if isinstance(value, dict)]
    if not objects:
        return None
    key = r.choice(objects)
    moved = broken.pop(key)
    broken |= {f"{key}_{name}": value for name, value in moved.items()}
    return broken, tuple(f"`{text}`" for name in moved for text in (f"{key}_{name}", f"{key}.{name}"))


def without(payload: Payload, r: Random) -> Made:
    broken = deepcopy(payload)
    place = one_place(broken, r, lambda value: True)
    if place is None:
        return None
    del place[0][place[1]]
    return broken, NOTHING


def with_another(payload: Payload, r: Random) -> Made:
    """A field nobody planned, and one that is missing besides."""
    name, value = r.choice([("trace", "ab12"), ("experiment", "B"), ("client_ts", 1_700_000_000), ("debug", True)])
    made = without(payload, r)
    return None if made is None else (made[0] | {name: value}, NOTHING)


def scaled(factor: float, names: tuple[str, ...], *says: str) -> Mutation:
    """One number of these names, in another unit."""

    def mutate(payload: Payload, r: Random) -> Made:
        broken = deepcopy(payload)
        found = [place for place in places(broken) if place[1] in names and is_number(place[0][place[1]])]
        if not found:
            return None
        holder, key, _ = r.choice(found)
        changed = holder[key] * factor
        holder[key] = int(changed) if changed == int(changed) else changed
        return broken, says

    return mutate


def of_enum(values: dict[str, tuple[str, ...]], change: Callable[[str, Random], str], says: bool) -> Mutation:
    """One text of a field that has only some values, spelt otherwise."""

    def mutate(payload: Payload, r: Random) -> Made:
        broken = deepcopy(payload)
        found = [place for place in places(broken) if place[0][place[1]] in values.get(place[1], ())]
        if not found:
            return None
        holder, key, _ = r.choice(found)
        right = holder[key]
        holder[key] = change(right, r)
        if holder[key] in values[key]:
            return None
        return broken, (f'"{right}"',) if says else NOTHING

    return mutate


EVERYWHERE: dict[str, Mutation] = {
    "camel case": renamed(camel),
    "upper case": renamed(lambda name, _: name.upper()),
    "hyphens": renamed(lambda name, _: name.replace("_", "-") if "_" in name else name.upper()),
    "typing mistake": renamed(typo),
    "plural": renamed(other_number),
    "longer": renamed(longer),
    "another name": another_name,
    "number as text": at_a_place(is_number, lambda value, _: json.dumps(value), "a number sent as text"),
    "boolean as text": at_a_place(
        lambda value: isinstance(value, bool), lambda value, _: json.dumps(value), "a boolean sent as text"
    ),
    "JSON as text": at_a_place(
        lambda value: isinstance(value, dict | list), lambda value, _: json.dumps(value), "JSON sent as text"
    ),
    "text as number": at_a_place(lambda value: isinstance(value, str), lambda _, r: r.randrange(99_999), "as a number"),
    "one level up": up,
    "one level down": down,
    "flattened": flat,
    "missing": without,
    "missing, and another": with_another,
    "null": at_a_place(lambda value: not isinstance(value, dict | list), lambda *_: None),
    "words for a number": at_a_place(is_number, lambda _, r: r.choice(["many", "n.a.", "about ten"])),
}
