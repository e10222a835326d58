"""Families of any resource type: one a service, `terraform/google-pubsub`."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from iapo.dataset.procedural import novelty
from iapo.dataset.procedural.family import FAMILIES, Draft, Family, register
from iapo.dataset.procedural.hcl_writer import program, resource
from iapo.dataset.procedural.providers import services
from iapo.dataset.procedural.providers.architecture import (
    MOST_PARTS,
    PLANS,
    Assembly,
    Part,
    size,
)
from iapo.dataset.procedural.providers.phrasing import instruction
from iapo.dataset.procedural.providers.popularity import weight_of
from iapo.dataset.procedural.providers.recipes import types
from iapo.verify.report import Format

_LEVELS = (1, 2, 3, 4, 5)
_SHARE = (3, 4, 5, 3, 3)  # how often each level is tried
_LONGEST = 1400  # characters of a reference
_DILUTION = (
    60  # a service is drawn by what its types weigh, and so many weigh as much as a written family
)


@dataclass(frozen=True)
class AnyResource(Family):
    """Any resource type of one service, with what it refers to.

    Attributes:
        types: that it draws from.
    """

    name: str = "terraform/any"
    format: Format = "terraform"
    difficulties: tuple[int, ...] = _LEVELS
    types: tuple[str, ...] = ()

    @property
    def effective_split(self) -> str:
        return service_split(self.shared or self.name)

    @cached_property
    def sizes(self) -> Mapping[str, int]:
        """Type to the number of resources that a program with it has at least; made ones only."""
        novel = self.effective_split == "novel"
        allowed = _any if novel else trained
        found = {type: size(type, allowed) for type in self.types}
        return {type: least for type, least in found.items() if least <= MOST_PARTS}

    @property
    def levels(self) -> tuple[int, ...]:
        least = min(self.sizes.values(), default=None)
        return () if least is None else tuple(range(_lowest(least), 6))

    def make(self, rng: random.Random) -> Draft:
        return self.make_level(rng, None)

    def make_level(self, rng: random.Random, levels: Collection[int] | None) -> Draft:
        wanted = [level for level in _LEVELS if levels is None or level in levels]
        level = rng.choices(wanted, [_SHARE[level - 1] for level in wanted])[0]
        fits = [t for t, least in self.sizes.items() if _lowest(least) <= max(wanted)]
        close = [t for t in fits if _lowest(self.sizes[t]) <= level]
        options = close or fits or list(self.sizes)
        type = rng.choices(options, [weight_of(option) for option in options])[0]
        draft = self._draft(rng, type, level)
        for _ in range(4):
            if len(draft.output) <= _LONGEST:
                break
            draft = self._draft(rng, type, _lowest(self.sizes[type]))
        return draft

    def _draft(self, rng: random.Random, type: str, level: int) -> Draft:
        allowed = _any if self.effective_split == "novel" else trained
        plan = rng.choice(PLANS[level])
        assembly = Assembly(rng, allowed, plan)
        assembly.add(type, plan.options, plan.blocks)
        assembly.complete()
        parts = assembly.parts
        text = instruction(rng, parts)
        return Draft(
            text, program(*resources(parts)), intent_of(parts), difficulty=difficulty(parts)
        )


def resources(parts: Sequence[Part]) -> list[str]:
    """The blocks of the parts, what is referred to first."""
    return [resource(part.type, part.label, part.body) for part in reversed(parts)]


def intent_of(parts: Sequence[Part]) -> dict[str, Any]:
    """What must hold, part by part."""
    names = _pattern_names(parts)
    return {
        names[id(part)]: {"resource": part.type, **_named(part.pattern, names)} for part in parts
    }


def difficulty(parts: Collection[Part]) -> int:
    """1: one resource with a fact or two ... 5: four resources or more."""
    facts = sum(len(part.facts) for part in parts)
    blocks = sum(fact.spec is None for part in parts for fact in part.facts)
    if len(parts) == 1:
        return 1 if facts <= 2 and not blocks else 2 if facts <= 4 and blocks <= 1 else 3
    return min(5, len(parts) + 1 + (facts > 4 * len(parts)))


def _lowest(size: int) -> int:
    return 1 if size == 1 else min(5, size + 1)


def _any(type: str) -> bool:
    return True


def trained(type: str) -> bool:
    """Whether a type may stand in train and test."""
    if type in novelty.novel_parts():
        return False
    return service_split(services.family(type)) == "train"


def _named(pattern: Any, names: Mapping[int, str]) -> Any:
    """The pattern with the parts that it refers to by their names."""
    if isinstance(pattern, dict):
        return {key: _named(value, names) for key, value in pattern.items()}
    if isinstance(pattern, list):
        return [_named(value, names) for value in pattern]
    return names[id(pattern)] if isinstance(pattern, Part) else pattern


def _pattern_names(parts: Collection[Part]) -> dict[int, str]:
    names: dict[int, str] = {}
    for part in parts:
        name = part.type.split("_", 1)[1]
        while name in names.values():
            name += "_2"
        names[id(part)] = name
    return names


def _by_family() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for type in types():
        found.setdefault(services.family(type), []).append(type)
    return {name: tuple(members) for name, members in sorted(found.items())}


SERVICES: Mapping[str, tuple[str, ...]] = _by_family()
"""Family to its types."""


@cache
def service_split(family: str) -> str:
    """`train` or `novel` for a service, whichever generator draws from it."""
    return novelty.split_of(family, SERVICES[family])


def register_services() -> None:
    """Make every service a family; `/any` is put behind names that a written family has."""
    for name, members in SERVICES.items():
        own = f"{name}/any" if name in FAMILIES else name
        shared = name if own != name else ""
        weight = sum(map(weight_of, members)) / _DILUTION
        register(AnyResource(name=own, types=members, weight=weight, shared=shared))
