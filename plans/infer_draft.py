"""The plan that traffic suggests, in the native format, and for each guess in it the share of what was seen."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from plans import paths, tokens
from plans.infer_counts import KINDS, Counts
from plans.infer_names import alike
from plans.infer_tree import Node, Tree

ALL: Final = 1.0


@dataclass(frozen=True)
class Guessing:
    """How sure a guess has to be.

    A kind of value, or a field that looks like another, with a smaller share than `mistakes` is taken for a mistake
    and left out; a field is required from a share of `required`; texts are an enum when each comes `repeats` times on
    average; an event name seen less than `rare` times is marked.
    """

    mistakes: float = 0.02
    required: float = ALL
    repeats: int = 20
    rare: int = 10


@dataclass(frozen=True)
class Draft:
    """`plan` is native JSON text to edit and import; `evidence` tells of each event and field what speaks for it."""

    app: str
    plan: str
    events: int
    evidence: list[dict[str, Any]]
    notes: list[str]

    def as_dict(self) -> dict[str, Any]:
        """The draft as plain values for JSON, its plan among them."""
        plan = json.loads(self.plan)
        return {"app": self.app, "events": self.events, "plan": plan, "evidence": self.evidence, "notes": self.notes}


def drafted(
    app: str, tree: Tree, counts: Counts, skipped: dict[str, int], twice: dict[str, int], guessing: Guessing
) -> Draft:
    """The draft of what a tree and its counts hold; `skipped` and `twice` count what else was met."""
    work = _Drafting(tree, counts, guessing)
    seen = {event: count for event, root in tree.roots.items() if (count := work.seen(root))}
    total = sum(seen.values())
    like = alike(seen)
    planned: list[dict[str, Any]] = []
    evidence: list[dict[str, Any]] = []
    for event in sorted(seen, key=lambda each: (-seen[each], each)):
        marks = _marks(event, seen, like, guessing.rare)
        schema, fields = work.schema(tree.roots[event])
        said: dict[str, Any] = {"name": event, "schema": schema}
        if marks:
            said["description"] = f"Seen in {seen[event]:,} of {total:,} events: {'; '.join(marks)}."
        planned.append(said)
        if event in tree.left_out:
            marks = [*marks, "has more fields than are looked at"]
        if event in twice:
            marks = [*marks, f"has a key twice in {twice[event]:,} objects; such events cannot be judged"]
        evidence.append({"event": event, "events": seen[event], "marks": marks, "fields": fields})
    notes = [f"{count:,} {what} were left out" for what, count in skipped.items()]
    text = json.dumps({"events": planned}, indent=2, ensure_ascii=False) + "\n"
    return Draft(app, text, total, evidence, notes)


def _marks(event: str, seen: dict[str, int], like: dict[str, str], rare: int) -> list[str]:
    times = "once" if seen[event] == 1 else f"only {seen[event]} times"
    marks = [f"seen {times}, which is rare"] if seen[event] < rare else []
    if event in like:
        marks.append(f"looks like `{like[event]}`, which came {seen[like[event]]:,} times")
    return marks


@dataclass
class _Drafting:
    tree: Tree
    counts: Counts
    guessing: Guessing

    @cached_property
    def _kinds(self) -> dict[int, dict[str, int]]:
        return {int(row["node"]): row for row in self.counts.kinds.iter_rows(named=True)}

    @cached_property
    def _values(self) -> dict[int, dict[str, int]]:
        found: dict[int, dict[str, int]] = {}
        for node, token, count in self.counts.values.sort("node", "token").iter_rows():
            found.setdefault(node, {})[token] = count
        return found

    @cached_property
    def _fits(self) -> dict[int, dict[str, int]]:
        found: dict[int, dict[str, int]] = {}
        for node, name, fits in self.counts.fits.iter_rows():
            found.setdefault(node, {})[name] = fits
        return found

    @cached_property
    def _examples(self) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for node, token in self.counts.examples.iter_rows():
            found.setdefault(node, []).append(token)
        return found

    def seen(self, node: int) -> int:
        return self._kinds.get(node, {}).get("seen", 0)

    def schema(self, number: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """The schema of a node, and the evidence for it and all below, in the order they are read."""
        node, told = self.tree.nodes[number], []
        types, share = self._types(number)
        said: dict[str, Any] = {"type": types[0] if len(types) == 1 else types} if types else {}
        guesses = [_guess("type", " or ".join(types), share)] if types else []
        if "string" in types and set(types) <= {"string", "null"}:
            guesses += self._text(number, said, "null" in types)
        inside: list[dict[str, Any]] = []
        if "object" in types and node.children.keys() - {None} and not node.is_map:
            inside += self._object(number, said)
        if "array" in types and None in node.children and self.seen(node.children[None]):
            said["items"], below = self.schema(node.children[None])
            inside += below
        if node.path:
            told.append(self._evidence(number, guesses))
        return said, told + inside

    def _types(self, number: int) -> tuple[list[str], float]:
        """The kinds of value that are no mistake, and the share they have of all."""
        counts = {kind: self._kinds[number][kind] for kind in KINDS if self._kinds[number][kind]}
        if "number" in counts:
            counts["number"] += counts.pop("integer", 0)
        total = sum(counts.values())
        kept = {kind: count for kind, count in counts.items() if count >= self.guessing.mistakes * total}
        return list(kept), _share(sum(kept.values()), total)

    def _text(self, number: int, said: dict[str, Any], nullable: bool) -> list[dict[str, Any]]:
        """A format, or a small set of values, when the texts of a node have one."""
        texts = self._kinds[number]["string"]
        fits = self._fits.get(number, {})
        best = max(fits, key=lambda name: fits[name], default=None)
        if best and fits[best] >= (1 - self.guessing.mistakes) * texts:
            said["format"] = best
            return [_guess("format", best, _share(fits[best], texts))]
        values = dict(self._values.get(number, {}))
        if 0 < values.get('""', 0) < self.guessing.mistakes * texts:
            values.pop('""')
        if len(values) < 2 or texts < self.guessing.repeats * len(values):
            return []
        known = [value for token in values if (value := _value(token)) is not None]
        if len(known) < len(values):
            return []
        said["enum"] = [*sorted(set(known)), *([None] if nullable else [])]
        share = _share(sum(values.values()), texts)
        counts = {json.loads(token): count for token, count in values.items()}
        return [_guess("enum", ", ".join(sorted(values)), share) | {"values": counts}]

    def _object(self, number: int, said: dict[str, Any]) -> list[dict[str, Any]]:
        """The fields of a node's objects; those that look like another one's mistake are told of and left out."""
        children = {str(key): child for key, child in self.tree.nodes[number].children.items() if key is not None}
        objects = self._kinds[number]["object"]
        seen = {key: self.seen(child) for key, child in children.items()}
        like = {key: other for key, other in alike(seen).items() if seen[key] < self.guessing.mistakes * objects}
        fields, evidence, needed = {}, [], []
        for key, child in children.items():
            if not seen[key]:
                continue
            schema, told = self.schema(child)
            share = _share(seen[key], objects)
            told[0] |= {"of": objects, "share": share, "required": share >= self.guessing.required}
            if key in like:
                told[0] |= {"required": False, "left_out": True}
                told[0]["marks"] = [f"looks like `{like[key]}`, which came {seen[like[key]]:,} times"]
                evidence.append(told[0])
                continue
            if 1 - self.guessing.mistakes <= share < self.guessing.required:
                told[0]["marks"].append(f"missing in only {objects - seen[key]:,} of {objects:,}")
            fields[key] = schema
            if told[0]["required"]:
                needed.append(key)
                told[0]["guesses"].append(_guess("required", "always there", share))
            evidence += told
        said |= {"properties": fields} | ({"required": needed} if needed else {})
        return evidence

    def _evidence(self, number: int, guesses: list[dict[str, Any]]) -> dict[str, Any]:
        node: Node = self.tree.nodes[number]
        seen = self.seen(number)
        types = {kind: self._kinds[number][kind] for kind in KINDS if self._kinds[number][kind]}
        marks = ["its keys look like data; they are not planned"] if node.is_map else []
        return {
            "field": paths.render(node.path),
            "seen": seen,
            "of": seen,
            "share": ALL,
            "required": False,
            "left_out": False,
            "types": types,
            "guesses": guesses,
            "examples": self._examples.get(number, []),
            "marks": marks,
        }


def _guess(keyword: str, says: str, share: float) -> dict[str, Any]:
    return {"keyword": keyword, "says": says, "share": share}


def _share(part: int, whole: int) -> float:
    """A share that is 1 only when it is all of them."""
    share = part / whole if whole else ALL
    return share if part == whole else min(round(share, 6), 0.999999)


def _value(token: str) -> str | None:
    """The text of a token; None for one that cannot be said in a plan."""
    try:
        value = tokens.parse(token, len(token))
    except ValueError:
        return None
    return value if type(value) is str else None
