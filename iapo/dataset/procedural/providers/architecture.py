"""Resources that belong together: one that was asked for, those it refers to, and companions.

Everything is drawn from recipes; what comes out is data: bodies to write and patterns that must
hold. Words are `phrasing.py`'s.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from iapo.dataset.procedural.hcl_writer import Block, Expression
from iapo.dataset.procedural.providers import services, values
from iapo.dataset.procedural.providers.popularity import weight_of
from iapo.dataset.procedural.providers.recipes import Body, Recipe, recipe, types
from iapo.dataset.procedural.providers.values import Spec

MOST_PARTS = 6
_CORE = ("name", "bucket", "identifier", "cluster_identifier", "display_name", "location", "region")
_TOO_MANY = 99
_PLACES = (
    "google-region",
    "google-zone",
    "google-project",
    "azure-region",
    "azure-group",
    "region",
    "account",
)


@dataclass(frozen=True)
class Fact:
    """One thing that a prompt has to say.

    Attributes:
        argument: its name.
        spec: what it was drawn by; None for a nested block.
        value: what was drawn: a value, a `Part` that is referred to, or the facts of a block.
    """

    argument: str
    spec: Spec | None
    value: Any


@dataclass
class Part:
    """A resource.

    Attributes:
        type, label: its address.
        body: arguments for the HCL writer.
        pattern: fields that must hold.
        facts: what has to be said.
        done: whether it is drawn; one that is still being drawn may not be referred to.
    """

    type: str
    label: str
    body: dict[str, Any] = field(default_factory=dict)
    pattern: dict[str, Any] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)
    done: bool = False


@dataclass(frozen=True)
class Plan:
    """How much to draw: optional arguments, optional blocks, resources beside the first."""

    options: int
    blocks: int
    extra: int


PLANS: Mapping[int, tuple[Plan, ...]] = {
    1: (Plan(0, 0, 0), Plan(1, 0, 0), Plan(2, 0, 0)),
    2: (Plan(2, 0, 0), Plan(3, 0, 0), Plan(1, 1, 0)),
    3: (Plan(4, 1, 0), Plan(1, 0, 1), Plan(0, 0, 1), Plan(2, 0, 1), Plan(3, 2, 0)),
    4: (Plan(1, 0, 2), Plan(2, 1, 2), Plan(1, 1, 1), Plan(0, 0, 2)),
    5: (Plan(1, 0, 3), Plan(2, 0, 3), Plan(1, 1, 4), Plan(3, 1, 3)),
}  # fmt: skip


class Assembly:
    """The parts of one program while they are drawn; the first is the one that was asked for."""

    def __init__(
        self, rng: random.Random, allowed: Callable[[str], bool], plan: Plan = Plan(0, 0, 0)
    ) -> None:
        self.rng = rng
        self.allowed = allowed
        self.plan = plan
        self.parts: list[Part] = []
        self.left = plan.extra
        self.same: dict[
            str, Any
        ] = {}  # regions, projects and groups are those of the whole program

    def add(self, type: str, options: int, blocks: int) -> Part:
        """Draw a resource and what it refers to."""
        part = Part(type, self._label(type))
        self.parts.append(part)
        made = recipe(type)
        chosen = self._chosen(made, options, blocks)
        part.body, part.pattern, part.facts = self._body(made.body, chosen)
        part.done = True
        return part

    def complete(self) -> None:
        """Add companions, which refer to what is there, as far as the plan allows."""
        while self.left > 0 and len(self.parts) < MOST_PARTS:
            there = {part.type for part in self.parts}
            asked = services.family(self.parts[0].type)
            found = [
                other
                for type in sorted(there)
                for other in companions(type)
                if other not in there
                and services.family(other) in (asked, services.family(type))
                and self.allowed(other)
                and self._missing(other, there) == 0
            ]
            if not found:
                return
            self.left -= 1
            chosen = self.rng.choices(found, [weight_of(other) for other in found])[0]
            self.add(chosen, self.rng.choice((0, 1)), 0)

    def _missing(self, type: str, there: Collection[str]) -> int:
        """How many resources that are not there yet a type needs."""
        return sum(target not in there for target in targets(recipe(type).body))

    def _label(self, type: str) -> str:
        words = type.split("_")
        options = ["main", "this", words[-1], "_".join(words[-2:])]
        label = self.rng.choice([o for o in options if not o[0].isdigit()])
        taken = {part.label for part in self.parts if part.type == type}
        return label if label not in taken else f"{label}_{len(taken) + 1}"

    def _chosen(self, made: Recipe, options: int, blocks: int) -> set[str]:
        """The names of the optional arguments and blocks that are given."""
        rng, body = self.rng, made.body
        chosen: set[str] = set()
        given = {*body.required, *body.needed}
        grouped = {name for group in made.exactly for name in group}

        def can(name: str) -> bool:
            clash = made.conflicts.get(name, frozenset()) & (given | chosen)
            return not clash and self._possible(body, name)

        def take(name: str) -> bool:
            names = [name, *made.together.get(name, ())]
            new = [n for n in names if n not in given and n not in chosen]
            known = all(n in body.optional or n in body.blocks for n in new)
            if not known or not all(can(n) for n in new):
                return False
            if any(n in grouped for n in new if n != name):
                return False
            chosen.update(new)
            return True

        for group in made.exactly:
            if not (given | chosen) & set(group):
                for name in rng.sample(group, len(group)):
                    if take(name):
                        break
        core = [n for n in _CORE if n in body.optional and n not in grouped]
        if core and rng.random() < 0.75:
            take(core[0])
        free = [n for n in body.optional if n not in grouped and n not in chosen]
        rng.shuffle(free)
        if self.left > 0:
            free.sort(key=lambda name: body.optional[name][0] not in ("ref", "list"))
        for name in free:
            if options <= 0:
                break
            options -= take(name)
        inner = [n for n in body.blocks if n not in grouped and n not in given]
        rng.shuffle(inner)
        for name in inner[:blocks]:
            take(name)
        return chosen

    def _possible(self, body: Body, name: str) -> bool:
        if name in body.blocks:
            return all(self._reachable(t) for t in targets(body.blocks[name]))
        spec = body.required.get(name) or body.optional.get(name)
        return spec is not None and all(self._reachable(t) for t in _target(spec))

    def _reachable(self, type: str) -> bool:
        return size(type, self.allowed) + len(self.parts) <= MOST_PARTS

    def _body(
        self, body: Body, chosen: Collection[str]
    ) -> tuple[dict[str, Any], dict[str, Any], list[Fact]]:
        out: dict[str, Any] = {}
        pattern: dict[str, Any] = {}
        facts: list[Fact] = []
        for name, spec in (*body.required.items(), *body.optional.items()):
            if name not in body.required and name not in chosen:
                continue
            out[name], pattern[name], fact = self._argument(name, spec)
            facts.append(fact)
        for name, inner in body.blocks.items():
            if name not in body.needed and name not in chosen:
                continue
            picked: set[str] = set()
            free = [n for n in inner.optional if self._possible(inner, n)]
            if free and not inner.required:
                picked = set(self.rng.sample(free, min(len(free), self.rng.choice((1, 1, 2)))))
            elif free and self.rng.random() < 0.3:
                picked = {self.rng.choice(free)}
            written, wanted, said = self._body(inner, picked)
            out[name], pattern[name] = Block(written), wanted or {"any": True}
            facts.append(Fact(name, None, said))
        return out, pattern, facts

    def _argument(self, name: str, spec: Spec) -> tuple[Any, Any, Fact]:
        if spec[0] == "policy":
            return self._policy(name, spec)
        many = spec[0] == "list" and spec[1][0] == "ref"
        inner = spec[1] if many else spec
        if inner[0] == "ref":
            part = self._referred(inner)
            if part is not None:
                text = Expression(f"{part.type}.{part.label}.{inner[2]}")
                pattern = {"refers": part}
                return [text] if many else text, pattern, Fact(name, inner, part)
            spec = ["list", inner[3], spec[2]] if many else inner[3]
        value = self._value(name, spec)
        return value, value, Fact(name, spec, value)

    def _value(self, name: str, spec: Spec) -> Any:
        if spec[0] != "text" or spec[1] not in _PLACES:
            return values.draw(self.rng, spec)
        if spec[1] == "google-zone" and "google-region" in self.same:
            return self.same["google-region"] + "-b"
        return self.same.setdefault(spec[1], values.draw(self.rng, spec))

    def _referred(self, spec: Spec) -> Part | None:
        """The part that a reference points at, new or there already; None for a literal."""
        type, literal = spec[1], spec[3]
        there = next((part for part in self.parts if part.type == type and part.done), None)
        if there is not None:
            return there
        if literal is not None:
            wanted = self.left > 0 and self.allowed(type) and self._reachable(type)
            if not self.same.setdefault(f"own {type}", wanted) or not wanted:
                return None
            self.left -= 1
        return self.add(type, self.rng.choice((0, 0, 1)), 0)

    def _policy(self, name: str, spec: Spec) -> tuple[Any, Any, Fact]:
        """A policy document: of an identity, of a resource (with a principal), or of trust."""
        action, kind = spec[1], spec[2]
        statement: dict[str, Any] = {"Effect": "Allow"}
        lines = ['Effect = "Allow"']
        if kind == "trust":
            service = self.rng.choice(values.TRUSTED)
            statement |= {"Action": "sts:AssumeRole", "Principal": {"Service": service}}
            lines += ['Action = "sts:AssumeRole"', f'Principal = {{ Service = "{service}" }}']
        else:
            if kind == "resource":
                account = values.text(self.rng, "arn-root")
                statement["Principal"] = {"AWS": account}
                lines.append(f'Principal = {{ AWS = "{account}" }}')
            statement |= {"Action": action, "Resource": "*"}
            lines += [f'Action = "{action}"', 'Resource = "*"']
        inside = "\n".join(lines)
        text = f'jsonencode({{\nVersion = "2012-10-17"\nStatement = [{{\n{inside}\n}}]\n}})'
        pattern = {"json": {"Statement": [statement]}}
        return Expression(text), pattern, Fact(name, spec, statement)


def _target(spec: Spec) -> Iterator[str]:
    """The type that must be made for an argument, where a literal would not do."""
    inner = spec[1] if spec[0] == "list" else spec
    if inner[0] == "ref" and inner[3] is None:
        yield inner[1]


def targets(body: Body) -> set[str]:
    """The types that a body must refer to."""
    out = {target for spec in body.required.values() for target in _target(spec)}
    for name in body.needed:
        out |= targets(body.blocks[name])
    return out


def size(type: str, allowed: Callable[[str], bool], path: tuple[str, ...] = ()) -> int:
    """How many resources a program with this type has at least; 99 where it cannot be made."""
    if type in path or not allowed(type) or type not in known() or len(path) >= MOST_PARTS:
        return _TOO_MANY
    made: set[str] = set()
    total = 1
    for target in sorted(targets(recipe(type).body)):
        if target not in made:
            total += size(target, allowed, (*path, type))
            made.add(target)
    return min(total, _TOO_MANY)


@cache
def known() -> frozenset[str]:
    """Every type that a recipe is known of."""
    return frozenset(types())


@cache
def referring() -> Mapping[str, tuple[str, ...]]:
    """Each type that is referred to: the types that do so with an argument they must have."""
    found: dict[str, list[str]] = {}
    for type in types():
        for spec in recipe(type).body.required.values():
            inner = spec[1] if spec[0] == "list" else spec
            if inner[0] == "ref":
                found.setdefault(inner[1], []).append(type)
    return {target: tuple(sorted(set(others))) for target, others in found.items()}


def companions(type: str) -> tuple[str, ...]:
    """The types that refer to `type` with an argument they must have."""
    return referring().get(type, ())
